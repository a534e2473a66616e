use pseudonym::envelope::Audience;

use super::*;
use crate::context::bodies::SealedBody;
use crate::context::tests::snapshots::everything;
use crate::{DecodeError, StartError};

#[tokio::test]
async fn nothing_about_a_person_lies_on_the_disk_in_clear() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    let mut untils = Vec::new();
    for number in 0..20 {
        untils.push(region.live(&node, &format!("entry-{number}")).await);
        region.pass_time(1_000);
    }
    let found = within(
        node.context
            .as_of(Timestamp::from_millis(region.now() - 6_000)),
    )
    .await;
    assert!(found.is_ok(), "a checkpoint is made on a long way");
    node.stop().await;
    region.close();
    let names: Vec<_> = disk.files().into_iter().map(|(path, _)| path).collect();
    for wanted in ["log.db", "keys.db", "erasures.db", "demo.places.snapshot"] {
        assert!(
            names.iter().any(|name| name.ends_with(wanted)),
            "{wanted} of {names:?}"
        );
    }
    assert!(
        names
            .iter()
            .any(|name| name.extension().is_some_and(|e| e == "checkpoint"))
    );
    let mut markers = vec![
        MARKER.as_bytes().to_vec(),
        b"opened 3".to_vec(),
        b"hold-".to_vec(),
    ];
    for until in untils {
        markers.push(until.as_millis().to_string().into_bytes());
    }
    for marker in markers {
        assert_eq!(disk.files_with(&marker), Vec::<PathBuf>::new());
    }
}

/// The search above finds what is there.
#[tokio::test]
async fn what_is_about_organisations_lies_there_in_clear() {
    let disk = Disk::new();
    let region = disk.opened();
    let node: Persons = region.start_with("one", Some(disk.path("snapshots")));
    node.serves().await;
    let until = region.live(&node, "a").await;
    node.stop().await;
    region.close();
    assert_eq!(disk.files_with(MARKER.as_bytes()).len(), 1, "in the log");
    let until = until.as_millis().to_string();
    let found = disk.files_with(until.as_bytes());
    assert_eq!(
        found.len(),
        3,
        "in the log, the snapshot and the checkpoint: {found:?}"
    );
}

#[tokio::test]
async fn a_start_from_a_snapshot_is_the_same_as_one_from_everything_also_for_persons() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    for name in ["a", "b", "c"] {
        region.live(&node, name).await;
    }
    node.erase("b").await.expect("it is erased");
    let before = everything(&node.context.read());
    node.stop().await;
    region.close();

    let region = disk.opened();
    let from_snapshot = region.node("one").await;
    let from_everything = region.node("another").await;
    assert_eq!(everything(&from_snapshot.context.read()), before);
    assert_eq!(everything(&from_everything.context.read()), before);
    assert!(
        !from_snapshot.context.read().due.is_empty(),
        "timers are sealed with states"
    );
}

#[tokio::test]
async fn a_body_opens_only_in_its_own_commit() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    region.live(&node, "b").await;
    let history = region
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    let stolen = history.last().expect("it is there").body.clone();
    let moved = NewCommit {
        stream: stream("b"),
        version: Version::new(4),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: stolen,
    };
    let at = within(region.topic().append(moved))
        .await
        .expect("its envelope is good");
    let reason = node.stops_serving().await;
    assert!(
        reason.contains(&format!("position {at} of stream b")),
        "{reason}"
    );
}

#[tokio::test]
async fn an_envelope_that_was_changed_does_not_open_its_body() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    let bodies = bodies(&node);
    let commit = sealed_commit(&bodies, "taken 0 0 somebody\n", "");
    let mut changed = Vec::new();
    let mut with = |change: fn(&mut NewCommit)| {
        let mut commit = commit.clone();
        change(&mut commit);
        changed.push(commit);
    };
    with(|commit| commit.stream = stream("b"));
    with(|commit| commit.version = Version::new(2));
    with(|commit| commit.attempt = AttemptId::new_v7());
    with(|commit| commit.commands[0].id = CommandId::new_v7());
    with(|commit| commit.commands[0].event_count = 2);
    with(|commit| commit.commands[0].noted = Noted::Unchanged);
    with(|commit| commit.commands.clear());
    assert!(bodies.open(&placed(&commit)).is_ok(), "as it was sealed");
    for commit in changed {
        let opened = bodies.open(&placed(&commit)).map(|_| ());
        assert!(matches!(opened, Err(DecodeError::Unknown(_))), "{commit:?}");
    }
}

#[tokio::test]
async fn what_is_for_the_nations_count_lies_apart_under_a_key_of_its_own() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    let bodies = bodies(&node);
    let commit = sealed_commit(&bodies, "taken 0 0 somebody\n", "a pseudonym of the nation");
    let placed = placed(&commit);
    let opened = bodies.open(&placed).expect("it opens");
    assert_eq!(*opened.clear, b"taken 0 0 somebody\n"[..]);
    let body = SealedBody::parse(&commit.body).expect("a sealed body");
    let keyring = node.node.keyring.as_ref().expect("it has one");
    let open = |audience, text: &[u8]| {
        let key = keyring.key(body.kid().expect("it has one"), audience);
        body.open(
            &key.expect("it is there"),
            (super::super::TOPIC, &placed),
            text,
        )
    };
    let for_nation = open(Audience::National, &body.national);
    assert_eq!(for_nation, Ok(b"a pseudonym of the nation".to_vec()));
    assert!(
        open(Audience::Region, &body.national).is_err(),
        "not for the region"
    );
    assert!(
        open(Audience::National, &body.region).is_err(),
        "not for the nation"
    );
}

#[tokio::test]
async fn a_stream_is_sealed_under_one_key_and_another_ones_body_is_not_read() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    effect(node.execute("a", &region.call(Command::Open(1))).await);
    let bodies = bodies(&node);
    let mut second = sealed_commit(&bodies, "taken 0 0 somebody\n", "");
    second.version = Version::new(2);
    let clear = Clear::of(b"taken 0 0 somebody\n", b"");
    bodies
        .seal(&mut second, clear, (None, node.node.clock.now()))
        .expect("under a new key");
    within(region.topic().append(second))
        .await
        .expect("its envelope is good");
    let reason = node.stops_serving().await;
    assert!(reason.contains("another key than its stream"), "{reason}");
}

#[tokio::test]
async fn a_topic_about_persons_is_not_served_without_keys() {
    let house = House::new();
    let node = house.process("one", None);
    let context =
        Context::<PlacesCodec, Totals>::start_about_persons(&node, super::super::TOPIC, "p");
    assert!(matches!(context.err(), Some(StartError::NoKeys(topic)) if topic == "demo.places"));
}
