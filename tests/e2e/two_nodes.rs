//! Two servers on one Kafka, clients on both, many writers on the same offerings.

use std::time::Duration;

use e2e::{Load, Server, ServerOptions, publish, report, sequences, shared_kafka};
use proto::capacity::v1::{FindCapacityRequest, GetOfferingRequest};

const WRITERS: u64 = 32;
const OFFERINGS: usize = 4;
const REPORTS: u64 = 50;
const FINISH: Duration = Duration::from_secs(90);

fn node() -> Server {
    Server::start(ServerOptions {
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        region: Some("twonodes".to_owned()),
        ..ServerOptions::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_agree_and_lose_nothing_under_writers_on_both() {
    let nodes = [node(), node()];
    let offerings = publish(&mut nodes[0].client(), "both", OFFERINGS)
        .await
        .unwrap();
    for node in &nodes {
        node.knows(&offerings).await;
    }
    let positions = write_on_both(&nodes, &offerings).await;

    // A call takes at most sixteen tokens.
    for (node, tokens) in nodes
        .iter()
        .flat_map(|node| positions.chunks(16).map(move |t| (node, t)))
    {
        let find = FindCapacityRequest {
            at_least: tokens.to_vec(),
            ..FindCapacityRequest::default()
        };
        node.client().find_capacity(find).await.unwrap();
    }

    let mut found = 0;
    for offering in &offerings {
        let mut rows = Vec::new();
        for node in &nodes {
            let mut client = node.client();
            found += sequences(&mut client, offering, &positions[0])
                .await
                .unwrap()
                .len();
            let request = GetOfferingRequest {
                offering_id: offering.clone(),
                history_limit: 1_000,
                at_least: Vec::new(),
                as_of: None,
            };
            let mut answer = client.get_offering(request).await.unwrap().into_inner();
            let row = answer.row.as_mut().unwrap();
            // Ages are as of the moment of the answer.
            for status in [&mut row.counts_status, &mut row.waits_status]
                .into_iter()
                .flatten()
            {
                status.age_seconds = None;
            }
            rows.push(answer);
        }
        assert_eq!(rows[0], rows[1]);
    }
    assert_eq!(found, usize::try_from(2 * WRITERS * REPORTS).unwrap());

    let find = FindCapacityRequest::default();
    let mut totals = Vec::new();
    for node in &nodes {
        let answer = node.client().find_capacity(find.clone()).await.unwrap();
        let answer = answer.into_inner();
        totals.push((answer.position, answer.total, answer.available_total));
    }
    assert_eq!(totals[0], totals[1]);

    let voids: u64 = nodes.iter().map(void_commits).sum();
    assert!(
        voids > 0,
        "with writers on both nodes some commits come too late"
    );
}

/// Half of the writers on each node, all on the same offerings; returns how far each has come.
async fn write_on_both(nodes: &[Server; 2], offerings: &[String]) -> Vec<String> {
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let mut client = nodes[usize::try_from(writer % 2).unwrap()].client();
        let reports: Vec<_> = (0..REPORTS)
            .map(|number| {
                let offering = &offerings[usize::try_from((writer / 2 + number) % 4).unwrap()];
                report(offering, 1 + number * WRITERS + writer)
            })
            .collect();
        writers.push(tokio::spawn(async move {
            let mut load = Load::of(reports);
            load.finish(&mut client, FINISH).await.map(|()| load)
        }));
    }
    let mut positions = Vec::new();
    for writer in writers {
        let load = writer.await.unwrap().unwrap();
        load.check(&mut nodes[0].client()).await.unwrap();
        positions.push(load.position);
    }
    positions
}

/// What the node's own figures say of commits without effect.
fn void_commits(node: &Server) -> u64 {
    let page = e2e::get(&format!("{}/metrics", node.http()));
    page.lines()
        .filter(|line| line.starts_with("doorstroom_void_commits{") && line.contains(".capacity"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}
