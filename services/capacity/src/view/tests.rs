use std::collections::{BTreeSet, HashMap};

use domain::capacity::{
    AgeRange, CareType, Circuit, Details, DiagnosisGroup, Event, InsurerName, LanguageCode,
    MunicipalityCode, Origin, Pause, PauseId, PauseReason, PauseScope, ProviderId, ProviderKind,
    Report, Setting, SourceClass, UncheckedCounts, Wait, WithdrawalReason,
};
use domain::{Aggregate, replay};
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);
const HOUR: i64 = 3_600_000;

fn details() -> Details {
    Details {
        provider_id: ProviderId::parse("agb:06011009").unwrap(),
        provider_name: Some("GGZ Noord".to_owned()),
        provider_kind: ProviderKind::Institution,
        location_id: None,
        location_name: None,
        municipality_code: MunicipalityCode::parse("GM0014").unwrap(),
        coordinates: None,
        postcode: None,
        programme_name: None,
        care_type: CareType::Specialised,
        place_kind: None,
        setting: Some(Setting::Open),
        security_level: None,
        stay_intensity: None,
        circuits: [Circuit::Adults].into(),
        age: AgeRange::default(),
        diagnosis_groups: [].into(),
        insurers: [].into(),
        languages: [LanguageCode::parse("nl").unwrap()].into(),
        origin: Origin::Declared,
        remark_codes: [].into(),
        shown_by_itself: false,
    }
}

fn report(observed_at: Timestamp) -> Report {
    Report {
        sequence: None,
        observed_at,
        effective_at: None,
        valid_until: None,
        source_class: SourceClass::Typed,
        reporter_role: None,
        counts: None,
        waits: Vec::new(),
    }
}

fn published(details: Details) -> Event {
    Event::OfferingPublished(Box::new(details))
}

fn counted(available: u32, observed_at: Timestamp) -> Event {
    let counts = UncheckedCounts { occupied: 3, available, ..UncheckedCounts::default() };
    let report = Report { counts: Some(counts.check(0).unwrap()), ..report(observed_at) };
    Event::CapacityReported { report, received_at: observed_at }
}

fn waiting(waits: Vec<Wait>) -> Event {
    Event::CapacityReported { report: Report { waits, ..report(NOW) }, received_at: NOW }
}

fn wait(days: u32) -> Wait {
    Wait { intake_wait_days: Some(days), ..Wait::default() }
}

fn group(code: &str) -> DiagnosisGroup {
    DiagnosisGroup::parse(code).unwrap()
}

fn insurer(name: &str) -> InsurerName {
    InsurerName::parse(name).unwrap()
}

fn paused(scope: PauseScope) -> Event {
    Event::AdmissionsPaused(Pause {
        pause_id: PauseId::parse("a").unwrap(),
        scope,
        reason: PauseReason::NotStated,
        starts_at: None,
        ends_at: None,
        expected_end: None,
        waiting_list_closed: false,
    })
}

/// Offerings and the view of them, as the chassis keeps them.
#[derive(Default)]
struct World {
    view: CapacityView,
    states: HashMap<StreamId, Offering>,
    position: u64,
}

impl World {
    fn of(offerings: &[(&str, &[Event])]) -> Self {
        let mut world = Self::default();
        for (id, events) in offerings {
            for event in *events {
                world.record(id, event);
            }
        }
        world
    }

    fn record(&mut self, id: &str, event: &Event) {
        let stream = stream_of(&OfferingId::parse(id).unwrap()).unwrap();
        let state = self.states.remove(&stream).unwrap_or_default().evolve(event);
        self.position += 1;
        self.view.set(&stream, &state, Position::new(self.position), NOW);
        self.states.insert(stream, state);
    }

    fn find(&self, filter: &Filter, page: &Page) -> find::Found {
        self.view.find(filter, page, NOW, |stream| self.states.get(stream))
    }

    fn ids(&self, filter: &Filter) -> Vec<&str> {
        let found = self.find(filter, &page(&[], 500));
        found.rows.iter().map(|number| self.id(*number)).collect()
    }

    fn id(&self, number: RowNumber) -> &str {
        self.view.row(number).unwrap().id.as_str()
    }

    fn sorted(&self, filter: &Filter, orders: &[Order]) -> Vec<&str> {
        let found = self.find(filter, &page(orders, 500));
        found.rows.iter().map(|number| self.id(*number)).collect()
    }
}

