use proto::waitlist::v1::{
    Actor, BreachForeseen, Clock, Dimension, Entry, GetEntryResponse, Happened, Outflow, Phase,
    PriorityReason, Wait, WithdrawalReason, WithdrawnBy, entry::End,
};

use super::entry::ListSummary;
use super::names::named;
use super::table;
use crate::failure::one_line;
use crate::moments::{date, rfc3339};
use crate::record::stated;
use crate::words::{word, word_of};

const UNKNOWN: &str = "–";

/// Returns entries as a table.
pub(crate) fn entries_table(entries: &[Entry]) -> String {
    let header = [
        "ENTRY", "PHASE", "SINCE", "CARE", "WAIT", "IN ALL", "PRIORITY", "NOTE",
    ];
    let rows = entries.iter().map(|entry| {
        let registration = entry.registration.as_ref();
        let care_type = registration.map(|registration| registration.care_type.clone());
        let priority = entry.priority.as_ref();
        vec![
            entry.entry_id.clone(),
            text(word_of::<Phase>(entry.phase)),
            text(stated(&entry.waiting_since)),
            text(care_type),
            running(&entry.waits, |clock| clock != Clock::Total),
            running(&entry.waits, |clock| clock == Clock::Total),
            text(priority.map(|priority| priority.category.clone())),
            note(entry),
        ]
    });
    table(header.map(str::to_owned).to_vec(), rows, header.len())
}

fn text(known: Option<String>) -> String {
    known.unwrap_or_else(|| UNKNOWN.to_owned())
}

/// "12/28": days of a clock that runs, and its norm.
fn running(waits: &[Wait], is_wanted: impl Fn(Clock) -> bool) -> String {
    let mut running = waits.iter().filter(|wait| wait.until.is_empty());
    let wait = running.find(|wait| is_wanted(wait.clock()));
    text(wait.map(|wait| match wait.norm_days {
        Some(norm) => format!("{}/{norm}", wait.days),
        None => wait.days.to_string(),
    }))
}

fn days(wait: &Wait) -> String {
    let clock = text(word_of::<Clock>(wait.clock));
    match wait.norm_days {
        Some(norm) => format!("{clock} {} of {norm}", wait.days),
        None => format!("{clock} {}", wait.days),
    }
}

/// What somebody should look at, and why it is not counted.
fn note(entry: &Entry) -> String {
    let mut notes = Vec::new();
    if entry.stale {
        notes.push(format!("stale since {}", entry.stale_from));
    }
    let exceeded: Vec<String> = entry.exceeded().map(word).collect();
    if !exceeded.is_empty() {
        notes.push(format!("over: {}", exceeded.join(", ")));
    }
    notes.extend(entry.foreseen.iter().map(foreseen));
    if entry.beyond_grant {
        notes.push("beyond what was granted: not counted".to_owned());
    }
    notes.join("; ")
}

fn foreseen(foreseen: &BreachForeseen) -> String {
    let clock = text(word_of::<Clock>(foreseen.clock));
    format!("foreseen: {clock} {}", foreseen.expected_on)
}

/// Returns how many there are as one sentence.
pub(crate) fn list_summary(summary: &ListSummary) -> String {
    match summary.total {
        0 => "no entry matches".to_owned(),
        total => format!("{} of {total} shown", summary.shown),
    }
}

/// Returns the line above what is handed out to a person.
pub(crate) fn person_heading(entries: usize) -> String {
    match entries {
        0 => "Nothing is held here about this person.".to_owned(),
        1 => "All that this organisation holds here about this person: 1 entry.".to_owned(),
        count => {
            format!("All that this organisation holds here about this person: {count} entries.")
        }
    }
}

/// Returns everything that is held about one entry, a line for each thing.
pub(crate) fn held_text(held: &GetEntryResponse) -> String {
    let entry = held.entry.clone().unwrap_or_default();
    let facts = facts(&entry);
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = facts
        .iter()
        .map(|(name, value)| one_line(&format!("{name:<width$}  {value}")));
    let mut lines: Vec<String> = lines.collect();
    lines.push(String::new());
    let header = ["WHEN", "WHAT", "DAY", "BY"];
    let rows = held.history.iter().map(happened);
    lines.push(table(
        header.map(str::to_owned).to_vec(),
        rows,
        header.len(),
    ));
    lines.join("\n")
}

fn happened(happened: &Happened) -> Vec<String> {
    vec![
        text(happened.occurred_at.as_ref().and_then(rfc3339)),
        happened.what.clone(),
        text(stated(&happened.on)),
        text(stated(&happened.actor)),
    ]
}

fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    let registration = entry.registration.clone().unwrap_or_default();
    let profile = registration.profile.unwrap_or_default();
    let municipality = named(Dimension::Municipality, &profile.municipality_code);
    let group = named(Dimension::DiagnosisGroup, &profile.diagnosis_group);
    let mut facts = vec![
        ("entry", entry.entry_id.clone()),
        ("phase", text(word_of::<Phase>(entry.phase))),
        ("provider", registration.provider_id),
        ("location", text(stated(&registration.location_id))),
        ("care type", registration.care_type),
        ("registered on", registration.registered_on),
        ("age", profile.age_band),
        ("municipality", municipality),
        ("GP practice", text(stated(&profile.gp_practice))),
        ("diagnosis group", group),
        ("preferred here", yes(profile.preferred)),
        ("citizen number", citizen_number(entry)),
        ("waits since", text(stated(&entry.waiting_since))),
        (
            "intake planned for",
            text(stated(&entry.intake_planned_for)),
        ),
        ("intake held on", text(stated(&entry.intake_held_on))),
        (
            "treatment started on",
            text(stated(&entry.treatment_started_on)),
        ),
    ];
    facts.extend(end(entry.end.as_ref()));
    facts.extend(entry.waits.iter().map(|wait| ("wait in days", days(wait))));
    facts.push(("last reaffirmed on", text(stated(&entry.reaffirmed_on))));
    let stale = if entry.stale {
        "stale since"
    } else {
        "stale from"
    };
    facts.push((stale, text(stated(&entry.stale_from))));
    facts.extend(priority(entry));
    facts.extend(screening(entry));
    facts.extend(entry.foreseen.iter().map(|breach| {
        let clock = text(word_of::<Clock>(breach.clock));
        let (expected, norm) = (&breach.expected_on, &breach.norm_ends_on);
        (
            "norm foreseen to be exceeded",
            format!("{clock}: expected {expected}, norm until {norm}"),
        )
    }));
    let exceeded = entry.exceeded().map(|clock| ("norm exceeded", word(clock)));
    facts.extend(exceeded);
    facts
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn citizen_number(entry: &Entry) -> String {
    if entry.without_number {
        return "none; counted apart".to_owned();
    }
    let epochs = entry.epochs.join(", ");
    let counted = if entry.beyond_grant {
        "; beyond what was granted: not counted"
    } else {
        ""
    };
    format!("not held; a pseudonym under the keys of {epochs}{counted}")
}

fn end(end: Option<&End>) -> Option<(&'static str, String)> {
    match end? {
        End::Withdrawn(withdrawn) => {
            let by = text(word_of::<WithdrawnBy>(withdrawn.by));
            let reason = text(word_of::<WithdrawalReason>(withdrawn.reason));
            Some(("withdrawn", format!("{} by {by}: {reason}", withdrawn.on)))
        }
        End::TreatmentEnded(ended) => {
            let outflow = text(word_of::<Outflow>(ended.outflow));
            Some((
                "treatment ended",
                format!("{}, to {outflow}", ended.ended_on),
            ))
        }
    }
}

fn priority(entry: &Entry) -> Option<(&'static str, String)> {
    let priority = entry.priority.as_ref()?;
    let category = named(Dimension::Priority, &priority.category);
    let reason = text(word_of::<PriorityReason>(priority.reason));
    let by = actor(priority.by.as_ref());
    Some(("priority", format!("{category}: {reason}, by {by}")))
}

fn screening(entry: &Entry) -> Vec<(&'static str, String)> {
    let Some(screening) = &entry.screening else {
        return Vec::new();
    };
    let request = screening
        .request
        .as_ref()
        .map(|request| ("screening asked for by", actor(request.by.as_ref())));
    let seen = |approval: &proto::waitlist::v1::Approval| {
        let on = text(approval.approved_at.as_ref().and_then(date));
        format!("{} on {on}", actor(approval.by.as_ref()))
    };
    let first = screening.first.as_ref();
    let first = first.map(|first| ("screening seen by one", seen(first)));
    let counted = screening.counted.iter();
    let counted = counted.flat_map(|counted| counted.first.iter().chain(&counted.second));
    let counted = counted.map(|approval| ("screened by", seen(approval)));
    request.into_iter().chain(first).chain(counted).collect()
}

fn actor(actor: Option<&Actor>) -> String {
    actor.map_or_else(
        || UNKNOWN.to_owned(),
        |actor| format!("{} of {}", actor.user, actor.organisation),
    )
}
