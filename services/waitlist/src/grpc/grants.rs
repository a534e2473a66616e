//! Persons that nobody evaluated are invented: what a provider brings is counted against what it was granted.

use std::collections::{HashMap, HashSet};

use chassis::{Call, Effect};
use domain::waitlist::books::{
    BookedReceipt, Command as BookCommand, Event as BookEvent, RecoderKeys,
};
use domain::waitlist::{Command, Entry, Grant, Key, PersonKeys};
use domain::{Aggregate, ProviderId};
use eventlog::CommandId;
use sha2::{Digest, Sha256};
use tonic::Status;
use uuid::Uuid;

use super::alarm::Alarm;
use super::{Api, Caller};
use crate::books::{grants_stream, keys_stream};
use crate::wire::Order;

impl Api {
    /// Notes with each person that comes with these commands whether the evaluator granted it.
    ///
    /// A pseudonym that this provider brought before, and that was granted, is not counted again. The sum is kept by the
    /// provider's book, on which all nodes agree. `covered` are those that came earlier in the same call, and need not be
    /// on the list yet.
    pub(super) async fn cover(
        &self,
        caller: &Caller,
        orders: &mut [&mut Order],
        covered: &mut HashSet<Key>,
    ) -> Result<(), Status> {
        let Some(provider_id) = ProviderId::parse(caller.organisation()) else {
            return Ok(());
        };
        if orders.iter().any(|order| keys_of(order).next().is_some()) {
            self.keys_hold(caller).await?;
        }
        let brings = self.brings(&provider_id, orders, covered);
        let granted = orders.iter().find_map(|order| order.granted);
        let receipt = granted.map(|granted| BookedReceipt {
            day: granted.day,
            granted: granted.count,
        });
        // Who comes more than once comes with the first of these commands.
        let mut claimed = HashSet::new();
        let (mut own, mut calls) = (Vec::with_capacity(brings.len()), Vec::new());
        for (order, keys) in orders.iter().zip(&brings) {
            let new: Vec<Key> = keys
                .iter()
                .copied()
                .filter(|key| claimed.insert(*key))
                .collect();
            if !new.is_empty() {
                calls.push((admission(order, (receipt, new.len()), caller), new.len()));
            }
            own.push(new);
        }
        if calls.is_empty() {
            return Ok(());
        }
        let mut admitted = self.admit(&provider_id, calls).await?.into_iter();
        let mut beyond = 0;
        for ((order, keys), own) in orders.iter_mut().zip(brings).zip(own) {
            if !own.is_empty() {
                let left = own.len().saturating_sub(admitted.next().unwrap_or(0));
                beyond += left;
                if left == 0 {
                    covered.extend(own);
                }
            }
            // Whom another of these commands brought is not new any more, if that one was covered.
            if keys.iter().any(|key| !covered.contains(key)) {
                set_grant(&mut order.call.command, Grant::Exceeded);
            }
        }
        if beyond > 0 {
            tracing::warn!(
                organisation.id = %provider_id,
                pseudonyms.beyond = beyond,
                "{provider_id} brought {beyond} pseudonyms that nobody granted: they are not counted"
            );
        }
        Ok(())
    }

    /// Asks whether this node recodes under the keys that its region has used before: others would make other people of
    /// everybody. The first node of an epoch says which they are.
    pub(super) async fn keys_hold(&self, caller: &Caller) -> Result<(), Status> {
        if self.0.keys_hold.get().is_some() {
            return Ok(());
        }
        for (epoch, fingerprint) in self.0.gateway.fingerprints() {
            let Some(stream) = keys_stream(epoch) else {
                continue;
            };
            let keys = RecoderKeys { epoch, fingerprint };
            let call = Call::by_itself(BookCommand::NameKeys(keys), &caller.access.actor());
            self.0.books.execute(stream, call).await?;
        }
        let _ = self.0.keys_hold.set(());
        Ok(())
    }

    /// The pseudonyms that each command brings and that this provider was not granted before. A command that decides
    /// nothing brings none: should it decide something after all, its person is not counted.
    fn brings(
        &self,
        provider_id: &ProviderId,
        orders: &mut [&mut Order],
        covered: &HashSet<Key>,
    ) -> Vec<Vec<Key>> {
        let now = self.0.node.clock.now();
        let folded = self.0.context.read();
        let unwritten = Entry::default();
        let mut alarm = Alarm::default();
        let brings = orders.iter_mut().map(|order| {
            let keys: Vec<Key> = keys_of(order).collect();
            alarm.look(&folded.view, order, &keys);
            let new = keys.into_iter().filter(|key| !covered.contains(key));
            let new: Vec<Key> = new
                .filter(|key| !folded.view.is_covered(provider_id, key))
                .collect();
            if new.is_empty() {
                return new;
            }
            let slot = folded.get(&order.stream);
            let entry = slot.map_or(&unwritten, |slot| &slot.state);
            let decided = entry.decide(&order.call.command, now);
            if decided.is_ok_and(|events| !events.is_empty()) {
                return new;
            }
            set_grant(&mut order.call.command, Grant::Exceeded);
            Vec::new()
        });
        brings.collect()
    }

