use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chassis::Clock;
use chassis::erasure::{Keyring, SigningKey};
use domain::waitlist::books::Totals;
use domain::waitlist::{
    AgeBand, Clock as Wait, Epoch, EpochKeys, Event, Grant, PersonKey, PersonKeys, Profile,
    Reaffirmation, Registration, Withdrawal, WithdrawalReason, WithdrawnBy,
};
use domain::{CareType, DiagnosisGroup, MunicipalityCode, ProviderId};
use eventlog::EventLog;
use pseudonym::vault::FileVault;
use tempfile::TempDir;

use super::*;

const DAY_MILLIS: i64 = 24 * ROUND_EVERY_MILLIS;
/// Nothing that a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// The log of a region, its keys, and a clock that the test moves.
struct Region {
    log: EventLog,
    ledger: EventLog,
    clock: Arc<AtomicI64>,
    keys: Arc<FileVault>,
    _disk: TempDir,
}

impl Region {
    /// It is noon, 10 November 2026.
    fn new() -> Self {
        let noon = day("2026-11-10").begins_at().plus_millis(DAY_MILLIS / 2);
        let clock = Arc::new(AtomicI64::new(noon.as_millis()));
        let hand = Arc::clone(&clock);
        let topics = ["demo.waitlist", "demo.waitlist-books", "demo.control"];
        let log_clock = Arc::new(move || hand.load(Ordering::Relaxed));
        let disk = TempDir::new().unwrap();
        Self {
            log: EventLog::in_memory_with_clock(&topics, log_clock).unwrap(),
            ledger: EventLog::in_memory(&["demo.erasures"]).unwrap(),
            clock,
            // One process at a time has the file; nodes beside one another share what stands behind it.
            keys: Arc::new(FileVault::open(disk.path()).unwrap()),
            _disk: disk,
        }
    }

    async fn node(&self, name: &str) -> Rounds {
        let hand = Arc::clone(&self.clock);
        let mut node = Node {
            clock: Clock::new(move || Timestamp::from_millis(hand.load(Ordering::Relaxed))),
            ..Node::new(name, self.log.clone(), "demo")
        };
        let vault = Arc::clone(&self.keys) as Arc<_>;
        let ledger = self.ledger.topic("demo.erasures").unwrap();
        let keys = (vault, SigningKey::from_bytes(&[7; 32]));
        let keyring = Keyring::start(keys, ledger, &node.tasks, &node.shutdown);
        node.keyring = Some(keyring);
        let rounds = Rounds {
            waitlist: Context::start_about_persons(&node, "demo.waitlist", "list").unwrap(),
            books: Context::start(&node, "demo.waitlist-books", "books").unwrap(),
            node,
        };
        let (mut list, mut books) = (rounds.waitlist.status(), rounds.books.status());
        for status in [&mut list, &mut books] {
            let serves = status.wait_for(|status| *status == ServiceStatus::Serving);
            tokio::time::timeout(PATIENCE, serves)
                .await
                .unwrap()
                .unwrap();
        }
        rounds
    }

    /// Goes on to noon of a day.
    fn go_to(&self, text: &str) -> Timestamp {
        let noon = day(text).begins_at().plus_millis(DAY_MILLIS / 2);
        self.clock.store(noon.as_millis(), Ordering::Relaxed);
        noon
    }
}

impl Rounds {
    async fn say(&self, number: u8, command: Command) {
        let stream = stream_of(id(number)).unwrap();
        self.waitlist
            .execute(stream, Call::by_itself(command, "test"))
            .await
            .unwrap();
    }

    async fn register(&self, number: u8, on: &str) {
        let keys = EpochKeys {
            epoch: Epoch(1),
            region: PersonKey::from_bytes([number; 32]),
            national: None,
        };
        let registration = Registration {
            provider_id: ProviderId::parse("agb:06000001").unwrap(),
            location_id: None,
            care_type: CareType::Specialised,
            registered_on: day(on),
            profile: Profile {
                age_band: AgeBand::parse("25-44").unwrap(),
                municipality_code: MunicipalityCode::parse("GM0114").unwrap(),
                gp_practice: None,
                diagnosis_group: DiagnosisGroup::parse("04").unwrap(),
                is_preferred: false,
            },
            person: PersonKeys::parse(vec![keys], Grant::Covered).unwrap(),
        };
        self.say(number, Command::Register(Box::new(registration)))
            .await;
    }

