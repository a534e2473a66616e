//! Watching: first the present state, then every change.
//!
//! A watcher is pulled: it looks at what changed after its cursor when its caller has room for more. So a slow one
//! keeps nobody waiting and loses nothing: it hears later, and of each offering only how it then stands.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::{Duration, Instant};

use chassis::status::refusal;
use chassis::{ReadError, ServiceStatus, Violations};
use domain::Timestamp;
use eventlog::Position;
use futures::stream;
use proto::capacity::v1;
use proto::capacity::v1::watch_capacity_response::Event;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;
use tonic::{Code, Status};

use super::commands::invalid;
use super::cursor::Cursor;
use super::figures::Watching;
use super::find::{completeness, row_of};
use super::{Answers, Api, Capacity, Folded};
use crate::fingerprint::fingerprint;
use crate::view::{Filter, Practices, RowNumber};
use crate::wire;

/// Messages made at once, and offerings looked at, while the command loop waits.
const MAX_MESSAGES: usize = 256;
const MAX_LOOKED_AT: usize = 4_096;

/// Starts a watcher.
pub(super) async fn start(
    api: Api,
    mut request: v1::WatchCapacityRequest,
) -> Result<Answers<v1::WatchCapacityResponse>, Status> {
    let at_least = std::mem::take(&mut request.at_least);
    let cursor = std::mem::take(&mut request.cursor);
    let with_completeness = request.with_completeness;
    let (filter, filter_print) = wire::watch(request).map_err(Violations::into_status)?;
    let context = &api.0.context;
    context.at_least(&at_least).await?;
    let now = api.0.node.clock.now();
    let fresh = Cursor {
        log_id: context.log_id().await?,
        topic: fingerprint(context.topic().as_bytes()),
        filter: filter_print,
        position: Position::START,
        known_at: now,
    };
    let resumed = if cursor.is_empty() {
        None
    } else {
        Some(resume(context, &cursor, &fresh).await?)
    };
    let cursor = resumed.unwrap_or(fresh);
    let watcher = Watcher {
        positions: WatchStream::from_changes(context.positions()),
        filter,
        with_completeness,
        told: Told {
            everything: resumed.is_none(),
            ..Told::default()
        },
        // A node whose clock is behind tells again what another one told ahead of it.
        judged: (cursor.known_at.min(now), RowNumber::MAX),
        // Who resumes is told of all of them: no cursor says when that was decided.
        unusable_told: match resumed {
            Some(_) => 0,
            None => context.read().view.unusable_after(0).len(),
        },
        cursor,
        practices: ToldPractices::of(resumed.is_none()),
        is_live: false,
        is_over: false,
        messages: VecDeque::new(),
        last_message: Instant::now(),
        _counted: Watching::begin(),
        api,
    };
    Ok(Box::pin(stream::unfold(watcher, Watcher::next)))
}

/// Reads a cursor, and waits until this node has come that far.
async fn resume(context: &Capacity, text: &str, fresh: &Cursor) -> Result<Cursor, Status> {
    let cursor = Cursor::parse(text).map_err(|error| invalid("cursor", error.to_string()))?;
    if (cursor.log_id, cursor.topic) != (fresh.log_id, fresh.topic) {
        let message = "the cursor belongs to another log: start anew without it";
        return Err(refusal(
            Code::FailedPrecondition,
            "cursor-of-another-log",
            message,
        ));
    }
    if cursor.filter != fresh.filter {
        let message = "the cursor belongs to another filter: use the same one, or start anew without the cursor";
        return Err(refusal(
            Code::FailedPrecondition,
            "cursor-of-another-filter",
            message,
        ));
    }
    match context.reached(cursor.position).await {
        Ok(()) => Ok(cursor),
        Err(ReadError::BeyondTheEnd) => {
            let message = "the cursor lies beyond the end of the log: start anew without it";
            Err(refusal(Code::OutOfRange, "cursor-beyond-the-end", message))
        }
        Err(error) => Err(error.into()),
    }
}

struct Watcher {
    api: Api,
    filter: Filter,
    with_completeness: bool,
    /// Everything up to its position has been told.
    cursor: Cursor,
    /// Up to which moment, and which offering of that moment, it has been told what expired or began.
    judged: (Timestamp, RowNumber),
    told: Told,
    /// How many of those that are not to be believed any more it has been told of.
    unusable_told: usize,
    practices: ToldPractices,
    is_live: bool,
    is_over: bool,
    messages: VecDeque<v1::WatchCapacityResponse>,
    last_message: Instant,
    positions: WatchStream<Position>,
    _counted: Watching,
}

