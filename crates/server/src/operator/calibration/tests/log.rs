use domain::capacity::CareType;
use domain::testing::wards::{self, Ward, WardReport};
use eventlog::{
    AttemptId, CommandId, CommandNote, NewCommit, Noted, Position, StreamId, Topic, Version,
};
use prost::Message as _;
use proto::capacity::v1;
use proto::capacity::v1::recorded_event::Event;

use super::*;
use crate::storage;

/// Writes commits, many under way at once.
struct Writer {
    topic: Topic,
    versions: Vec<u64>,
    written: u64,
}

impl Writer {
    fn write(&mut self, ward: u32, millis: i64, event: Event) {
        let version = &mut self.versions[ward as usize];
        *version += 1;
        let recorded = v1::RecordedEvent {
            occurred_at: Some(moment(millis)),
            actor: String::new(),
            event: Some(event),
        };
        let body = v1::CommitBody {
            events: vec![recorded],
        };
        let commit = NewCommit {
            stream: StreamId::parse(&format!("capacity-ward-{ward}")).unwrap(),
            version: Version::new(*version),
            attempt: AttemptId::new_v7(),
            commands: vec![CommandNote {
                id: CommandId::new_v7(),
                causation_id: None,
                correlation_id: None,
                traceparent: None,
                noted: Noted::Taken,
                event_count: 1,
                remembered: false,
            }],
            body: body.encode_to_vec().into(),
        };
        self.topic.submit(commit, |written| {
            written.unwrap();
        });
        self.written += 1;
    }
}

fn moment(millis: i64) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: millis.div_euclid(1_000),
        nanos: 0,
    }
}

fn published(ward: &Ward) -> Event {
    // The wards give four of them.
    let care_type = if ward.care_type == CareType::Specialised {
        v1::CareType::Specialised
    } else if ward.care_type == CareType::Basic {
        v1::CareType::Basic
    } else if ward.care_type == CareType::ShelteredHousing {
        v1::CareType::ShelteredHousing
    } else {
        v1::CareType::Combined
    };
    let details = v1::OfferingDetails {
        provider_id: format!("demo:{}", ward.provider),
        provider_kind: v1::ProviderKind::Institution.into(),
        municipality_code: "GM0014".into(),
        care_type: care_type.into(),
        origin: v1::Origin::Declared.into(),
        ..Default::default()
    };
    Event::OfferingPublished(v1::OfferingPublished {
        details: Some(details),
    })
}

fn counted(report: &WardReport) -> Event {
    let report = v1::Report {
        observed_at: Some(moment(report.observed_at.as_millis())),
        source_class: v1::SourceClass::RecordSystem.into(),
        counts: Some(v1::Counts {
            operational: Some(report.available + 5),
            occupied: 5,
            available: report.available,
            ..Default::default()
        }),
        ..Default::default()
    };
    Event::CapacityReported(v1::CapacityReported {
        report: Some(report),
    })
}

#[tokio::test]
async fn the_logs_own_history_shows_that_promises_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    // A server has it, and goes on having it.
    let server = storage::open(&settings).unwrap();
    let wards = wards::wards(200);
    let mut writer = Writer {
        topic: server.topic("demo.capacity").unwrap(),
        versions: vec![0; wards.len()],
        written: 0,
    };
    for ward in &wards {
        writer.write(ward.number, 1_750_000_000_000, published(ward));
    }
    for report in wards::reports(&wards, 90) {
        writer.write(
            report.ward,
            report.observed_at.as_millis(),
            counted(&report),
        );
    }
    let last = Position::new(writer.written);
    writer.topic.reached(last).await.unwrap();

    let by_kind = Asked {
        by_kind: true,
        as_json: true,
        ..Asked::default()
    };
    let objects = objects(&said(&settings, by_kind).await.unwrap());
    assert_that_promises_were_kept(&objects);
    let cases = |of_kind| {
        of(&objects, "scores", of_kind)[0]["cases"]
            .as_u64()
            .unwrap()
    };
    let of_kinds = ["specialised", "basic", "sheltered-housing", "combined"].map(Some);
    assert_eq!(of_kinds.map(cases).iter().sum::<u64>(), cases(None));

    let table = said(&settings, Asked::default()).await.unwrap();
    assert!(table.starts_with("all kinds: "), "{table}");
    assert!(
        table.contains("\n PROMISED    CASES   MEAN  FOUND\n"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 13, "{table}");
}

#[tokio::test]
async fn a_log_without_any_case_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let _server = storage::open(&settings).unwrap();
    let refused = said(&settings, Asked::default()).await.unwrap_err();
    assert!(
        refused.starts_with("there is nothing to compare: "),
        "{refused}"
    );
}
