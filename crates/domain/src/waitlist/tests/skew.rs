//! Threat 23: clocks that are minutes off.

use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;

/// The day that a clock shows which is so many minutes off.
fn shown(now: Timestamp, minutes_off: i64) -> Day {
    Day::at(now.plus_millis(minutes_off * MINUTE))
}

#[test]
fn threat_23_a_day_that_has_begun_by_a_clock_ten_minutes_ahead_is_taken() {
    let almost_midnight = on(1).begins_at().plus_millis(-9 * MINUTE);
    entry([])
        .at(almost_midnight)
        .when(register(registration(on(1))))
        .then([registered_as(registration(on(1)))])
        // A clock that is behind sees the day before.
        .when(Command::HoldIntake { held_on: on(0) })
        .then([Event::IntakeHeld { held_on: on(1) }])
        .when(Command::HoldIntake { held_on: on(0) })
        .then_nothing();
}

#[test]
fn threat_23_a_day_further_ahead_is_refused() {
    entry([])
        .at(on(1).begins_at().plus_millis(-11 * MINUTE))
        .when(register(registration(on(1))))
        .then_rejected(Rejection::DayInTheFuture);
}

/// Everybody's clock is up to ten minutes off, the node's too.
fn any_clocks() -> impl Strategy<Value = [(i64, i64); 4]> {
    let later = || prop_oneof![4 => 0..15_i64, 1 => 0..3_000_i64];
    let clock = || (-10..=10_i64, later());
    [clock(), clock(), clock(), clock()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn threat_23_nothing_is_lost_and_no_wait_is_below_zero(
        // Around a midnight.
        start in 1_410..1_470_i64,
        clocks in any_clocks(),
        node_off in -5..=0_i64,
    ) {
        let mut entry = Entry::default();
        let mut now = on(0).begins_at().plus_millis(start * MINUTE);
        let steps: [fn(Day) -> Command; 4] = [
            |day| register(registration(day)),
            |held_on| Command::HoldIntake { held_on },
            |started_on| Command::StartTreatment { started_on },
            |ended_on| Command::EndTreatment { ended_on, outflow: Outflow::Gp },
        ];
        for (step, (minutes_off, minutes_later)) in steps.iter().zip(clocks) {
            now = now.plus_millis(minutes_later * MINUTE);
            // Sender and node together are at most ten minutes apart.
            let off = minutes_off.min(10 + node_off);
            let command = step(shown(now, off));
            let events = entry.decide(&command, now.plus_millis(node_off * MINUTE));
            prop_assert!(events.is_ok(), "{command:?}: {events:?}");
            entry = events.unwrap().iter().fold(entry, Entry::evolve);

            let spell = entry.listed.as_ref().unwrap().spell;
            let days = [
                Some(spell.waiting_since),
                spell.intake_held_on,
                spell.treatment_started_on,
                spell.end.map(SpellEnd::on),
            ];
            prop_assert!(days.iter().flatten().is_sorted());
            let listed = entry.listed.as_ref().unwrap();
            for wait in Clock::ALL.into_iter().filter_map(|clock| listed.wait(clock)) {
                // A node that is behind answers before the wait began.
                prop_assert_eq!(wait.days(wait.since.plus(-1)), 0);
                prop_assert!(wait.days(shown(now, -10)) <= 10);
            }
        }
    }
}
