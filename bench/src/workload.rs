use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::{
    CareType, Circuit, CommandContext, Counts, OfferingDetails, Origin, ProviderKind,
    PublishOfferingRequest, Report, ReportCapacityRequest, SourceClass,
};
use tonic::transport::Channel;

pub(crate) type CapacityClient = CapacityServiceClient<Channel>;

/// How much is sent. `REPORTS`, `OFFERINGS` and `CONNECTIONS` in the environment change it.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) offerings: usize,
    pub(crate) reports: usize,
    pub(crate) connections: usize,
}

impl Workload {
    pub(crate) fn from_env() -> anyhow::Result<Self> {
        Ok(Self {
            offerings: setting("OFFERINGS", 5_000)?,
            reports: setting("REPORTS", 200_000)?,
            connections: setting("CONNECTIONS", 4)?,
        })
    }
}

/// Returns what the environment says under this name.
pub(crate) fn setting<T: FromStr>(name: &str, usual: T) -> anyhow::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name}={text}")),
        Err(_) => Ok(usual),
    }
}
pub(crate) fn offering_id(number: usize) -> String {
    format!("bench-{number:06}")
}

pub(crate) fn publication(number: usize) -> PublishOfferingRequest {
    PublishOfferingRequest {
        context: Some(context()),
        offering_id: offering_id(number),
        details: Some(OfferingDetails {
            provider_id: format!("agb:{:08}", 6_000_000 + number / 10),
            provider_name: format!("Provider {}", number / 10),
            provider_kind: ProviderKind::Institution.into(),
            municipality_code: "GM0014".to_owned(),
            programme_name: format!("Programme {number}"),
            care_type: CareType::Specialised.into(),
            circuits: vec![Circuit::Adults.into()],
            origin: Origin::Demonstration.into(),
            ..OfferingDetails::default()
        }),
        ..PublishOfferingRequest::default()
    }
}

/// A report like those of a ward: the sequence makes each another one.
pub(crate) fn report(offering: usize, sequence: u64) -> ReportCapacityRequest {
    let available = u32::try_from(sequence % 7).unwrap_or(0);
    ReportCapacityRequest {
        context: Some(context()),
        offering_id: offering_id(offering),
        report: Some(Report {
            sequence: Some(sequence),
            observed_at: Some(now()),
            source_class: SourceClass::RecordSystem.into(),
            counts: Some(Counts {
                operational: Some(20),
                occupied: 20 - available,
                available,
                ..Counts::default()
            }),
            ..Report::default()
        }),
    }
}

pub(crate) fn context() -> CommandContext {
    CommandContext {
        command_id: uuid::Uuid::now_v7().to_string(),
        ..CommandContext::default()
    }
}

pub(crate) fn now() -> prost_types::Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    prost_types::Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_millis() * 1_000_000).unwrap_or(0),
    }
}

pub(crate) fn millis_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Returns this moment as text, in UTC.
pub(crate) fn text_of_now() -> String {
    now().to_string()
}

/// Returns today in UTC, as the evaluator dates what it grants.
pub(crate) fn today() -> anyhow::Result<String> {
    let now = text_of_now();
    let (day, _) = now.split_once('T').context("a moment without a day")?;
    Ok(day.to_owned())
}
