//! Threat 21, whatever is tried.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Ask {
        user: u8,
        organisation: u32,
    },
    Approve {
        user: u8,
        organisation: u32,
        content: u8,
    },
    /// The so-manieth timer that is set.
    Timer(usize),
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let step = prop_oneof![
        1 => (0..4_u8, 1..4_u32).prop_map(|(user, organisation)| Step::Ask { user, organisation }),
        6 => (0..4_u8, 1..4_u32, 0..2_u8)
            .prop_map(|(user, organisation, content)| Step::Approve { user, organisation, content }),
        1 => (0..4_usize).prop_map(Step::Timer),
    ];
    (0..200_i64, step)
}

fn who(user: u8, organisation: u32) -> Actor {
    actor(&format!("u{user}"), organisation)
}

/// What happened, by what everybody asked and said.
fn tell(steps: &[(i64, Step)]) -> Vec<Event> {
    let mut entry = replay::<Entry>(&[registered()]);
    let mut told = Vec::new();
    let mut now = noon(0);
    for (hours, step) in steps {
        now = now.plus_millis(hours * 3_600_000);
        let command = match step {
            Step::Ask { user, organisation } => {
                Command::RequestScreening(who(*user, *organisation))
            }
            Step::Approve {
                user,
                organisation,
                content: number,
            } => Command::ApproveScreening {
                by: who(*user, *organisation),
                content: content(*number),
            },
            Step::Timer(place) => match entry.timers().get(*place) {
                Some(timer) => timer.command.clone(),
                None => continue,
            },
        };
        let events = entry.decide(&command, now).unwrap_or_default();
        entry = events.iter().fold(entry, Entry::evolve);
        told.extend(events);
    }
    told
}

/// The rule as it is written down.
fn are_four_eyes(requester: &Actor, one: &Approval, other: &Approval) -> bool {
    let people = [&requester.user, &one.by.user, &other.by.user];
    let apart = other.approved_at.millis_since(one.approved_at).abs();
    people[0] != people[1]
        && people[0] != people[2]
        && people[1] != people[2]
        && one.by.organisation != other.by.organisation
        && requester.organisation != one.by.organisation
        && requester.organisation != other.by.organisation
        && one.content == other.content
        && apart <= 14 * DAY_MILLIS
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn threat_21_every_screening_that_counts_has_four_eyes(
        steps in prop::collection::vec(any_step(), 0..30)
    ) {
        let mut open: Option<Actor> = None;
        for event in tell(&steps) {
            if let Event::ScreeningRequested(request) = &event {
                open = Some(request.by.clone());
            }
            if let Event::Screened(screened) = &event {
                let requester = open.take();
                prop_assert_eq!(requester.as_ref(), Some(&screened.requested_by));
                prop_assert!(
                    are_four_eyes(&screened.requested_by, &screened.first, &screened.second),
                    "{:?}", screened
                );
            }
        }
    }
}

#[test]
fn the_steps_that_are_tried_do_make_screenings() {
    let steps = [
        (
            1,
            Step::Ask {
                user: 0,
                organisation: 1,
            },
        ),
        (
            1,
            Step::Approve {
                user: 1,
                organisation: 2,
                content: 0,
            },
        ),
        (
            1,
            Step::Approve {
                user: 2,
                organisation: 3,
                content: 0,
            },
        ),
    ];
    assert!(matches!(tell(&steps)[..], [.., Event::Screened(_)]));
}
