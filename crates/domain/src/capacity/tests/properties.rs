use proptest::prelude::*;

use super::*;
use crate::{Aggregate, replay};

fn any_pause() -> impl Strategy<Value = Pause> {
    let moment = || prop::option::of((0_i64..40).prop_map(at));
    let scope = prop::sample::select(vec![None, Some("05"), Some("10")]);
    (0..4_u8, scope, moment(), moment(), any::<bool>()).prop_map(
        |(number, code, starts_at, ends_at, waiting_list_closed)| Pause {
            scope: PauseScope {
                diagnosis_groups: code.map(group).into_iter().collect(),
                insurers: BTreeSet::new(),
            },
            starts_at,
            ends_at,
            waiting_list_closed,
            ..pause(&format!("p{number}"))
        },
    )
}

fn any_report() -> impl Strategy<Value = Report> {
    let sequence = prop::option::of(0_u64..8);
    let waits = prop::collection::vec((0..3_u32).prop_map(wait), 0..3);
    (0_i64..40, sequence, prop::option::of(0..3_u32), waits).prop_map(
        |(moment, sequence, available, waits)| Report {
            counts: available.map(|available| counts(1, available)),
            waits,
            ..report(at(moment), sequence, 0)
        },
    )
}

fn any_details() -> impl Strategy<Value = Details> {
    (0..8_u8, 0..3_u8).prop_map(|(provider, name)| Details {
        provider_id: if provider == 0 {
            others_details().provider_id
        } else {
            details().provider_id
        },
        programme_name: Some(format!("programme {name}")),
        ..details()
    })
}

