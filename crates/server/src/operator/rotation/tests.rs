use std::path::Path;

use super::told::ToldError;
use super::*;

fn told(text: &str) -> Told {
    text.parse().unwrap()
}

#[test]
fn what_a_region_says_is_read_and_shown_and_never_rounded_up() {
    let short = told("groningen=19899/20000");
    assert!(!short.is_far_enough());
    let shown = "19899 of 20000 open entries of groningen carry a newer key (99.4 %), 101 do not";
    assert_eq!(short.to_string(), shown);
    assert!(told("groningen=1990/2000").is_far_enough());
    let nobody = told("drenthe=0/0");
    assert!(nobody.is_of_nobody());
    let shown = "0 of 0 open entries of drenthe carry a newer key";
    assert_eq!(nobody.to_string(), shown);
    for wrong in [
        "",
        "demo",
        "demo=1",
        "demo=2/1",
        "=1/1",
        "demo=-1/1",
        "Demo=1/1",
        "demo=1/x",
    ] {
        assert_eq!(wrong.parse::<Told>(), Err(ToldError), "{wrong}");
    }
}

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        ..Settings::default()
    }
}

fn two() -> Custodians {
    Custodians::parse(&["a.ahmed@notary", "b.bakker@zorgring"]).unwrap()
}

/// Nobody listens on port 1.
fn asked(lose_the_rest: bool, caller: Option<&str>) -> Asked {
    Asked {
        server: Some("http://127.0.0.1:1".to_owned()),
        caller: caller.map(|caller| caller.parse().unwrap()),
        told: Vec::new(),
        lose_the_rest,
    }
}

#[tokio::test]
async fn where_nobody_can_say_the_keys_stay_unless_the_rest_may_be_lost_and_that_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let epoch = Epoch::parse("2026a").unwrap();
    let keys = storage::keys(&settings);
    Ring::init(&keys, Stage::Recoder, (epoch, "2026-11-25")).unwrap();
    let custodian = Some("a.ahmed:key-custodian@kvk:01234567");
    let may_go = async |asked: Asked| {
        let may_go = may_go(&settings, (epoch, &two()), &asked).await;
        may_go.map_err(|error| error.to_string())
    };

    let refused = may_go(asked(false, custodian)).await.unwrap_err();
    let unsaid = "nobody can say how many entries carry a newer key: no server answers";
    assert!(refused.contains(unsaid), "{refused}");
    let note = may_go(asked(true, custodian)).await.unwrap();
    assert!(
        note.starts_with(&format!("--lose-the-rest: {unsaid}")),
        "{note}"
    );
    let unnamed = may_go(asked(true, None)).await.unwrap_err();
    assert!(unnamed.contains("--as"), "{unnamed}");
    let third = Some("c.claes:key-custodian@kvk:01234567");
    let third = may_go(asked(true, third)).await.unwrap_err();
    let one_of_two =
        "--as must name one of the two custodians, a.ahmed@notary or b.bakker@zorgring";
    assert!(third.contains(one_of_two), "{third}");
}

#[tokio::test]
async fn what_a_region_says_of_no_entry_lets_nothing_go_at_the_evaluator() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let epoch = Epoch::parse("2026a").unwrap();
    let may_go = async |regions: [&str; 2], lose_the_rest: bool| {
        let asked = Asked {
            told: regions.map(told).to_vec(),
            ..asked(lose_the_rest, None)
        };
        let may_go = may_go(&settings, (epoch, &two()), &asked).await;
        may_go.map_err(|error| error.to_string())
    };
    let one_of_none = ["drenthe=20/20", "groningen=0/0"];
    let refused = may_go(one_of_none, false).await.unwrap_err();
    assert!(refused.contains("0/0 is of none"), "{refused}");
    let note = may_go(one_of_none, true).await.unwrap();
    assert!(note.starts_with("--lose-the-rest: 20 of 20"), "{note}");
    let short = may_go(["drenthe=20/20", "groningen=1/1068"], false).await;
    let short = short.unwrap_err();
    assert!(short.contains("1067 do not"), "{short}");
    may_go(["drenthe=20/20", "groningen=1/1"], false)
        .await
        .unwrap();
}

/// The words of a command line, worked as the operator's.
async fn work(settings: &Settings, verb: &str, more: &[&str]) -> Result<String, String> {
    let mut words = vec!["doorstroomd", "keys", verb];
    words.extend(more);
    if verb != "status" {
        words.extend([
            "--custodian",
            "a.ahmed@notary",
            "--custodian",
            "b.bakker@zorgring",
        ]);
    }
    let given = crate::args::command().try_get_matches_from(words).unwrap();
    let (_, given) = given.subcommand().unwrap();
    let (verb, given) = given.subcommand().unwrap();
    let asked = super::super::keys::Asked::from(verb, given).unwrap();
    let mut out = Vec::new();
    let worked = super::super::keys::work(settings, &asked, jiff::Timestamp::now(), &mut out).await;
    worked.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

/// Both stages have keys of one epoch, and custodians came no further than the evaluator with what they did then.
#[tokio::test]
async fn what_was_cut_short_between_the_stages_is_finished_when_it_is_said_again() {
    for emergency in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let first = Epoch::parse("2026a").unwrap();
        let keys = storage::keys(&settings);
        for stage in Stage::ALL {
            Ring::init(&keys, stage, (first, "2026-11-25")).unwrap();
        }
        let mut flags = vec!["--stage", "evaluator"];
        flags.extend(emergency.then_some("--emergency"));
        work(&settings, "rotate", &flags).await.unwrap();
        work(&settings, "rotate", &flags[2..]).await.unwrap();
        let newest = Stage::ALL.map(|stage| Ring::newest(&keys, stage).unwrap());
        assert_eq!(newest[0], newest[1], "emergency: {emergency}");
        assert_ne!(newest[0], first);
        if emergency {
            continue;
        }
        let mut ring = Ring::open(&keys, Stage::Evaluator).unwrap();
        ring.destroy(first, ("2026-12-30", ""), &two()).unwrap();
        let rest = [
            "--epoch",
            "2026a",
            "--yes",
            "--lose-the-rest",
            "--server",
            "http://127.0.0.1:1",
            "--as",
            "a.ahmed:key-custodian@kvk:01234567",
        ];
        for _ in 0..2 {
            work(&settings, "destroy", &rest).await.unwrap();
            let ring = Ring::open(&keys, Stage::Recoder).unwrap();
            assert!(ring.roots().all(|(epoch, _)| epoch != first));
        }
    }
}
