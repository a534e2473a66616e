//! The monthly return, against figures that were worked out by hand.

use super::calls::step;
use super::*;

impl World {
    async fn of_day(&self, caller: &str, number: u32, registered_on: &str) {
        let mut request = self.region.register(caller, number, person(number));
        let stated = request.registration.as_mut().unwrap();
        stated.registered_on = registered_on.to_owned();
        self.register_entry(caller, request).await.unwrap();
    }

    async fn month(&self, caller: &str, month: &str) -> v1::GetMonthlyReturnResponse {
        let request = v1::GetMonthlyReturnRequest {
            month: month.into(),
            ..Default::default()
        };
        self.get_monthly_return(caller, request).await.unwrap()
    }
}

fn against(within: u64, over: u64) -> Option<v1::AgainstNorm> {
    Some(v1::AgainstNorm {
        within,
        over,
        without_norm: 0,
    })
}

/// Specialised care, 28 days to the intake and 70 from there on. Of five persons one waits for an intake since 4 days
/// before the month's end, and one since 61; one waits for treatment since 5 days; two have begun.
#[tokio::test]
async fn the_return_of_a_month_says_what_was_worked_out_by_hand() {
    let world = World::start().await;
    world.region.go_to("2026-11-30");
    world.of_day(ONE, 1, "2026-11-26").await;
    world.of_day(ONE, 2, "2026-09-30").await;
    // Intake after 21 days, of which 5 are gone since.
    world.of_day(ONE, 3, "2026-11-04").await;
    world.step(ONE, 3, step("intake 2026-11-25")).await.unwrap();
    // Intake after 35 days, treatment after 14 more.
    world.of_day(ONE, 4, "2026-10-01").await;
    world.step(ONE, 4, step("intake 2026-11-05")).await.unwrap();
    world.step(ONE, 4, step("start 2026-11-19")).await.unwrap();
    // Intake after 7 days in August, treatment after 77 more.
    world.of_day(ONE, 5, "2026-08-10").await;
    world.step(ONE, 5, step("intake 2026-08-17")).await.unwrap();
    world.step(ONE, 5, step("start 2026-11-02")).await.unwrap();
    world.of_day(TWO, 6, "2026-11-20").await;

    let answer = world.month(ONE, "2026-11").await;
    let [line] = &answer.lines[..] else {
        panic!("{:?}", answer.lines);
    };
    let expected = v1::ReturnLine {
        provider_id: organisation(ONE).into(),
        location_id: String::new(),
        care_type: "specialised".into(),
        diagnosis_group: "04".into(),
        waiting_for_intake: against(1, 1),
        waiting_for_treatment: against(1, 0),
        intakes_held: against(1, 1),
        treatments_started: against(1, 1),
        // 21 and 35 days, 4 weeks in the mean.
        intake_wait_tenths_of_weeks: Some(40),
        // 14 and 77 days, 6.5 weeks in the mean.
        treatment_wait_tenths_of_weeks: Some(65),
    };
    assert_eq!(*line, expected);
    assert_eq!(answer.complete_until, "2026-11-30");
}

#[tokio::test]
async fn threat_18_a_provider_gets_its_own_return_and_no_others() {
    let world = World::start().await;
    world.of_day(ONE, 1, "2026-11-01").await;
    world.of_day(TWO, 2, "2026-11-01").await;
    for caller in [ONE, TWO] {
        let lines = world.month(caller, "2026-11").await.lines;
        let providers: Vec<_> = lines.iter().map(|line| line.provider_id.as_str()).collect();
        assert_eq!(providers, [organisation(caller)]);
    }
    assert!(world.month(THREE, "2026-11").await.lines.is_empty());
}

#[tokio::test]
async fn care_without_a_norm_and_who_was_not_granted_is_in_no_return() {
    let world = World::start().await;
    let mut without_norm = world.region.register(ONE, 1, person(1));
    without_norm.registration.as_mut().unwrap().care_type = "sheltered-housing".into();
    world.register_entry(ONE, without_norm).await.unwrap();
    let not_granted = v1::RegisterEntryRequest {
        grant: None,
        ..world.region.register(TWO, 2, person(2))
    };
    world.register_entry(TWO, not_granted).await.unwrap();
    assert!(world.month(TEAM, "2026-11").await.lines.is_empty());
}
