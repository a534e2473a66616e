//! The offerings as a table of PostgreSQL, with the indices that fit the questions.

use std::fmt::Write;
use std::pin::pin;

use anyhow::Context;
use bytes::Bytes;
use demo::{Offering, Period, World};
use futures::SinkExt;
use proto::capacity::v1::{Pause, ProviderKind, Report};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use crate::questions::Question;

/// Distances between municipalities are known beforehand, as on our side. What changes with every report has a table
/// of its own and no index beside its key, so that updates stay in place and the rest can be read from its index.
const TABLES: &str = "
    CREATE TABLE near (centre text, place text, km float8, PRIMARY KEY (centre, place));
    CREATE TABLE offering (
        unit int PRIMARY KEY, id text NOT NULL, details bytea NOT NULL, municipality text NOT NULL,
        care_type int NOT NULL, circuits int[] NOT NULL, age_min int, age_max int, groups text[] NOT NULL,
        insurers text[] NOT NULL, languages text[] NOT NULL, wait_days int, wait_valid_until timestamptz,
        paused boolean NOT NULL, paused_groups text[] NOT NULL, paused_insurers text[] NOT NULL
    );
    CREATE TABLE figure (
        unit int PRIMARY KEY, version bigint NOT NULL, operational int, occupied int, available int,
        observed_at timestamptz, valid_until timestamptz
    ) WITH (fillfactor = 50);
    CREATE TABLE event (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit int NOT NULL, version bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), body bytea NOT NULL, UNIQUE (unit, version)
    );
";
const INDICES: &str = "
    CREATE INDEX near_by_distance ON near (centre, km, place);
    CREATE INDEX offering_by_place ON offering (municipality, care_type) INCLUDE (
        unit, id, circuits, age_min, age_max, groups, insurers, languages, wait_days, wait_valid_until, paused,
        paused_groups, paused_insurers
    );
    CREATE INDEX offering_by_person ON offering USING gin (circuits, groups);
    VACUUM ANALYZE near; VACUUM ANALYZE offering; VACUUM ANALYZE figure;
";
/// Descriptions are read for the page alone.
const FIND: &str = "
    WITH hit AS (
        SELECT offering.unit, id, wait_days, near.km, available
        FROM near JOIN offering ON offering.municipality = near.place JOIN figure USING (unit)
        WHERE near.centre = $1 AND near.km <= $2 AND care_type = ANY ($3) AND circuits && ARRAY[$4::int]
          AND (age_min IS NULL OR age_min <= $5::int) AND (age_max IS NULL OR age_max >= $5)
          AND (groups = '{}' OR $6::text = '' OR groups && ARRAY[$6])
          AND (insurers = '{}' OR insurers && ARRAY[$7::text]) AND languages && ARRAY['nl']
          AND wait_days <= $8 AND wait_valid_until > now() AND available > 0 AND valid_until > now()
          AND NOT paused AND NOT ($6 <> '' AND paused_groups && ARRAY[$6]) AND NOT paused_insurers && ARRAY[$7]
    ), page AS (
        SELECT unit, wait_days, km, count(*) OVER () AS total, sum(available) OVER () AS free
        FROM hit ORDER BY wait_days, km, id LIMIT 20
    )
    SELECT offering.*, figure.*, page.km, page.total, page.free
    FROM page JOIN offering USING (unit) JOIN figure USING (unit)
    ORDER BY page.wait_days, page.km, offering.id
";
/// Event and state in one statement, as in the figure for writing.
pub(crate) const UPDATE: &str = "
    WITH changed AS (
        UPDATE figure SET version = version + 1, operational = $2, occupied = $3, available = $4,
            observed_at = $5::timestamptz, valid_until = $5 + interval '48 hours'
        WHERE unit = $1 RETURNING version
    )
    INSERT INTO event (unit, version, body) SELECT $1, version, $6 FROM changed
";

/// Fills the tables with what our server was told.
pub(crate) async fn fill(client: &Client, world: &World, period: Period) -> anyhow::Result<()> {
    client.batch_execute(TABLES).await?;
    copy(client, "near", distances()).await?;
    // Practices of one person are no rows of an answer: what our server shows of them together is not asked of the peer.
    let is_row =
        |offering: &Offering| offering.details.provider_kind() != ProviderKind::IndependentPractice;
    let offerings = || {
        let all = (0..world.size()).filter_map(|number| Some((number, world.offering(number)?)));
        all.filter(move |(_, offering)| is_row(offering))
    };
    let rows = offerings().map(|(number, offering)| row(number, &offering, period));
    copy(client, "offering", rows).await?;
    let rows = offerings().map(|(number, offering)| figures(number, &offering, period));
    copy(client, "figure", rows).await?;
    for statement in INDICES.split(';').filter(|one| !one.trim().is_empty()) {
        client.batch_execute(statement).await?;
    }
    Ok(())
}