    /// Returns how many of the new ones of each call the provider's grants reach for.
    async fn admit(
        &self,
        provider_id: &ProviderId,
        calls: Vec<(Call<BookCommand>, usize)>,
    ) -> Result<Vec<usize>, Status> {
        let Some(stream) = grants_stream(provider_id) else {
            return Ok(vec![0; calls.len()]);
        };
        // Given before any is waited for: they share commits.
        let mut given = Vec::with_capacity(calls.len());
        for (call, new) in calls {
            let id = call.id;
            let answer = self.0.books.submit(stream.clone(), call).await?;
            given.push((id, new, answer));
        }
        let (mut reach, mut repeats) = (Vec::with_capacity(given.len()), HashMap::new());
        for (id, new, answer) in given {
            if let Effect::Took(events) = answer.await?.effect {
                reach.push(admitted(events.iter()).0);
            } else {
                repeats.insert(id, (reach.len(), new));
                reach.push(0);
            }
        }
        if repeats.is_empty() {
            return Ok(reach);
        }
        // A repeat: what was admitted then, less those that have come onto the list since.
        let history = self.0.books.history(&stream).await?;
        for item in &history {
            let known = item.command_id.and_then(|id| repeats.get(&id));
            if let (Some((at, new)), Some(recorded)) = (known, &item.recorded) {
                let (covered, beyond) = admitted(std::iter::once(&recorded.event));
                let taken = (covered + beyond).saturating_sub(*new);
                reach[*at] += covered.saturating_sub(taken);
            }
        }
        Ok(reach)
    }
}

/// Asks for what one command brings, under an id of its own: a command may be repeated in other company than it first came in.
fn admission(
    order: &Order,
    (receipt, new): (Option<BookedReceipt>, usize),
    caller: &Caller,
) -> Call<BookCommand> {
    Call {
        command: BookCommand::Admit {
            receipt,
            new: u32::try_from(new).unwrap_or(u32::MAX),
        },
        id: admission_id(order),
        repeat: order.call.repeat,
        remember: true,
        actor: caller.access.actor(),
        causation_id: None,
        correlation_id: None,
        traceparent: order.call.traceparent.clone(),
    }
}

/// How many pseudonyms were covered, and how many were not.
fn admitted<'a>(events: impl Iterator<Item = &'a BookEvent>) -> (usize, usize) {
    events.fold((0, 0), |(covered, beyond), event| match event {
        BookEvent::Admitted {
            covered: more,
            beyond: further,
        } => (covered + *more as usize, beyond + *further as usize),
        BookEvent::ReceiptBooked(_)
        | BookEvent::MonthFrozen(_)
        | BookEvent::TablePublished(_)
        | BookEvent::KeysNamed(_)
        | BookEvent::ErasureRequested(_)
        | BookEvent::ErasureApproved(_)
        | BookEvent::ErasureRevoked(_)
        | BookEvent::ErasureBegun { .. }
        | BookEvent::ErasureCarriedOut { .. } => (covered, beyond),
    })
}

/// The id under which what a command brings is admitted: the same when it comes again, and another one for any other entry,
/// which would be admitted unseen. Nothing of who it is goes in: it outlasts an erasure, and whoever can make pseudonyms
/// would find the person by it. Of the command's moment.
pub(super) fn admission_id(order: &Order) -> CommandId {
    let of = order.call.id;
    let mut digest = Sha256::new_with_prefix(of.as_uuid().as_bytes());
    digest.update(order.entry_id.to_string());
    for (epoch, _) in keys_of(order) {
        digest.update(epoch.0.to_be_bytes());
    }
    let mut bytes = *of.as_uuid().as_bytes();
    let (version, variant) = (bytes[6] & 0xf0, bytes[8] & 0xc0);
    // The first six bytes are the moment.
    let digest = digest.finalize();
    for (byte, chance) in bytes.iter_mut().skip(6).zip(digest) {
        *byte = chance;
    }
    bytes[6] = version | bytes[6] & 0x0f;
    bytes[8] = variant | bytes[8] & 0x3f;
    CommandId::from_uuid(Uuid::from_bytes(bytes))
}

/// The pseudonyms that come with a command.
fn keys_of(order: &Order) -> impl Iterator<Item = Key> {
    let keys = person_of(&order.call.command).map_or(&[][..], PersonKeys::by_epoch);
    keys.iter().map(|keys| (keys.epoch, keys.region))
}

fn person_of(command: &Command) -> Option<&PersonKeys> {
    if let Command::Register(registration) = command {
        Some(&registration.person)
    } else if let Command::Declare(declaration) = command {
        declaration.person.as_ref()
    } else if let Command::Reaffirm(reaffirmation) = command {
        reaffirmation.person.as_ref()
    } else {
        None
    }
}

fn set_grant(command: &mut Command, grant: Grant) {
    let person = if let Command::Register(registration) = command {
        Some(&mut registration.person)
    } else if let Command::Declare(declaration) = command {
        declaration.person.as_mut()
    } else if let Command::Reaffirm(reaffirmation) = command {
        reaffirmation.person.as_mut()
    } else {
        None
    };
    if let Some(person) = person {
        person.set_grant(grant);
    }
}
