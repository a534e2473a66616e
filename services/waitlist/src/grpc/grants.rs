//! Persons that nobody evaluated are invented: what a provider brings is counted against what it was granted.

use std::collections::HashSet;

use chassis::{Call, Effect};
use domain::ProviderId;
use domain::waitlist::books::{Book, BookedReceipt, Command as BookCommand, Event as BookEvent};
use domain::waitlist::{Command, Grant, PersonKeys};
use eventlog::CommandId;
use tonic::Status;
use uuid::Uuid;

use super::{Api, Caller};
use crate::books::grants_stream;
use crate::view::{Key, WaitlistView};
use crate::wire::Order;

/// Somebody with more open entries may be several people under one number.
const MOST_LISTS: usize = 5;

impl Api {
    /// Notes with each person that comes with these commands whether the evaluator granted it.
    ///
    /// A pseudonym that this provider brought before, and that was granted, is not counted again. The sum is kept by the
    /// provider's book, on which all nodes agree.
    pub(super) async fn cover(
        &self,
        caller: &Caller,
        orders: &mut [&mut Order],
    ) -> Result<(), Status> {
        let Some(provider_id) = ProviderId::parse(caller.organisation()) else {
            return Ok(());
        };
        let brings = self.brings(&provider_id, orders);
        let new: u32 = brings.iter().sum();
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
            id: sibling(first.call.id),
            repeat: orders.iter().any(|order| order.call.repeat),
            remember: true,
            actor: caller.access.actor(),
            causation_id: None,
            correlation_id: None,
            traceparent: first.call.traceparent.clone(),
        };
        let admitted = self.admit(&provider_id, call, new).await?;
        let mut left = admitted;
        for (order, brings) in orders.iter_mut().zip(brings) {
            let is_covered = brings <= left;
            left -= if is_covered { brings } else { 0 };
            if !is_covered {
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

    /// How many pseudonyms each command brings that are new for the provider.
    fn brings(&self, provider_id: &ProviderId, orders: &[&mut Order]) -> Vec<u32> {
        let folded = self.0.context.read();
        let mut seen: HashSet<Key> = HashSet::new();
        let brings = orders.iter().map(|order| {
            let keys = person_of(&order.call.command).map_or(&[][..], PersonKeys::by_epoch);
            let keys = keys.iter().map(|keys| (keys.epoch, keys.region));
            alarm(&folded.view, order, keys.clone());
            let new = keys.filter(|key| !folded.view.is_covered(provider_id, key));
            new.filter(|key| seen.insert(*key)).map(|_| 1).sum()
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
        let receipt = self.0.books.execute(stream.clone(), call).await?;
        let Effect::Took(events) = receipt.effect else {
            // A repeat of what was admitted before: all of it, unless this provider has ever brought too many.
            let folded = self.0.books.read();
            let beyond = folded.get(&stream).map_or(0, |slot| beyond(&slot.state));
            return Ok(if beyond == 0 { new } else { 0 });
        };
        let covered = events.iter().map(|event| match event {
            BookEvent::Admitted { covered, beyond: _ } => *covered,
            BookEvent::ReceiptBooked(_)
            | BookEvent::MonthFrozen(_)
            | BookEvent::ErasureRequested(_)
            | BookEvent::ErasureApproved(_)
            | BookEvent::ErasureCarriedOut { .. } => 0,
        });
        Ok(covered.sum())
    }
}

fn beyond(book: &Book) -> u64 {
    match book {
        Book::Grants(grants) => grants.beyond,
        Book::Blank | Book::Month(_) | Book::Erasure(_) => 0,
    }
}

/// Threat 27: a number that is nobody's makes many people one. Says which entry, never who.
fn alarm(view: &WaitlistView, order: &Order, keys: impl Iterator<Item = Key>) {
    let ids = view.of_person(keys).into_iter();
    let open = ids.filter(|id| {
        let listed = view.get(*id);
        *id != order.entry_id && listed.is_some_and(|listed| listed.spell.is_waiting())
    });
    let lists = open.count() + 1;
    if lists > MOST_LISTS {
        tracing::warn!(
            entry.id = %order.entry_id,
            person.open_entries = lists,
            "entry {} is of a person with {lists} open entries: is the number a placeholder?",
            order.entry_id
        );
    }
}

/// Another id of the same moment, the same each time.
pub(super) fn sibling(id: CommandId) -> CommandId {
    let mut bytes = *id.as_uuid().as_bytes();
    bytes[15] ^= 0xff;
    CommandId::from_uuid(Uuid::from_bytes(bytes))
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
