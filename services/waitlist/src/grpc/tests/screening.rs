//! Threat 21, as callers meet it: who is whom comes from who calls, and each way to be both eyes has its own refusal.

use super::*;

const BORIS: &str = "boris:screening-member@gm:GM0109";
const CARLA: &str = "carla:screening-member@gm:GM0106";
const SAW: [u8; 32] = [1; 32];

impl World {
    async fn ask_to_screen(&self, caller: &str, number: u32) -> String {
        let request = v1::RequestScreeningRequest {
            context: self.region.context(),
            entry_id: id(number),
        };
        outcome(self.request_screening(caller, request).await)
    }

    fn approval(&self, number: u32, content: [u8; 32]) -> v1::ApproveScreeningRequest {
        v1::ApproveScreeningRequest {
            context: self.region.context(),
            entry_id: id(number),
            content: content.to_vec(),
        }
    }

    /// `counts`, `seen`, or the reason of the refusal.
    async fn approve(&self, caller: &str, number: u32, content: [u8; 32]) -> String {
        let request = self.approval(number, content);
        match self.approve_screening(caller, request).await {
            Ok(answer) if answer.counts => "counts".to_owned(),
            Ok(_) => "seen".to_owned(),
            Err(status) => reason(&status),
        }
    }

    /// Somebody waits, and a screening is asked for.
    async fn asked() -> Self {
        let world = Self::start().await;
        world.register(ONE, 1, person(1)).await;
        assert_eq!(world.ask_to_screen(ONE, 1).await, "done");
        world
    }

    async fn screening(&self) -> v1::Screening {
        self.entry(ONE, 1).await.screening.unwrap()
    }
}

#[tokio::test]
async fn a_screening_counts_by_the_second_who_saw_the_same() {
    let world = World::asked().await;
    assert_eq!(world.approve(TEAM, 1, SAW).await, "seen");
    assert_eq!(world.approve(BORIS, 1, SAW).await, "counts");
    let counted = world.screening().await.counted.unwrap();
    let by = |approval: Option<v1::Approval>| approval.unwrap().by.unwrap().user;
    assert_eq!(
        (by(counted.first), by(counted.second)),
        ("anna".into(), "boris".into())
    );
    assert_eq!(world.approve(CARLA, 1, SAW).await, "no-screening-requested");
}

#[tokio::test]
async fn the_second_is_told_that_it_counts_also_when_the_first_answer_was_lost() {
    let world = World::asked().await;
    world.approve(TEAM, 1, SAW).await;
    let mut request = world.approval(1, SAW);
    for attempt in 0..3 {
        let answer = world
            .approve_screening(BORIS, request.clone())
            .await
            .unwrap();
        assert!(answer.counts, "attempt {attempt}");
        request.context.as_mut().unwrap().repeat = true;
    }
    assert_eq!(
        world.approve(BORIS, 1, SAW).await,
        "counts",
        "with another id"
    );
}

#[tokio::test]
async fn what_was_seen_first_does_not_count_by_being_repeated() {
    let world = World::asked().await;
    let mut request = world.approval(1, SAW);
    world
        .approve_screening(TEAM, request.clone())
        .await
        .unwrap();
    request.context.as_mut().unwrap().repeat = true;
    let again = world.approve_screening(TEAM, request).await.unwrap();
    assert!(!again.counts);
}

#[tokio::test]
async fn threat_21_one_person_is_one_pair_of_eyes() {
    let world = World::asked().await;
    assert_eq!(world.approve(TEAM, 1, SAW).await, "seen");
    assert_eq!(world.approve(TEAM, 1, SAW).await, "same-reviewer");
    let elsewhere = "Anna:screening-member@gm:GM0109";
    assert_eq!(world.approve(elsewhere, 1, SAW).await, "same-reviewer");
    assert_eq!(world.screening().await.counted, None);
}

#[tokio::test]
async fn threat_21_one_organisation_is_one_pair_of_eyes() {
    let world = World::asked().await;
    world.approve(TEAM, 1, SAW).await;
    let colleague = "boris:screening-member@gm:GM0114";
    let refused = world.approve(colleague, 1, SAW).await;
    assert_eq!(refused, "reviewers-of-one-organisation");
    assert_eq!(world.screening().await.counted, None);
}

