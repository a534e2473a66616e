//! Who is erased is gone at once, everywhere and for good; and nobody erases a person alone.

use proto::waitlist::v1::request_erasure_request::Subject;

use super::*;

pub(super) const COLLEAGUE: &str = "collega:provider-system@agb:06000001";

impl World {
    pub(super) async fn erase(
        &self,
        caller: &str,
        numbers: &[u32],
    ) -> Result<v1::RequestErasureResponse, Status> {
        let entry_ids = numbers.iter().copied().map(id).collect();
        let request = v1::RequestErasureRequest {
            context: self.region.context(),
            subject: Some(Subject::Entries(v1::EntryIds { entry_ids })),
            ground: v1::ErasureGround::ConsentWithdrawn.into(),
        };
        self.request_erasure(caller, request).await
    }

    async fn agree(&self, caller: &str, erasure_id: &str) -> Result<u64, Status> {
        Ok(self.agreed(caller, erasure_id).await?.entries)
    }

    pub(super) async fn agreed(
        &self,
        caller: &str,
        erasure_id: &str,
    ) -> Result<v1::ApproveErasureResponse, Status> {
        let request = v1::ApproveErasureRequest {
            context: self.region.context(),
            erasure_id: erasure_id.to_owned(),
        };
        self.approve_erasure(caller, request).await
    }

    /// On the lists of all providers.
    pub(super) async fn listed(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for caller in [ONE, TWO, THREE] {
            let listed = self
                .list_entries(caller, v1::ListEntriesRequest::default())
                .await;
            ids.extend(
                listed
                    .unwrap()
                    .entries
                    .into_iter()
                    .map(|entry| entry.entry_id),
            );
        }
        ids.sort();
        ids
    }

    async fn of_person(&self, caller: &str, number: u32) -> usize {
        let request = v1::GetPersonRequest {
            person: Some(person(number)),
            ..Default::default()
        };
        self.get_person(caller, request)
            .await
            .unwrap()
            .entries
            .len()
    }

    /// Nothing anywhere says that there was an entry.
    pub(super) async fn knows_nothing_of(&self, number: u32) {
        let request = v1::GetEntryRequest {
            entry_id: id(number),
            ..Default::default()
        };
        assert_eq!(outcome(self.get_entry(ONE, request).await), "unknown-entry");
        assert!(!self.listed().await.contains(&id(number)));
        let stepped = self.step(ONE, number, still_waits("")).await;
        assert_eq!(outcome(stepped), "unknown-entry");
        let stream = crate::view::stream_of(domain::waitlist::EntryId::parse(&id(number)).unwrap());
        let history = self.api.0.context.history(&stream.unwrap()).await.unwrap();
        assert!(history.is_empty());
    }
}

#[tokio::test]
async fn entries_that_are_erased_are_gone_at_once_and_their_id_takes_nothing_any_more() {
    let world = World::start().await;
    for number in 1..=3 {
        world.register(ONE, number, person(number)).await;
    }
    let erased = world.erase(ONE, &[1, 2]).await.unwrap();
    assert!(erased.erased && erased.erasure_id.is_empty());
    for number in [1, 2] {
        world.knows_nothing_of(number).await;
        assert_eq!(world.of_person(ONE, number).await, 0);
    }
    assert_eq!(world.waiting().await, (1, 1));
    assert!(
        world.erase(ONE, &[1, 2]).await.unwrap().erased,
        "said again"
    );
    let again = world.region.register(ONE, 1, person(1));
    assert_eq!(outcome(world.register_entry(ONE, again).await), "erased");
    assert_eq!(world.listed().await, [id(3)]);
}

#[tokio::test]
async fn of_many_entries_one_that_is_not_ones_own_keeps_all_from_being_erased() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    world.register(TWO, 2, person(2)).await;
    for foreign in [[1, 2], [2, 1], [1, 77]] {
        assert_eq!(outcome(world.erase(ONE, &foreign).await), "unknown-entry");
    }
    assert_eq!(world.listed().await, [id(1), id(2)]);
    assert!(
        world.erase(ONE, &[1, 1]).await.unwrap().erased,
        "named twice"
    );
    assert_eq!(world.listed().await, [id(2)]);
}

#[tokio::test]
async fn a_person_is_erased_on_all_lists_by_one_who_asks_and_a_colleague_who_agrees() {
    let world = World::start().await;
    for (number, caller) in [(1, ONE), (2, TWO), (3, THREE)] {
        world.register(caller, number, person(1)).await;
    }
    world.register(TWO, 9, person(9)).await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    assert_eq!(
        world.waiting().await,
        (4, 2),
        "nothing happens before somebody agrees"
    );
    assert_eq!(
        outcome(world.agree(ONE, &erasure).await),
        "requester-approves"
    );
    let alias = "HIS:provider-system@agb:06000001";
    assert_eq!(
        outcome(world.agree(alias, &erasure).await),
        "requester-approves"
    );
    // Registered after it was asked.
    world.register(THREE, 4, person(1)).await;
    assert_eq!(world.agree(COLLEAGUE, &erasure).await.unwrap(), 4);
    for number in 1..=4 {
        world.knows_nothing_of(number).await;
    }
    assert_eq!(world.listed().await, [id(9)]);
    assert_eq!(world.waiting().await, (1, 1));
    assert_eq!(
        world.agree(COLLEAGUE, &erasure).await.unwrap(),
        4,
        "said again"
    );
    assert_eq!(
        world.agree(OFFICER, &erasure).await.unwrap(),
        4,
        "nothing is left to do"
    );
}

