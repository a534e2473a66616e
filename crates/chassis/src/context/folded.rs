use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::{Aggregate, Timer, Timestamp};
use eventlog::{AttemptId, CommandId, Commit, IdMap, Position, StreamId, Version};
use pseudonym::vault::Kid;

use super::bodies::Bodies;
use super::outcomes::Outcomes;
use crate::{Codec, DecodeError, EventOf, Recorded, View};

/// Everything that a topic's commits add up to, at one position.
pub struct Folded<C: Codec, V> {
    pub(super) position: Position,
    pub(super) log_time: Timestamp,
    /// The attempt of the commit at `position`: by it a log confirms a snapshot.
    pub(super) attempt: Option<AttemptId>,
    /// Shared with whoever writes a snapshot: what changes meanwhile is copied first.
    pub(super) slots: Slots<C::Aggregate>,
    pub(super) outcomes: Outcomes,
    /// When timers fall due, and on which stream: those of streams that the view shows.
    pub(super) due: BTreeSet<Due>,
    /// Which stream is sealed under which key.
    pub(super) kids: HashMap<Kid, StreamId>,
    /// The service's own indices.
    pub view: V,
    /// The streams that the view does not show as they stand, while much is folded at once; none: it shows
    /// every change.
    pub(super) unshown: Option<Vec<StreamId>>,
}

/// Aggregates by stream.
pub(super) type Slots<A> = IdMap<StreamId, Arc<Slot<A>>>;

/// One aggregate as it stands.
#[derive(Clone, Debug)]
pub struct Slot<A> {
    /// Its state.
    pub state: A,
    /// The version of its last effective commit.
    pub version: Version,
    /// The position of that commit.
    pub changed_at: Position,
    /// The log time of that commit.
    pub changed_time: Timestamp,
    /// Its content was erased: it takes no commands and no timers.
    pub erased: bool,
    /// The first of its commits that an operator decided to skip. What follows is not folded, what stood before is
    /// not believed, and it takes no commands and no timers.
    pub skipped_at: Option<Position>,
    /// The key that its bodies are sealed under; none: they are in clear, or there are none.
    pub(super) kid: Option<Kid>,
    /// Its timers; most streams have none.
    pub(super) timers: Vec<SetTimer>,
    /// The view does not show it as it stands.
    pub(super) is_unshown: bool,
}

impl<A: Aggregate> Slot<A> {
    /// Tells whether all that happened is in the state.
    pub fn is_usable(&self) -> bool {
        !self.erased && self.skipped_at.is_none()
    }

    fn take(&mut self, commit: &Commit, events: &[Recorded<A::Event>]) {
        for recorded in events {
            self.state = std::mem::take(&mut self.state).evolve(&recorded.event);
        }
        if !events.is_empty() {
            self.changed_at = commit.position;
            self.changed_time = Timestamp::from_millis(commit.log_time_millis);
        }
    }

    /// Nothing is left of what happened.
    pub(super) fn wipe(&mut self) {
        self.state = A::default();
        // Every node says the same of it, whenever it heard of the erasure.
        self.changed_at = Position::START;
        self.changed_time = Timestamp::default();
        self.erased = true;
    }

    /// Every body of a stream is sealed under the same key: a single destruction erases all.
    fn take_kid(&mut self, kid: Option<Kid>) -> Result<(), DecodeError> {
        match (self.kid, kid) {
            (_, None) => {}
            (None, Some(_)) => self.kid = kid,
            (Some(known), Some(other)) if known == other => {}
            (Some(_), Some(_)) => {
                return Err(DecodeError::new(
                    "it is sealed under another key than its stream",
                ));
            }
        }
        Ok(())
    }

    fn show(&self, stream: &StreamId, view: &mut impl View<A>) {
        if self.erased {
            return view.on_erased(stream);
        }
        if self.changed_at != Position::START {
            view.set(stream, &self.state, self.changed_at, self.changed_time);
        }
        if self.skipped_at.is_some() {
            view.set_unusable(stream, &self.state);
        }
    }

    /// Shows it, or notes that it is to be shown when everything is.
    fn show_or_note(
        &mut self,
        stream: &StreamId,
        view: &mut impl View<A>,
        unshown: &mut Option<Vec<StreamId>>,
    ) {
        match unshown {
            Some(_) if self.is_unshown => {}
            Some(unshown) => {
                self.is_unshown = true;
                unshown.push(stream.clone());
            }
            None => self.show(stream, view),
        }
    }
}

/// When something falls due, and where.
pub(super) type Due = (Timestamp, StreamId);

/// A timer that runs; what is to be decided then is for the state to say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SetTimer {
    pub(super) due: Timestamp,
    pub(super) name: String,
    /// The command that set it: set anew, it is another timer.
    pub(super) set_by: CommandId,
}

