use std::collections::{BTreeSet, HashSet};
use std::io::Write;

use anyhow::ensure;
use chassis::Clock;
use chassis::erasure::{ErasureRecord, Subject, check, kid_of, opens};
use eventlog::{Commit, EventLog, LogError, Position};
use pseudonym::envelope::Audience;
use pseudonym::vault::{Kid, VaultError};

use super::opened::{Keys, Opened};
use crate::config::Settings;
use crate::storage;

const PAGE: usize = 4_096;
/// Of so many destroyed keys the bodies are tried. Their ids are random, so the first of them are a fair sample.
const SAMPLE: usize = 100;

/// Checks the ledger's chain and signatures, and that what it names is gone: its keys, and with them every body.
pub(in crate::operator) async fn verify(
    settings: &Settings,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let opened = Opened::open(settings).await?;
    let lines = check(&opened.ledger, opened.key).await;
    opened.close();
    let (lines, name) = (lines?, opened.ledger.name());
    let count = lines.len();
    writeln!(out, "{name}: {count} lines, each signed and in its place")?;
    let keys = opened.keys;
    let work = move || {
        let found = check_keys(&lines, &keys)?;
        Ok::<_, VaultError>((found, keys))
    };
    let ((mut problems, named), keys) = tokio::task::spawn_blocking(work).await??;
    writeln!(out, "keys: {} destroyed", named.len())?;
    let leftover = keys.leftover();
    if let Some(until) = leftover.iter().map(|(_, until)| *until).max() {
        writeln!(
            out,
            "keys: {} of them still lie on Kafka, to be compacted away by {} at the latest",
            leftover.len(),
            shown(until)
        )?;
    }
    problems.extend(overdue(&leftover));
    let log = storage::open_to_read(settings)?;
    for topic in log.topic_names() {
        let bodies = bodies(&log, &topic, (&named, &keys)).await?;
        let Bodies { found, tried, open } = bodies;
        write!(
            out,
            "{topic}: {found} bodies under destroyed keys; {tried} were tried, "
        )?;
        match open.len() {
            0 => writeln!(out, "none opens")?,
            count => writeln!(out, "{count} still open")?,
        }
        let is_leftover = |kid: &Kid| leftover.iter().any(|(left, _)| left == kid);
        let open = open.into_iter().filter(|(_, kid)| !is_leftover(kid));
        problems.extend(open.map(|(position, kid)| {
            format!(
                "{topic}: the body at position {position} opens, and its key {kid} is destroyed"
            )
        }));
    }
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    out.flush()?;
    ensure!(
        problems.is_empty(),
        "the erasures do not hold together: {} problems",
        problems.len()
    );
    Ok(())
}

/// What does not agree between the ledger and the vault, and every key that is to be gone.
fn check_keys(
    lines: &[ErasureRecord],
    keys: &Keys,
) -> Result<(Vec<String>, HashSet<Kid>), VaultError> {
    let (mut problems, mut named) = (keys.differences().to_vec(), HashSet::new());
    for line in lines {
        let kids = match line.subject {
            Subject::Entry(kid) => vec![kid],
            Subject::Quarter(quarter) => keys.made_in(quarter)?,
        };
        for kid in kids {
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
    for kid in keys.destroyed()? {
        if !named.contains(&kid) {
            problems.push(format!(
                "key {kid} is destroyed, and the ledger does not name it: it is an older ledger, or was cut short"
            ));
        }
    }
    Ok((problems, named))
}

/// The keys that should have been compacted away.
fn overdue(leftover: &[(Kid, i64)]) -> impl Iterator<Item = String> {
    let now = Clock::system().now().as_millis();
    let overdue = leftover.iter().filter(move |(_, until)| *until < now);
    overdue.map(|(kid, until)| {
        format!(
            "key {kid} is destroyed and lies on Kafka still; it was to be compacted away by {}",
            shown(*until)
        )
    })
}

fn shown(millis: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(millis);
    moment.map_or_else(|_| "never".to_owned(), |moment| format!("{moment:.0}"))
}

/// What lies in a topic under destroyed keys.
struct Bodies {
    found: usize,
    tried: usize,
    open: Vec<(Position, Kid)>,
}

async fn bodies(
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

/// Tries to open a body whose key is destroyed.
fn opens_still(topic: &str, commit: &Commit, (kid, keys): (Kid, &Keys)) -> bool {
    [Audience::Region, Audience::National]
        .into_iter()
        .any(|audience| {
            let key = keys.recover(kid, audience);
            key.is_some_and(|key| opens(topic, commit, (&key, audience)))
        })
}