#[tokio::test]
async fn a_privacy_officer_of_another_organisation_agrees_and_a_stranger_finds_nothing() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    for stranger in [
        TWO,
        "his2:provider-system@agb:06000003",
        "b:municipality@gm:GM0114",
    ] {
        let refused = world.agree(stranger, &erasure).await.unwrap_err();
        let unknown = world
            .agree(stranger, "0197a3b2-0000-7000-8000-000000000000")
            .await;
        let unknown = unknown.unwrap_err();
        assert_eq!(reason(&refused), "unknown-erasure");
        assert_eq!(refused.message(), unknown.message());
        assert_eq!(refused.details(), unknown.details());
    }
    let denied = world.region.accesses().await;
    let denied = denied
        .iter()
        .filter(|access| access.denial == "other-organisation");
    assert_eq!(denied.count(), 3);
    assert_eq!(world.agree(OFFICER, &erasure).await.unwrap(), 1);
    world.knows_nothing_of(1).await;
}

#[tokio::test]
async fn what_an_officer_asks_another_agrees_to() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let asked = world.erase(OFFICER, &[1, 55]).await.unwrap();
    assert!(!asked.erased);
    assert_eq!(world.listed().await, [id(1)]);
    assert_eq!(
        outcome(world.agree(OFFICER, &asked.erasure_id).await),
        "requester-approves"
    );
    let other = "fg2:privacy-officer@agb:06000002";
    assert_eq!(
        world.agree(other, &asked.erasure_id).await.unwrap(),
        1,
        "one is nobody's"
    );
    world.knows_nothing_of(1).await;
}

#[tokio::test]
async fn nobody_agrees_after_fourteen_days() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.region.go_to("2026-11-25");
    let late = world.agree(COLLEAGUE, &erasure).await;
    assert_eq!(outcome(late), "erasure-request-lapsed");
    assert_eq!(world.listed().await, [id(1)]);
}

#[tokio::test]
async fn who_is_erased_stays_so_on_every_node_and_after_a_restart() {
    let region = Arc::new(Region::new());
    let (one, two) = (region.node("node-1").await, region.node("node-2").await);
    one.register(ONE, 1, person(1)).await;
    two.register(TWO, 2, person(1)).await;
    let erasure = one.asked_to_erase(ONE, person(1)).await;
    assert_eq!(two.agree(COLLEAGUE, &erasure).await.unwrap(), 2);
    two.knows_nothing_of(1).await;
    one.node.shutdown.cancel();
    let again = region.node("node-1").await;
    for number in [1, 2] {
        again.knows_nothing_of(number).await;
    }
    assert_eq!(again.waiting().await, (0, 0));
    assert_eq!(
        again.agree(OFFICER, &erasure).await.unwrap(),
        2,
        "done, not to be done again"
    );
}

#[tokio::test]
async fn one_who_is_registered_anew_after_the_erasure_is_another_entry() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.agree(COLLEAGUE, &erasure).await.unwrap();
    world.register(ONE, 2, person(1)).await;
    assert_eq!(world.agree(COLLEAGUE, &erasure).await.unwrap(), 1);
    assert_eq!(world.listed().await, [id(2)], "nobody agreed to that");
}

#[tokio::test]
async fn the_books_say_of_whom_an_erasure_is_to_nobody() {
    let world = World::start().await;
    let mut random = world.region.register(ONE, 1, person(1));
    random.entry_id = "8f3c1d2ab4e65907c1f0a9d8e7b65432".into();
    let bytes = domain::waitlist::EntryId::parse(&random.entry_id).unwrap();
    world.register_entry(ONE, random.clone()).await.unwrap();
    let erasure = world.asked_to_erase(ONE, person(1)).await;
    world.agree(COLLEAGUE, &erasure).await.unwrap();
    let books = world.region.commits("demo.waitlist-books").await;
    assert!(books.len() >= 3);
    for body in &books {
        assert!(!holds(body, bytes.as_bytes()));
        assert!(!holds(body, random.entry_id.as_bytes()));
    }
    // It is looked for where it is: the access log names it.
    let accesses = world.region.commits("demo.access-log").await;
    assert!(accesses.iter().any(|body| holds(body, bytes.as_bytes())));
}

#[tokio::test]
async fn an_id_of_an_erasure_says_one_thing() {
    let world = World::start().await;
    let context = world.region.context();
    let ask = |ground: v1::ErasureGround| v1::RequestErasureRequest {
        context: context.clone(),
        subject: Some(Subject::Person(person(1))),
        ground: ground.into(),
    };
    let first = world
        .request_erasure(ONE, ask(v1::ErasureGround::Objection))
        .await
        .unwrap();
    let again = world
        .request_erasure(ONE, ask(v1::ErasureGround::Objection))
        .await
        .unwrap();
    assert_eq!(first, again);
    for (caller, ground) in [
        (TWO, v1::ErasureGround::Objection),
        (ONE, v1::ErasureGround::LegalObligation),
    ] {
        let other = world.request_erasure(caller, ask(ground)).await;
        assert_eq!(outcome(other), "erasure-id-reused");
    }
}