    async fn still_waits(&self, number: u8, on: &str) {
        let reaffirmation = Reaffirmation {
            on: day(on),
            person: None,
            profile: None,
        };
        self.say(number, Command::Reaffirm(Box::new(reaffirmation)))
            .await;
    }

    async fn withdraw(&self, number: u8, on: &str) {
        let withdrawal = Withdrawal {
            on: day(on),
            by: WithdrawnBy::Person,
            reason: WithdrawalReason::NoLongerWanted,
        };
        self.say(number, Command::Withdraw(withdrawal)).await;
    }

    async fn now(&self) {
        self.round(self.node.clock.now()).await;
    }

    fn entries(&self) -> Vec<(EntryId, Arc<domain::waitlist::Listed>)> {
        self.waitlist.read().view.entries()
    }

    fn ended_with(&self, text: &str) -> Option<Totals> {
        self.books.read().view.month(month(text))
    }

    /// How often a breach was foreseen for an entry, by whom.
    async fn foreseen(&self, number: u8) -> Vec<String> {
        let history = self.waitlist.history(&stream_of(id(number)).unwrap()).await;
        let recorded = history
            .unwrap()
            .into_iter()
            .filter_map(|item| item.recorded);
        recorded
            .filter(|recorded| matches!(recorded.event, Event::BreachForeseen(_)))
            .map(|recorded| recorded.actor)
            .collect()
    }

