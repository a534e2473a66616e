//! From rows to declarations: each gets its entry, and whoever the server does not know yet is evaluated.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bsn::Bsn;
use proto::pseudonym::v1::{GrantReceipt, PublishedKey};
use proto::waitlist::v1::Person;
use pseudonym::{Epoch, P1};
use tokio::sync::mpsc;

use super::book::{Book, State};
use super::parcel::Declared;
use super::reader::Batch;
use super::row::{Stated, Who};
use crate::commands::waitlist::person_of;
use crate::failure::{self, Failure};
use crate::import::refusal::Refusal;
use crate::pseudonyms::Evaluator;

/// Batches that may wait: whoever is evaluated and not sent has used quota for nothing.
const AHEAD: usize = 1;
/// So long the evaluator may give no answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// How the reasons of an evaluator begin that has no more to give.
const QUOTA: &str = "quota-";

/// The file of entries, in two hands: of who prepares, and of who hears what was acknowledged.
pub(super) type SharedBook = Arc<Mutex<Book>>;

/// Rows, ready to be sent.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) declared: Vec<Declared>,
    pub(super) refused: Vec<(u64, Refusal)>,
    /// Rows of entries that ended and were let go of since: there is nothing left to say.
    pub(super) let_go: u64,
    /// Rows that the evaluator's quota did not reach for.
    pub(super) not_evaluated: u64,
    /// What it said then.
    pub(super) no_quota: Option<failure::Refusal>,
    pub(super) bytes: u64,
    pub(super) crowded: Vec<Vec<u64>>,
}

/// Makes declarations of rows until there are no more, or until nobody takes them.
pub(super) fn prepare(
    mut batches: mpsc::Receiver<Result<Batch, Failure>>,
    evaluator: Evaluator,
    keys: Vec<PublishedKey>,
    book: SharedBook,
) -> Result<mpsc::Receiver<Result<Prepared, Failure>>, Failure> {
    let epochs = keys.iter().map(|key| Epoch::parse(&key.epoch));
    let epochs: Option<Vec<Epoch>> = epochs.collect();
    let mut preparer = Preparer {
        evaluator,
        epochs: epochs.ok_or_else(|| {
            Failure::Usage("the evaluator publishes an epoch that is none".to_owned())
        })?,
        keys,
        book,
        no_quota: None,
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        while let Some(batch) = batches.recv().await {
            let prepared = match batch {
                Ok(batch) => preparer.prepared(batch).await,
                Err(failure) => Err(failure),
            };
            let failed = prepared.is_err();
            if sender.send(prepared).await.is_err() || failed {
                return;
            }
        }
    });
    Ok(receiver)
}

struct Preparer {
    evaluator: Evaluator,
    keys: Vec<PublishedKey>,
    epochs: Vec<Epoch>,
    book: SharedBook,
    /// The evaluator gives no more: it is not asked again.
    no_quota: Option<failure::Refusal>,
}

/// Who a row is about, as far as the server must be told.
enum ToSay {
    Nothing,
    WithoutNumber,
    /// To be evaluated: where in the list of numbers.
    Number(usize),
}

impl Preparer {
    async fn prepared(&mut self, batch: Batch) -> Result<Prepared, Failure> {
        let mut prepared = Prepared {
            refused: batch.refused,
            bytes: batch.bytes,
            crowded: batch.crowded,
            ..Prepared::default()
        };
        let before = batch.rows.len();
        let rows = self.without_let_go(batch.rows);
        prepared.let_go = u64::try_from(before - rows.len()).unwrap_or_default();
        let (rows, numbers) = self.registered(rows)?;
        let evaluated = self.evaluated(&numbers).await?;
        drop(numbers);
        for (mut declared, to_say) in rows {
            match (to_say, &evaluated) {
                (ToSay::Nothing, _) => {}
                (ToSay::WithoutNumber, _) => {
                    declared.declaration.person = Some(Person {
                        first_stages: Vec::new(),
                        without_number: true,
                    });
                    declared.then = Some(State::WithoutNumber);
                }
                (ToSay::Number(at), Some(evaluated)) => {
                    let p1s = evaluated.persons.get(at).map_or(&[][..], Vec::as_slice);
                    declared.declaration.person = Some(person_of(p1s));
                    declared.then = Some(State::Under(self.epochs.clone()));
                    declared.grant = Some(Arc::clone(&evaluated.grant));
                }
                (ToSay::Number(_), None) => {
                    prepared.not_evaluated += 1;
                    continue;
                }
            }
            prepared.declared.push(declared);
        }
        prepared.no_quota.clone_from(&self.no_quota);
        // What brings a receipt stands together.
        prepared
            .declared
            .sort_by_key(|declared| declared.grant.is_some());
        Ok(prepared)
    }

    fn without_let_go(&self, mut rows: Vec<(u64, Stated)>) -> Vec<(u64, Stated)> {
        let book = locked(&self.book);
        rows.retain(|(_, stated)| !(stated.has_ended() && book.is_erased(&stated.reference)));
        rows
    }

    /// Gives each row its entry, on the disk before anybody hears of it, and takes the numbers to be evaluated out.
    #[expect(clippy::type_complexity, reason = "named nowhere else")]
    fn registered(
        &self,
        rows: Vec<(u64, Stated)>,
    ) -> Result<(Vec<(Declared, ToSay)>, Vec<Bsn>), Failure> {
        let mut book = locked(&self.book);
        let mut numbers = Vec::new();
        let mut registered = Vec::with_capacity(rows.len());
        for (line, stated) in rows {
            let mut declaration = stated.declaration;
            declaration.context = Some(Declared::context());
            declaration.entry_id = book.entry_of(&stated.reference);
            let to_say = match stated.who {
                Who::WithoutNumber => ToSay::WithoutNumber,
                Who::Number(_) if book.is_known_under(&stated.reference, &self.epochs) => {
                    ToSay::Nothing
                }
                Who::Number(number) => {
                    numbers.push(number);
                    ToSay::Number(numbers.len() - 1)
                }
            };
            let declared = Declared {
                line,
                reference: stated.reference,
                declaration,
                then: None,
                grant: None,
            };
            registered.push((declared, to_say));
        }
        book.keep()?;
        Ok((registered, numbers))
    }

    /// None: the evaluator's quota does not reach.
    async fn evaluated(&mut self, numbers: &[Bsn]) -> Result<Option<Evaluated>, Failure> {
        if numbers.is_empty() || self.no_quota.is_some() {
            return Ok(None);
        }
        let asked = self
            .evaluator
            .evaluate_within(PATIENCE, &self.keys, numbers);
        match asked.await {
            Ok(evaluation) => Ok(Some(Evaluated {
                persons: evaluation.persons,
                grant: Arc::new(evaluation.receipt),
            })),
            Err(Failure::Refused(refusal)) if refusal.reason.starts_with(QUOTA) => {
                self.no_quota = Some(refusal);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}

struct Evaluated {
    persons: Vec<Vec<P1>>,
    grant: Arc<GrantReceipt>,
}

/// Whoever held it and failed has left it as it was: lines are added whole.
pub(super) fn locked(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