impl Watcher {
    async fn next(mut self) -> Option<(Result<v1::WatchCapacityResponse, Status>, Self)> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                self.last_message = Instant::now();
                return Some((Ok(message), self));
            }
            if self.is_over {
                return None;
            }
            if let Err(status) = self.still_served() {
                self.is_over = true;
                return Some((Err(status), self));
            }
            let waits_until = self.look();
            if !self.messages.is_empty() {
                continue;
            }
            if let Some(next_moment) = waits_until {
                self.wait(next_moment).await;
            }
        }
    }

    fn still_served(&self) -> Result<(), Status> {
        let shared = &self.api.0;
        if shared.node.shutdown.is_cancelled() {
            let message = "the node is stopping: resume from the last cursor, on any node";
            return Err(refusal(Code::Unavailable, "stopping", message));
        }
        match &*shared.context.status().borrow() {
            ServiceStatus::NotServing(reason) => {
                let message =
                    format!("not served at the moment: {reason}; resume from the last cursor");
                Err(refusal(Code::Unavailable, "not-serving", message))
            }
            // The log was replaced under the watcher: what it reads anew is no continuation.
            ServiceStatus::Starting => {
                let message = "the log is read anew; resume from the last cursor, or start anew";
                Err(refusal(Code::Unavailable, "not-serving", message))
            }
            ServiceStatus::Serving => Ok(()),
        }
    }

    /// Makes messages of what changed. Returns how long nothing will, if this was all; at most a heartbeat.
    fn look(&mut self) -> Option<Duration> {
        let api = self.api.clone();
        let now = api.0.node.clock.now().max(self.judged.0);
        let folded = api.0.context.read();
        let is_all = self.tell_unusable(&folded, now)
            && self.tell_moments(&folded, now)
            && self.tell_changes(&folded, now);
        let until_practices = is_all.then(|| self.tell_practices(&folded, now)).flatten();
        let next_moment = folded.view.next_moment(now);
        let becomes_live = is_all && !self.is_live;
        let silent_for = self.last_message.elapsed();
        let beats = is_all && silent_for >= api.0.heartbeat && self.messages.is_empty();
        let how_complete = (self.with_completeness && (becomes_live || beats))
            .then(|| completeness(&folded, &self.filter, now));
        drop(folded);
        if !is_all {
            return None;
        }
        let position = api.0.context.token(self.cursor.position);
        if becomes_live {
            self.is_live = true;
            self.push(Event::Live(v1::Live {
                position,
                completeness: how_complete,
            }));
        } else if beats {
            self.push(Event::Heartbeat(v1::Heartbeat {
                sent_at: Some(wire::timestamp(now)),
                position,
                completeness: how_complete,
            }));
        }
        let until_heartbeat = api.0.heartbeat.saturating_sub(silent_for);
        let until_moment = next_moment.map(|moment| {
            Duration::from_millis(u64::try_from(moment.millis_since(now)).unwrap_or(0))
        });
        let until_next = until_moment.into_iter().chain(until_practices).min();
        Some(until_next.map_or(until_heartbeat, |until_next| {
            until_next.min(until_heartbeat)
        }))
    }

    /// Tells what expired or began since; returns whether that was all.
    fn tell_moments(&mut self, folded: &Folded, now: Timestamp) -> bool {
        for (looked_at, (moment, number)) in folded.view.moments(self.judged, now).enumerate() {
            if self.is_full(looked_at) {
                return false;
            }
            self.judged = (moment, number);
            // What of this moment is still to come must be told again after a resumption.
            self.cursor.known_at = moment.plus_millis(-1);
            let changed_at = folded.view.row(number).map(|row| row.changed_at);
            // What changed since comes with the changes.
            if changed_at.is_some_and(|changed_at| changed_at <= self.cursor.position) {
                self.tell(folded, number, now);
            }
        }
        self.judged = (now, RowNumber::MAX);
        self.cursor.known_at = now;
        true
    }

    /// Tells what changed since; returns whether that was all.
    fn tell_changes(&mut self, folded: &Folded, now: Timestamp) -> bool {
        for (looked_at, (position, number)) in
            folded.view.changed_after(self.cursor.position).enumerate()
        {
            if self.is_full(looked_at) {
                return false;
            }
            self.cursor.position = position;
            self.tell(folded, number, now);
        }
        self.cursor.position = self.cursor.position.max(folded.position());
        true
    }

    /// Tells what is not to be believed any more; returns whether that was all.
    fn tell_unusable(&mut self, folded: &Folded, now: Timestamp) -> bool {
        for number in folded.view.unusable_after(self.unusable_told) {
            if self.is_full(0) {
                return false;
            }
            self.unusable_told += 1;
            self.tell(folded, *number, now);
        }
        true
    }

    fn is_full(&self, looked_at: usize) -> bool {
        self.messages.len() >= MAX_MESSAGES || looked_at >= MAX_LOOKED_AT
    }

    /// Tells how one offering stands, if that is to be told.
    fn tell(&mut self, folded: &Folded, number: RowNumber, now: Timestamp) {
        let view = &folded.view;
        let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
        let Some((row, slot)) = view
            .row(number)
            .and_then(|row| Some((row, folded.get(&row.stream)?)))
        else {
            return;
        };
        let is_practice = view.is_practice(number);
        self.practices.is_stale |= is_practice;
        self.practices.has_changed |= is_practice;
        // Not even the id of a practice that nobody was ever shown leaves.
        if is_practice && !row.was_shown {
            return;
        }
        if !is_practice && view.matches(number, &self.filter, now, state_of) {
            self.told.shown(number);
            let distance_km = view.distance_km(number, &self.filter);
            let row = row_of(view, (&row.id, slot), distance_km, now);
            self.push(Event::Offering(row));
        } else if self.told.gone(number) {
            let offering_id = row.id.as_str().to_owned();
            self.push(Event::Removed(v1::Removed { offering_id }));
        }
    }

    /// Tells how the practices stand, if that changed and it was not told just now; else returns when to look again.
    fn tell_practices(&mut self, folded: &Folded, now: Timestamp) -> Option<Duration> {
        if !self.practices.is_stale {
            return None;
        }
        let since_last = self
            .practices
            .looked_at
            .map(|looked_at| looked_at.elapsed());
        let to_wait = since_last.and_then(|since| self.api.0.heartbeat.checked_sub(since));
        if let Some(to_wait) = to_wait.filter(|to_wait| !to_wait.is_zero()) {
            return Some(to_wait);
        }
        let state_of = |stream: &eventlog::StreamId| folded.get(stream).map(|slot| &slot.state);
        let practices = folded.view.practices(&self.filter, now, state_of);
        self.practices.is_stale = false;
        self.practices.looked_at = Some(Instant::now());
        let is_news = match &self.practices.told {
            Some(told) => *told != practices,
            None => self.practices.has_changed || practices != Practices::default(),
        };
        if is_news {
            self.push(Event::Practices(wire::practice_groups(&practices)));
            self.practices.told = Some(practices);
        }
        None
    }

    fn push(&mut self, event: Event) {
        let cursor = self.cursor.encode();
        self.messages.push_back(v1::WatchCapacityResponse {
            cursor,
            event: Some(event),
        });
    }

    /// Waits for the next change, at most so long, and no longer than the node lives.
    async fn wait(&mut self, at_most: Duration) {
        let mut changes = pin!((&mut self.positions).timeout(at_most));
        // A closed topic is noticed by its status; a change or the time tell nothing but "look again".
        let _ = self
            .api
            .0
            .node
            .shutdown
            .run_until_cancelled(changes.next())
            .await;
    }
}

