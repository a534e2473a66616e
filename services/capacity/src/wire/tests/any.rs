//! Any event there may be.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::capacity::{
    AgeRange, BlockReason, Blocked, CareType, Circuit, Coordinates, CorrectionReason, Counts,
    Details, DiagnosisGroup, EndedHold, Event, Hold, HoldEnd, HoldId, InsurerName, IntakeStatus,
    LanguageCode, MunicipalityCode, Origin, Pause, PauseId, PauseReason, PauseScope, PlaceKind,
    Postcode, ProviderId, ProviderKind, Refusal, RefusalReason, Report, ReportKey, ReporterRole,
    ReportingInterval, ResumeCause, SecurityLevel, Setting, SourceClass, Terms, UncheckedCounts,
    Wait, WaitMethod, WithdrawalReason,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::any_terms;
use crate::wire::codes::Coded;

/// Any value of a coded enum.
pub(super) fn coded<T: Coded + std::fmt::Debug + 'static>() -> impl Strategy<Value = T> {
    let values: Vec<T> = (1..100)
        .map_while(|code| T::of(code).ok().flatten())
        .collect();
    select(values)
}

pub(super) fn moment() -> impl Strategy<Value = Timestamp> {
    (946_684_800_000_i64..4_102_444_800_000).prop_map(Timestamp::from_millis)
}

fn group() -> impl Strategy<Value = DiagnosisGroup> {
    select(
        reference::diagnosis_groups()
            .map(|group| group.code)
            .collect::<Vec<_>>(),
    )
    .prop_map(|code| DiagnosisGroup::parse(code).unwrap())
}

pub(super) fn insurer() -> impl Strategy<Value = InsurerName> {
    "[A-Za-zé]{1,12}( [a-z]{1,5})?".prop_map(|name| InsurerName::parse(&name).unwrap())
}

pub(super) fn set<T: Ord + std::fmt::Debug>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = BTreeSet<T>> {
    prop::collection::btree_set(item, 0..4)
}

fn name() -> impl Strategy<Value = Option<String>> {
    of("[A-Za-zéü' -]{1,30}")
}

fn age() -> impl Strategy<Value = AgeRange> {
    (of(0_u32..60), of(60_u32..130)).prop_map(|(min, max)| AgeRange::parse(min, max).unwrap())
}

fn coordinates() -> impl Strategy<Value = Coordinates> {
    (50.5..53.8, 3.0..7.5).prop_map(|(north, east)| Coordinates::parse(north, east).unwrap())
}

pub(super) fn details() -> impl Strategy<Value = Details> {
    let who = (
        0_u32..99_999_999,
        name(),
        coded::<ProviderKind>(),
        name(),
        coded::<Origin>(),
        (any::<bool>(), of(1_u32..8_760)),
    );
    let place = (
        of("[a-z0-9]{1,8}"),
        name(),
        "GM[0-9]{4}".prop_map(|code| MunicipalityCode::parse(&code).unwrap()),
        of(coordinates()),
        of("[1-9][0-9]{3}([A-Z]{2})?".prop_map(|code| Postcode::parse(&code).unwrap())),
    );
    let kind = (
        coded::<CareType>(),
        of(coded::<PlaceKind>()),
        of(coded::<Setting>()),
        of(coded::<SecurityLevel>()),
        of("[A-H]"),
    );
    let people = (
        set(coded::<Circuit>()),
        age(),
        set(group()),
        set(insurer()),
        set("[a-z]{2}".prop_map(|code| LanguageCode::parse(&code).unwrap())),
        set("[a-z-]{1,12}"),
    );
    let terms = of(any_terms::terms().boxed());
    (
        who.boxed(),
        place.boxed(),
        kind.boxed(),
        people.boxed(),
        terms,
    )
        .prop_map(|(who, place, kind, people, terms)| Details {
            provider_id: ProviderId::parse(&format!("agb:{:08}", who.0)).unwrap(),
            provider_name: who.1,
            provider_kind: who.2,
            location_id: place.0,
            location_name: place.1,
            municipality_code: place.2,
            coordinates: place.3,
            postcode: place.4,
            programme_name: who.3,
            care_type: kind.0,
            place_kind: kind.1,
            setting: kind.2,
            security_level: kind.3,
            stay_intensity: kind.4,
            circuits: people.0,
            age: people.1,
            diagnosis_groups: people.2,
            insurers: people.3,
            languages: people.4,
            origin: who.4,
            remark_codes: people.5,
            shown_by_itself: who.5.0,
            promised_interval: who.5.1.and_then(ReportingInterval::parse),
            terms: terms.and_then(Terms::kept),
        })
}

fn counts() -> impl Strategy<Value = Counts> {
    let blocked = prop::collection::vec((coded::<BlockReason>(), 1_u32..9), 0..4);
    let numbers = (
        of(0_u32..500),
        of(0_u32..500),
        0_u32..90,
        0_u32..90,
        0_u32..5,
        any::<bool>(),
    );
    (
        numbers,
        blocked,
        of(any::<u64>()),
        of(coded::<IntakeStatus>()),
        any_terms::forecast(),
    )
        .prop_map(
            |(
                (licensed, funded, occupied, available, held, leave),
                blocked,
                token,
                intake_status,
                (forecast, rooms),
            )| {
                let blocked = blocked
                    .into_iter()
                    .map(|(reason, count)| Blocked { reason, count });
                UncheckedCounts {
                    licensed,
                    funded,
                    operational: None,
                    occupied,
                    on_leave: leave.then_some(occupied / 2),
                    available,
                    blocked: blocked.collect(),
                    highest_token_counted: token,
                    intake_status,
                    breakdown: any_terms::breakdown(rooms, available, funded).kept(),
                    forecast: any_terms::among(forecast, occupied).kept(),
                }
                .check(held)
                .unwrap()
            },
        )
}