fn page(orders: &[Order], size: usize) -> Page {
    Page { orders: orders.to_vec(), size, after: None }
}

/// Of two offerings the filter takes `yes` and leaves `no`.
fn tells_apart(filter: &Filter, yes: &[Event], no: &[Event]) {
    let world = World::of(&[("yes", yes), ("no", no)]);
    assert_eq!(world.ids(filter), ["yes"]);
    assert_eq!(world.ids(&Filter::default()).len(), 2, "without a filter both are there");
}

#[test]
fn a_municipality_is_told_apart_from_others_and_from_those_near() {
    let within = |km: f64| {
        let centre = reference::municipality("GM0014").unwrap();
        Places::those(|other| {
            other.code == centre.code || reference::distance_km(centre, other) <= km
        })
    };
    let in_ = |code: &str| {
        [published(Details { municipality_code: MunicipalityCode::parse(code).unwrap(), ..details() })]
    };
    let alone = Filter { within: Some(within(0.0)), ..Filter::default() };
    tells_apart(&alone, &in_("GM0014"), &in_("GM0106"));
    let near = Filter { within: Some(within(30.0)), ..Filter::default() };
    tells_apart(&near, &in_("GM0106"), &in_("GM0363"));
    // Haren was joined to Groningen: what was stored before counts there.
    tells_apart(&alone, &in_("GM0017"), &in_("GM0106"));
}

#[test]
fn an_offering_that_moves_is_found_where_it_is_now() {
    let within = |code: &'static str| Filter {
        within: Some(Places::those(|place| place.code == code)),
        ..Filter::default()
    };
    let mut world = World::of(&[("one", &[published(details())])]);
    let moved = Details { municipality_code: MunicipalityCode::parse("GM0106").unwrap(), ..details() };
    world.record("one", &Event::OfferingChanged(Box::new(moved)));
    assert_eq!(world.ids(&within("GM0106")), ["one"]);
    assert_eq!(world.ids(&within("GM0014")), [""; 0]);
}

#[test]
fn coded_filters_tell_apart() {
    let bit = |number: u32| Bits::of([number]);
    let basic = [published(Details { care_type: CareType::Basic, ..details() })];
    let other = [published(details())];
    let filter = Filter { care_types: bit(CareType::Basic as u32), ..Filter::default() };
    tells_apart(&filter, &basic, &other);

    let elderly = [published(Details { circuits: [Circuit::Elderly].into(), ..details() })];
    let filter = Filter { circuits: bit(Circuit::Elderly as u32), ..Filter::default() };
    tells_apart(&filter, &elderly, &other);

    let closed = [published(Details { setting: Some(Setting::Closed), ..details() })];
    let unstated = [published(Details { setting: None, ..details() })];
    let filter = Filter { settings: bit(Setting::Closed as u32), ..Filter::default() };
    tells_apart(&filter, &closed, &other);
    tells_apart(&filter, &closed, &unstated);

    let real = [published(Details { origin: Origin::Published, ..details() })];
    let filter = Filter { origins: bit(Origin::Published as u32), ..Filter::default() };
    tells_apart(&filter, &real, &other);
}

#[test]
fn an_age_is_judged_by_what_is_stated_and_else_by_the_circuits() {
    let age = |age_years| Filter { age_years: Some(age_years), ..Filter::default() };
    let stated = |min, max| {
        [published(Details { age: AgeRange::parse(min, max).unwrap(), ..details() })]
    };
    let circuit = |circuit| {
        let circuits = BTreeSet::from([circuit]);
        [published(Details { circuits, ..details() })]
    };
    tells_apart(&age(16), &stated(Some(12), Some(17)), &stated(Some(18), None));
    tells_apart(&age(16), &circuit(Circuit::Youth), &circuit(Circuit::Adults));
    tells_apart(&age(40), &circuit(Circuit::Addiction), &circuit(Circuit::Youth));
}

#[test]
fn a_diagnosis_group_is_served_by_those_that_name_it_and_those_that_make_no_distinction() {
    let filter = Filter { group: Some(group("05")), ..Filter::default() };
    let takes = |codes: &[&str]| {
        let diagnosis_groups = codes.iter().map(|code| group(code)).collect();
        [published(Details { diagnosis_groups, ..details() })]
    };
    tells_apart(&filter, &takes(&["05", "18"]), &takes(&["18"]));
    tells_apart(&filter, &takes(&[]), &takes(&["not-yet-diagnosed"]));
}

