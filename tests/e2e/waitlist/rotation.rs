use tempfile::tempdir;

use super::rows::Rows;
use super::*;

/// Gives a command to the keys of both stages, by two custodians.
fn keys(data: &Path, args: &[&str]) {
    let data = data.display().to_string();
    let custodians = [
        "--custodian",
        "a.ahmed@notary",
        "--custodian",
        "b.bakker@zorgring",
    ];
    doorstroomd(&[&["keys"], args, &custodians, &["--data", &data]].concat()).expect_done();
}

fn epochs(url: &str) -> Vec<Vec<String>> {
    let entries = asked(url, PROVIDER, &["list"]);
    let listed = entries.iter().filter(|line| line["kind"] == "entry");
    let epochs = listed.map(|entry| entry["epochs"].as_array().unwrap().iter());
    let epochs = epochs.map(|epochs| {
        epochs
            .map(|epoch| epoch.as_str().unwrap().to_owned())
            .collect()
    });
    epochs.collect()
}

fn rotation(url: &str) -> Value {
    let stats = asked(url, TEAM, &["stats"]);
    let summary = stats.iter().find(|line| line["kind"] == "summary");
    summary.unwrap()["rotation"].clone()
}

#[test]
fn keys_rotate_with_entries_open_and_nobody_counts_twice() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    // Twenty persons at one provider, fifteen of them and five others at another.
    let (one, other) = (Rows::new("a", 20, 0..20), Rows::new("b", 20, 5..25));
    let theirs = tempdir().unwrap();
    import(server.grpc(), PROVIDER, folder.path(), &one).expect_done();
    import(server.grpc(), OTHER_PROVIDER, theirs.path(), &other).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    let before = epochs(server.grpc());
    assert!(before.iter().all(|epochs| epochs.len() == 1), "{before:?}");
    let old = before[0][0].clone();

    server.stop();
    keys(data.path(), &["rotate"]);
    server.restart();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    // One provider says who they are under both keys; the other one has not yet.
    import(server.grpc(), PROVIDER, folder.path(), &one).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    let under_way = rotation(server.grpc());
    assert_eq!(
        (&under_way["keyed"], &under_way["carrying"]),
        (&40.into(), &20.into())
    );
    assert_eq!(under_way["complete"], false);
    import(server.grpc(), OTHER_PROVIDER, theirs.path(), &other).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    assert_eq!(rotation(server.grpc())["complete"], true);

    server.stop();
    keys(data.path(), &["destroy", "--epoch", &old, "--yes"]);
    server.restart();
    assert_eq!(counted(server.grpc(), TEAM), (25, 40));
    // Who comes now has a name under the new keys alone, and is still the same person.
    let later = tempdir().unwrap();
    let new = Rows::new("c", 5, 20..25);
    let third = "epd:provider-system@agb:06011003";
    import(server.grpc(), third, later.path(), &new).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (25, 45));
    let left = std::fs::read_dir(data.path().join("keys")).unwrap();
    let names = left.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(
        !names.into_iter().any(|name| name.contains(&old)),
        "the old keys are gone"
    );
}
