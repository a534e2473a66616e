use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::Aggregate;

const HOUR: i64 = 3_600_000;

/// Something that somebody tries, at some moment.
#[derive(Clone, Debug)]
enum Step {
    Hold {
        number: u8,
        hours: i64,
    },
    /// With the token that belongs to the hold, or one beside it.
    Extend {
        number: u8,
        beside: u64,
        hours: i64,
    },
    Release {
        number: u8,
        beside: u64,
    },
    Consume {
        number: u8,
        beside: u64,
    },
    /// The so-manieth timer that is set.
    Timer(usize),
    /// Counted so many hours before now.
    Report {
        hours_ago: i64,
        available: u32,
        token: Option<u64>,
    },
    /// Of the present counts.
    Correct {
        hours_ago: i64,
        available: u32,
        token: Option<u64>,
    },
}

fn any_step() -> impl Strategy<Value = Step> {
    let beside = || prop_oneof![9 => Just(0_u64), 1 => Just(1_u64)];
    let token = || prop::option::of(0_u64..12);
    prop_oneof![
        8 => (0..10_u8, 1_i64..9).prop_map(|(number, hours)| Step::Hold { number, hours }),
        2 => (0..10_u8, beside(), 1_i64..9)
            .prop_map(|(number, beside, hours)| Step::Extend { number, beside, hours }),
        3 => (0..10_u8, beside()).prop_map(|(number, beside)| Step::Release { number, beside }),
        3 => (0..10_u8, beside()).prop_map(|(number, beside)| Step::Consume { number, beside }),
        3 => (0..4_usize).prop_map(Step::Timer),
        4 => (0_i64..4, 0..5_u32, token())
            .prop_map(|(hours_ago, available, token)| Step::Report { hours_ago, available, token }),
        1 => (0_i64..4, 0..5_u32, token())
            .prop_map(|(hours_ago, available, token)| Step::Correct { hours_ago, available, token }),
    ]
}

/// One step each hour.
fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any_step(), 0..45)
}

fn counts_of(observed_at: Timestamp, available: u32, token: Option<u64>) -> Report {
    let counts = UncheckedCounts {
        available,
        highest_token_counted: token,
        ..UncheckedCounts::default()
    };
    Report {
        counts: counts.check(0).ok(),
        valid_until: Some(observed_at.plus_millis(100 * HOUR)),
        ..report(observed_at, None, available)
    }
}

/// What a step asks of the offering as it stands; none: there is nothing to ask.
fn command(step: &Step, offering: &Offering, now: Timestamp) -> Option<Command> {
    let token_of = |number: u8| {
        let mut active = offering.active_holds().iter();
        let active = active
            .find(|hold| hold.hold_id == hold_id(number))
            .map(|hold| hold.token);
        let ended = offering.holds.iter().flat_map(|holds| holds.ended());
        let ended = ended
            .into_iter()
            .find(|ended| ended.hold_id == hold_id(number));
        active.or(ended.map(|ended| ended.token)).unwrap_or(0)
    };
    let claim_of = |number, beside| claim(number, token_of(number) + beside);
    let in_hours = |hours: i64| now.plus_millis(hours * HOUR);
    Some(match *step {
        Step::Hold { number, hours } => place(number, in_hours(hours)),
        Step::Extend {
            number,
            beside,
            hours,
        } => Command::ExtendHold {
            claim: claim_of(number, beside),
            expires_at: in_hours(hours),
        },
        Step::Release { number, beside } => Command::ReleaseHold(claim_of(number, beside)),
        Step::Consume { number, beside } => Command::ConsumePlace(claim_of(number, beside)),
        Step::Timer(place) => offering.timers().get(place)?.command.clone(),
        Step::Report {
            hours_ago,
            available,
            token,
        } => Command::Report(counts_of(in_hours(-hours_ago), available, token)),
        Step::Correct {
            hours_ago,
            available,
            token,
        } => Command::Correct {
            supersedes: offering.counts.as_ref()?.key(),
            report: counts_of(in_hours(-hours_ago), available, token),
            reason: CorrectionReason::SystemError,
        },
    })
}

/// All that happened, with the offering before each event's command and after it.
struct Told {
    offering: Offering,
    turns: Vec<(Offering, Vec<Event>, Offering)>,
}

fn tell(steps: &[Step]) -> Told {
    let start = [published(), reported(counts_of(NOW, 3, None))];
    let mut offering = crate::replay::<Offering>(&start);
    let mut turns = Vec::new();
    for (step, hour) in steps.iter().zip(1..) {
        let now = NOW.plus_millis(hour * HOUR);
        let Some(command) = command(step, &offering, now) else {
            continue;
        };
        let events = offering.decide(&command, now).unwrap_or_default();
        let after = events.iter().fold(offering.clone(), Offering::evolve);
        turns.push((offering, events, after.clone()));
        offering = after;
    }
    Told { offering, turns }
}

fn events(told: &Told) -> impl Iterator<Item = &Event> {
    told.turns.iter().flat_map(|(_, events, _)| events)
}