#[test]
fn an_insurer_is_told_apart_whatever_its_case() {
    let filter = Filter { insurer: Some(insurer("VGZ")), ..Filter::default() };
    let meant_for = |names: &[&str]| {
        [published(Details { insurers: names.iter().map(|name| insurer(name)).collect(), ..details() })]
    };
    tells_apart(&filter, &meant_for(&["Menzis", "vgz"]), &meant_for(&["Menzis"]));
    tells_apart(&filter, &meant_for(&[]), &meant_for(&["CZ"]));
}

#[test]
fn a_language_and_a_provider_are_told_apart() {
    let turkish = LanguageCode::parse("tr").unwrap();
    let filter = Filter { language: Some(turkish.clone()), ..Filter::default() };
    let speaks = [published(Details { languages: [turkish].into(), ..details() })];
    tells_apart(&filter, &speaks, &[published(details())]);
    let unstated = [published(Details { languages: [].into(), ..details() })];
    tells_apart(&filter, &speaks, &unstated);

    let other = ProviderId::parse("kvk:01234567").unwrap();
    let filter = Filter { provider: Some(other.clone()), ..Filter::default() };
    tells_apart(&filter, &[published(Details { provider_id: other, ..details() })], &[published(details())]);
}

#[test]
fn only_known_current_unpaused_places_are_available() {
    let filter = Filter { only_available: true, ..Filter::default() };
    let with = |events: &[Event]| [&[published(details())], events].concat();
    let free = with(&[counted(1, NOW)]);
    tells_apart(&filter, &free, &with(&[counted(0, NOW)]));
    tells_apart(&filter, &free, &with(&[]));
    tells_apart(&filter, &free, &with(&[counted(5, NOW.plus_millis(-48 * HOUR))]));
    tells_apart(&filter, &free, &with(&[counted(5, NOW), paused(PauseScope::default())]));
    // A pause of some only stops those.
    let scope = PauseScope { insurers: [insurer("VGZ")].into(), ..PauseScope::default() };
    let partly = with(&[counted(5, NOW), paused(scope)]);
    tells_apart(&filter, &partly, &with(&[]));
    let for_vgz = Filter { insurer: Some(insurer("VGZ")), ..filter };
    tells_apart(&for_vgz, &free, &partly);
}

#[test]
fn expired_figures_are_not_current() {
    let filter = Filter { only_current: true, ..Filter::default() };
    let with = |event: Event| [published(details()), event];
    let expired = with(counted(5, NOW.plus_millis(-48 * HOUR)));
    tells_apart(&filter, &with(counted(5, NOW.plus_millis(1 - 48 * HOUR))), &expired);
    tells_apart(&filter, &with(waiting(vec![wait(7)])), &[published(details())]);
}

#[test]
fn a_wait_counts_when_it_is_known_and_about_the_person_asked_for() {
    let with = |waits: Vec<Wait>| [published(details()), waiting(waits)];
    let within = |days| Filter { max_wait_days: Some(days), ..Filter::default() };
    let both = Wait { treatment_wait_days: Some(10), ..wait(20) };
    tells_apart(&within(30), &with(vec![both.clone()]), &with(vec![wait(31)]));
    tells_apart(&within(29), &with(vec![wait(29)]), &with(vec![both]));
    tells_apart(&within(9_999), &with(vec![wait(1)]), &with(vec![Wait::default()]));
    tells_apart(&within(9_999), &with(vec![wait(1)]), &[published(details())]);

    // The figure of the person's own group goes before the one for all.
    let of_group = |days, code: &str| Wait { diagnosis_group: Some(group(code)), ..wait(days) };
    let filter = Filter { group: Some(group("05")), ..within(10) };
    let slow_for_05 = with(vec![wait(5), of_group(50, "05")]);
    tells_apart(&filter, &with(vec![wait(50), of_group(5, "05")]), &slow_for_05);
    tells_apart(&filter, &with(vec![wait(5), of_group(50, "18")]), &slow_for_05);
    tells_apart(&filter, &with(vec![wait(5)]), &with(vec![of_group(5, "18")]));

    let of_insurer = |days| Wait { insurers: [insurer("VGZ")].into(), ..wait(days) };
    let filter = Filter { insurer: Some(insurer("vgz")), ..within(10) };
    tells_apart(&filter, &with(vec![wait(50), of_insurer(5)]), &with(vec![wait(5), of_insurer(50)]));
    let filter = Filter { insurer: Some(insurer("CZ")), ..within(10) };
    tells_apart(&filter, &with(vec![wait(5), of_insurer(50)]), &with(vec![of_insurer(5)]));
}

