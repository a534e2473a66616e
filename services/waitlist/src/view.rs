//! The read model: everybody on the list, to be counted without keeping the fold waiting.

use std::sync::Arc;

use chassis::View;
use domain::waitlist::counts::{Roll, Rows};
use domain::waitlist::{Entry, EntryId, Key, Listed};
use domain::{ProviderId, Timestamp};
use eventlog::{Position, StreamId};

const STREAM_PREFIX: &str = "waitlist-";

/// Names the stream of an entry. Its id is random: it says nothing about anybody.
pub(crate) fn stream_of(id: EntryId) -> Option<StreamId> {
    StreamId::parse(&format!("{STREAM_PREFIX}{id}"))
}

fn entry_of(stream: &StreamId) -> Option<EntryId> {
    EntryId::parse(stream.as_str().strip_prefix(STREAM_PREFIX)?)
}

/// All entries. What is erased, or not to be believed, is not among them.
#[derive(Default)]
pub(crate) struct WaitlistView {
    roll: Roll,
    unusable: u64,
}

impl View<Entry> for WaitlistView {
    fn set(&mut self, stream: &StreamId, state: &Entry, _: Position, _: Timestamp) {
        let Some(id) = entry_of(stream) else {
            return;
        };
        match &state.listed {
            Some(listed) => self.roll.put(id, Arc::clone(listed)),
            None => self.roll.remove(id),
        }
    }

    fn set_unusable(&mut self, stream: &StreamId, _: &Entry) {
        if let Some(id) = entry_of(stream) {
            self.roll.remove(id);
            self.unusable += 1;
        }
    }

    fn on_erased(&mut self, stream: &StreamId) {
        if let Some(id) = entry_of(stream) {
            self.roll.remove(id);
        }
    }
}

impl WaitlistView {
    /// Returns an entry as it stands.
    pub(crate) fn get(&self, id: EntryId) -> Option<&Arc<Listed>> {
        self.roll.get(id)
    }

