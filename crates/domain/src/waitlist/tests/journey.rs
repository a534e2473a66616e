use super::*;

#[test]
fn a_person_is_registered_planned_seen_and_treated() {
    entry([])
        .at(noon(0))
        .when(register(registration(on(0))))
        .then([registered()])
        .when(Command::PlanIntake {
            planned_for: on(20),
        })
        .then([Event::IntakePlanned {
            planned_for: on(20),
        }])
        .at(noon(21))
        .when(Command::HoldIntake { held_on: on(20) })
        .then([Event::IntakeHeld { held_on: on(20) }])
        .at(noon(60))
        .when(Command::StartTreatment { started_on: on(60) })
        .then([Event::TreatmentStarted { started_on: on(60) }])
        .at(noon(300))
        .when(Command::EndTreatment {
            ended_on: on(300),
            outflow: Outflow::SocialDomain,
        })
        .then([Event::TreatmentEnded {
            ended_on: on(300),
            outflow: Outflow::SocialDomain,
        }]);
}

#[test]
fn every_step_that_comes_again_decides_nothing() {
    let steps = [
        (0, register(registration(on(0)))),
        (1, Command::PlanIntake { planned_for: on(9) }),
        (9, Command::HoldIntake { held_on: on(9) }),
        (30, Command::StartTreatment { started_on: on(30) }),
        (
            90,
            Command::EndTreatment {
                ended_on: on(90),
                outflow: Outflow::Gp,
            },
        ),
        (
            100,
            Command::Return {
                returned_on: on(100),
            },
        ),
        (120, Command::Withdraw(withdrawal(on(120)))),
    ];
    let mut entry = Entry::default();
    for (days, step) in steps {
        let events = entry.decide(&step, noon(days)).unwrap();
        assert_eq!(events.len(), 1, "{step:?}");
        entry = events.iter().fold(entry, Entry::evolve);
        assert_eq!(entry.decide(&step, noon(days)), Ok(vec![]), "{step:?}");
    }
    // Also when the person has come back meanwhile.
    for late in [
        Command::HoldIntake { held_on: on(9) },
        Command::StartTreatment { started_on: on(30) },
        Command::EndTreatment {
            ended_on: on(90),
            outflow: Outflow::Gp,
        },
    ] {
        assert_eq!(entry.decide(&late, noon(121)), Ok(vec![]), "{late:?}");
    }
}

#[test]
fn an_id_that_stands_for_another_entry_is_refused() {
    let another_day = registration(on(1));
    let another_person = Registration {
        person: person(2),
        ..registration(on(0))
    };
    for other in [another_day, another_person] {
        entry([registered()])
            .at(noon(5))
            .when(register(other))
            .then_rejected(Rejection::EntryIdReused);
    }
}

#[test]
fn what_is_not_registered_cannot_be_changed() {
    entry([])
        .at(noon(1))
        .when(Command::HoldIntake { held_on: on(1) })
        .then_rejected(Rejection::UnknownEntry);
}

#[test]
fn treatment_follows_an_intake() {
    entry([registered()])
        .at(noon(9))
        .when(Command::StartTreatment { started_on: on(9) })
        .then_rejected(Rejection::IntakeNotHeld);
}

#[test]
fn a_step_has_one_day() {
    entry([registered(), Event::IntakeHeld { held_on: on(9) }])
        .at(noon(12))
        .when(Command::HoldIntake { held_on: on(11) })
        .then_rejected(Rejection::OnAnotherDay)
        .when(Command::PlanIntake {
            planned_for: on(20),
        })
        .then_rejected(Rejection::IntakeHeldAlready)
        .when(Command::StartTreatment { started_on: on(3) })
        .then_rejected(Rejection::DayBeforeLastStep);
}

#[test]
fn an_intake_is_planned_for_a_day_to_come() {
    entry([registered()])
        .at(noon(12))
        .when(Command::PlanIntake {
            planned_for: on(11),
        })
        .then_rejected(Rejection::PlannedInThePast);
}

#[test]
fn who_was_withdrawn_does_not_wait_any_more() {
    let gone = entry([registered()])
        .at(noon(12))
        .when(Command::Withdraw(withdrawal(on(12))))
        .then([Event::Withdrawn(withdrawal(on(12)))]);
    let otherwise = Withdrawal {
        by: WithdrawnBy::Provider,
        ..withdrawal(on(12))
    };
    gone.when(Command::HoldIntake { held_on: on(12) })
        .then_rejected(Rejection::NotWaiting)
        .when(Command::StartTreatment { started_on: on(12) })
        .then_rejected(Rejection::NotWaiting)
        .when(Command::RequestScreening(actor("a", 1)))
        .then_rejected(Rejection::NotWaiting)
        .when(Command::Return {
            returned_on: on(12),
        })
        .then_rejected(Rejection::NotInAftercare)
        .when(Command::Withdraw(otherwise))
        .then_rejected(Rejection::EndedOtherwise)
        .at(noon(13))
        .when(reaffirm(on(13)))
        .then_rejected(Rejection::NotWaiting);
}

