//! What of the erased is there still.

use std::collections::{BTreeSet, HashSet};

use chassis::erasure::{ErasureRecord, Says, Subject, kid_of, opens};
use domain::Timestamp;
use eventlog::{Commit, EventLog, LogError, Position};
use pseudonym::envelope::Audience;
use pseudonym::vault::{Kid, VaultError};

use super::opened::Keys;

const PAGE: usize = 4_096;
/// Of so many destroyed keys the bodies are tried. Their ids are random, so the first of them are a fair sample.
const SAMPLE: usize = 100;

/// The keys that a line says are destroyed.
pub(crate) fn kids_of(line: &ErasureRecord, keys: &Keys) -> Result<Vec<Kid>, VaultError> {
    match line.says {
        Says::Erased(Subject::Entry(kid), _) => Ok(vec![kid]),
        Says::Erased(Subject::Quarter(quarter), _) => keys.made_in(quarter),
        Says::Verified(_) => Ok(Vec::new()),
    }
}

/// Returns every key that the lines say is destroyed, and what is wrong with those that are there all the same.
pub(crate) fn keys_there(
    lines: &[ErasureRecord],
    keys: &Keys,
) -> Result<(HashSet<Kid>, Vec<String>), VaultError> {
    let (mut named, mut problems) = (HashSet::new(), Vec::new());
    for line in lines {
        for kid in kids_of(line, keys)? {
            let problem = match keys.find(kid) {
                Err(VaultError::Erased) => None,
                // On Kafka it is forgotten in the end that it was there.
                Err(VaultError::Unknown) if matches!(keys, Keys::Kafka(_)) => None,
                Err(error) => Some(error.to_string()),
                Ok(()) => Some("it is not destroyed".to_owned()),
            };
            problems.extend(problem.map(|what| format!("line {}: key {kid}: {what}", line.number)));
            named.insert(kid);
        }
    }
    Ok((named, problems))
}

/// The destroyed keys that the ledger does not name.
pub(crate) fn not_named(named: &HashSet<Kid>, keys: &Keys) -> Result<Vec<String>, VaultError> {
    let destroyed = keys.destroyed()?.into_iter();
    let not_named = destroyed.filter(|kid| !named.contains(kid));
    let problems = not_named.map(|kid| {
        format!(
            "key {kid} is destroyed, and the ledger does not name it: it is an older ledger, or was cut short"
        )
    });
    Ok(problems.collect())
}

/// The keys that should have been compacted away.
pub(crate) fn overdue(leftover: &[(Kid, i64)], now: Timestamp) -> impl Iterator<Item = String> {
    let overdue = leftover.iter();
    let overdue = overdue.filter(move |(_, until)| *until < now.as_millis());
    overdue.map(|(kid, until)| {
        format!(
            "key {kid} is destroyed and lies on Kafka still; it was to be compacted away by {}",
            shown(*until)
        )
    })
}

/// A moment for people, in milliseconds since 1970.
pub(crate) fn shown(millis: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(millis);
    moment.map_or_else(|_| "never".to_owned(), |moment| format!("{moment:.0}"))
}

/// What lies in a topic under destroyed keys.
pub(crate) struct Bodies {
    pub(crate) found: usize,
    pub(crate) tried: usize,
    pub(crate) open: Vec<(Position, Kid)>,
}

/// Looks for bodies under these keys, and tries to open those of some of them.
pub(crate) async fn bodies_in(
    log: &EventLog,
    name: &str,
    (named, keys): (&HashSet<Kid>, &Keys),
) -> Result<Bodies, LogError> {
    let sample: BTreeSet<&Kid> = named.iter().collect();
    let sample: BTreeSet<&Kid> = sample.into_iter().take(SAMPLE).collect();
    let topic = log.topic(name)?;
    let mut after = Position::START;
    let mut bodies = Bodies {
        found: 0,
        tried: 0,
        open: Vec::new(),
    };
    loop {
        let page = topic.page(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(bodies);
        };
        after = last.position;
        for commit in &page {
            let Some(kid) = kid_of(&commit.body).filter(|kid| named.contains(kid)) else {
                continue;
            };
            bodies.found += 1;
            if sample.contains(&kid) {
                bodies.tried += 1;
                if opens_still(name, commit, (kid, keys)) {
                    bodies.open.push((commit.position, kid));
                }
            }
        }
    }
}

impl Bodies {
    /// What is wrong with those that open; the keys in `leftover` are known to lie there still.
    pub(crate) fn problems(&self, topic: &str, leftover: &[(Kid, i64)]) -> Vec<String> {
        let is_leftover = |kid: &Kid| leftover.iter().any(|(left, _)| left == kid);
        let open = self.open.iter().filter(|(_, kid)| !is_leftover(kid));
        let problems = open.map(|(position, kid)| {
            format!(
                "{topic}: the body at position {position} opens, and its key {kid} is destroyed"
            )
        });
        problems.collect()
    }
}

/// Tries to open a body whose key is destroyed.
fn opens_still(topic: &str, commit: &Commit, (kid, keys): (Kid, &Keys)) -> bool {
    [Audience::Region, Audience::National]
        .into_iter()
        .any(|audience| {
            let key = keys.recover(kid, audience);
            key.is_some_and(|key| opens(topic, commit, (&key, audience)))
        })
}
