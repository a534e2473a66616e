//! The folded state on disk, so that a start reads a file and a tail instead of everything.
//!
//! A snapshot is a cache: one that does not fit is dropped with one line, and the log is folded again.

mod message;
mod slots;

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{Aggregate, Timestamp};
use eventlog::{AttemptId, CommandId, LogId, Noted, Position, StreamId, Topic};
use prost::Message;
use tokio::task::JoinHandle;

use super::bodies::Bodies;
use super::folded::{Folded, Slots};
use super::outcomes::Outcome;
use super::skips;
use super::worker::Worker;
use crate::control::Skipped;
use crate::{Codec, View};

use message::{OutcomeMessage, SnapshotMessage};

const MAGIC: &[u8; 4] = b"DSS2";
/// A snapshot is made after this many commits, or after this long if there was one.
pub(super) const EVERY_COMMITS: u64 = 250_000;
const EVERY: Duration = Duration::from_secs(600);

/// Where a topic's snapshot is, and when the last one was made.
pub(super) struct SnapshotFile {
    path: Option<PathBuf>,
    made_at: Position,
    made: Instant,
    /// The one that is being written.
    writing: Option<JoinHandle<()>>,
}

impl SnapshotFile {
    pub(super) fn new(folder: Option<&Path>, topic: &str) -> Self {
        Self {
            path: folder.map(|folder| folder.join(format!("{topic}.snapshot"))),
            made_at: Position::START,
            made: Instant::now(),
            writing: None,
        }
    }

    /// What was written so far is of another log.
    pub(super) fn forget(&mut self) {
        self.made_at = Position::START;
    }

    /// Reads the snapshot, if there is one that fits and the log confirms it.
    pub(super) async fn load<C: Codec, V: View<C::Aggregate>>(
        &mut self,
        from: From<'_>,
    ) -> Option<Folded<C, V>> {
        let folded = load(self.path.as_ref()?, from).await?;
        self.made_at = folded.position;
        Some(folded)
    }
}

/// What a snapshot is read with.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    pub(super) topic: &'a Topic,
    pub(super) skipped: &'a Skipped,
    pub(super) bodies: &'a Arc<Bodies>,
}

/// Reads a snapshot, if it is there, fits and the log confirms it; drops one that does not.
pub(super) async fn load<C: Codec, V: View<C::Aggregate>>(
    path: &Path,
    from: From<'_>,
) -> Option<Folded<C, V>> {
    let bytes = Bytes::from(tokio::fs::read(path).await.ok()?);
    match checked(bytes, from).await {
        Ok(folded) => Some(folded),
        Err(reason) => {
            tracing::warn!(
                reason,
                topic = from.topic.name(),
                "a snapshot was dropped: {reason}; the log is folded again"
            );
            // If it stays there it is dropped again at the next look.
            let _ = tokio::fs::remove_file(path).await;
            None
        }
    }
}

async fn checked<C: Codec, V: View<C::Aggregate>>(
    bytes: Bytes,
    from: From<'_>,
) -> Result<Folded<C, V>, String> {
    let From {
        topic,
        skipped,
        bodies,
    } = from;
    let message = blocking(move || read::<C>(&bytes)).await?;
    confirm(topic, &message).await?;
    if let Some(keyring) = bodies.keyring()
        && keyring.ledger_position().get() < message.ledger
    {
        return Err("it knows more erasures than the ledger".into());
    }
    let sealed = Arc::clone(bodies);
    let mut folded: Folded<C, V> = blocking(move || unfold(message, &sealed)).await?;
    let cut_at = |stream: &StreamId| folded.get(stream)?.skipped_at;
    let streams = skips::folded_too_far(topic, skipped, folded.position, cut_at).await;
    for (stream, commits) in streams.map_err(|error| error.to_string())? {
        let commits = (&commits[..], &**bodies);
        let anew = folded.fold_anew(&stream, commits, |position| skipped.contains(position));
        anew.map_err(|error| error.to_string())?;
    }
    Ok(folded)
}