#[tokio::test]
async fn threat_21_who_asked_does_not_answer_nor_does_a_colleague() {
    let world = World::asked().await;
    let requester = "his:screening-member@gm:GM0109";
    assert_eq!(world.approve(requester, 1, SAW).await, "requester-approves");
    let colleague = "boris:screening-member@agb:06000001";
    let refused = world.approve(colleague, 1, SAW).await;
    assert_eq!(refused, "requesters-organisation-approves");
    assert_eq!(world.screening().await.first, None);
}

#[tokio::test]
async fn threat_21_two_who_saw_something_else_have_not_agreed() {
    let world = World::asked().await;
    world.approve(TEAM, 1, SAW).await;
    assert_eq!(world.approve(BORIS, 1, [2; 32]).await, "other-content");
    assert_eq!(
        world.approve(TEAM, 1, [2; 32]).await,
        "seen",
        "thought better"
    );
    assert_eq!(world.approve(BORIS, 1, [2; 32]).await, "counts");
}

#[tokio::test]
async fn threat_21_a_first_approval_does_not_wait_longer_than_fourteen_days() {
    let world = World::asked().await;
    world.approve(TEAM, 1, SAW).await;
    world.region.go_to("2026-11-25");
    assert_eq!(
        world.approve(BORIS, 1, SAW).await,
        "seen",
        "the first of two again"
    );
    assert_eq!(world.approve(CARLA, 1, SAW).await, "counts");
}

#[tokio::test]
async fn threat_21_nobody_approves_what_nobody_asked_for() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    assert_eq!(world.approve(TEAM, 1, SAW).await, "no-screening-requested");
    assert_eq!(world.approve(TEAM, 2, SAW).await, "unknown-entry");
}

#[tokio::test]
async fn threat_21_approvals_that_race_on_two_nodes_are_told_apart() {
    for round in 0..10 {
        let region = Arc::new(Region::new());
        let (one, two) = (region.node("node-1").await, region.node("node-2").await);
        one.register(ONE, 1, person(1)).await;
        one.ask_to_screen(ONE, 1).await;
        two.has_what(&one).await;
        // The same person on both nodes, then two of one organisation, then two who may.
        let other = [TEAM, "boris:screening-member@gm:GM0114", BORIS][round % 3];
        let (first, second) = tokio::join!(one.approve(TEAM, 1, SAW), two.approve(other, 1, SAW));
        let mut answers = [first, second];
        answers.sort();
        let expected = [
            ["same-reviewer", "seen"],
            ["reviewers-of-one-organisation", "seen"],
            ["counts", "seen"],
        ];
        let mut expected = expected[round % 3];
        expected.sort_unstable();
        assert_eq!(answers, expected);
        one.has_what(&two).await;
        let counted = one.screening().await.counted;
        assert_eq!(counted.is_some(), round % 3 == 2);
    }
}

#[tokio::test]
async fn a_screening_can_be_asked_for_again_and_needs_two_again() {
    let world = World::asked().await;
    world.approve(TEAM, 1, SAW).await;
    world.approve(BORIS, 1, SAW).await;
    assert_eq!(world.ask_to_screen(ONE, 1).await, "done");
    assert_eq!(world.approve(BORIS, 1, SAW).await, "seen");
    assert_eq!(world.approve(TEAM, 1, SAW).await, "counts");
}

#[tokio::test]
async fn priority_is_set_by_the_team_for_all_and_by_a_provider_for_its_own() {
    let world = World::asked().await;
    world.register(TWO, 2, person(2)).await;
    let set = |number, category: &str| v1::SetPriorityRequest {
        context: world.region.context(),
        entry_id: id(number),
        category: category.into(),
        reason: v1::PriorityReason::SafetyAtRisk.into(),
    };
    for (caller, number) in [(TEAM, 1), (TEAM, 2), (ONE, 1)] {
        let set = world.set_priority(caller, set(number, "regular")).await;
        assert_eq!(outcome(set), "done");
    }
    let others = world.set_priority(ONE, set(2, "regular")).await;
    assert_eq!(outcome(others), "unknown-entry");
    let by = world.entry(ONE, 1).await.priority.unwrap().by.unwrap();
    assert_eq!(by.organisation, "agb:06000001");
    let mut wrong = set(1, "urgent!");
    wrong.reason = 99;
    wrong.entry_id = "x".into();
    let refused = world.set_priority(TEAM, wrong).await;
    assert_eq!(wrong_fields(refused), ["entry_id", "category", "reason"]);
}
