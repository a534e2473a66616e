use super::*;
use crate::testing::given;
use crate::{Aggregate, Timer};

fn replace(pauses: Vec<Pause>) -> Command {
    publish(Publication {
        pauses: Some(pauses),
        ..publication()
    })
}

fn paused(pauses: impl IntoIterator<Item = Pause>) -> Vec<Event> {
    [published()]
        .into_iter()
        .chain(pauses.into_iter().map(Event::AdmissionsPaused))
        .collect()
}

#[test]
fn admissions_are_paused_and_resumed() {
    given::<Offering>([published()])
        .when(Command::Pause(pause("p1")))
        .then([Event::AdmissionsPaused(pause("p1"))])
        .when(Command::Resume(Some(id("p1"))))
        .then([resumed("p1", ResumeCause::Asked)]);
}

#[test]
fn a_pause_that_comes_again_changes_nothing_also_when_its_end_has_passed() {
    let known = pause_until("p1", at(50));
    given::<Offering>(paused([known.clone()]))
        .at(at(60))
        .when(Command::Pause(known))
        .then_nothing();
}

#[test]
fn an_id_stands_for_one_pause() {
    given::<Offering>(paused([pause("p1")]))
        .when(Command::Pause(pause_until("p1", at(50))))
        .then_rejected(Rejection::PauseIdReused);
}

#[test]
fn a_pause_is_not_begun_with_an_expected_end_that_has_passed() {
    let overdue = Pause {
        expected_end: Some(at(50)),
        ..pause("p1")
    };
    given::<Offering>([published()])
        .at(at(50))
        .when(Command::Pause(overdue.clone()))
        .then_rejected(Rejection::ExpectedEndInThePast);
    // A stop that lasts longer than was expected is still one, for who gave it and for who declares what is in force.
    given::<Offering>(paused([overdue.clone()]))
        .at(at(60))
        .when(Command::Pause(overdue.clone()))
        .then_nothing();
    given::<Offering>([published()])
        .at(at(60))
        .when(replace(vec![overdue.clone()]))
        .then([Event::AdmissionsPaused(overdue)]);
}

#[test]
fn a_pause_ends_after_it_begins_and_after_now() {
    given::<Offering>([published()])
        .at(at(50))
        .when(Command::Pause(pause_until("p1", at(50))))
        .then_rejected(Rejection::PauseEndsInThePast);

    let backwards = Pause {
        starts_at: Some(at(200)),
        ..pause_until("p1", at(100))
    };
    given::<Offering>([published()])
        .at(at(50))
        .when(Command::Pause(backwards.clone()))
        .then_rejected(Rejection::PauseEndsInThePast);
    let at_once = Pause {
        starts_at: Some(at(100)),
        ..pause_until("p1", at(100))
    };
    given::<Offering>([published()])
        .at(at(50))
        .when(Command::Pause(at_once))
        .then_rejected(Rejection::PauseEndsInThePast);
    given::<Offering>([published()])
        .at(at(50))
        .when(replace(vec![backwards]))
        .then_rejected(Rejection::PauseEndsInThePast);
}

#[test]
fn only_a_pause_that_is_there_is_resumed() {
    given::<Offering>([published()])
        .when(Command::Resume(Some(id("p1"))))
        .then_rejected(Rejection::UnknownPause);
    given::<Offering>([published()])
        .when(Command::Resume(None))
        .then_nothing();
}

#[test]
fn all_pauses_are_resumed_at_once() {
    given::<Offering>(paused([pause("p1"), pause("p2")]))
        .when(Command::Resume(None))
        .then([
            resumed("p1", ResumeCause::Asked),
            resumed("p2", ResumeCause::Asked),
        ])
        .when(Command::Resume(None))
        .then_nothing();
}

#[test]
fn a_pause_with_an_end_has_a_timer_and_an_expected_end_only_informs() {
    let informed = Pause {
        expected_end: Some(at(70)),
        ..pause("p2")
    };
    let after = given::<Offering>(paused([pause_until("p1", at(50)), informed]));
    assert_eq!(
        after.state().timers(),
        [Timer {
            name: "pause:p1:50".to_owned(),
            due: at(50),
            command: Command::EndPause {
                pause_id: id("p1"),
                ends_at: at(50)
            },
        }]
    );
}

#[test]
fn a_timer_ends_its_pause_and_no_other() {
    let end = |ends_at| Command::EndPause {
        pause_id: id("p1"),
        ends_at,
    };
    let after = given::<Offering>(paused([pause_until("p1", at(50)), pause("p2")]))
        .when(end(at(49)))
        .then_nothing()
        .when(end(at(50)))
        .then([resumed("p1", ResumeCause::Ended)])
        .when(end(at(50)))
        .then_nothing();
    assert_eq!(after.state().pauses, [pause("p2")]);
    assert!(after.state().timers().is_empty());
}

