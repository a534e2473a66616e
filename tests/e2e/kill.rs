//! `kill -9` of the server in the middle of 100,000 reports: nothing acknowledged is lost, nothing doubled.

use std::time::Duration;

use e2e::{Load, Server, ServerOptions, publish, rounds, shared_kafka};

const OFFERINGS: usize = 125;
const REPORTS_EACH: u64 = 800;
/// How often it is killed on the way; `make soak` does so more often.
const KILLS: usize = 10;
const FINISH: Duration = Duration::from_secs(120);

async fn kill_in_mid_stream(options: ServerOptions) {
    let kills = rounds(KILLS);
    let mut server = Server::start(options);
    let offerings = publish(&mut server.client(), "kill", OFFERINGS)
        .await
        .unwrap();
    let mut load = Load::new(&offerings, REPORTS_EACH);
    let total = OFFERINGS * usize::try_from(REPORTS_EACH).unwrap();
    for round in 1..=kills {
        let mut client = server.client();
        let enough = (total * round / (kills + 1)).min(total - 1);
        // A moment that nobody chose: the last digits of a random UUID, within a few commits' time.
        let moment = Duration::from_micros(u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * 100);
        load.finish_until(&mut client, enough, FINISH)
            .await
            .unwrap();
        let going_on = tokio::time::timeout(moment, load.send(&mut client, usize::MAX)).await;
        assert!(!matches!(going_on, Ok(Err(ref status)) if status.code() == tonic::Code::Internal));
        server.kill9();
        server.restart();
    }
    let mut client = server.client();
    load.finish(&mut client, FINISH).await.unwrap();
    assert_eq!(load.count(), total);
    load.check(&mut client).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_the_embedded_log() {
    kill_in_mid_stream(ServerOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_kafka() {
    kill_in_mid_stream(ServerOptions {
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some("kill".to_owned()),
        ..ServerOptions::default()
    })
    .await;
}