/// A large one takes as long as many calls.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, String> + Send + 'static,
) -> Result<R, String> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| error.to_string())?
}

impl<C: Codec, V: View<C::Aggregate>> Worker<C, V> {
    pub(super) fn save_snapshot_if_due(&mut self) {
        let position = *self.shared.positions.borrow();
        let commits = position.get().saturating_sub(self.snapshot.made_at.get());
        if commits >= EVERY_COMMITS || (commits > 0 && self.snapshot.made.elapsed() >= EVERY) {
            self.save_snapshot();
        }
    }

    /// Begins to write the folded state, unless it is being written already. The loop goes on meanwhile: what
    /// changes is copied.
    fn save_snapshot(&mut self) {
        let writing = self.snapshot.writing.as_ref();
        if writing.is_some_and(|writing| !writing.is_finished()) {
            return;
        }
        let Some(path) = self.snapshot.path.clone() else {
            return;
        };
        let Some(log_id) = self.shared.topic.log_id() else {
            return;
        };
        let image = {
            let folded = self.shared.folded.read();
            if folded.position == self.snapshot.made_at {
                return;
            }
            Image::of(&folded, log_id, &self.shared.bodies)
        };
        let Some(image) = image else {
            return;
        };
        let position = Position::new(image.head.position);
        self.snapshot.made_at = position;
        self.snapshot.made = Instant::now();
        let checkpoints = Arc::clone(&self.shared.past.checkpoints);
        let writing = self
            .tasks
            .spawn_blocking(move || match put::<C>(&path, image) {
                Ok(()) => checkpoints.keep(&path, position),
                Err(error) => tracing::warn!(%error, "a snapshot could not be written: {error}"),
            });
        self.snapshot.writing = Some(writing);
    }

    /// Writes the folded state as it stands in the end, and waits until it is there.
    pub(super) async fn save_last_snapshot(&mut self) {
        for _ in 0..2 {
            self.save_snapshot();
            if let Some(writing) = self.snapshot.writing.take() {
                // A panic in there was reported by the hook; there is an older snapshot, or none.
                let _ = writing.await;
            }
        }
    }
}

/// A folded state to be written.
pub(super) struct Image<A> {
    /// Everything but the aggregates.
    head: SnapshotMessage,
    slots: Slots<A>,
    bodies: Arc<Bodies>,
}

impl<A: Aggregate> Image<A> {
    /// None of a state in which nothing has happened.
    pub(super) fn of<C: Codec<Aggregate = A>, V: View<A>>(
        folded: &Folded<C, V>,
        log_id: LogId,
        bodies: &Arc<Bodies>,
    ) -> Option<Self> {
        let mut head = head(folded, log_id.as_uuid().as_bytes(), folded.attempt?);
        if matches!(**bodies, Bodies::Clear) {
            let slots = folded.slots();
            let timers = slots.flat_map(|(stream, slot)| slots::timers_out(stream, slot));
            head.timers = timers.collect();
        }
        if let Some(keyring) = bodies.keyring() {
            head.ledger = keyring.ledger_position().get();
        }
        Some(Self {
            head,
            slots: folded.slots.clone(),
            bodies: Arc::clone(bodies),
        })
    }
}