    /// Waits until this node has what another one wrote.
    async fn has_what(&self, other: &Self) {
        let position = *other.waitlist.positions().borrow();
        self.waitlist.reached(position).await.unwrap();
        let position = *other.books.positions().borrow();
        self.books.reached(position).await.unwrap();
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn id(number: u8) -> EntryId {
    EntryId::from_bytes([number; 16])
}

/// One had an intake today, after whom two wait: one intake in eight weeks.
async fn a_slow_provider(node: &Rounds) {
    for number in [1, 2, 3] {
        node.register(number, "2026-11-01").await;
    }
    let held_on = day("2026-11-10");
    node.say(1, Command::HoldIntake { held_on }).await;
}

#[tokio::test]
async fn what_will_be_late_is_said_once_by_whichever_node() {
    let region = Region::new();
    let (one, other) = (region.node("node-1").await, region.node("node-2").await);
    a_slow_provider(&one).await;
    other.has_what(&one).await;
    tokio::join!(one.now(), other.now());
    one.now().await;
    for number in [2, 3] {
        assert_eq!(one.foreseen(number).await, ["timer:forecast"]);
    }
    assert_eq!(one.foreseen(1).await, Vec::<String>::new());
    let now = one.node.clock.now();
    let waiting = plan::what_to_foresee(&one.entries(), now);
    assert_eq!(waiting, [], "nothing is left to say");
}

#[tokio::test]
async fn only_what_is_news_is_to_be_said() {
    let region = Region::new();
    let node = region.node("node-1").await;
    a_slow_provider(&node).await;
    let news = plan::what_to_foresee(&node.entries(), node.node.clock.now());
    let expected = |days| Expectation {
        clock: Wait::ToIntake,
        expected_on: day("2026-11-10").plus(days),
    };
    assert_eq!(news, [(id(2), expected(56)), (id(3), expected(112))]);
}

#[tokio::test]
async fn a_month_is_frozen_when_it_is_over_by_whichever_node_and_stays_so() {
    let region = Region::new();
    let (one, other) = (region.node("node-1").await, region.node("node-2").await);
    for number in [1, 2] {
        one.register(number, "2026-06-01").await;
    }
    region.go_to("2026-11-30");
    one.now().await;
    assert_eq!(one.ended_with("2026-11"), None, "it is not over");

    region.go_to("2026-12-01");
    other.has_what(&one).await;
    tokio::join!(one.now(), other.now());
    let totals = Totals {
        entries: 2,
        persons: 2,
        over_norm: 2,
    };
    assert_eq!(one.ended_with("2026-11"), Some(totals));
    assert_eq!(other.ended_with("2026-11"), Some(totals));
    assert_eq!(
        one.ended_with("2026-10"),
        None,
        "nothing was registered here"
    );

    one.withdraw(1, "2026-11-20").await;
    one.now().await;
    assert_eq!(one.ended_with("2026-11"), Some(totals));
}

#[tokio::test]
async fn a_node_that_was_away_freezes_what_it_missed() {
    let region = Region::new();
    let node = region.node("node-1").await;
    node.register(1, "2026-11-10").await;
    region.go_to("2027-01-15");
    node.still_waits(1, "2027-01-15").await;
    node.now().await;
    for text in ["2026-11", "2026-12"] {
        assert_eq!(node.ended_with(text).map(|totals| totals.entries), Some(1));
    }
    assert_eq!(node.ended_with("2027-01"), None);
}

#[tokio::test]
async fn where_nobody_was_ever_registered_nothing_is_frozen() {
    let region = Region::new();
    let node = region.node("node-1").await;
    node.now().await;
    assert_eq!(node.ended_with("2026-10"), None);
}

#[test]
fn months_are_frozen_as_long_as_nobody_was_let_go_of_since() {
    let none = |_| false;
    let due = months_to_freeze(day("2026-12-01"), none);
    assert_eq!(due, ["2026-09", "2026-10", "2026-11"].map(month));
    let due = months_to_freeze(day("2026-11-30"), |frozen| frozen == month("2026-09"));
    assert_eq!(due, [month("2026-10")]);
}

#[tokio::test]
async fn whose_term_is_over_is_erased_and_nobody_else() {
    let region = Region::new();
    let node = region.node("node-1").await;
    for number in [1, 2, 3] {
        node.register(number, "2026-11-01").await;
    }
    node.withdraw(1, "2026-11-08").await;
    node.withdraw(2, "2026-11-09").await;
    region.go_to("2027-02-06");
    assert_eq!(
        plan::entries_to_let_go(&node.entries(), day("2027-02-06")),
        []
    );
    region.go_to("2027-02-07");
    node.now().await;
    let left: Vec<EntryId> = node.entries().into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [id(2), id(3)]);
    let erased = node.waitlist.history(&stream_of(id(1)).unwrap()).await;
    assert!(erased.unwrap().is_empty());
    node.now().await;
    assert_eq!(node.entries().len(), 2);
}

#[tokio::test]
async fn it_is_done_without_being_asked_and_stops_with_the_node() {
    let region = Region::new();
    let rounds = region.node("node-1").await;
    a_slow_provider(&rounds).await;
    let (node, waitlist) = (rounds.node.clone(), rounds.waitlist.clone());
    node.tasks.spawn(rounds.go_on(Duration::from_millis(1)));
    let mut positions = waitlist.positions();
    let told = async {
        loop {
            let entries = waitlist.read().view.entries();
            if entries
                .iter()
                .any(|(_, listed)| !listed.foreseen.is_empty())
            {
                break;
            }
            positions.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, told).await.unwrap();
    node.shutdown.cancel();
    node.tasks.close();
    let stopped = node.tasks.wait();
    tokio::time::timeout(PATIENCE, stopped).await.unwrap();
}

#[test]
fn a_round_is_due_at_the_start_every_hour_and_after_midnight() {
    let midnight = day("2026-12-01").begins_at();
    let before = midnight.plus_millis(-1_000);
    assert!(is_due(None, before, 0));
    assert!(!is_due(Some(before), midnight.plus_millis(-1), 0));
    assert!(is_due(Some(before), midnight, 0));
    assert!(!is_due(Some(before), midnight, TURN_MILLIS));
    assert!(is_due(
        Some(before),
        midnight.plus_millis(TURN_MILLIS),
        TURN_MILLIS
    ));
    let noon = midnight.plus_millis(DAY_MILLIS / 2);
    assert!(!is_due(
        Some(noon),
        noon.plus_millis(ROUND_EVERY_MILLIS - 1),
        0
    ));
    assert!(is_due(Some(noon), noon.plus_millis(ROUND_EVERY_MILLIS), 0));
    assert_ne!(turn_millis("node-1"), turn_millis("node-2"));
}
