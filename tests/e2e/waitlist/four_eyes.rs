use std::thread;

use tempfile::tempdir;

use super::rows::Rows;
use super::*;

/// What came of an approval: `counts`, `one`, or the reason of the refusal.
fn approval(url: &str, caller: &str, entry: &str, content: &str) -> String {
    let answer = waitlist(
        url,
        caller,
        &["screen", "approve", entry, "--content", content],
    );
    let reason = || {
        Some(
            answer
                .stderr
                .rsplit_once('[')?
                .1
                .split_once(']')?
                .0
                .to_owned(),
        )
    };
    match answer.code {
        Some(0) if answer.stdout.contains("counts") => "counts".to_owned(),
        Some(0) => "one".to_owned(),
        _ => reason().unwrap_or(answer.stderr),
    }
}

fn entry_of(server: &Server, place: usize) -> String {
    let lines = asked(server.grpc(), PROVIDER, &["list"]);
    lines[place]["entry_id"].as_str().unwrap().to_owned()
}

#[test]
fn threat_21_every_way_to_have_two_eyes_only_is_refused_with_its_reason() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let server = embedded(data.path());
    import(
        server.grpc(),
        PROVIDER,
        folder.path(),
        &Rows::new("a", 2, 0..2),
    )
    .expect_done();
    let entry = entry_of(&server, 0);
    let (content, other) = (folder.path().join("c"), folder.path().join("d"));
    std::fs::write(&content, "intake within four weeks").unwrap();
    std::fs::write(&other, "no treatment here").unwrap();
    let (content, other) = (content.display().to_string(), other.display().to_string());
    let says = |caller: &str, content: &str| approval(server.grpc(), caller, &entry, content);

    assert_eq!(
        says("a:screening-member@gm:GM0106", &content),
        "no-screening-requested"
    );
    waitlist(server.grpc(), PROVIDER, &["screen", "request", &entry]).expect_done();
    assert_eq!(
        says("epd:screening-member@gm:GM0106", &content),
        "requester-approves"
    );
    assert_eq!(
        says("x:screening-member@agb:06011001", &content),
        "requesters-organisation-approves"
    );
    assert_eq!(says("a:screening-member@gm:GM0106", &content), "one");
    assert_eq!(
        says("a:screening-member@gm:GM0106", &content),
        "same-reviewer"
    );
    assert_eq!(
        says("A:screening-member@gm:GM0114", &content),
        "same-reviewer"
    );
    assert_eq!(
        says("b:screening-member@gm:GM0106", &content),
        "reviewers-of-one-organisation"
    );
    assert_eq!(
        says("b:screening-member@gm:GM0114", &other),
        "other-content"
    );
    assert_eq!(says("b:screening-member@gm:GM0114", &content), "counts");
    let shown = waitlist(server.grpc(), PROVIDER, &["show", &entry]).expect_done();
    assert!(shown.stdout.contains("screened"), "{}", shown.stdout);
}

#[test]
fn threat_21_approvals_that_race_on_two_nodes_count_once() {
    let (data, beside, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let one = on_kafka(data.path(), "race");
    let other = beside_on_kafka(&one, beside.path(), "race");
    import(
        one.grpc(),
        PROVIDER,
        folder.path(),
        &Rows::new("a", 6, 0..6),
    )
    .expect_done();
    let content = folder.path().join("c").display().to_string();
    std::fs::write(&content, "intake within four weeks").unwrap();
    for place in 0..6 {
        let entry = entry_of(&one, place);
        let requested = waitlist(one.grpc(), PROVIDER, &["screen", "request", &entry]);
        requested.expect_done();
        // Half of them: one reviewer at both nodes at once; the others: two reviewers of two organisations.
        let callers = if place % 2 == 0 {
            [
                "a:screening-member@gm:GM0106",
                "a:screening-member@gm:GM0106",
            ]
        } else {
            [
                "a:screening-member@gm:GM0106",
                "b:screening-member@gm:GM0114",
            ]
        };
        let urls = [one.grpc(), other.grpc()];
        let mut outcomes: Vec<String> = thread::scope(|scope| {
            let (entry, content) = (&entry, &content);
            let racing = urls
                .iter()
                .zip(callers)
                .map(|(url, caller)| scope.spawn(move || approval(url, caller, entry, content)));
            let racing: Vec<_> = racing.collect();
            racing.into_iter().map(|one| one.join().unwrap()).collect()
        });
        outcomes.sort();
        let expected = if place % 2 == 0 {
            ["one", "same-reviewer"]
        } else {
            ["counts", "one"]
        };
        assert_eq!(outcomes, expected, "entry {place}");
    }
}