impl SetTimer {
    /// Tells whether a state speaks of this timer.
    pub(super) fn is<C>(&self, timer: &Timer<C>) -> bool {
        self.due == timer.due && self.name == timer.name
    }
}

impl<A: Default> Default for Slot<A> {
    fn default() -> Self {
        Self {
            state: A::default(),
            version: Version::NONE,
            changed_at: Position::START,
            changed_time: Timestamp::default(),
            erased: false,
            skipped_at: None,
            kid: None,
            timers: Vec::new(),
            is_unshown: false,
        }
    }
}

impl<C: Codec, V: View<C::Aggregate>> Default for Folded<C, V> {
    fn default() -> Self {
        Self {
            position: Position::START,
            log_time: Timestamp::default(),
            attempt: None,
            slots: Slots::default(),
            outcomes: Outcomes::default(),
            due: BTreeSet::new(),
            kids: HashMap::new(),
            view: V::default(),
            unshown: Some(Vec::new()),
        }
    }
}

impl<C: Codec, V: View<C::Aggregate>> Folded<C, V> {
    /// The last commit that is in it.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The log time of that commit.
    pub fn log_time(&self) -> Timestamp {
        self.log_time
    }

    /// One stream's aggregate.
    pub fn get(&self, stream: &StreamId) -> Option<&Slot<C::Aggregate>> {
        self.slots.get(stream).map(Arc::as_ref)
    }

    /// All of them, in no order.
    pub fn slots(&self) -> impl Iterator<Item = (&StreamId, &Slot<C::Aggregate>)> {
        self.slots
            .iter()
            .map(|(stream, slot)| (stream, slot.as_ref()))
    }

    /// Lets the view show everything as it stands, and every change from now on. Until then it shows what was
    /// there before: while millions of commits are folded, each stream is shown once.
    pub(super) fn show(&mut self) {
        for stream in self.unshown.take().unwrap_or_default() {
            let Some(slot) = self.slots.get_mut(&stream).map(Arc::make_mut) else {
                continue;
            };
            slot.is_unshown = false;
            slot.show(&stream, &mut self.view);
            let due = slot.timers.iter().map(|timer| timer.due);
            self.due.extend(due.map(|due| (due, stream.clone())));
        }
    }

    /// Folds one commit. On a stream of which one was skipped only its envelope counts.
    ///
    /// # Errors
    /// If its body holds something unknown, or its key cannot be had: nothing has changed then.
    pub(super) fn fold(&mut self, commit: &Commit, bodies: &Bodies) -> Result<(), DecodeError> {
        match read::<C>(commit, bodies) {
            Ok((events, kid)) => self.apply(commit, &events, kid),
            Err(DecodeError::Erased) => {
                self.erase(commit);
                Ok(())
            }
            Err(_) if self.is_skipped(&commit.stream) => self.apply(commit, &[], None),
            Err(error) => Err(error),
        }
    }

    fn is_skipped(&self, stream: &StreamId) -> bool {
        self.get(stream)
            .is_some_and(|slot| slot.skipped_at.is_some())
    }

    fn apply(
        &mut self,
        commit: &Commit,
        events: &[Recorded<EventOf<C>>],
        kid: Option<Kid>,
    ) -> Result<(), DecodeError> {
        let slot = slot_of(&mut self.slots, &commit.stream);
        let is_first = slot.kid.is_none();
        slot.take_kid(kid)?;
        if is_first && let Some(kid) = kid {
            self.kids.insert(kid, commit.stream.clone());
        }
        slot.version = commit.version;
        if slot.is_usable() && !events.is_empty() {
            slot.take(commit, events);
            slot.show_or_note(&commit.stream, &mut self.view, &mut self.unshown);
            if let Some(note) = commit.commands.first() {
                let due = self.unshown.is_none().then_some(&mut self.due);
                set_timers(due, &commit.stream, slot, note.id);
            }
        }
        self.advance(commit);
        Ok(())
    }

    /// A skipped commit counts by its envelope; its stream is unusable from here on.
    pub(super) fn skip(&mut self, commit: &Commit) {
        let slot = slot_of(&mut self.slots, &commit.stream);
        slot.version = commit.version;
        slot.skipped_at.get_or_insert(commit.position);
        slot.show_or_note(&commit.stream, &mut self.view, &mut self.unshown);
        take_timers(&mut self.due, &commit.stream, slot);
        self.advance(commit);
    }

