use std::sync::Arc;

use domain::Day;
use domain::waitlist::{Entry, Grant, KnownPerson, Listed, PersonKeys, Screening, Spell, SpellEnd};
use proto::waitlist::v1;
use proto::waitlist::v1::spell::End;

use super::codes::Coded;
use super::parts::{
    decode_approval, decode_foreseen, decode_key, decode_priority, decode_profile,
    decode_registration, decode_request, decode_screened, decode_withdrawal, encode_approval,
    encode_foreseen, encode_key, encode_priority, encode_profile, encode_registration,
    encode_request, encode_screened, encode_withdrawal, grant,
};
use super::unreadable::{Unreadable, day, day_if_any, needed};

pub(super) fn encode(entry: &Entry) -> v1::EntryState {
    let Some(listed) = &entry.listed else {
        return v1::EntryState::default();
    };
    let screening = &listed.screening;
    v1::EntryState {
        registration: Some(encode_registration(&listed.registration)),
        person: Some(encode_known(&listed.person)),
        newest_epoch_since: listed.person.newest_since().to_string(),
        profile: Some(encode_profile(&listed.profile)),
        spell: Some(encode_spell(&listed.spell)),
        earlier: listed.earlier.iter().map(encode_spell).collect(),
        reaffirmed_on: listed.reaffirmed_on.to_string(),
        stale: listed.is_stale,
        priority: listed.priority.as_ref().map(encode_priority),
        screening_request: screening.request.as_ref().map(encode_request),
        screening_first: screening.first.as_ref().map(encode_approval),
        screened: screening.counted.as_ref().map(encode_screened),
        foreseen: listed
            .foreseen
            .iter()
            .copied()
            .map(encode_foreseen)
            .collect(),
        exceeded: listed.exceeded.iter().map(|clock| clock.number()).collect(),
        aftercare_over: listed.is_aftercare_over,
    }
}

pub(super) fn decode(state: v1::EntryState) -> Result<Entry, Unreadable> {
    if state.registration.is_none() {
        return Ok(Entry::default());
    }
    let unsaid = needed(PersonKeys::parse(Vec::new(), Grant::Covered), "person")?;
    let newest_since = day(&state.newest_epoch_since, "newest_epoch_since")?;
    let clocks = state.exceeded.iter().map(|clock| Coded::of(*clock));
    let listed = Listed {
        registration: decode_registration(state.registration, unsaid)?,
        person: decode_known(state.person, newest_since)?,
        profile: decode_profile(state.profile)?,
        spell: decode_spell(&needed(state.spell, "spell")?)?,
        earlier: all(&state.earlier, decode_spell)?,
        reaffirmed_on: day(&state.reaffirmed_on, "reaffirmed_on")?,
        is_stale: state.stale,
        priority: state.priority.map(decode_priority).transpose()?,
        screening: Screening {
            request: state.screening_request.map(decode_request).transpose()?,
            first: state
                .screening_first
                .map(|first| decode_approval(Some(first)))
                .transpose()?,
            counted: state.screened.map(decode_screened).transpose()?,
        },
        foreseen: all(&state.foreseen, decode_foreseen)?,
        exceeded: clocks.collect::<Result<_, _>>()?,
        is_aftercare_over: state.aftercare_over,
    };
    Ok(Entry {
        listed: Some(Arc::new(listed)),
    })
}

fn encode_known(person: &KnownPerson) -> v1::RegionPerson {
    let keys = person.keys().iter();
    v1::RegionPerson {
        keys: keys.map(|(epoch, key)| encode_key(*epoch, key)).collect(),
        beyond_grant: !person.is_granted(),
    }
}

fn decode_known(
    given: Option<v1::RegionPerson>,
    newest_since: Day,
) -> Result<KnownPerson, Unreadable> {
    let given = needed(given, "person")?;
    let keys = all(&given.keys, decode_key)?;
    let grant = grant(given.beyond_grant);
    needed(KnownPerson::restored(keys, newest_since, grant), "person")
}

fn encode_spell(spell: &Spell) -> v1::Spell {
    let text = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    v1::Spell {
        waiting_since: spell.waiting_since.to_string(),
        intake_planned_for: text(spell.intake_planned_for),
        intake_held_on: text(spell.intake_held_on),
        treatment_started_on: text(spell.treatment_started_on),
        end: spell.end.map(|end| match end {
            SpellEnd::Withdrawn(withdrawal) => End::Withdrawn(encode_withdrawal(withdrawal)),
            SpellEnd::Ended { ended_on, outflow } => End::TreatmentEnded(v1::TreatmentEnded {
                ended_on: ended_on.to_string(),
                outflow: outflow.number(),
            }),
        }),
    }
}

fn decode_spell(given: &v1::Spell) -> Result<Spell, Unreadable> {
    let end = match &given.end {
        None => None,
        Some(End::Withdrawn(withdrawn)) => Some(SpellEnd::Withdrawn(decode_withdrawal(withdrawn)?)),
        Some(End::TreatmentEnded(ended)) => Some(SpellEnd::Ended {
            ended_on: day(&ended.ended_on, "ended_on")?,
            outflow: Coded::of(ended.outflow)?,
        }),
    };
    Ok(Spell {
        waiting_since: day(&given.waiting_since, "waiting_since")?,
        intake_planned_for: day_if_any(&given.intake_planned_for, "intake_planned_for")?,
        intake_held_on: day_if_any(&given.intake_held_on, "intake_held_on")?,
        treatment_started_on: day_if_any(&given.treatment_started_on, "treatment_started_on")?,
        end,
    })
}

fn all<T, U>(
    given: &[T],
    decode: impl Fn(&T) -> Result<U, Unreadable>,
) -> Result<Vec<U>, Unreadable> {
    given.iter().map(decode).collect()
}