#[test]
fn paused_and_not_paused_are_told_apart_for_the_person_asked_for() {
    let not_paused = Filter { pause: Some(Pausing::NotPaused), ..Filter::default() };
    let is_paused = Filter { pause: Some(Pausing::Paused), ..Filter::default() };
    let open = [published(details())];
    let whole = [published(details()), paused(PauseScope::default())];
    tells_apart(&not_paused, &open, &whole);
    tells_apart(&is_paused, &whole, &open);

    let scope = PauseScope { diagnosis_groups: [group("05")].into(), ..PauseScope::default() };
    let for_05 = [published(details()), paused(scope)];
    let asks = |filter: &Filter, code| Filter { group: Some(group(code)), ..filter.clone() };
    tells_apart(&asks(&not_paused, "05"), &open, &for_05);
    tells_apart(&asks(&is_paused, "05"), &for_05, &open);
    // For another group, or for nobody in particular, there is a way in; some are stopped all the same.
    assert_eq!(World::of(&[("one", &for_05)]).ids(&asks(&not_paused, "18")), ["one"]);
    assert_eq!(World::of(&[("one", &for_05)]).ids(&not_paused), ["one"]);
    tells_apart(&is_paused, &for_05, &open);
    assert_eq!(World::of(&[("one", &for_05)]).ids(&asks(&is_paused, "18")), [""; 0]);
}

#[test]
fn a_pause_that_has_not_begun_stops_nobody() {
    let later = |starts_at| {
        let Event::AdmissionsPaused(pause) = paused(PauseScope::default()) else { panic!() };
        [published(details()), Event::AdmissionsPaused(Pause { starts_at: Some(starts_at), ..pause })]
    };
    let filter = Filter { pause: Some(Pausing::NotPaused), ..Filter::default() };
    tells_apart(&filter, &later(NOW.plus_millis(1)), &later(NOW));
}

#[test]
fn what_is_withdrawn_matches_nothing() {
    let mut world = World::of(&[("one", &[published(details())])]);
    assert_eq!(world.ids(&Filter::default()), ["one"]);
    world.record("one", &Event::OfferingWithdrawn(WithdrawalReason::Closed));
    assert_eq!(world.ids(&Filter::default()), [""; 0]);
    world.record("one", &published(details()));
    assert_eq!(world.ids(&Filter::default()), ["one"]);
}

#[test]
fn totals_count_current_figures_only() {
    let world = World::of(&[
        ("a", &[published(details()), counted(3, NOW)]),
        ("b", &[published(details()), counted(4, NOW)]),
        ("expired", &[published(details()), counted(50, NOW.plus_millis(-49 * HOUR))]),
        ("never", &[published(details())]),
    ]);
    let found = world.find(&Filter::default(), &page(&[], 1));
    assert_eq!(
        (found.total, found.available_total, found.unknown_count, found.has_more),
        (4, 7, 2, true)
    );
}

#[test]
fn rows_come_in_the_order_that_is_asked_for() {
    let named = |name: &str, code: &str| {
        published(Details {
            provider_name: Some(name.to_owned()),
            municipality_code: MunicipalityCode::parse(code).unwrap(),
            ..details()
        })
    };
    let world = World::of(&[
        ("1", &[named("beta", "GM0106"), counted(1, NOW.plus_millis(-2)), waiting(vec![wait(9)])]),
        ("2", &[named("Alpha", "GM0363"), counted(7, NOW.plus_millis(-1))]),
        ("3", &[named("alpha", "GM0014"), waiting(vec![wait(5)])]),
        ("4", &[published(Details { provider_name: None, ..details() }), counted(9, NOW.plus_millis(-50 * HOUR))]),
    ]);
    let any = Filter::default();
    assert_eq!(world.sorted(&any, &[]), ["1", "2", "3", "4"]);
    assert_eq!(world.sorted(&any, &[Order::Name]), ["2", "3", "1", "4"]);
    assert_eq!(world.sorted(&any, &[Order::Available]), ["2", "1", "3", "4"]);
    assert_eq!(world.sorted(&any, &[Order::Wait]), ["3", "1", "2", "4"]);
    assert_eq!(world.sorted(&any, &[Order::Freshness]), ["1", "3", "2", "4"]);
    let from_groningen = Filter {
        distances: Some(Distances::from(reference::municipality("GM0014").unwrap())),
        ..Filter::default()
    };
    assert_eq!(world.sorted(&from_groningen, &[Order::Distance]), ["3", "4", "1", "2"]);
    assert_eq!(world.sorted(&from_groningen, &[Order::Distance, Order::Name]), ["3", "4", "1", "2"]);
}