fn wait() -> impl Strategy<Value = Wait> {
    let days = (of(0_u32..3_650), of(0_u32..3_650), of(0_u32..3_650));
    let people = (of(0_u32..500), of(0_u32..500));
    (
        of(group()),
        set(insurer()),
        days,
        people,
        of(coded::<WaitMethod>()),
        (of(moment()), of(moment())),
        any_terms::bands(),
    )
        .prop_map(
            |(diagnosis_group, insurers, days, people, method, (published_at, read_at), bands)| {
                Wait {
                    diagnosis_group,
                    insurers,
                    intake_wait_days: days.0,
                    treatment_wait_days: days.1,
                    realised_wait_days: days.2,
                    waiting_count: people.0,
                    over_norm_count: people.1,
                    method,
                    published_at,
                    read_at,
                    waiting_since: bands,
                }
            },
        )
}

pub(super) fn report() -> impl Strategy<Value = Report> {
    let source = (coded::<SourceClass>(), of(coded::<ReporterRole>()));
    let times = (moment(), of(moment()), of(moment()));
    (
        of(0_u64..1_000),
        times,
        source,
        of(counts().boxed()),
        prop::collection::vec(wait().boxed(), 0..4),
    )
        .prop_map(
            |(sequence, (observed_at, effective_at, valid_until), source, counts, waits)| {
                Report {
                    sequence,
                    observed_at,
                    effective_at,
                    valid_until,
                    source_class: source.0,
                    reporter_role: source.1,
                    counts,
                    waits,
                }
                .normalised()
            },
        )
}

fn pause_id() -> impl Strategy<Value = PauseId> {
    "[a-c]".prop_map(|id| PauseId::parse(&id).unwrap())
}

pub(super) fn pause() -> impl Strategy<Value = Pause> {
    let scope = (set(group()), set(insurer()));
    (
        pause_id(),
        scope,
        coded::<PauseReason>(),
        of(moment()),
        of(moment()),
        of(moment()),
        any::<bool>(),
    )
        .prop_map(
            |(pause_id, scope, reason, starts_at, ends_at, expected_end, closed)| Pause {
                pause_id,
                scope: PauseScope {
                    diagnosis_groups: scope.0,
                    insurers: scope.1,
                },
                reason,
                starts_at,
                ends_at,
                expected_end,
                waiting_list_closed: closed,
            },
        )
}

fn refusal() -> impl Strategy<Value = Refusal> {
    (coded::<RefusalReason>(), of(group()), any::<bool>()).prop_map(
        |(reason, diagnosis_group, within_declared)| Refusal {
            reason,
            diagnosis_group,
            within_declared,
        },
    )
}

fn hold_id() -> impl Strategy<Value = HoldId> {
    "019d5f33-0000-7000-8000-00000000000[1-4]".prop_map(|id| HoldId::parse(&id).unwrap())
}

fn hold() -> impl Strategy<Value = Hold> {
    (hold_id(), 1_u64..9, moment()).prop_map(|(hold_id, token, expires_at)| Hold {
        hold_id,
        token,
        expires_at,
    })
}

fn ended_hold() -> impl Strategy<Value = EndedHold> {
    (hold_id(), 1_u64..9, coded::<HoldEnd>(), moment()).prop_map(
        |(hold_id, token, end, ended_at)| EndedHold {
            hold_id,
            token,
            end,
            ended_at,
        },
    )
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let key = (moment(), of(any::<u64>()));
    let key = key.prop_map(|(observed_at, sequence)| ReportKey {
        observed_at,
        sequence,
    });
    prop_oneof![
        details()
            .boxed()
            .prop_map(|details| Event::OfferingPublished(Box::new(details))),
        details()
            .boxed()
            .prop_map(|details| Event::OfferingChanged(Box::new(details))),
        (coded::<WithdrawalReason>(), moment()).prop_map(|(reason, withdrawn_at)| {
            Event::OfferingWithdrawn {
                reason,
                withdrawn_at,
            }
        }),
        (report().boxed(), moment()).prop_map(|(report, received_at)| Event::CapacityReported {
            report,
            received_at
        }),
        report().boxed().prop_map(Event::LateReportKept),
        (key, report().boxed(), coded::<CorrectionReason>(), moment()).prop_map(
            |(supersedes, report, reason, received_at)| Event::ReportCorrected {
                supersedes,
                report,
                reason,
                received_at,
            }
        ),
        pause().prop_map(Event::AdmissionsPaused),
        (pause_id(), coded::<ResumeCause>())
            .prop_map(|(pause_id, cause)| Event::AdmissionsResumed(pause_id, cause)),
        (refusal(), any::<bool>(), moment()).prop_map(|(refusal, contradicts, recorded_at)| {
            Event::RefusalRecorded {
                refusal,
                contradicts,
                recorded_at,
            }
        }),
        hold().prop_map(Event::PlaceHeld),
        hold().prop_map(Event::HoldExtended),
        ended_hold().prop_map(Event::HoldEnded),
        (1_u32..9).prop_map(|places_missing| Event::OvercommitmentArisen { places_missing }),
        Just(Event::OvercommitmentResolved),
    ]
}