#[test]
fn a_declaration_of_pauses_begins_new_ones_and_ends_those_it_does_not_name() {
    given::<Offering>(paused([pause("p1"), pause("p2")]))
        .when(replace(vec![pause("p2"), pause("p3"), pause("p3")]))
        .then([
            resumed("p1", ResumeCause::Replaced),
            Event::AdmissionsPaused(pause("p3")),
        ])
        .when(replace(vec![pause("p3"), pause("p2")]))
        .then_nothing();
}

#[test]
fn a_declaration_that_names_no_pauses_leaves_them_and_an_empty_one_ends_them() {
    given::<Offering>(paused([pause("p1")]))
        .when(publish(publication()))
        .then_nothing()
        .when(replace(vec![]))
        .then([resumed("p1", ResumeCause::Replaced)]);
}

#[test]
fn a_pause_that_is_declared_otherwise_begins_anew() {
    given::<Offering>(paused([pause("p1")]))
        .when(replace(vec![pause_until("p1", at(50))]))
        .then([
            resumed("p1", ResumeCause::Replaced),
            Event::AdmissionsPaused(pause_until("p1", at(50))),
        ]);
}

#[test]
fn a_declared_pause_that_is_over_is_history() {
    given::<Offering>([published()])
        .at(at(60))
        .when(replace(vec![
            pause_until("p1", at(50)),
            pause_until("p2", at(60)),
        ]))
        .then_nothing();
}

#[test]
fn a_pause_whose_end_has_come_is_left_to_its_timer_while_it_is_declared() {
    given::<Offering>(paused([pause_until("p1", at(50))]))
        .at(at(51))
        .when(replace(vec![pause_until("p1", at(50))]))
        .then_nothing();
}

#[test]
fn a_declaration_does_not_use_one_id_for_two_pauses() {
    given::<Offering>([published()])
        .when(replace(vec![pause("p1"), pause_until("p1", at(50))]))
        .then_rejected(Rejection::PauseIdReused);
}

#[test]
fn a_pause_stops_those_that_its_scope_covers() {
    let (anxiety, eating) = (group("05"), group("10"));
    let (vgz, cz) = (insurer("VGZ"), insurer("CZ"));
    let only_anxiety = PauseScope {
        diagnosis_groups: BTreeSet::from([anxiety.clone()]),
        ..PauseScope::default()
    };
    let only_vgz = PauseScope {
        insurers: BTreeSet::from([vgz.clone()]),
        ..PauseScope::default()
    };
    let anxiety_of_vgz = PauseScope {
        insurers: only_vgz.insurers.clone(),
        ..only_anxiety.clone()
    };

    // scope, then: anxiety of vgz, anxiety of cz, eating of vgz, anxiety, of vgz, nobody in particular
    let table = [
        (PauseScope::default(), [true, true, true, true, true, true]),
        (only_anxiety, [true, true, false, true, false, false]),
        (only_vgz, [true, false, true, false, true, false]),
        (anxiety_of_vgz, [true, false, false, false, false, false]),
    ];
    for (scope, expected) in table {
        let after = given(paused([Pause {
            scope: scope.clone(),
            ..pause("p1")
        }]));
        let offering: &Offering = after.state();
        let asked = [
            (Some(&anxiety), Some(&vgz)),
            (Some(&anxiety), Some(&cz)),
            (Some(&eating), Some(&vgz)),
            (Some(&anxiety), None),
            (None, Some(&vgz)),
            (None, None),
        ];
        let paused = asked.map(|(group, insurer)| offering.is_paused_for(group, insurer, NOW));
        assert_eq!(paused, expected, "{scope:?}");
    }
}

#[test]
fn a_pause_stops_nobody_before_it_begins_and_goes_on_until_it_is_ended() {
    let later = Pause {
        starts_at: Some(at(20)),
        ..pause_until("p1", at(50))
    };
    let after = given(paused([later]));
    let offering: &Offering = after.state();
    assert!(!offering.is_paused_for(None, None, at(19)));
    assert!(offering.is_paused_for(None, None, at(20)));
    // Every node must see the same: what ends it is the event, not somebody's clock.
    assert!(offering.is_paused_for(None, None, at(51)));
}

#[test]
fn an_insurer_is_the_same_however_it_is_written() {
    let scope = PauseScope {
        insurers: BTreeSet::from([insurer("Zilveren  Kruis")]),
        ..PauseScope::default()
    };
    assert!(scope.covers(None, Some(&insurer("zilveren kruis"))));
}
