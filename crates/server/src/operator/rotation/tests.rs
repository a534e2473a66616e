use super::told::ToldError;
use super::*;

fn told(text: &str) -> Told {
    text.parse().unwrap()
}

#[test]
fn what_a_region_says_is_read_and_shown_and_never_rounded_up() {
    let short = told("groningen=19899/20000");
    assert!(!short.is_far_enough());
    let shown = "19899 of 20000 entries of groningen carry a newer key (99.4 %)";
    assert_eq!(short.to_string(), shown);
    assert!(told("groningen=1990/2000").is_far_enough());
    let nobody = told("drenthe=0/0");
    assert!(nobody.is_far_enough());
    let shown = "0 of 0 entries of drenthe carry a newer key";
    assert_eq!(nobody.to_string(), shown);
    let all_stale = Told {
        losing: Some(7),
        ..nobody
    };
    assert!(!all_stale.is_far_enough());
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
    let settings = Settings {
        data: folder.path().to_owned(),
        ..Settings::default()
    };
    let epoch = Epoch::parse("2026a").unwrap();
    let keys = storage::keys(&settings);
    Ring::init(&keys, Stage::Recoder, (epoch, "2026-11-25")).unwrap();
    let custodian = Some("a.ahmed:key-custodian@kvk:01234567");
    let may_go = async |asked: Asked| {
        let may_go = may_go(&settings, epoch, &asked).await;
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
}
