//! The journey of an entry, as a provider says and sees it.

use super::calls::step;
use super::*;

#[tokio::test]
async fn an_entry_goes_from_registration_to_aftercare_and_back() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let journey = [
        ("2026-11-10", "planned 2026-11-20", v1::Phase::IntakePlanned),
        ("2026-11-20", "intake 2026-11-20", v1::Phase::IntakeHeld),
        ("2026-12-01", "start 2026-12-01", v1::Phase::InTreatment),
        ("2027-03-01", "ended 2027-02-28", v1::Phase::Ended),
        ("2027-05-01", "returned 2027-05-01", v1::Phase::Registered),
    ];
    for (today, said, phase) in journey {
        world.region.go_to(today);
        let taken = world.step(ONE, 1, step(said)).await.unwrap();
        assert_eq!(taken.outcome(), v1::Outcome::Taken, "{said}");
        let again = world.step(ONE, 1, step(said)).await.unwrap();
        assert_eq!(again.outcome(), v1::Outcome::Repeated, "{said}");
        assert_eq!(world.entry(ONE, 1).await.phase(), phase, "{said}");
    }
    let request = v1::GetEntryRequest {
        entry_id: id(1),
        ..Default::default()
    };
    let history = world.get_entry(ONE, request).await.unwrap().history;
    let told: Vec<_> = history.iter().map(|item| item.what.as_str()).collect();
    let steps = [
        "registered",
        "intake-planned",
        "intake-held",
        "treatment-started",
        "treatment-ended",
        "returned",
    ];
    for step in steps {
        assert!(told.contains(&step), "{step} in {told:?}");
    }
    assert_eq!(history[0].actor, "provider-system@agb:06000001");
}

#[tokio::test]
async fn what_the_rules_refuse_is_refused_with_their_word() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let refusals = [
        ("start 2026-11-10", "intake-not-held"),
        ("ended 2026-11-10", "not-in-treatment"),
        ("returned 2026-11-10", "not-in-aftercare"),
        ("intake 2026-11-12", "day-in-the-future"),
        ("planned 2026-11-08", "planned-in-the-past"),
        ("withdrawn 2026-10-01", "day-before-last-step"),
    ];
    for (said, expected) in refusals {
        let refused = world.step(ONE, 1, step(said)).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
        assert_eq!(reason(&refused), expected);
    }
    assert_eq!(world.entry(ONE, 1).await.phase(), v1::Phase::Registered);
}

#[tokio::test]
async fn who_is_not_reaffirmed_for_35_days_is_shown_and_not_counted_until_somebody_says_so() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    world.region.go_to("2026-12-15");
    assert_eq!(world.waiting().await, (1, 1));
    world.region.go_to("2026-12-16");
    let counted = world.counts(TEAM, &[]).await;
    assert_eq!(
        (
            counted.total.unwrap().entries,
            counted.left_out.unwrap().stale
        ),
        (0, 1)
    );
    let stale = v1::ListEntriesRequest {
        stale_only: true,
        ..Default::default()
    };
    let listed = world.list_entries(ONE, stale).await.unwrap();
    assert!(listed.entries[0].stale);
    world.step(ONE, 1, still_waits("")).await.unwrap();
    assert_eq!(world.waiting().await, (1, 1));
}

#[tokio::test]
async fn a_list_comes_by_turn_in_pages_and_each_entry_once() {
    let world = World::start().await;
    for number in 1..=7 {
        let mut request = world.region.register(ONE, number, person(number));
        let stated = request.registration.as_mut().unwrap();
        stated.registered_on = format!("2026-10-{:02}", 20 - number);
        world.register_entry(ONE, request).await.unwrap();
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListEntriesRequest {
            page_size: 3,
            page_token,
            ..Default::default()
        };
        let page = world.list_entries(ONE, request).await.unwrap();
        assert_eq!(page.total, 7);
        seen.extend(page.entries.into_iter().map(|entry| entry.entry_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let longest_first: Vec<_> = (1..=7).rev().map(id).collect();
    assert_eq!(seen, longest_first);
}

#[tokio::test]
async fn what_was_written_is_read_by_who_waits_for_its_position() {
    let region = Arc::new(Region::new());
    let (one, two) = (region.node("node-1").await, region.node("node-2").await);
    for number in 1..=20 {
        let receipt = one.register(ONE, number, person(number)).await;
        let request = v1::GetEntryRequest {
            entry_id: id(number),
            at_least: vec![receipt.position],
        };
        let shown = two.get_entry(ONE, request).await.unwrap();
        assert_eq!(shown.entry.unwrap().entry_id, id(number));
    }
}

#[tokio::test]
async fn before_everything_is_folded_nothing_is_answered() {
    let region = Arc::new(Region::new());
    let world = region.node("node-1").await;
    world.register(ONE, 1, person(1)).await;
    for (method, _) in CALLS
        .iter()
        .filter(|(method, _)| *method != "RegisterEntry")
    {
        let starting = region.start("node-2");
        let caller = match *method {
            "ApproveScreening" => TEAM,
            "GetKeyRotation" => CUSTODIAN,
            _ => ONE,
        };
        match starting.ask(method, caller, &id(7)).await {
            Ok(()) => {}
            Err(status) => {
                let reason = reason(&status);
                let expected = ["starting", "unknown-erasure", "no-screening-requested"];
                assert!(expected.contains(&&*reason), "{method}: {reason}");
            }
        }
    }
}

#[tokio::test]
async fn flows_are_of_each_month_the_quiet_ones_included() {
    let world = World::start().await;
    for number in 1..=3 {
        world.register(ONE, number, person(number)).await;
    }
    world.step(ONE, 1, step("intake 2026-11-08")).await.unwrap();
    world
        .step(ONE, 2, step("withdrawn 2026-11-09"))
        .await
        .unwrap();
    let request = v1::CountFlowsRequest {
        from_month: "2026-09".into(),
        to_month: "2026-11".into(),
        ..Default::default()
    };
    let months = world.count_flows(TEAM, request).await.unwrap().months;
    let told: Vec<_> = months
        .iter()
        .map(|flow| (flow.month.as_str(), flow.registered, flow.withdrawn))
        .collect();
    assert_eq!(
        told,
        [("2026-09", 0, 0), ("2026-10", 0, 0), ("2026-11", 3, 1)]
    );
    assert_eq!(months[2].intakes.unwrap().within, 1);
}
