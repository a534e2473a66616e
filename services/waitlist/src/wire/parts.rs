//! What several events are made of.

use domain::waitlist::{
    Actor, AgeBand, Approval, ContentHash, Epoch, EpochKeys, Foreseen, GpPractice, Grant,
    LocationId, PersonKey, PersonKeys, Priority, PriorityCategory, Profile, Region, Registration,
    Screened, ScreeningRequest, UserId, Withdrawal,
};
use domain::{CareType, DiagnosisGroup, MunicipalityCode, ProviderId};
use proto::waitlist::v1;

use super::codes::Coded;
use super::unreadable::{Unreadable, day, moment, needed, stamp};

/// Without who it is of.
pub(super) fn encode_registration(registration: &Registration) -> v1::Registration {
    let location_id = registration.location_id.as_ref();
    v1::Registration {
        provider_id: registration.provider_id.to_string(),
        location_id: location_id.map(ToString::to_string).unwrap_or_default(),
        care_type: registration.care_type.as_str().to_owned(),
        registered_on: registration.registered_on.to_string(),
        profile: Some(encode_profile(&registration.profile)),
    }
}

pub(super) fn decode_registration(
    given: Option<v1::Registration>,
    person: PersonKeys,
) -> Result<Registration, Unreadable> {
    let given = needed(given, "registration")?;
    Ok(Registration {
        provider_id: needed(ProviderId::parse(&given.provider_id), "provider_id")?,
        location_id: if_any(&given.location_id, LocationId::parse, "location_id")?,
        care_type: needed(CareType::parse(&given.care_type), "care_type")?,
        registered_on: day(&given.registered_on, "registered_on")?,
        profile: decode_profile(given.profile)?,
        person,
    })
}

pub(super) fn encode_profile(profile: &Profile) -> v1::Profile {
    let gp_practice = profile.gp_practice.as_ref();
    v1::Profile {
        age_band: profile.age_band.to_string(),
        municipality_code: profile.municipality_code.to_string(),
        gp_practice: gp_practice.map(ToString::to_string).unwrap_or_default(),
        diagnosis_group: profile.diagnosis_group.to_string(),
        preferred: profile.is_preferred,
    }
}

pub(super) fn decode_profile(given: Option<v1::Profile>) -> Result<Profile, Unreadable> {
    let given = needed(given, "profile")?;
    let municipality = MunicipalityCode::parse(&given.municipality_code);
    let diagnosis_group = DiagnosisGroup::parse(&given.diagnosis_group);
    Ok(Profile {
        age_band: needed(AgeBand::parse(&given.age_band), "age_band")?,
        municipality_code: needed(municipality, "municipality_code")?,
        gp_practice: if_any(&given.gp_practice, GpPractice::parse, "gp_practice")?,
        diagnosis_group: needed(diagnosis_group, "diagnosis_group")?,
        is_preferred: given.preferred,
    })
}

/// The region's keys alone: the nation's go into a body of their own.
pub(super) fn encode_person(person: &PersonKeys) -> v1::RegionPerson {
    let keys = person.by_epoch().iter();
    v1::RegionPerson {
        keys: keys
            .map(|keys| encode_key(keys.epoch, &keys.region))
            .collect(),
        beyond_grant: person.grant() == Grant::Exceeded,
    }
}

pub(super) fn encode_key(epoch: Epoch, key: &PersonKey<Region>) -> v1::RegionKey {
    v1::RegionKey {
        epoch: epoch.0.into(),
        key: key.as_bytes().to_vec(),
    }
}

pub(super) fn decode_person(given: v1::RegionPerson) -> Result<PersonKeys, Unreadable> {
    let grant = grant(given.beyond_grant);
    let keys = given.keys.iter().map(|key| {
        let (epoch, region) = decode_key(key)?;
        Ok(EpochKeys {
            epoch,
            region,
            national: None,
        })
    });
    needed(
        PersonKeys::parse(keys.collect::<Result<_, _>>()?, grant),
        "keys",
    )
}

pub(super) fn decode_key(key: &v1::RegionKey) -> Result<(Epoch, PersonKey<Region>), Unreadable> {
    let epoch = u16::try_from(key.epoch).map_err(|_| Unreadable("epoch"))?;
    let bytes = needed(<[u8; 32]>::try_from(&*key.key).ok(), "key")?;
    Ok((Epoch(epoch), PersonKey::from_bytes(bytes)))
}