async fn copy(
    client: &Client,
    table: &str,
    rows: impl Iterator<Item = String>,
) -> anyhow::Result<()> {
    const CHUNK_BYTES: usize = 1024 * 1024;
    let sink = client
        .copy_in::<_, Bytes>(&format!("COPY {table} FROM STDIN"))
        .await?;
    let mut sink = pin!(sink);
    let mut chunk = String::new();
    for row in rows {
        chunk.push_str(&row);
        if chunk.len() >= CHUNK_BYTES {
            sink.send(std::mem::take(&mut chunk).into()).await?;
        }
    }
    sink.send(chunk.into()).await?;
    sink.finish().await.context(table.to_owned())?;
    Ok(())
}

fn distances() -> impl Iterator<Item = String> {
    reference::municipalities().flat_map(|centre| {
        reference::municipalities().map(move |place| {
            let km = reference::distance_km(centre, place);
            format!("{}\t{}\t{km}\n", centre.code, place.code)
        })
    })
}

fn row(number: u32, offering: &Offering, period: Period) -> String {
    let details = &offering.details;
    let report = offering.told(period).last().unwrap_or_default();
    let pause = offering.first_pause(period.until_millis);
    let mut row = format!("{number}\t{}\t\\\\x", offering.id);
    for byte in prost::Message::encode_to_vec(details) {
        // Writing to a string cannot fail.
        let _ = write!(row, "{byte:02x}");
    }
    let age = details.age.unwrap_or_default();
    let (groups, insurers) = (&details.diagnosis_groups, &details.insurers);
    let cells = [
        details.municipality_code.clone(),
        details.care_type.to_string(),
        list(details.circuits.iter().map(ToString::to_string)),
        optional(age.min_years),
        optional(age.max_years),
        list(groups.iter().cloned()),
        list(insurers.iter().cloned()),
        list(details.languages.iter().cloned()),
    ];
    for cell in cells.into_iter().chain(admission(&report, pause.as_ref())) {
        row.push('\t');
        row.push_str(&cell);
    }
    row.push('\n');
    row
}

fn admission(report: &Report, pause: Option<&Pause>) -> [String; 5] {
    let wait = report.waits.first();
    let days = wait.and_then(|wait| Some(wait.intake_wait_days? + wait.treatment_wait_days?));
    let scope = pause.and_then(|pause| pause.scope.clone());
    let (groups, insurers) = scope
        .map(|scope| (scope.diagnosis_groups, scope.insurers))
        .unwrap_or_default();
    let whole = pause.is_some() && groups.is_empty() && insurers.is_empty();
    [
        optional(days),
        days_after(report, 35),
        whole.to_string(),
        list(groups.into_iter()),
        list(insurers.into_iter()),
    ]
}

fn figures(number: u32, offering: &Offering, period: Period) -> String {
    let report = offering.told(period).last().unwrap_or_default();
    let counts = report.counts.as_ref();
    let valid_until = report.valid_until.map(|moment| moment.to_string());
    let cells = [
        number.to_string(),
        "0".to_owned(),
        optional(counts.and_then(|counts| counts.operational)),
        optional(counts.map(|counts| counts.occupied)),
        optional(counts.map(|counts| counts.available)),
        days_after(&report, 0),
        valid_until.unwrap_or_else(|| days_after(&report, 2)),
    ];
    format!("{}\n", cells.join("\t"))
}

/// Returns the moment so many days after a report was counted.
fn days_after(report: &Report, days: i64) -> String {
    let moment = report.observed_at.map(|mut moment| {
        moment.seconds += days * 86_400;
        moment.to_string()
    });
    moment.unwrap_or_else(|| "\\N".to_owned())
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("\"{item}\"")).collect();
    format!("{{{}}}", items.join(","))
}

fn optional(number: Option<u32>) -> String {
    number.map_or_else(|| "\\N".to_owned(), |number| number.to_string())
}

/// Prepares the question.
pub(crate) async fn prepare(client: &Client) -> anyhow::Result<Statement> {
    Ok(client.prepare(FIND).await?)
}

/// Asks, and returns the page and how many match in all.
pub(crate) async fn find(
    client: &Client,
    statement: &Statement,
    question: &Question,
) -> anyhow::Result<(Vec<Row>, u64)> {
    let care: Vec<i32> = question.care.iter().map(|care| i32::from(*care)).collect();
    let (circuit, age) = (i32::from(question.circuit), i32::try_from(question.age)?);
    let wait = i32::try_from(question.max_wait_days)?;
    let asked: [&(dyn ToSql + Sync); 8] = [
        &question.municipality,
        &question.max_km,
        &care,
        &circuit,
        &age,
        &question.group,
        &question.insurer,
        &wait,
    ];
    let rows = client.query(statement, &asked).await?;
    let total: i64 = rows.first().map_or(0, |row| row.get("total"));
    Ok((rows, u64::try_from(total)?))
}
