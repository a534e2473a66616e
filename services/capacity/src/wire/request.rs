//! Commands: contract → domain, with every violation at once.

use chassis::access::Access;
use chassis::{Call, Violations};
use domain::capacity::{
    Command, CorrectionReason, Details, DetailsField, OfferingId, Patch, Publication,
    WithdrawalReason,
};
use eventlog::{CommandId, StreamId};
use proto::capacity::v1;
use uuid::Uuid;

use super::checks::Checks;
use super::{details, pause as pauses, refusal, report as reports, terms};
use crate::view::stream_of;
use chassis::Path;

pub(super) const MAX_TOKENS: usize = 16;
const ID_FORM: &str = "must be a letter or digit, then at most 63 letters, digits, dots, dashes, colons or underscores";

/// What a request's transport says about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transport {
    /// Who makes it.
    pub(crate) access: Access,
    /// It was sent before, by a proxy or a retrying client.
    pub(crate) retried: bool,
    /// W3C trace context.
    pub(crate) traceparent: Option<String>,
}

/// A command that was understood.
pub(crate) struct Order {
    pub(crate) access: Access,
    pub(crate) stream: StreamId,
    pub(crate) call: Call<Command>,
    pub(crate) at_least: Vec<String>,
}

/// What goes with every command, understood so far.
pub(super) struct Envelope {
    access: Access,
    pub(super) call: Call<()>,
    at_least: Vec<String>,
}

/// Reads a publication.
pub(crate) fn publish(
    request: v1::PublishOfferingRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let path = Path::root("details");
    let details = match request.details {
        Some(details) => details::check(details, path, &mut checks),
        None => {
            checks.refuse(path, "must be given");
            None
        }
    };
    let report = request
        .report
        .and_then(|report| reports::check(Some(report), Path::root("report"), &mut checks));
    if !request.pauses.is_empty() && !request.replace_pauses {
        checks.refuse(Path::root("pauses"), "are taken only with replace_pauses");
    }
    let declared = pauses::check_all(request.pauses, &mut checks);
    let pauses = request.replace_pauses.then_some(declared);
    let command = details.map(|details| {
        Command::Publish(Box::new(Publication {
            details,
            report,
            pauses,
        }))
    });
    order(checks, envelope, id, command)
}

/// Reads a change, given the description as it stands.
pub(crate) fn change(
    request: v1::ChangeOfferingRequest,
    current: impl FnOnce(&StreamId) -> Option<Details>,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let fields = check_mask(request.update_mask, &mut checks);
    let path = Path::root("details");
    let patched = match (request.details, &id) {
        (Some(from), Some((_, stream))) => {
            let base =
                current(stream).map_or_else(undescribed, |details| details::encode(&details));
            let patched = fields
                .iter()
                .fold(base, |base, field| with_field(base, *field, &from));
            // Whose it is cannot be changed, but may be said: it is compared when this is decided.
            let provider_id = if from.provider_id.is_empty() {
                patched.provider_id
            } else {
                from.provider_id
            };
            details::check(
                v1::OfferingDetails {
                    provider_id,
                    ..patched
                },
                path,
                &mut checks,
            )
        }
        (None, _) => {
            checks.refuse(path, "must be given");
            None
        }
        (Some(_), None) => None,
    };
    let command = patched.map(|details| Command::Change(Box::new(Patch { details, fields })));
    order(checks, envelope, id, command)
}

/// Reads a withdrawal.
pub(crate) fn withdraw(
    request: v1::WithdrawOfferingRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let reason = checks.required_code::<WithdrawalReason>(Path::root("reason"), request.reason);
    order(checks, envelope, id, reason.map(Command::Withdraw))
}

/// Reads a report. The domain recognises a repeated one of a machine, so its outcome is not remembered.
pub(crate) fn report(
    request: v1::ReportCapacityRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let mut envelope = check_context(request.context, transport, &mut checks);
    envelope.call.remember = false;
    let id = check_offering_id(&request.offering_id, &mut checks);
    let report = reports::check(request.report, Path::root("report"), &mut checks);
    order(checks, envelope, id, report.map(Command::Report))
}

/// Reads a correction.
pub(crate) fn correct(
    request: v1::CorrectReportRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let supersedes = reports::check_key(
        request.supersedes_observed_at.as_ref(),
        request.supersedes_sequence,
        &mut checks,
    );
    let report = reports::check(request.report, Path::root("report"), &mut checks);
    let reason = checks.required_code::<CorrectionReason>(Path::root("reason"), request.reason);
    let command = match (supersedes, report, reason) {
        (Some(supersedes), Some(report), Some(reason)) => Some(Command::Correct {
            supersedes,
            report,
            reason,
        }),
        _ => None,
    };
    order(checks, envelope, id, command)
}

