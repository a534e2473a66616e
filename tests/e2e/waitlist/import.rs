use std::collections::HashSet;
use std::time::Duration;

use e2e::{Canaries, Running, Server, get};
use opentelemetry_proto::tonic::trace::v1::Span;
use tempfile::tempdir;

use super::rows::{Rows, numbers};
use super::tap::Tap;
use super::*;

/// Ordinarily so many entries; `ENTRIES=100000` for all that the client is made for.
fn entries() -> usize {
    let asked = std::env::var("ENTRIES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(3_000)
}

/// Threat 14 and the first point of the list: nothing that leaves the provider's machine, and nothing that a server keeps
/// or shows, holds a citizen number; and every person counts once.
fn a_list_comes_in_without_a_citizen_number(mut server: Server, broker: Option<&Path>) {
    let (entries, folder) = (entries(), tempdir().unwrap());
    let persons = entries * 2 / 3;
    let rows = Rows {
        held_each: 5,
        ..Rows::new("a", entries, 0..persons)
    };
    open_window(server.data(), "agb:06011001", 2 * entries);
    let tap = Tap::before(server.grpc());

    let answer = import(tap.url(), PROVIDER, folder.path(), &rows).expect_done();
    let waits = |entry: &usize| entry % 10 != 9;
    let waiting = (0..entries).filter(waits).count() as u64;
    let persons_waiting: HashSet<usize> = (0..entries)
        .filter(waits)
        .map(|entry| entry % persons)
        .collect();
    let expected = (persons_waiting.len() as u64, waiting);
    assert_eq!(
        counted(server.grpc(), PROVIDER),
        expected,
        "{}",
        answer.stdout
    );
    assert_eq!(counted(server.grpc(), TEAM), expected);

    let canaries = Canaries::new(&rows.persons);
    let sent = tap.sent();
    assert!(sent.len() > 100 * entries, "the client went another way");
    assert_eq!(canaries.found_in(&sent), None);
    assert_eq!(canaries.found_in(answer.stdout.as_bytes()), None);
    assert_eq!(canaries.found_in(answer.stderr.as_bytes()), None);
    let metrics = get(&format!("{}/metrics", server.http()));
    assert_eq!(canaries.found_in(metrics.as_bytes()), None);
    canaries.are_not_in(server.data());
    let kept = folder.path().join("list.csv.entries");
    assert_eq!(canaries.found_in(&std::fs::read(kept).unwrap()), None);
    // The same search does find them where they are.
    let file = std::fs::read(folder.path().join("list.csv")).unwrap();
    assert!(canaries.found_in(&file).is_some());

    let said = server.stop();
    let traces = server.collector().said();
    assert_eq!(canaries.found_in(&traces), None);
    let of_the_import = |span: &Span| span.name.ends_with("/DeclareEntries").then_some(());
    assert!(server.collector().look(of_the_import).is_some());
    assert_eq!(canaries.found_in(said.stdout.as_bytes()), None);
    assert_eq!(canaries.found_in(said.stderr.as_bytes()), None);
    server.restart();
    assert_eq!(counted(server.grpc(), TEAM), expected);
    for folder in [Some(server.data()), broker].into_iter().flatten() {
        assert!(canaries.are_not_in(folder) > 0, "{}", folder.display());
    }
}

#[test]
fn threat_14_a_list_comes_in_without_a_citizen_number_on_the_embedded_log() {
    let data = tempdir().unwrap();
    a_list_comes_in_without_a_citizen_number(embedded(data.path()), None);
}

#[test]
fn threat_14_a_list_comes_in_without_a_citizen_number_on_kafka() {
    let data = tempdir().unwrap();
    let server = on_kafka(data.path(), "imported");
    a_list_comes_in_without_a_citizen_number(server, Some(shared_kafka().folder()));
}

#[test]
fn an_import_that_is_cut_off_goes_on_and_asks_for_no_number_twice() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let server = embedded(data.path());
    let rows = Rows::new("a", 2_500, 0..2_500);
    let first = import(server.grpc(), PROVIDER, folder.path(), &rows);
    assert_eq!(
        first.code,
        Some(1),
        "the quota reaches for 2,000: {}",
        first.stdout
    );
    assert!(first.stderr.contains("quota open"), "{}", first.stderr);
    assert_eq!(counted(server.grpc(), PROVIDER), (2_000, 2_000));

    open_window(data.path(), "agb:06011001", 500);
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    assert_eq!(counted(server.grpc(), PROVIDER), (2_500, 2_500));
    // Nothing is left of the window: a third time evaluates nobody.
    let third = import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    assert!(third.stdout.contains("0 taken"), "{}", third.stdout);
}

#[test]
fn an_import_that_is_killed_beside_a_server_that_is_killed_goes_on_and_counts_everybody_once() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    open_window(data.path(), "agb:06011001", 10_000);
    let rows = Rows::new("a", 5_000, 0..5_000);
    let file = folder.path().join("list.csv");
    std::fs::write(&file, rows.csv()).unwrap();
    let args = ["waitlist", "import", &file.display().to_string()].map(str::to_owned);
    let mut command = client(server.grpc());
    let importing = Running::start(command.args(args).args(["--as", PROVIDER])).unwrap();
    let some_are_acknowledged = || {
        let kept = std::fs::read_to_string(folder.path().join("list.csv.entries"));
        let kept = kept.unwrap_or_default();
        kept.lines().skip(1).any(|line| !line.ends_with(",new"))
    };
    while !some_are_acknowledged() {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.kill9();
    importing.kill9();
    server.restart();
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    assert_eq!(counted(server.grpc(), PROVIDER), (5_000, 5_000));
}

#[test]
fn a_bad_row_is_named_without_its_number_and_the_others_go_in() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let server = embedded(data.path());
    let good = Rows::new("a", 3, 0..3);
    let number = &numbers(5..6)[0];
    let bad = good.csv()
        + &format!("b-1,{number},,specialised,2026-02-30,25-44,GM0106,,04,,,\n")
        + "b-2,123456789,,specialised,2026-01-02,25-44,GM0106,,04,,,\n"
        + &format!("b-3,{number},,specialised,2026-01-02,25-44,GM0106,,{number},,,\n");
    let file = folder.path().join("list.csv");
    std::fs::write(&file, bad).unwrap();
    let answer = waitlist(
        server.grpc(),
        PROVIDER,
        &["import", &file.display().to_string()],
    );
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    let said = answer.stdout + &answer.stderr;
    for line in [
        "line 5: registered_on",
        "line 6: bsn",
        "line 7: diagnosis_group",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(
        !said.contains(number) && !said.contains("123456789"),
        "{said}"
    );
    assert_eq!(counted(server.grpc(), PROVIDER), (3, 3));
}

#[test]
fn a_file_of_entries_that_another_server_knew_brings_everybody_in_at_once() {
    let (first, second, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let rows = Rows::new("a", 30, 0..30);
    let server = embedded(first.path());
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    drop(server);
    let server = embedded(second.path());
    let answer = import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    assert!(
        answer.stdout.contains("30 rows: 30 taken"),
        "{}",
        answer.stdout
    );
    assert_eq!(counted(server.grpc(), PROVIDER), (30, 30));
}
