//! What a provider states of an entry, read with all that is wrong with it.

use chassis::Path;
use chassis::access::Access;
use domain::waitlist::{
    AgeBand, Command, GpPractice, LocationId, PersonKeys, Profile, Registration, Withdrawal,
};
use domain::{CareType, Day, DiagnosisGroup, MunicipalityCode, ProviderId};
use proto::waitlist::v1;

use super::checks::Checks;

/// A registration that was read, and who it is of comes beside it.
pub(crate) struct Unnamed {
    pub(crate) provider_id: ProviderId,
    pub(crate) location_id: Option<LocationId>,
    pub(crate) care_type: CareType,
    pub(crate) registered_on: Day,
    pub(crate) profile: Profile,
}

impl Unnamed {
    /// Of this person.
    pub(crate) fn with_person(self, person: PersonKeys) -> Registration {
        Registration {
            provider_id: self.provider_id,
            location_id: self.location_id,
            care_type: self.care_type,
            registered_on: self.registered_on,
            profile: self.profile,
            person,
        }
    }
}

/// Reads a registration. Where no provider is named, it is who calls.
pub(super) fn check_registration(
    (given, access): (Option<&v1::Registration>, &Access),
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Unnamed> {
    let Some(given) = given else {
        checks.refuse(path, "must be given");
        return None;
    };
    let provider_id = match given.provider_id.as_str() {
        "" => access.caller().organisation.as_str(),
        named => named,
    };
    let provider_id = checks.parsed(
        path.field("provider_id"),
        provider_id,
        ProviderId::parse,
        "must be a register and a number in it, such as agb:06011009",
    );
    let location_id = checks.parsed_if_any(
        path.field("location_id"),
        &given.location_id,
        LocationId::parse,
        "must be a letter or digit, then at most 63 letters, digits, dots, dashes, colons or underscores; no nine digits",
    );
    let care_type = checks.parsed(
        path.field("care_type"),
        &given.care_type,
        CareType::parse,
        "must be a kind of care, such as specialised or sheltered-housing",
    );
    let registered_on = checks.day(path.field("registered_on"), &given.registered_on);
    let profile = check_profile(given.profile.as_ref(), path.field("profile"), checks);
    Some(Unnamed {
        provider_id: provider_id?,
        location_id,
        care_type: care_type?,
        registered_on: registered_on?,
        profile: profile?,
    })
}

/// Reads what is known about a person.
pub(super) fn check_profile(
    given: Option<&v1::Profile>,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Profile> {
    let Some(given) = given else {
        checks.refuse(path, "must be given");
        return None;
    };
    let age_band = checks.parsed(
        path.field("age_band"),
        &given.age_band,
        AgeBand::parse,
        "must be an age band: 0-11, 12-17, 18-24, 25-44, 45-64 or 65+",
    );
    let municipality =
        checks.municipality(path.field("municipality_code"), &given.municipality_code);
    let gp_practice = checks.parsed_if_any(
        path.field("gp_practice"),
        &given.gp_practice,
        GpPractice::parse,
        "must be the AGB code of a GP practice, eight digits",
    );
    let diagnosis_group = checks.parsed(
        path.field("diagnosis_group"),
        &given.diagnosis_group,
        DiagnosisGroup::parse,
        "must be the code of a main diagnosis group, such as 05 or not-yet-diagnosed",
    );
    Some(Profile {
        age_band: age_band?,
        municipality_code: municipality.and_then(MunicipalityCode::parse)?,
        gp_practice,
        diagnosis_group: diagnosis_group?,
        is_preferred: given.preferred,
    })
}

/// Reads a withdrawal.
pub(super) fn check_withdrawal(
    said: &v1::Withdrawn,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Command> {
    let on = checks.day(path.field("on"), &said.on);
    let by = checks.code(path.field("by"), said.by);
    let reason = checks.code(path.field("reason"), said.reason);
    Some(Command::Withdraw(Withdrawal {
        on: on?,
        by: by?,
        reason: reason?,
    }))
}

/// Reads the end of a treatment.
pub(super) fn check_end(
    said: &v1::TreatmentEnded,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Command> {
    let ended_on = checks.day(path.field("ended_on"), &said.ended_on);
    let outflow = checks.code(path.field("outflow"), said.outflow);
    Some(Command::EndTreatment {
        ended_on: ended_on?,
        outflow: outflow?,
    })
}
