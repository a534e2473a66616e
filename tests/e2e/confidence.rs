//! How likely a shown place still exists: it falls with silence, then it is unknown; and how that is checked.

use e2e::{Server, ServerOptions, doorstroomd, now, publish, report};
use proto::capacity::v1::ReportCapacityRequest;
use serde_json::Value;

const HOUR: i64 = 3_600;
const REPORTS: u32 = 61;

/// Counts every eight hours, the last one so long ago: two places, one, none, and so on; at the end two.
fn counts(offering: &str, last_hours_ago: i64) -> impl Iterator<Item = ReportCapacityRequest> {
    (0..REPORTS).map(move |place| {
        let mut request = report(offering, u64::from(place) + 1);
        let report = request.report.as_mut().unwrap();
        let before_the_last = 8 * i64::from(REPORTS - 1 - place);
        let mut observed_at = now();
        observed_at.seconds -= (last_hours_ago + before_the_last) * HOUR;
        report.observed_at = Some(observed_at);
        report.counts.as_mut().unwrap().available = 2 - place % 3;
        request
    })
}

fn find(server: &Server, filter: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["capacity", "find", "--output", "json"];
    arguments.extend(filter);
    let rows = server.doorstroom(&arguments).expect_done().json();
    let is_offering = |row: &Value| row["kind"] == "offering";
    rows.into_iter().filter(is_offering).collect()
}

fn ids(rows: &[Value]) -> Vec<&str> {
    let ids = rows.iter().map(|row| row["offering_id"].as_str().unwrap());
    ids.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chance_falls_with_silence_is_then_unknown_and_can_be_checked() {
    let server = Server::start(ServerOptions::default());
    let mut client = server.client();
    publish(&mut client, "ward", 3).await.unwrap();
    for (offering, hours_ago) in [("ward-0", 52), ("ward-1", 40), ("ward-2", 1)] {
        for request in counts(offering, hours_ago) {
            client.report_capacity(request).await.unwrap();
        }
    }

    let rows = find(&server, &["--sort", "confidence"]);
    assert_eq!(ids(&rows), ["ward-2", "ward-1", "ward-0"]);
    let chance = |place: usize| rows[place]["confidence"].as_f64();
    assert!(chance(0) > chance(1) && chance(1) > Some(0.0), "{rows:?}");
    assert_eq!(rows[0]["confidence_basis"], "unit");
    assert_eq!(rows[0]["confidence_cases"], 40);
    // Silent for two days: what it said is shown, and nothing is made of it.
    assert_eq!(rows[2]["freshness"], "expired");
    assert_eq!(rows[2]["confidence"], Value::Null);
    assert_eq!(rows[2]["available"], 2);

    let sure = find(&server, &["--min-confidence", "0", "--sort", "confidence"]);
    assert_eq!(ids(&sure), ["ward-2", "ward-1"]);
    assert_eq!(find(&server, &["--min-confidence", "1"]), [Value::Null; 0]);
    let table = server.doorstroom(&["capacity", "find"]).expect_done();
    assert!(table.stdout.contains(" % sure"), "{}", table.stdout);

    // Beside the server that is writing it.
    let data = server.data().to_string_lossy().into_owned();
    let checked = doorstroomd(&["calibration", "--data", &data, "--output", "json"]).expect_done();
    let scores = checked.json().pop().unwrap();
    let cases = scores["cases"].as_u64().unwrap() + scores["without_promise"].as_u64().unwrap();
    assert_eq!((&scores["kind"], cases), (&"scores".into(), 3 * 40));
}

#[test]
fn a_series_from_outside_is_checked_and_a_wrong_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder
        .path()
        .join("series.csv")
        .to_string_lossy()
        .into_owned();
    let rows = (0..200).map(|hour| {
        let (day, hour, free) = (1 + hour / 24, hour % 24, u8::from(hour % 5 > 0));
        format!("2026-03-{day:02}T{hour:02}:00:00Z,ward,{free}\n")
    });
    let text =
        "reported_at,unit,available\n".to_owned() + &rows.collect::<String>() + "soon,ward,1\n";
    std::fs::write(&path, text).unwrap();
    let checked = doorstroomd(&["calibration", "--csv", &path]).expect_done();
    let said = &checked.stdout;
    assert!(
        said.starts_with(r#"line 202: reported_at "soon" is not a moment"#),
        "{said}"
    );
    assert!(
        said.contains("all kinds: 129 cases, and 30 before"),
        "{said}"
    );
    assert!(said.ends_with("201 rows, 1 of them refused\n"), "{said}");

    let missing = doorstroomd(&["calibration", "--csv", "/nowhere.csv"]);
    assert_eq!(missing.code, Some(1), "{}", missing.stderr);
    let wrong_use = doorstroomd(&["calibration", "--by", "weather"]);
    assert_eq!(wrong_use.code, Some(2), "{}", wrong_use.stderr);
}