#[test]
fn only_treatment_is_ended_and_only_once() {
    let ends = |days: i32| Command::EndTreatment {
        ended_on: on(days),
        outflow: Outflow::Other,
    };
    entry([registered()])
        .at(noon(9))
        .when(ends(9))
        .then_rejected(Rejection::NotInTreatment);
    entry(treated())
        .at(noon(99))
        .when(ends(99))
        .then_rejected(Rejection::EndedOtherwise);
}

/// Ended on day 90.
fn treated() -> Vec<Event> {
    vec![
        registered(),
        Event::IntakeHeld { held_on: on(9) },
        Event::TreatmentStarted { started_on: on(30) },
        Event::TreatmentEnded {
            ended_on: on(90),
            outflow: Outflow::Gp,
        },
    ]
}

#[test]
fn aftercare_lasts_until_a_year_later() {
    let entry = entry(treated());
    let timers = entry.state().timers();
    let ended_on = on(90);
    assert_eq!(timers.len(), 1);
    assert_eq!(timers[0].due, ended_on.a_year_later().plus(1).begins_at());
    entry
        .at(timers[0].due)
        .when(timers[0].command.clone())
        .then([Event::AftercareEnded])
        .when(Command::Return {
            returned_on: on(90 + 366),
        })
        .then_rejected(Rejection::NotInAftercare);
}

#[test]
fn who_returns_within_the_year_waits_anew_from_that_day() {
    let returned = entry(treated())
        .at(noon(200))
        .when(Command::Return {
            returned_on: on(200),
        })
        .then([Event::Returned {
            returned_on: on(200),
        }]);
    let listed = returned.state().listed.as_ref().unwrap();
    assert_eq!(listed.spell.phase(), Phase::Registered);
    assert_eq!(listed.wait(Clock::Total).unwrap().days(on(210)), 10);
    assert_eq!(listed.spells().count(), 2);
}

#[test]
fn an_entry_that_nobody_reaffirms_goes_stale_after_35_days_and_comes_back() {
    let waiting = entry([registered()]);
    let timers = waiting.state().timers();
    let stale = timers.iter().find(|timer| timer.name.starts_with("stale"));
    let stale = stale.unwrap().clone();
    assert_eq!(stale.due, on(36).begins_at());
    waiting
        .at(stale.due)
        .when(stale.command.clone())
        .then([Event::WentStale, Event::NormExceeded(Clock::ToIntake)])
        .when(stale.command)
        .then_nothing()
        .at(noon(40))
        .when(reaffirm(on(40)))
        .then([reaffirmed(on(40))]);
}

#[test]
fn a_timer_that_was_overtaken_decides_nothing() {
    entry([registered(), reaffirmed(on(20))])
        .at(on(36).begins_at())
        .when(Command::GoStale {
            reaffirmed_on: on(0),
        })
        .then([]);
}

#[test]
fn a_reaffirmation_says_what_is_known_now_and_of_the_same_person() {
    let moved = Reaffirmation {
        profile: Some(Profile {
            municipality_code: MunicipalityCode::parse("GM0106").unwrap(),
            ..profile()
        }),
        ..reaffirmation(on(20))
    };
    let other = Reaffirmation {
        person: Some(person(2)),
        ..reaffirmation(on(20))
    };
    let entry = entry([registered()])
        .at(noon(20))
        .when(Command::Reaffirm(Box::new(other)))
        .then_rejected(Rejection::OtherPerson)
        .when(Command::Reaffirm(Box::new(moved.clone())))
        .then([Event::Reaffirmed(Box::new(moved))]);
    let listed = entry.state().listed.as_ref().unwrap();
    assert_eq!(listed.profile.municipality_code.as_str(), "GM0106");
    entry.when(register(registration(on(0)))).then_nothing();
}

#[test]
fn every_change_of_priority_has_somebody_and_a_reason() {
    let urgent = Command::Prioritise {
        category: category("unsafe-to-wait"),
        reason: PriorityReason::SafetyAtRisk,
        by: actor("s.jansen", 3),
    };
    entry([registered()])
        .at(noon(2))
        .when(urgent.clone())
        .then([Event::PriorityChanged(Priority {
            category: category("unsafe-to-wait"),
            reason: PriorityReason::SafetyAtRisk,
            by: actor("s.jansen", 3),
            changed_at: noon(2),
        })])
        .when(urgent)
        .then_nothing();
}

#[test]
fn the_turn_is_by_category_then_by_time_waited() {
    let prioritised = |code: &str| {
        Event::PriorityChanged(Priority {
            category: category(code),
            reason: PriorityReason::Screened,
            by: actor("a", 1),
            changed_at: noon(1),
        })
    };
    let since = |days: i32| registered_as(registration(on(days)));
    let entries = [
        listed(&[since(0), prioritised("bridged")]),
        listed(&[since(5)]),
        listed(&[since(3), prioritised("regular")]),
        listed(&[since(9), prioritised("unsafe-to-wait")]),
    ];
    let mut turns: Vec<(Turn, usize)> = with_ids(&entries)
        .zip(0..)
        .map(|((id, listed), place)| (Turn::of(id, listed), place))
        .collect();
    turns.sort();
    let places: Vec<usize> = turns.into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, [3, 2, 1, 0]);
}
