use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{
    CareType, Circuit, CommandContext, Counts, GetOfferingRequest, OfferingDetails, Origin,
    ProviderKind, PublishOfferingRequest, Report, ReportAcknowledgement, ReportCapacityRequest,
    SourceClass, StreamReportsRequest,
};
use tonic::transport::Channel;
use tonic::{Code, Status};

const PER_MESSAGE: usize = 100;

/// A client with many reports to send: keeps what is not acknowledged yet, and sends it again, as a repeat.
pub struct Load {
    waiting: BTreeMap<usize, ReportCapacityRequest>,
    sent: BTreeSet<usize>,
    acknowledged: HashMap<String, BTreeSet<u64>>,
    /// Position token of the last acknowledgement.
    pub position: String,
}

impl Load {
    /// Reports with the sequences 1 to `each` for every offering, offering by offering in turn.
    pub fn new(offerings: &[String], each: u64) -> Self {
        Self::of((1..=each).flat_map(|sequence| {
            offerings
                .iter()
                .map(move |offering| report(offering, sequence))
        }))
    }

    /// These reports.
    pub fn of(reports: impl IntoIterator<Item = ReportCapacityRequest>) -> Self {
        Self {
            waiting: reports.into_iter().enumerate().collect(),
            sent: BTreeSet::new(),
            acknowledged: HashMap::new(),
            position: String::new(),
        }
    }

    /// How many reports have been acknowledged.
    pub fn count(&self) -> usize {
        self.acknowledged.values().map(BTreeSet::len).sum()
    }