/// Writes beside the old snapshot, then puts the new one in its place.
pub(super) fn put<C: Codec>(path: &Path, image: Image<C::Aggregate>) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("snapshot.new");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&beside)?);
    let mut checksum = crc32fast::Hasher::new();
    file.write_all(MAGIC)?;
    file.write_all(&[0; 4])?;
    let mut write = |piece: &SnapshotMessage| {
        let bytes = piece.encode_to_vec();
        checksum.update(&bytes);
        file.write_all(&bytes)
    };
    write(&image.head)?;
    for (stream, slot) in image.slots {
        write(&SnapshotMessage {
            slots: vec![slots::out::<C>((&stream, &slot), &image.bodies)?],
            ..SnapshotMessage::default()
        })?;
    }
    let mut file = file.into_inner()?;
    file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
    file.write_all(&checksum.finalize().to_be_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

fn read<C: Codec>(bytes: &Bytes) -> Result<SnapshotMessage, String> {
    if bytes.len() < 8 || &bytes[..4] != MAGIC {
        return Err("it is not a snapshot of this version".into());
    }
    if bytes[4..8] != crc32fast::hash(&bytes[8..]).to_be_bytes() {
        return Err("it is damaged".into());
    }
    let message = SnapshotMessage::decode(bytes.slice(8..)).map_err(|error| error.to_string())?;
    if message.format != C::FORMAT {
        return Err(format!(
            "it has format {}, not {}",
            message.format,
            C::FORMAT
        ));
    }
    Ok(message)
}

/// A snapshot counts only if the log has the same commit at its position.
async fn confirm(topic: &Topic, message: &SnapshotMessage) -> Result<(), String> {
    let log_id = topic.log_id();
    if log_id.is_none_or(|id| id.as_uuid().as_bytes()[..] != message.log_id) {
        return Err("it is of another log".into());
    }
    let commit = topic.commit(Position::new(message.position)).await;
    let commit = commit.map_err(|error| error.to_string())?;
    let attempt = AttemptId::from_slice(&message.attempt);
    match commit {
        Some(commit) if Some(commit.attempt) == attempt => Ok(()),
        _ => Err("the log does not confirm its position".into()),
    }
}

fn head<C: Codec, V: View<C::Aggregate>>(
    folded: &Folded<C, V>,
    log_id: &[u8; 16],
    attempt: AttemptId,
) -> SnapshotMessage {
    SnapshotMessage {
        format: C::FORMAT.to_owned(),
        log_id: log_id.to_vec(),
        position: folded.position.get(),
        attempt: attempt.as_uuid().as_bytes().to_vec(),
        log_time: folded.log_time.as_millis(),
        slots: Vec::new(),
        ledger: 0,
        outcomes: folded
            .outcomes
            .iter()
            .map(|(time, id, outcome)| outcome_out(time, id, outcome))
            .collect(),
        timers: Vec::new(),
    }
}

fn outcome_out(log_time: i64, id: &CommandId, outcome: &Outcome) -> OutcomeMessage {
    OutcomeMessage {
        log_time,
        command_id: id.as_uuid().as_bytes().to_vec(),
        stream: outcome.stream.as_str().to_owned(),
        position: outcome.position.get(),
        refusal: match &outcome.noted {
            Noted::Refused(reason) => Some(reason.clone()),
            Noted::Taken | Noted::Unchanged => None,
        },
        unchanged: outcome.noted == Noted::Unchanged,
    }
}

fn unfold<C: Codec, V: View<C::Aggregate>>(
    message: SnapshotMessage,
    bodies: &Bodies,
) -> Result<Folded<C, V>, String> {
    let mut folded = Folded {
        position: Position::new(message.position),
        log_time: Timestamp::from_millis(message.log_time),
        attempt: AttemptId::from_slice(&message.attempt),
        ..Folded::default()
    };
    let mut timers = slots::Timers::new();
    for timer in message.timers {
        timers.entry(timer.stream.clone()).or_default().push(timer);
    }
    for slot in message.slots {
        let stream = stream(&slot.stream)?;
        let slot = slots::read::<C>((&stream, &slot), &mut timers, bodies)?;
        folded.put(stream, slot);
    }
    for outcome in message.outcomes {
        let id = CommandId::from_slice(&outcome.command_id).ok_or("a command id")?;
        let noted = match (outcome.refusal, outcome.unchanged) {
            (Some(reason), _) => Noted::Refused(reason),
            (None, true) => Noted::Unchanged,
            (None, false) => Noted::Taken,
        };
        let remembered = Outcome {
            stream: stream(&outcome.stream)?,
            position: Position::new(outcome.position),
            noted,
        };
        folded.outcomes.insert(outcome.log_time, id, remembered);
    }
    Ok(folded)
}

fn stream(name: &str) -> Result<StreamId, String> {
    StreamId::parse(name).ok_or_else(|| format!("{name:?} is not a stream id"))
}