    /// Folds one stream anew from its commits up to here, one of which was folded before it was skipped: what comes of
    /// it is what a node has that knew of the decision all along.
    ///
    /// # Errors
    /// If one that is not skipped holds something unknown: nothing has changed then.
    pub(super) fn fold_anew(
        &mut self,
        stream: &StreamId,
        (commits, bodies): (&[Arc<Commit>], &Bodies),
        is_skipped: impl Fn(Position) -> bool,
    ) -> Result<(), DecodeError> {
        let mut slot = Slot::<C::Aggregate>::default();
        for commit in commits
            .iter()
            .filter(|commit| commit.position <= self.position)
        {
            slot.version = commit.version;
            if is_skipped(commit.position) {
                slot.skipped_at.get_or_insert(commit.position);
            }
            if !slot.is_usable() {
                continue;
            }
            match read::<C>(commit, bodies) {
                Ok((events, kid)) => {
                    slot.take_kid(kid)?;
                    slot.take(commit, &events);
                }
                Err(DecodeError::Erased) => slot.wipe(),
                Err(error) => return Err(error),
            }
        }
        if let Some(kid) = slot.kid {
            self.kids.insert(kid, stream.clone());
        }
        let old = slot_of(&mut self.slots, stream);
        take_timers(&mut self.due, stream, old);
        slot.is_unshown = old.is_unshown;
        *old = slot;
        old.show_or_note(stream, &mut self.view, &mut self.unshown);
        Ok(())
    }

    fn erase(&mut self, commit: &Commit) {
        let slot = slot_of(&mut self.slots, &commit.stream);
        slot.version = commit.version;
        slot.wipe();
        take_timers(&mut self.due, &commit.stream, slot);
        slot.show_or_note(&commit.stream, &mut self.view, &mut self.unshown);
        self.advance(commit);
    }

    /// Lets go of everything that was sealed under a key.
    pub(super) fn forget(&mut self, kid: &Kid) {
        let Some(stream) = self.kids.remove(kid) else {
            return;
        };
        let slot = slot_of(&mut self.slots, &stream);
        slot.wipe();
        take_timers(&mut self.due, &stream, slot);
        slot.show_or_note(&stream, &mut self.view, &mut self.unshown);
    }

    fn advance(&mut self, commit: &Commit) {
        self.outcomes.note(commit);
        self.position = commit.position;
        self.attempt = Some(commit.attempt);
        self.log_time = Timestamp::from_millis(commit.log_time_millis);
    }

    /// Puts an aggregate in as a snapshot has it, to be shown later.
    pub(super) fn put(&mut self, stream: StreamId, mut slot: Slot<C::Aggregate>) {
        slot.show_or_note(&stream, &mut self.view, &mut self.unshown);
        if let Some(kid) = slot.kid {
            self.kids.insert(kid, stream.clone());
        }
        self.slots.insert(stream, Arc::new(slot));
    }
}

type Events<C> = Vec<Recorded<EventOf<C>>>;

/// A commit's events, and the key that they were sealed under.
pub(super) fn read<C: Codec>(
    commit: &Commit,
    bodies: &Bodies,
) -> Result<(Events<C>, Option<Kid>), DecodeError> {
    let opened = bodies.open(commit)?;
    Ok((C::decode(&opened.clear)?, opened.kid))
}

/// A stream's slot, to be changed: made if it is not there, copied if a snapshot of it is being written.
fn slot_of<'a, A: Aggregate>(slots: &'a mut Slots<A>, stream: &StreamId) -> &'a mut Slot<A> {
    Arc::make_mut(slots.entry(stream.clone()).or_default())
}

/// Replaces a stream's timers; one that goes on keeps the command that set it. Without `due` they are noted there later.
fn set_timers<A: Aggregate>(
    due: Option<&mut BTreeSet<Due>>,
    stream: &StreamId,
    slot: &mut Slot<A>,
    set_by: CommandId,
) {
    let old = std::mem::take(&mut slot.timers);
    let set = |timer: Timer<A::Command>| {
        let known = old.iter().find(|known| known.is(&timer));
        SetTimer {
            due: timer.due,
            name: timer.name,
            set_by: known.map_or(set_by, |known| known.set_by),
        }
    };
    slot.timers = slot.state.timers().into_iter().map(set).collect();
    let Some(due) = due else {
        return;
    };
    let falls_due = |timers: &[SetTimer], at: Timestamp| timers.iter().any(|timer| timer.due == at);
    for timer in old
        .iter()
        .filter(|timer| !falls_due(&slot.timers, timer.due))
    {
        due.remove(&(timer.due, stream.clone()));
    }
    for timer in slot
        .timers
        .iter()
        .filter(|timer| !falls_due(&old, timer.due))
    {
        due.insert((timer.due, stream.clone()));
    }
}

fn take_timers<A>(due: &mut BTreeSet<Due>, stream: &StreamId, slot: &mut Slot<A>) {
    for timer in slot.timers.drain(..) {
        due.remove(&(timer.due, stream.clone()));
    }
}