#[test]
fn moments_are_those_of_the_figures_and_pauses_that_stand() {
    let mut world = World::of(&[("one", &[published(details()), counted(1, NOW)])]);
    let all = |world: &World| -> Vec<Timestamp> {
        let until = Timestamp::from_millis(i64::MAX);
        world.view.moments((Timestamp::default(), 0), until).map(|(moment, _)| moment).collect()
    };
    assert_eq!(all(&world), [NOW.plus_millis(48 * HOUR)]);
    assert_eq!(world.view.next_moment(NOW), Some(NOW.plus_millis(48 * HOUR)));
    world.record("one", &counted(1, NOW.plus_millis(5)));
    assert_eq!(all(&world), [NOW.plus_millis(5 + 48 * HOUR)]);
    assert_eq!(world.view.next_moment(NOW.plus_millis(5 + 48 * HOUR)), None);
    let none: Vec<_> = world.view.moments((NOW, RowNumber::MAX), NOW).collect();
    assert!(none.is_empty());
}

fn any_order() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![
        Order::Distance,
        Order::Wait,
        Order::Available,
        Order::Freshness,
        Order::Name,
    ])
}

/// One of few of everything, so that ties are common.
fn any_offering() -> impl Strategy<Value = Vec<Event>> {
    let place = prop::sample::select(vec!["GM0014", "GM0106", "GM0363"]);
    let name = prop::sample::select(vec![None, Some("a"), Some("B")]);
    let counts = prop::option::of((0_u32..3, 0_i64..3));
    (place, name, counts, prop::option::of(0_u32..3)).prop_map(|(place, name, counts, days)| {
        let mut events = vec![published(Details {
            municipality_code: MunicipalityCode::parse(place).unwrap(),
            provider_name: name.map(str::to_owned),
            ..details()
        })];
        events.extend(counts.map(|(available, days_old)| {
            counted(available, NOW.plus_millis(-24 * HOUR * days_old))
        }));
        events.extend(days.map(|days| waiting(vec![wait(days)])));
        events
    })
}

proptest! {
    #[test]
    fn pages_hold_every_row_once_in_the_order_of_the_whole(
        offerings in prop::collection::vec(any_offering(), 0..40),
        orders in prop::collection::vec(any_order(), 0..3),
        size in 1_usize..12,
    ) {
        let mut world = World::default();
        for (number, events) in offerings.iter().enumerate() {
            for event in events {
                world.record(&format!("offering-{number}"), event);
            }
        }
        let filter = Filter {
            distances: Some(Distances::from(reference::municipality("GM0014").unwrap())),
            ..Filter::default()
        };
        let whole = world.find(&filter, &page(&orders, 500)).rows;
        prop_assert_eq!(whole.len(), offerings.len());
        let mut paged: Vec<RowNumber> = Vec::new();
        let mut next = Page { size, ..page(&orders, size) };
        loop {
            let found = world.find(&filter, &next);
            prop_assert_eq!(found.total, offerings.len() as u64);
            paged.extend(&found.rows);
            if !found.has_more {
                break;
            }
            let last = *found.rows.last().unwrap();
            let mark = world.view.mark(last, (&filter, &orders, NOW), |stream| world.states.get(stream));
            next.after = mark;
        }
        prop_assert_eq!(paged, whole);
    }

    #[test]
    fn changes_hold_every_offering_once_in_the_order_of_its_last_change(
        touched in prop::collection::vec(0_usize..10, 1..60)
    ) {
        let mut world = World::default();
        let mut last: HashMap<usize, u64> = HashMap::new();
        for (position, number) in (1..).zip(&touched) {
            world.record(&format!("{number}"), &published(details()));
            last.insert(*number, position);
        }
        let mut expected: Vec<u64> = last.into_values().collect();
        expected.sort_unstable();
        let changes: Vec<u64> = world.view.changed_after(Position::START).map(|(at, _)| at.get()).collect();
        prop_assert_eq!(changes, expected);
    }
}

#[test]
fn what_is_not_published_is_not_there() {
    let state: Offering = replay(&[]);
    assert!(Facts::of(&state).is_none());
}