fn available(offering: &Offering) -> u32 {
    offering.balance().map_or(0, |balance| balance.available)
}

/// What is free, computed from everything that ever happened, as the rule is written down.
fn by_the_book(told: &Told) -> i64 {
    let mut given: BTreeMap<u64, Option<(HoldEnd, Timestamp)>> = BTreeMap::new();
    for event in events(told) {
        if let Event::PlaceHeld(hold) = event {
            given.insert(hold.token, None);
        }
        if let Event::HoldEnded(over) = event {
            given.insert(over.token, Some((over.end, over.ended_at)));
        }
    }
    let counts = told.offering.counts.as_ref().unwrap();
    let known = counts.value.highest_token_counted.unwrap_or(0);
    let free = given.iter().map(|(token, end)| match end {
        None | Some((HoldEnd::Consumed, _)) if *token > known => -1,
        Some((HoldEnd::Released | HoldEnd::Expired, at))
            if *token <= known && *at > counts.observed_at =>
        {
            1
        }
        _ => 0,
    });
    i64::from(counts.value.available) + free.sum::<i64>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_place_is_given_that_is_not_free(steps in any_steps()) {
        for (before, events, after) in tell(&steps).turns {
            if events.iter().any(|event| matches!(event, Event::PlaceHeld(_))) {
                prop_assert!(available(&before) > 0);
                prop_assert_eq!(available(&after), available(&before) - 1);
                prop_assert_eq!(after.active_holds().len(), before.active_holds().len() + 1);
            }
        }
    }

    #[test]
    fn tokens_rise_by_one_and_no_hold_is_given_twice(steps in any_steps()) {
        let told = tell(&steps);
        let mut given = Vec::new();
        for event in events(&told) {
            if let Event::PlaceHeld(hold) = event {
                given.push(hold);
            }
        }
        let tokens: Vec<u64> = given.iter().map(|hold| hold.token).collect();
        prop_assert_eq!(tokens, (1..).take(given.len()).collect::<Vec<u64>>());
        let ids: BTreeSet<&HoldId> = given.iter().map(|hold| &hold.hold_id).collect();
        prop_assert_eq!(ids.len(), given.len());
    }

    #[test]
    fn a_hold_ends_once_and_its_place_comes_back_at_most_once(steps in any_steps()) {
        let told = tell(&steps);
        let mut over = BTreeSet::new();
        for event in events(&told) {
            if let Event::HoldEnded(ended) = event {
                prop_assert!(over.insert(ended.token), "token {} ended twice", ended.token);
            }
        }
        for (before, events, after) in &told.turns {
            let [Event::HoldEnded(ended), ..] = &events[..] else {
                continue;
            };
            let back = i64::from(available(after)) - i64::from(available(before));
            prop_assert!(back <= i64::from(ended.end != HoldEnd::Consumed));
            prop_assert!(back >= 0);
        }
    }

    #[test]
    fn what_is_free_is_what_the_rule_says_of_all_that_happened(steps in any_steps()) {
        let told = tell(&steps);
        let free = by_the_book(&told);
        let balance = told.offering.balance().unwrap();
        prop_assert_eq!(i64::from(balance.available) - i64::from(balance.missing), free);
        prop_assert!(balance.available == 0 || balance.missing == 0);
    }

    #[test]
    fn overcommitment_is_told_when_it_arises_and_when_it_is_over(steps in any_steps()) {
        let mut is_over = false;
        for (_, events, after) in tell(&steps).turns {
            for event in &events {
                if let Event::OvercommitmentArisen { places_missing } = event {
                    prop_assert!(!is_over && *places_missing > 0);
                    is_over = true;
                }
                if *event == Event::OvercommitmentResolved {
                    prop_assert!(is_over);
                    is_over = false;
                }
            }
            prop_assert_eq!(after.balance().unwrap().missing > 0, is_over);
        }
    }

    #[test]
    fn every_hold_ends_by_its_timer(steps in any_steps()) {
        let mut offering = tell(&steps).offering;
        for timer in offering.timers() {
            let events = offering.decide(&timer.command, timer.due).unwrap();
            prop_assert!(matches!(events[..], [Event::HoldEnded(_), ..]));
            offering = events.iter().fold(offering, Offering::evolve);
        }
        prop_assert!(offering.active_holds().is_empty());
    }

    #[test]
    fn a_step_that_comes_again_at_once_decides_nothing(steps in any_steps()) {
        let mut offering = crate::replay::<Offering>(&[published(), reported(counts_of(NOW, 3, None))]);
        for (step, hour) in steps.iter().zip(1..) {
            let now = NOW.plus_millis(hour * HOUR);
            let Some(command) = command(step, &offering, now) else {
                continue;
            };
            let Ok(events) = offering.decide(&command, now) else {
                continue;
            };
            offering = events.iter().fold(offering, Offering::evolve);
            prop_assert_eq!(offering.decide(&command, now), Ok(vec![]));
        }
    }
}