    /// Whether every report has been acknowledged.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Sends what waits, until at least `enough` have been acknowledged in all or everything has.
    ///
    /// # Errors
    /// When the connection breaks or the server says UNAVAILABLE: call it again.
    pub async fn send(
        &mut self,
        client: &mut CapacityServiceClient<Channel>,
        enough: usize,
    ) -> Result<(), Status> {
        while !self.is_done() && self.count() < enough {
            let batch: Vec<usize> = self.waiting.keys().copied().take(8 * PER_MESSAGE).collect();
            let messages: Vec<_> = batch
                .chunks(PER_MESSAGE)
                .map(|numbers| StreamReportsRequest {
                    reports: numbers.iter().map(|number| self.attempt(*number)).collect(),
                })
                .collect();
            let stream = client
                .stream_reports(futures::stream::iter(messages))
                .await?;
            let mut answers = stream.into_inner();
            let mut numbers = batch.into_iter();
            while let Some(answer) = answers.message().await? {
                for acknowledgement in answer.acknowledgements {
                    if let Some(number) = numbers.next() {
                        self.heard(number, acknowledgement)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sends until everything is acknowledged, for at most this long; failures are sent again.
    ///
    /// # Errors
    /// If it takes longer.
    pub async fn finish(
        &mut self,
        client: &mut CapacityServiceClient<Channel>,
        limit: Duration,
    ) -> anyhow::Result<()> {
        self.finish_until(client, usize::MAX, limit).await
    }

    /// Like [`Self::finish`], until `enough` have been acknowledged.
    ///
    /// # Errors
    /// If it takes longer than `limit`.
    pub async fn finish_until(
        &mut self,
        client: &mut CapacityServiceClient<Channel>,
        enough: usize,
        limit: Duration,
    ) -> anyhow::Result<()> {
        let until = Instant::now() + limit;
        let mut last = None;
        while !self.is_done() && self.count() < enough {
            ensure!(
                Instant::now() < until,
                "{} reports left: {last:?}",
                self.waiting.len()
            );
            if let Err(status) = self.send(client, enough).await {
                ensure!(may_be_repeated(&status), "refused: {status}");
                last = Some(status);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    fn attempt(&mut self, number: usize) -> ReportCapacityRequest {
        let mut request = self.waiting.get(&number).cloned().unwrap_or_default();
        if let Some(context) = &mut request.context {
            context.repeat = !self.sent.insert(number);
        }
        request
    }

    fn heard(&mut self, number: usize, answer: ReportAcknowledgement) -> Result<(), Status> {
        match answer.result {
            Some(Acknowledged::Receipt(receipt)) => {
                if let Some(request) = self.waiting.remove(&number) {
                    let sequence = request.report.and_then(|report| report.sequence);
                    let known = self.acknowledged.entry(request.offering_id).or_default();
                    known.extend(sequence);
                }
                self.position = receipt.position;
                Ok(())
            }
            Some(Acknowledged::Failure(failure)) if failure.code == Code::Unavailable as i32 => {
                Ok(())
            }
            other => Err(Status::internal(format!("a report was refused: {other:?}"))),
        }
    }

    /// Checks that every acknowledged report is in the history, and none twice.
    ///
    /// # Errors
    /// Naming the offering and what is missing or doubled.
    pub async fn check(&self, client: &mut CapacityServiceClient<Channel>) -> anyhow::Result<()> {
        for (offering, acknowledged) in &self.acknowledged {
            let found = sequences(client, offering, &self.position).await?;
            let missing: Vec<_> = acknowledged.difference(&found).take(5).collect();
            ensure!(
                missing.is_empty(),
                "{offering}: acknowledged and lost: {missing:?}"
            );
        }
        Ok(())
    }
}

/// The sequences in an offering's history; refuses one that is there twice.
///
/// # Errors
/// If the history cannot be read within the deadline, or a report took effect twice.
pub async fn sequences(
    client: &mut CapacityServiceClient<Channel>,
    offering: &str,
    at_least: &str,
) -> anyhow::Result<BTreeSet<u64>> {
    let until = Instant::now() + Duration::from_secs(60);
    let request = GetOfferingRequest {
        offering_id: offering.to_owned(),
        history_limit: 1_000,
        at_least: (!at_least.is_empty())
            .then(|| at_least.to_owned())
            .into_iter()
            .collect(),
        as_of: None,
    };
    let answer = loop {
        match client.get_offering(request.clone()).await {
            Ok(answer) => break answer.into_inner(),
            Err(status) if status.code() == Code::Unavailable && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(status) => bail!("{offering}: {status}"),
        }
    };
    let mut found = BTreeSet::new();
    for entry in answer.history {
        if let Some(sequence) = entry.report.and_then(|report| report.sequence) {
            ensure!(
                found.insert(sequence),
                "{offering}: {sequence} took effect twice"
            );
        }
    }
    Ok(found)
}

/// Publishes offerings in Groningen, and returns their ids.
///
/// # Errors
/// If one is refused, or the server does not come up within the deadline.
pub async fn publish(
    client: &mut CapacityServiceClient<Channel>,
    name: &str,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let until = Instant::now() + Duration::from_secs(60);
    let mut ids = Vec::with_capacity(count);
    for number in 0..count {
        let id = format!("{name}-{number}");
        loop {
            match client.publish_offering(publication(&id)).await {
                Ok(_) => break,
                Err(status) if may_be_repeated(&status) && Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(status) => return Err(status).context(id),
            }
        }
        ids.push(id);
    }
    Ok(ids)
}

/// A plain offering in Groningen.
pub fn publication(offering: &str) -> PublishOfferingRequest {
    PublishOfferingRequest {
        context: None,
        offering_id: offering.to_owned(),
        details: Some(OfferingDetails {
            provider_id: "agb:06011009".to_owned(),
            provider_name: "Test provider".to_owned(),
            provider_kind: ProviderKind::Institution.into(),
            municipality_code: "GM0014".to_owned(),
            programme_name: format!("Programme {offering}"),
            care_type: CareType::Specialised.into(),
            circuits: vec![Circuit::Adults.into()],
            origin: Origin::Declared.into(),
            ..OfferingDetails::default()
        }),
        ..PublishOfferingRequest::default()
    }
}

/// A report of now, with a command id of its own.
pub fn report(offering: &str, sequence: u64) -> ReportCapacityRequest {
    let available = u32::try_from(sequence % 7).unwrap_or(0);
    ReportCapacityRequest {
        context: Some(CommandContext {
            command_id: uuid::Uuid::now_v7().to_string(),
            ..CommandContext::default()
        }),
        offering_id: offering.to_owned(),
        report: Some(Report {
            sequence: Some(sequence),
            observed_at: Some(now()),
            source_class: SourceClass::RecordSystem.into(),
            counts: Some(Counts {
                occupied: 20 - available,
                available,
                ..Counts::default()
            }),
            ..Report::default()
        }),
    }
}

/// This moment.
pub fn now() -> prost_types::Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    prost_types::Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_millis() * 1_000_000).unwrap_or(0),
    }
}

/// Whether the answer means "unknown", or the server is away.
fn may_be_repeated(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded
    ) || status.message().contains("transport")
}