fn any_command() -> impl Strategy<Value = Command> {
    let pauses = prop::option::of(prop::collection::vec(any_pause(), 0..3));
    let publication = (any_details(), prop::option::of(any_report()), pauses).prop_map(
        |(details, report, pauses)| {
            publish(Publication {
                details,
                report,
                pauses,
            })
        },
    );
    let patch = any_details().prop_map(|details| {
        let fields = vec![DetailsField::ProgrammeName, DetailsField::Age];
        Command::Change(Box::new(Patch { details, fields }))
    });
    let correction = (any_report(), any_report()).prop_map(|(wrong, report)| Command::Correct {
        supersedes: wrong.key(),
        report,
        reason: CorrectionReason::WrongMoment,
    });
    prop_oneof![
        3 => publication,
        1 => patch,
        1 => Just(Command::Withdraw(WithdrawalReason::Closed)),
        8 => any_report().prop_map(Command::Report),
        5 => correction,
        4 => any_pause().prop_map(Command::Pause),
        1 => prop::option::of((0..4_u8).prop_map(|number| id(&format!("p{number}"))))
            .prop_map(Command::Resume),
        2 => (0..4_u8, 0_i64..40).prop_map(|(number, ends_at)| Command::EndPause {
            pause_id: id(&format!("p{number}")),
            ends_at: at(ends_at),
        }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let name = || (0..4_u8).prop_map(|number| id(&format!("p{number}")));
    let correction =
        (any_report(), any_report()).prop_map(|(wrong, report)| Event::ReportCorrected {
            supersedes: wrong.key(),
            report,
            reason: CorrectionReason::SystemError,
            received_at: NOW,
        });
    prop_oneof![
        any_details().prop_map(|details| Event::OfferingPublished(Box::new(details))),
        any_details().prop_map(|details| Event::OfferingChanged(Box::new(details))),
        (0_i64..40).prop_map(|moment| Event::OfferingWithdrawn {
            reason: WithdrawalReason::Merged,
            withdrawn_at: at(moment),
        }),
        any_report().prop_map(reported),
        any_report().prop_map(Event::LateReportKept),
        correction,
        any_pause().prop_map(Event::AdmissionsPaused),
        name().prop_map(|name| Event::AdmissionsResumed(name, ResumeCause::Asked)),
    ]
}

/// Commands with the moments at which they come; clocks of nodes differ, so time may step back.
fn any_story() -> impl Strategy<Value = Vec<(Command, Timestamp)>> {
    prop::collection::vec((any_command(), (0_i64..40).prop_map(at)), 0..40)
}

fn apply(offering: Offering, events: &[Event]) -> Offering {
    events.iter().fold(offering, Offering::evolve)
}

/// What a story leads to, and the reports in it that took effect.
fn told(story: &[(Command, Timestamp)]) -> (Offering, Vec<Command>) {
    let mut offering = Offering::default();
    let mut effective = Vec::new();
    for (command, now) in story {
        let events = offering.decide(command, *now).unwrap_or_default();
        if matches!(command, Command::Report(_)) && !events.is_empty() {
            effective.push(command.clone());
        }
        offering = apply(offering, &events);
    }
    (offering, effective)
}

fn has_pause_twice(offering: &Offering) -> bool {
    let ids: BTreeSet<_> = offering
        .pauses
        .iter()
        .map(|pause| &pause.pause_id)
        .collect();
    ids.len() != offering.pauses.len()
}

/// Reports of different moments or numbers, some from the future, and the order in which they arrive, some twice.
fn any_schedule() -> impl Strategy<Value = (Vec<Report>, Vec<usize>)> {
    let reports = prop::collection::vec((any_report(), 0..10_u8), 1..12).prop_map(|drafts| {
        let mut reports: Vec<Report> = drafts
            .into_iter()
            .zip(0_u64..)
            .map(|((report, kind), number)| match kind {
                0 => Report {
                    observed_at: NOW.plus_millis(60_000),
                    sequence: Some(number),
                    ..report
                },
                _ => Report {
                    sequence: report.sequence.map(|_| number),
                    ..report
                },
            })
            .collect();
        reports.sort_by_key(Report::key);
        reports.dedup_by_key(|report| report.key());
        reports
    });
    reports.prop_flat_map(|reports| {
        let once: Vec<usize> = (0..reports.len()).collect();
        let again = prop::collection::vec(0..reports.len(), 0..12);
        let order = again
            .prop_map(move |again| once.iter().copied().chain(again).collect::<Vec<_>>())
            .prop_shuffle();
        (Just(reports), order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_present_is_the_latest_valid_report_however_reports_arrive((reports, order) in any_schedule()) {
        let mut offering = apply(Offering::default(), &[published()]);
        for index in order {
            let decision = offering.decide(&Command::Report(reports[index].clone()), NOW);
            prop_assert_eq!(decision.is_err(), reports[index].observed_at > NOW);
            offering = apply(offering, &decision.unwrap_or_default());
        }
        let valid = || reports.iter().filter(|report| report.observed_at <= NOW).rev();
        let counts = valid().find_map(|report| Figure::of_counts(report, NOW));
        let waits = valid().find_map(|report| Figure::of_waits(&report.clone().normalised(), NOW));
        prop_assert_eq!(offering.counts, counts);
        prop_assert_eq!(offering.waits, waits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_report_that_took_effect_never_does_so_again(story in any_story()) {
        let (offering, effective) = told(&story);
        for report in effective {
            let again = offering.decide(&report, at(40));
            let refused = Err(Rejection::Withdrawn);
            prop_assert!(again == Ok(vec![]) || again == refused, "{report:?} led to {again:?}");
        }
    }

    #[test]
    fn a_command_that_comes_again_at_once_decides_nothing(story in any_story()) {
        let mut offering = Offering::default();
        for (command, now) in story {
            let Ok(events) = offering.decide(&command, now) else {
                continue;
            };
            offering = apply(offering, &events);
            let again = offering.decide(&command, now);
            if matches!(command, Command::Resume(Some(_))) {
                prop_assert_eq!(again, Err(Rejection::UnknownPause));
            } else {
                prop_assert_eq!(again, Ok(vec![]));
            }
        }
    }

    #[test]
    fn no_two_pauses_have_one_id(story in any_story()) {
        prop_assert!(!has_pause_twice(&told(&story).0));
    }

    #[test]
    fn every_pause_with_an_end_ends_by_its_timer(story in any_story()) {
        let (mut offering, _) = told(&story);
        for timer in offering.timers() {
            let events = offering.decide(&timer.command, timer.due).unwrap();
            prop_assert_eq!(events.len(), 1);
            offering = apply(offering, &events);
        }
        prop_assert!(offering.pauses.iter().all(|pause| pause.ends_at.is_none()));
    }

    #[test]
    fn an_offering_never_changes_hands(story in any_story()) {
        let mut offering = Offering::default();
        let mut provider = None;
        for (command, now) in story {
            let events = offering.decide(&command, now).unwrap_or_default();
            offering = apply(offering, &events);
            let present = offering.details.as_ref().map(|details| details.provider_id.clone());
            prop_assert!(provider.is_none() || provider == present);
            provider = present;
        }
    }

    #[test]
    fn any_history_can_be_replayed(history in prop::collection::vec(any_event(), 0..60)) {
        let offering: Offering = replay(&history);
        prop_assert!(!has_pause_twice(&offering));
        prop_assert!(offering.known_reports.reports().len() <= 64);
    }

    #[test]
    fn a_history_leads_to_the_state_that_it_was_decided_on(story in any_story()) {
        let mut history = Vec::new();
        let mut offering = Offering::default();
        for (command, now) in story {
            let events = offering.decide(&command, now).unwrap_or_default();
            offering = apply(offering, &events);
            history.extend(events);
        }
        prop_assert_eq!(replay::<Offering>(&history), offering);
    }
}
