//! Keys of persons on Kafka: two nodes that share a folder, one that does not.

use std::fs;
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::erasure::{entries, is_unknown};
use super::rows::Rows;
use super::*;

const DEADLINE: Duration = Duration::from_secs(30);

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "not within the deadline: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn verified(data: &Path, region: &str) -> Answer {
    let data = data.display().to_string();
    let kafka = shared_kafka().bootstrap();
    let words = [
        "erasure", "verify", "--data", &data, "--kafka", kafka, "--region", region,
    ];
    doorstroomd(&words)
}

#[test]
fn who_is_erased_on_one_node_is_gone_on_both_and_stays_so_after_both_were_killed() {
    let (data, beside, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut one = on_kafka(data.path(), "two-vaults");
    let mut two = beside_on_kafka(&one, beside.path(), "two-vaults");
    let rows = Rows::new("a", 30, 0..30);
    import(one.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    eventually("two reads what one has sealed", || {
        counted(two.grpc(), PROVIDER) == (30, 30)
    });

    // Erased by each node; and one of the keys is of the other node's making.
    let all = entries(one.grpc(), PROVIDER);
    for (server, entry) in [(&two, &all[0]), (&one, &all[1])] {
        let erase = ["erase", entry, "--ground", "objection"];
        waitlist(server.grpc(), PROVIDER, &erase).expect_done();
        assert!(is_unknown(server.grpc(), entry));
    }
    let is_gone = |server: &Server| {
        counted(server.grpc(), PROVIDER) == (28, 28)
            && all[..2]
                .iter()
                .all(|entry| is_unknown(server.grpc(), entry))
    };
    eventually("one hears of it", || is_gone(&one));
    eventually("two hears of it", || is_gone(&two));
    let said = verified(data.path(), "two-vaults").expect_done().stdout;
    assert!(said.contains("two-vaults.erasures: 2 lines"), "{said}");
    assert!(said.contains("keys: 2 destroyed"), "{said}");
    assert!(said.contains("2 of them still lie on Kafka"), "{said}");

    one.kill9();
    two.kill9();
    // All that a node keeps is a cache; the folder that is shared is not.
    fs::remove_dir_all(beside.path().join("snapshots")).unwrap();
    fs::remove_file(beside.path().join("replica.db")).unwrap();
    one.restart();
    two.restart();
    eventually("one has not forgotten", || is_gone(&one));
    eventually("two has not forgotten", || is_gone(&two));
    let more = Rows {
        name: "more",
        ..Rows::new("a", 5, 30..35)
    };
    import(one.grpc(), OTHER_PROVIDER, folder.path(), &more).expect_done();
    eventually("two reads what one has sealed", || {
        counted(two.grpc(), OTHER_PROVIDER) == (5, 5)
    });
}

#[test]
fn threat_22_nodes_that_share_their_folder_of_keys_sign_one_access_log() {
    let (data, beside, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let one = on_kafka(data.path(), "two-signers");
    let two = beside_on_kafka(&one, beside.path(), "two-signers");
    let rows = Rows::new("a", 3, 0..3);
    import(one.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    eventually("two has recorded an access, too", || {
        counted(two.grpc(), PROVIDER) == (3, 3)
    });
    let shared = data.path().display().to_string();
    let verify = |data: &Path, more: &[&str]| {
        let data = data.display().to_string();
        let kafka = shared_kafka().bootstrap();
        let words = [
            "access",
            "verify",
            "--data",
            &data,
            "--kafka",
            kafka,
            "--region",
            "two-signers",
        ];
        doorstroomd(&[&words[..], &["--person-keys", &shared], more].concat())
    };
    // Each looks into its own replica: what the other one wrote is in it soon.
    for data in [data.path(), beside.path()] {
        let said = verify(data, &[]).expect_done().stdout;
        assert!(said.contains(" 0 problems"), "{said}");
        assert!(said.contains(" 0 are from before"), "{said}");
        assert!(said.contains("--signer 1:"), "{said}");
    }
    // Somebody else's key: every block is.
    let stranger = "--signer=1:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let refused = verify(data.path(), &[stranger]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    for said in [
        "0 blocks are signed",
        "its signature is not of a key that is known here",
    ] {
        assert!(refused.stdout.contains(said), "{}", refused.stdout);
    }
}

#[test]
fn a_node_without_the_keys_of_its_region_does_not_start_and_says_why() {
    let (data, folder, aside) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut server = on_kafka(data.path(), "lost-key");
    let rows = Rows::new("a", 3, 0..3);
    import(server.grpc(), PROVIDER, folder.path(), &rows).expect_done();
    server.stop();
    let keks = data.path().join("keks");
    let kek = fs::read_dir(&keks).unwrap().next().unwrap().unwrap();
    let kept = aside.path().join(kek.file_name());
    fs::rename(kek.path(), &kept).unwrap();
    let shown = data.path().display().to_string();
    let words = [
        "serve",
        "--data",
        &shown,
        "--kafka",
        shared_kafka().bootstrap(),
        "--region",
        "lost-key",
        "--services",
        "capacity,waitlist,evaluator",
        "--insecure-dev",
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
    ];
    let refused = doorstroomd(&words);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let missing = format!("is missing in {}", keks.display());
    assert!(refused.stderr.contains(&missing), "{}", refused.stderr);
    fs::rename(kept, kek.path()).unwrap();
    server.restart();
    eventually("it is as before", || {
        counted(server.grpc(), PROVIDER) == (3, 3)
    });
}

/// What a start on the embedded log says that is refused.
fn refused_start(data: &Path) -> String {
    let data = data.display().to_string();
    let start = [
        "serve",
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--data",
        &data,
    ];
    let answer = doorstroomd(&start);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

#[test]
fn keys_that_vanished_are_not_made_anew_without_a_word() {
    let (data, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let mut server = embedded(data.path());
    import(
        server.grpc(),
        PROVIDER,
        folder.path(),
        &Rows::new("a", 3, 0..3),
    )
    .expect_done();
    server.stop();

    let (keys, aside) = (data.path().join("keys"), data.path().join("aside"));
    fs::rename(&keys, &aside).unwrap();
    let shown = data.path().display().to_string();
    let init = doorstroomd(&["keys", "init", "--data", &shown]);
    assert_eq!(init.code, Some(1), "{}", init.stdout);
    assert!(init.stderr.contains("from its backup"), "{}", init.stderr);
    let said = refused_start(data.path());
    assert!(said.contains("keys"), "{said}");
    fs::rename(&aside, &keys).unwrap();

    let (vault, aside) = (data.path().join("keys.db"), data.path().join("vault"));
    fs::rename(&vault, &aside).unwrap();
    let said = refused_start(data.path());
    assert!(said.contains("keys.db, are missing"), "{said}");
    assert!(!vault.exists(), "none is made anew");
    fs::rename(&aside, &vault).unwrap();
    server.restart();
    assert_eq!(counted(server.grpc(), PROVIDER), (3, 3));
}

#[test]
fn a_node_with_other_recoder_keys_than_its_region_names_nobody() {
    let (data, beside, folder) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let one = on_kafka(data.path(), "other-recoder");
    let rows = Rows::new("a", 3, 0..3);
    import(one.grpc(), PROVIDER, folder.path(), &rows).expect_done();

    let shown = beside.path().display().to_string();
    doorstroomd(&["keys", "init", "--data", &shown]).expect_done();
    let two = sharing_keys_of_persons(&one, beside.path(), "other-recoder");
    eventually("it has read the list", || {
        counted(two.grpc(), PROVIDER) == (3, 3)
    });
    let theirs = tempdir().unwrap();
    let refused = import(two.grpc(), OTHER_PROVIDER, theirs.path(), &rows);
    assert_ne!(refused.code, Some(0), "{}", refused.stdout);
    let said = refused.stdout + &refused.stderr;
    assert!(said.contains("other-recoder-keys"), "{said}");
    assert_eq!(counted(one.grpc(), TEAM), (3, 3));
}