    /// Returns the entries of a person, on all lists, by id.
    pub(crate) fn of_person(&self, keys: impl IntoIterator<Item = Key>) -> Vec<EntryId> {
        let keys = keys.into_iter();
        let mut ids: Vec<EntryId> = keys
            .flat_map(|key| self.roll.entries_with(&key))
            .copied()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Tells whether a provider has brought this person before, as one that the evaluator had granted.
    pub(crate) fn is_covered(&self, provider_id: &ProviderId, key: &Key) -> bool {
        self.roll.entries_with(key).iter().any(|id| {
            self.get(*id).is_some_and(|listed| {
                listed.registration.provider_id == *provider_id && listed.person.is_granted()
            })
        })
    }

    /// Returns all entries as they stand, by id.
    pub(crate) fn entries(&self) -> Vec<(EntryId, Arc<Listed>)> {
        let entries = self.roll.entries();
        entries
            .map(|(id, listed)| (id, Arc::clone(listed)))
            .collect()
    }

    /// Returns what there is to count: cheap, so that who counts lets go of the view first.
    pub(crate) fn rows(&self) -> Rows {
        self.roll.rows()
    }

    /// How many entries are not to be believed any more, and are in no count.
    pub(crate) fn unusable(&self) -> u64 {
        self.unusable
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::waitlist::counts::{Counts, Dimension, Table};
    use domain::waitlist::{
        AgeBand, Clock, Epoch, EpochKeys, Event, Grant, PersonKey, PersonKeys, Profile,
        Registration, Withdrawal, WithdrawalReason, WithdrawnBy,
    };
    use domain::{Aggregate, CareType, Day, DiagnosisGroup, MunicipalityCode, ProviderId, replay};
    use proptest::prelude::*;

    use super::*;

    fn id(number: u8) -> EntryId {
        EntryId::from_bytes([number; 16])
    }

    fn day(days: i32) -> Day {
        Day::from_number(20_000 + days)
    }

    /// Half as many persons as entries, at three providers.
    fn registered(number: u8) -> Event {
        let keys = EpochKeys {
            epoch: Epoch(1),
            region: PersonKey::from_bytes([number / 2; 32]),
            national: None,
        };
        Event::Registered {
            registration: Box::new(Registration {
                provider_id: ProviderId::parse(&format!("demo:{}", number % 3)).unwrap(),
                location_id: None,
                care_type: CareType::Specialised,
                registered_on: day(i32::from(number)),
                profile: Profile {
                    age_band: AgeBand::parse("25-44").unwrap(),
                    municipality_code: MunicipalityCode::parse("GM0114").unwrap(),
                    gp_practice: None,
                    diagnosis_group: DiagnosisGroup::parse("04").unwrap(),
                    is_preferred: number.is_multiple_of(5),
                },
                person: PersonKeys::parse(vec![keys], Grant::Covered).unwrap(),
            }),
            stated_on: day(i32::from(number)),
        }
    }

    fn next(number: u8, step: u8) -> Event {
        match step {
            0 => registered(number),
            1 => Event::IntakeHeld {
                held_on: day(i32::from(number) + 9),
            },
            2 => Event::NormExceeded(Clock::Total),
            _ => Event::Withdrawn(Withdrawal {
                on: day(i32::from(number) + 20),
                by: WithdrawnBy::Person,
                reason: WithdrawalReason::Moved,
            }),
        }
    }

    fn table(rows: &Rows) -> Table {
        Counts::on(day(30), rows).table(&[Dimension::Provider, Dimension::WaitBand])
    }

    proptest! {
        #[test]
        fn what_was_kept_step_by_step_is_what_is_counted_anew(
            steps in prop::collection::vec((0..12_u8, 0..20_u8), 0..80)
        ) {
            let mut view = WaitlistView::default();
            let mut histories: BTreeMap<u8, Vec<Event>> = BTreeMap::new();
            let mut skipped = Vec::new();
            for (number, turn) in steps {
                let stream = stream_of(id(number)).unwrap();
                let history = histories.entry(number).or_default();
                if turn == 0 && !history.is_empty() && !skipped.contains(&number) {
                    view.set_unusable(&stream, &replay(history));
                    skipped.push(number);
                }
                if skipped.contains(&number) {
                    continue;
                }
                let step = u8::try_from(history.len()).unwrap();
                history.push(next(number, step.min(3)));
                let state: Entry = replay(history);
                view.set(&stream, &state, Position::START, Timestamp::default());
            }
            let anew: Vec<_> = histories
                .iter()
                .filter(|(number, _)| !skipped.contains(*number))
                .filter_map(|(number, history)| {
                    let entry = history.iter().fold(Entry::default(), Entry::evolve);
                    Some((id(*number), entry.listed?))
                })
                .collect();
            let mut roll = Roll::default();
            for (id, listed) in &anew {
                roll.put(*id, Arc::clone(listed));
            }
            prop_assert_eq!(table(&view.rows()), table(&roll.rows()));
            prop_assert_eq!(view.entries(), anew);
            prop_assert_eq!(view.unusable(), skipped.len() as u64);
        }
    }

    #[test]
    fn who_was_erased_is_not_among_them_any_more() {
        let mut view = WaitlistView::default();
        for number in [1, 2] {
            let stream = stream_of(id(number)).unwrap();
            let state: Entry = replay(&[registered(number)]);
            view.set(&stream, &state, Position::START, Timestamp::default());
        }
        view.on_erased(&stream_of(id(1)).unwrap());
        let left: Vec<EntryId> = view.entries().into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, [id(2)]);
    }

    #[test]
    fn a_stream_that_is_no_entrys_is_left_alone() {
        let mut view = WaitlistView::default();
        let other = StreamId::parse("waitlist-month-2026-01").unwrap();
        let state: Entry = replay(&[registered(1)]);
        view.set(&other, &state, Position::START, Timestamp::default());
        assert!(view.entries().is_empty());
    }
}