/// Reads a pause; also returns its id: without one it gets the command's.
pub(crate) fn pause(
    request: v1::PauseAdmissionsRequest,
    transport: &Transport,
) -> Result<(Order, String), Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let path = Path::root("pause");
    let asked = match request.pause {
        Some(mut pause) => {
            if pause.pause_id.is_empty() {
                pause.pause_id = envelope.call.id.to_string();
            }
            pauses::check(pause, path, &mut checks)
        }
        None => {
            checks.refuse(path, "must be given");
            None
        }
    };
    let pause_id = asked
        .as_ref()
        .map(|pause| pause.pause_id.to_string())
        .unwrap_or_default();
    let order = order(checks, envelope, id, asked.map(Command::Pause))?;
    Ok((order, pause_id))
}

/// Reads the end of a pause, or of all.
pub(crate) fn resume(
    request: v1::ResumeAdmissionsRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let pause_id = pauses::check_id(&request.pause_id, &mut checks);
    order(checks, envelope, id, Some(Command::Resume(pause_id)))
}

/// Reads a refusal.
pub(crate) fn refuse(
    request: v1::RecordRefusalRequest,
    transport: &Transport,
) -> Result<Order, Violations> {
    let mut checks = Checks::default();
    let envelope = check_context(request.context, transport, &mut checks);
    let id = check_offering_id(&request.offering_id, &mut checks);
    let refusal = refusal::check(request.refusal, Path::root("refusal"), &mut checks);
    order(checks, envelope, id, refusal.map(Command::RecordRefusal))
}

pub(super) fn check_offering_id(text: &str, checks: &mut Checks) -> Option<(OfferingId, StreamId)> {
    let parse = |text: &str| {
        let id = OfferingId::parse(text)?;
        let stream = stream_of(&id)?;
        Some((id, stream))
    };
    checks.parsed(Path::root("offering_id"), text, parse, ID_FORM)
}

pub(super) fn check_context(
    context: Option<v1::CommandContext>,
    transport: &Transport,
    checks: &mut Checks,
) -> Envelope {
    let context = context.unwrap_or_default();
    let path = Path::root("context");
    let id = if context.command_id.is_empty() {
        None
    } else {
        let form = "must be a UUID of version 7";
        checks.parsed(
            path.field("command_id"),
            &context.command_id,
            version_7,
            form,
        )
    };
    let uuid = |checks: &mut Checks, field: &'static str, text: &str| -> Option<Uuid> {
        let parse = |text: &str| Uuid::try_parse(text).ok();
        (!text.is_empty())
            .then(|| checks.parsed(path.field(field), text, parse, "must be a UUID"))
            .flatten()
    };
    let causation_id = uuid(checks, "causation_id", &context.causation_id);
    let correlation_id = uuid(checks, "correlation_id", &context.correlation_id);
    checks.at_most(path.field("at_least"), context.at_least.len(), MAX_TOKENS);
    Envelope {
        access: transport.access.clone(),
        call: Call {
            command: (),
            id: id.unwrap_or_else(CommandId::new_v7),
            repeat: context.repeat || transport.retried,
            remember: true,
            actor: transport.access.actor(),
            causation_id,
            correlation_id,
            traceparent: transport.traceparent.clone(),
        },
        at_least: context.at_least,
    }
}

fn version_7(text: &str) -> Option<CommandId> {
    CommandId::parse(text).filter(|id| id.made_at_millis().is_some())
}

pub(super) fn order(
    checks: Checks,
    envelope: Envelope,
    id: Option<(OfferingId, StreamId)>,
    command: Option<Command>,
) -> Result<Order, Violations> {
    let ((_, stream), command) = finish(checks, id.zip(command))?;
    let Envelope {
        access,
        call,
        at_least,
    } = envelope;
    Ok(Order {
        access,
        stream,
        call: call.with(command),
        at_least,
    })
}

/// What was read, or what is wrong with it. One of the two there always is.
pub(super) fn finish<T>(mut checks: Checks, read: Option<T>) -> Result<T, Violations> {
    if read.is_none() {
        checks.refuse_whole(Path::root("request"), "cannot be read");
    }
    match (checks.finish(), read) {
        (Ok(()), Some(read)) => Ok(read),
        (Err(violations), _) => Err(violations),
        (Ok(()), None) => Err(Violations::default()),
    }
}

