use super::*;
use crate::Aggregate;
use crate::testing::given;

fn renamed() -> Details {
    Details {
        programme_name: Some("Kliniek Noord".to_owned()),
        ..details()
    }
}

#[test]
fn what_was_never_published_is_published() {
    given::<Offering>([])
        .when(publish(publication()))
        .then([published()]);
}

#[test]
fn to_publish_the_same_again_changes_nothing() {
    given::<Offering>([published()])
        .when(publish(publication()))
        .then_nothing();
}

#[test]
fn to_publish_something_else_changes_the_description() {
    given::<Offering>([published()])
        .when(publish(Publication {
            details: renamed(),
            ..publication()
        }))
        .then([Event::OfferingChanged(Box::new(renamed()))]);
}

#[test]
fn to_publish_what_was_withdrawn_opens_it_again() {
    let reopened = given([published(), withdrawn(WithdrawalReason::Closed)])
        .when(publish(publication()))
        .then([published()]);
    assert!(Offering::is_offered(reopened.state()));
}

#[test]
fn an_offering_stays_its_providers() {
    let others = Publication {
        details: others_details(),
        ..publication()
    };
    given::<Offering>([published()])
        .when(publish(others.clone()))
        .then_rejected(Rejection::OtherProvider);
    given::<Offering>([published(), withdrawn(WithdrawalReason::Closed)])
        .when(publish(others))
        .then_rejected(Rejection::OtherProvider);

    let patch = Patch {
        details: others_details(),
        fields: vec![DetailsField::Setting],
    };
    given::<Offering>([published()])
        .when(Command::Change(Box::new(patch)))
        .then_rejected(Rejection::OtherProvider);
}

#[test]
fn a_publication_says_what_it_is_what_it_has_and_what_is_paused_in_one_breath() {
    let whole = Publication {
        details: details(),
        report: Some(report(at(10), None, 3)),
        pauses: Some(vec![pause("p1")]),
    };
    given::<Offering>([])
        .at(NOW)
        .when(publish(whole.clone()))
        .then([
            published(),
            reported(report(at(10), None, 3)),
            Event::AdmissionsPaused(pause("p1")),
        ])
        .when(publish(whole))
        .then_nothing();
}

#[test]
fn a_publication_with_one_wrong_part_is_refused_as_a_whole() {
    let from_the_future = Some(report(at(60_000), None, 3));
    given::<Offering>([])
        .when(publish(Publication {
            report: from_the_future,
            ..publication()
        }))
        .then_rejected(Rejection::ObservedInTheFuture);
}

#[test]
fn a_change_takes_the_named_fields_and_leaves_the_others() {
    let other = Details {
        setting: Some(Setting::Closed),
        ..renamed()
    };
    let patch = Patch {
        details: other,
        fields: vec![DetailsField::ProgrammeName],
    };
    given::<Offering>([published()])
        .when(Command::Change(Box::new(patch.clone())))
        .then([Event::OfferingChanged(Box::new(renamed()))])
        .when(Command::Change(Box::new(patch)))
        .then_nothing();
}

#[test]
fn every_field_of_a_patch_is_taken_by_its_name() {
    let other = Details {
        provider_name: None,
        location_id: Some("7".to_owned()),
        location_name: Some("Noord".to_owned()),
        municipality_code: MunicipalityCode::parse("GM0106").unwrap(),
        coordinates: Coordinates::parse(53.0, 6.5),
        postcode: Postcode::parse("9401 AB"),
        programme_name: Some("Angst".to_owned()),
        care_type: CareType::Basic,
        place_kind: Some(PlaceKind::Slot),
        setting: Some(Setting::Outpatient),
        security_level: Some(SecurityLevel::Level3),
        stay_intensity: Some("C".to_owned()),
        circuits: BTreeSet::from([Circuit::Youth]),
        age: AgeRange::parse(Some(18), None).unwrap(),
        diagnosis_groups: BTreeSet::from([group("05")]),
        insurers: BTreeSet::from([insurer("VGZ")]),
        languages: BTreeSet::from([LanguageCode::parse("en").unwrap()]),
        remark_codes: BTreeSet::from(["appointment-first".to_owned()]),
        shown_by_itself: true,
        ..details()
    };
    let fields = vec![
        DetailsField::ProviderName,
        DetailsField::LocationId,
        DetailsField::LocationName,
        DetailsField::MunicipalityCode,
        DetailsField::Coordinates,
        DetailsField::Postcode,
        DetailsField::ProgrammeName,
        DetailsField::CareType,
        DetailsField::PlaceKind,
        DetailsField::Setting,
        DetailsField::SecurityLevel,
        DetailsField::StayIntensity,
        DetailsField::Circuits,
        DetailsField::Age,
        DetailsField::DiagnosisGroups,
        DetailsField::Insurers,
        DetailsField::Languages,
        DetailsField::RemarkCodes,
        DetailsField::ShownByItself,
    ];
    for field in &fields {
        let one = Patch {
            details: other.clone(),
            fields: vec![*field],
        };
        assert_ne!(
            details().patched(&one),
            details(),
            "{field:?} changes nothing"
        );
    }
    assert_eq!(
        details().patched(&Patch {
            details: other.clone(),
            fields
        }),
        other
    );
}

/// Every command that needs an offering that is offered.
fn needs_an_offering() -> Vec<Command> {
    let patch = Patch {
        details: details(),
        fields: vec![],
    };
    vec![
        Command::Change(Box::new(patch)),
        Command::Report(report(at(10), None, 1)),
        Command::Correct {
            supersedes: report(at(10), None, 1).key(),
            report: report(at(10), None, 2),
            reason: CorrectionReason::TypingError,
        },
        Command::Pause(pause("p1")),
        Command::Resume(None),
        Command::Resume(Some(id("p1"))),
    ]
}

#[test]
fn nothing_is_said_about_an_offering_that_is_not_published() {
    for command in needs_an_offering() {
        given::<Offering>([])
            .when(command)
            .then_rejected(Rejection::UnknownOffering);
    }
    given::<Offering>([])
        .when(Command::Withdraw(WithdrawalReason::Closed))
        .then_rejected(Rejection::UnknownOffering);
    given::<Offering>([])
        .when(Command::EndPause {
            pause_id: id("p1"),
            ends_at: at(1),
        })
        .then_nothing();
}

#[test]
fn nothing_is_said_about_an_offering_that_was_withdrawn() {
    for command in needs_an_offering() {
        given::<Offering>([published(), withdrawn(WithdrawalReason::Closed)])
            .when(command)
            .then_rejected(Rejection::Withdrawn);
    }
}

#[test]
fn every_refusal_has_a_word_of_its_own() {
    let rejections = [
        Rejection::UnknownOffering,
        Rejection::Withdrawn,
        Rejection::WithdrawnOtherwise(WithdrawalReason::Closed),
        Rejection::OtherProvider,
        Rejection::ObservedInTheFuture,
        Rejection::SequenceReused(1),
        Rejection::UnknownReport,
        Rejection::UnknownPause,
        Rejection::PauseIdReused,
        Rejection::PauseEndsInThePast,
        Rejection::ExpectedEndInThePast,
    ];
    let codes: BTreeSet<_> = rejections.iter().map(Offering::code).collect();
    assert_eq!(codes.len(), rejections.len());
    for code in codes {
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{code}"
        );
    }
}