pub(super) fn grant(beyond_grant: bool) -> Grant {
    if beyond_grant {
        Grant::Exceeded
    } else {
        Grant::Covered
    }
}

pub(crate) fn encode_actor(actor: &Actor) -> v1::Actor {
    v1::Actor {
        user: actor.user.to_string(),
        organisation: actor.organisation.to_string(),
    }
}

pub(crate) fn decode_actor(given: Option<v1::Actor>) -> Result<Actor, Unreadable> {
    let given = needed(given, "actor")?;
    Ok(Actor {
        user: needed(UserId::parse(&given.user), "user")?,
        organisation: needed(ProviderId::parse(&given.organisation), "organisation")?,
    })
}

pub(super) fn encode_request(request: &ScreeningRequest) -> v1::ScreeningRequested {
    v1::ScreeningRequested {
        by: Some(encode_actor(&request.by)),
        requested_at: stamp(request.requested_at),
    }
}

pub(super) fn decode_request(
    given: v1::ScreeningRequested,
) -> Result<ScreeningRequest, Unreadable> {
    Ok(ScreeningRequest {
        by: decode_actor(given.by)?,
        requested_at: moment(given.requested_at, "requested_at")?,
    })
}

pub(super) fn encode_approval(approval: &Approval) -> v1::Approval {
    v1::Approval {
        by: Some(encode_actor(&approval.by)),
        content: approval.content.as_bytes().to_vec(),
        approved_at: stamp(approval.approved_at),
    }
}

pub(super) fn decode_approval(given: Option<v1::Approval>) -> Result<Approval, Unreadable> {
    let given = needed(given, "approval")?;
    let content = <[u8; 32]>::try_from(&*given.content).ok();
    Ok(Approval {
        by: decode_actor(given.by)?,
        content: ContentHash::from_bytes(needed(content, "content")?),
        approved_at: moment(given.approved_at, "approved_at")?,
    })
}

pub(super) fn encode_screened(screened: &Screened) -> v1::Screened {
    v1::Screened {
        requested_by: Some(encode_actor(&screened.requested_by)),
        first: Some(encode_approval(&screened.first)),
        second: Some(encode_approval(&screened.second)),
    }
}

pub(super) fn decode_screened(given: v1::Screened) -> Result<Screened, Unreadable> {
    Ok(Screened {
        requested_by: decode_actor(given.requested_by)?,
        first: decode_approval(given.first)?,
        second: decode_approval(given.second)?,
    })
}

pub(super) fn encode_priority(priority: &Priority) -> v1::PriorityChanged {
    v1::PriorityChanged {
        category: priority.category.to_string(),
        reason: priority.reason.number(),
        by: Some(encode_actor(&priority.by)),
        changed_at: stamp(priority.changed_at),
    }
}

pub(super) fn decode_priority(given: v1::PriorityChanged) -> Result<Priority, Unreadable> {
    Ok(Priority {
        category: needed(PriorityCategory::parse(&given.category), "category")?,
        reason: Coded::of(given.reason)?,
        by: decode_actor(given.by)?,
        changed_at: moment(given.changed_at, "changed_at")?,
    })
}

pub(super) fn encode_withdrawal(withdrawal: Withdrawal) -> v1::Withdrawn {
    v1::Withdrawn {
        on: withdrawal.on.to_string(),
        by: withdrawal.by.number(),
        reason: withdrawal.reason.number(),
    }
}

pub(super) fn decode_withdrawal(given: &v1::Withdrawn) -> Result<Withdrawal, Unreadable> {
    Ok(Withdrawal {
        on: day(&given.on, "on")?,
        by: Coded::of(given.by)?,
        reason: Coded::of(given.reason)?,
    })
}

pub(super) fn encode_foreseen(foreseen: Foreseen) -> v1::BreachForeseen {
    v1::BreachForeseen {
        clock: foreseen.clock.number(),
        expected_on: foreseen.expected_on.to_string(),
        norm_ends_on: foreseen.norm_ends_on.to_string(),
    }
}

pub(super) fn decode_foreseen(given: &v1::BreachForeseen) -> Result<Foreseen, Unreadable> {
    Ok(Foreseen {
        clock: Coded::of(given.clock)?,
        expected_on: day(&given.expected_on, "expected_on")?,
        norm_ends_on: day(&given.norm_ends_on, "norm_ends_on")?,
    })
}

fn if_any<T>(
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    field: &'static str,
) -> Result<Option<T>, Unreadable> {
    (!text.is_empty())
        .then(|| needed(parse(text), field))
        .transpose()
}