fn check_mask(mask: Option<prost_types::FieldMask>, checks: &mut Checks) -> Vec<DetailsField> {
    let path = Path::root("update_mask");
    let paths = mask.unwrap_or_default().paths;
    if paths.is_empty() {
        checks.refuse(path, "must name at least one field");
    }
    if !checks.at_most(path, paths.len(), FIELDS.len() + terms::FIELDS.len()) {
        return Vec::new();
    }
    let mut fields = Vec::new();
    for (index, name) in paths.iter().enumerate() {
        match field_named(name) {
            Some(field) if !fields.contains(&field) => fields.push(field),
            Some(_) => {}
            None => checks.refuse(
                path.item(index),
                "does not name a field that can be changed",
            ),
        }
    }
    fields
}

fn field_named(name: &str) -> Option<DetailsField> {
    let fields = FIELDS.into_iter();
    let terms = terms::FIELDS.map(|(name, field)| (name, DetailsField::Terms(field)));
    fields
        .chain(terms)
        .find(|(known, _)| *known == name)
        .map(|(_, field)| field)
}

/// What a description is filled up with when nothing is published: whatever is asked will be refused for that.
fn undescribed() -> v1::OfferingDetails {
    v1::OfferingDetails {
        provider_id: "demo:0".to_owned(),
        provider_kind: v1::ProviderKind::Institution.into(),
        municipality_code: "GM0014".to_owned(),
        care_type: v1::CareType::Basic.into(),
        origin: v1::Origin::Declared.into(),
        ..v1::OfferingDetails::default()
    }
}

const FIELDS: [(&str, DetailsField); 20] = [
    ("provider_name", DetailsField::ProviderName),
    ("location_id", DetailsField::LocationId),
    ("location_name", DetailsField::LocationName),
    ("municipality_code", DetailsField::MunicipalityCode),
    ("coordinates", DetailsField::Coordinates),
    ("postcode", DetailsField::Postcode),
    ("programme_name", DetailsField::ProgrammeName),
    ("care_type", DetailsField::CareType),
    ("place_kind", DetailsField::PlaceKind),
    ("setting", DetailsField::Setting),
    ("security_level", DetailsField::SecurityLevel),
    ("stay_intensity", DetailsField::StayIntensity),
    ("circuits", DetailsField::Circuits),
    ("age", DetailsField::Age),
    ("diagnosis_groups", DetailsField::DiagnosisGroups),
    ("insurers", DetailsField::Insurers),
    ("languages", DetailsField::Languages),
    ("remark_codes", DetailsField::RemarkCodes),
    ("shown_by_itself", DetailsField::ShownByItself),
    (
        "promised_interval_hours",
        DetailsField::PromisedIntervalHours,
    ),
];

/// Returns the description with one field as `from` has it.
fn with_field(
    mut base: v1::OfferingDetails,
    field: DetailsField,
    from: &v1::OfferingDetails,
) -> v1::OfferingDetails {
    match field {
        DetailsField::ProviderName => base.provider_name.clone_from(&from.provider_name),
        DetailsField::LocationId => base.location_id.clone_from(&from.location_id),
        DetailsField::LocationName => base.location_name.clone_from(&from.location_name),
        DetailsField::MunicipalityCode => {
            base.municipality_code.clone_from(&from.municipality_code)
        }
        DetailsField::Coordinates => base.coordinates = from.coordinates,
        DetailsField::Postcode => base.postcode.clone_from(&from.postcode),
        DetailsField::ProgrammeName => base.programme_name.clone_from(&from.programme_name),
        DetailsField::CareType => base.care_type = from.care_type,
        DetailsField::PlaceKind => base.place_kind = from.place_kind,
        DetailsField::Setting => base.setting = from.setting,
        DetailsField::SecurityLevel => base.security_level = from.security_level,
        DetailsField::StayIntensity => base.stay_intensity.clone_from(&from.stay_intensity),
        DetailsField::Circuits => base.circuits.clone_from(&from.circuits),
        DetailsField::Age => base.age = from.age,
        DetailsField::DiagnosisGroups => base.diagnosis_groups.clone_from(&from.diagnosis_groups),
        DetailsField::Insurers => base.insurers.clone_from(&from.insurers),
        DetailsField::Languages => base.languages.clone_from(&from.languages),
        DetailsField::RemarkCodes => base.remark_codes.clone_from(&from.remark_codes),
        DetailsField::ShownByItself => base.shown_by_itself = from.shown_by_itself,
        DetailsField::PromisedIntervalHours => {
            base.promised_interval_hours = from.promised_interval_hours;
        }
        DetailsField::Terms(field) => terms::with_field(&mut base, field, from),
    }
    base
}