/// What the caller has been told of practices that are shown together.
struct ToldPractices {
    /// None: what was told before this stream is not known.
    told: Option<Practices>,
    /// Something of a practice may have changed, or expired, since.
    is_stale: bool,
    /// Something did.
    has_changed: bool,
    looked_at: Option<Instant>,
}

impl ToldPractices {
    /// `nothing`: the caller began from nothing.
    fn of(nothing: bool) -> Self {
        Self {
            told: nothing.then(Practices::default),
            is_stale: true,
            has_changed: false,
            looked_at: None,
        }
    }
}

/// What the caller has been told of each offering.
#[derive(Default)]
struct Told {
    /// The caller began from nothing: what it was not shown it does not have.
    everything: bool,
    shown: Flags,
    gone: Flags,
}

impl Told {
    fn shown(&mut self, number: RowNumber) {
        self.shown.set(number, true);
        self.gone.set(number, false);
    }

    /// Returns whether the caller must be told: it has the offering, or had it, or may have had it.
    fn gone(&mut self, number: RowNumber) -> bool {
        let was_shown = self.shown.set(number, false);
        let was_gone = self.gone.set(number, true);
        was_shown || !(self.everything || was_gone)
    }
}

/// One flag for each offering: a thousand watchers of a hundred thousand offerings must fit.
#[derive(Default)]
struct Flags(Vec<u64>);

impl Flags {
    /// Sets one and returns what it was.
    fn set(&mut self, number: RowNumber, flag: bool) -> bool {
        let (word, bit) = ((number / 64) as usize, 1_u64 << (number % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let was = self.0[word] & bit != 0;
        if flag {
            self.0[word] |= bit;
        } else {
            self.0[word] &= !bit;
        }
        was
    }
}
