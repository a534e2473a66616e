//! Persons that nobody evaluated are invented: what a provider brings is counted against what it was granted.

use std::collections::{BTreeSet, HashSet};

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
        let all: BTreeSet<Key> = orders.iter().flat_map(|order| keys_of(order)).collect();
        if !all.is_empty() {
            self.keys_hold(caller).await?;
        }
        let brings = self.brings(&provider_id, orders, covered);
        let new: HashSet<Key> = brings.iter().flatten().copied().collect();
        let new = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let Some(first) = orders.first().filter(|_| new > 0) else {
            return Ok(());
        };
        let granted = orders.iter().find_map(|order| order.granted);
        let call = Call {
            command: BookCommand::Admit {
                receipt: granted.map(|granted| BookedReceipt {
                    day: granted.day,
                    granted: granted.count,
                }),
                new,
            },
            id: admission_id(first.call.id, &all),
            repeat: orders.iter().any(|order| order.call.repeat),
            remember: true,
            actor: caller.access.actor(),
            causation_id: None,
            correlation_id: None,
            traceparent: first.call.traceparent.clone(),
        };
        let admitted = self.admit(&provider_id, call, new).await?;
        let mut left = admitted;
        for (order, mut keys) in orders.iter_mut().zip(brings) {
            // Whom another of these commands brought is not new any more, if that one was covered.
            keys.retain(|key| !covered.contains(key));
            let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            if count <= left {
                left -= count;
                covered.extend(keys);
            } else {
                set_grant(&mut order.call.command, Grant::Exceeded);
            }
        }
        if admitted < new {
            tracing::warn!(
                organisation.id = %provider_id,
                pseudonyms.beyond = new - admitted,
                "{provider_id} brought {} pseudonyms that nobody granted: they are not counted",
                new - admitted
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

    /// Returns how many of so many new ones the provider's grants reach for.
    async fn admit(
        &self,
        provider_id: &ProviderId,
        call: Call<BookCommand>,
        new: u32,
    ) -> Result<u32, Status> {
        let Some(stream) = grants_stream(provider_id) else {
            return Ok(0);
        };
        let command_id = call.id;
        let receipt = self.0.books.execute(stream.clone(), call).await?;
        if let Effect::Took(events) = receipt.effect {
            let (covered, _) = admitted(events.iter());
            return Ok(covered);
        }
        // A repeat: what was admitted then, less those that have come onto the list since.
        let history = self.0.books.history(&stream).await?;
        let own = history
            .iter()
            .filter(|item| item.command_id == Some(command_id));
        let events = own.filter_map(|item| Some(&item.recorded.as_ref()?.event));
        let (covered, beyond) = admitted(events);
        let taken = covered.saturating_add(beyond).saturating_sub(new);
        Ok(covered.saturating_sub(taken))
    }
}

/// How many pseudonyms were covered, and how many were not.
fn admitted<'a>(events: impl Iterator<Item = &'a BookEvent>) -> (u32, u32) {
    events.fold((0, 0), |(covered, beyond), event| match event {
        BookEvent::Admitted {
            covered: more,
            beyond: further,
        } => (covered + more, beyond + further),
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

/// The id under which pseudonyms are admitted: the same when the same ones come again with the same command, and another
/// one for any others, which would be admitted unseen. Of the command's moment.
fn admission_id(first: CommandId, keys: &BTreeSet<Key>) -> CommandId {
    let mut digest = Sha256::new_with_prefix(first.as_uuid().as_bytes());
    for (epoch, key) in keys {
        digest.update(epoch.0.to_be_bytes());
        digest.update(key.as_bytes());
    }
    let mut bytes = *first.as_uuid().as_bytes();
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
