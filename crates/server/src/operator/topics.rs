use std::io::Write;

use anyhow::Context as _;
use eventlog::LogError;
use eventlog::kafka::{TopicKind, apply_topics};

use crate::config::{Service, Settings};
use crate::storage;

/// Makes the region's topics on Kafka that are missing, and says what differs in the others.
pub(super) async fn apply(settings: &Settings, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let kafka = storage::kafka(settings)
        .context("topics are made on Apache Kafka: say where it is with --kafka host:port")?;
    let brokers = kafka.bootstrap.clone();
    // Whatever this machine would run: the region's other nodes may run the rest.
    let region = Settings {
        services: Service::ALL.to_vec(),
        ..settings.clone()
    };
    let kinds = [
        (TopicKind::Versioned, storage::topics(&region)),
        (TopicKind::Keyed, storage::keyed_topics(&region)),
    ];
    let applied = tokio::task::spawn_blocking(move || {
        let mut reports = Vec::new();
        for (kind, names) in kinds {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            reports.extend(apply_topics(&kafka, &names, kind)?);
        }
        Ok::<_, LogError>(reports)
    });
    let reports = applied
        .await?
        .with_context(|| format!("the topics cannot be applied on {brokers}"))?;
    let mut differs = false;
    for report in reports {
        let topic = report.topic;
        match (report.created, report.differences.is_empty()) {
            (true, _) => writeln!(out, "{topic}: made")?,
            (false, true) => writeln!(out, "{topic}: as it must be")?,
            (false, false) => {
                differs = true;
                for difference in report.differences {
                    writeln!(out, "{topic}: {difference}")?;
                }
            }
        }
    }
    out.flush()?;
    anyhow::ensure!(
        !differs,
        "topics differ from what they must be; nothing was changed in them"
    );
    Ok(())
}
