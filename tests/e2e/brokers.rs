//! Brokers that stop, die and do not come back, while reports go on: the server needs no hand.

use std::sync::Arc;
use std::time::Duration;

use e2e::{Cluster, Load, Server, ServerOptions, publish};

const OFFERINGS: usize = 20;
const FINISH: Duration = Duration::from_secs(180);

struct System {
    cluster: Arc<Cluster>,
    server: Server,
    offerings: Vec<String>,
}

async fn start(brokers: usize) -> System {
    let cluster = Arc::new(Cluster::start(brokers));
    let server = Server::start(ServerOptions {
        kafka: Some(cluster.bootstrap().to_owned()),
        region: Some("brokers".to_owned()),
        ..ServerOptions::default()
    });
    let offerings = publish(&mut server.client(), "broker", OFFERINGS)
        .await
        .unwrap();
    System {
        cluster,
        server,
        offerings,
    }
}

/// Sends reports while something happens to the brokers; all are acknowledged in the end, none is lost.
async fn reports_go_on(
    system: &System,
    each: u64,
    happens: impl FnOnce(&Cluster) + Send + 'static,
) {
    let mut client = system.server.client();
    let mut load = Load::new(&system.offerings, each);
    let enough = OFFERINGS * usize::try_from(each).unwrap() / 4;
    load.finish_until(&mut client, enough, FINISH)
        .await
        .unwrap();
    let cluster = Arc::clone(&system.cluster);
    let happening = tokio::task::spawn_blocking(move || happens(&cluster));
    load.finish(&mut client, FINISH).await.unwrap();
    happening.await.unwrap();
    load.check(&mut client).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_broker_that_stops_or_dies_and_comes_back_loses_nothing() {
    let system = start(1).await;
    reports_go_on(&system, 500, |cluster| {
        cluster.stop_one(1);
        cluster.start_one(1);
        cluster.kill_one(1);
        cluster.start_one(1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_three_brokers_gone_for_good_loses_nothing() {
    let system = start(3).await;
    reports_go_on(&system, 500, |cluster| {
        cluster.kill_one(1);
        cluster.start_one(1);
        cluster.kill_one(2);
    })
    .await;
}
