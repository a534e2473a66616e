//! What a server exports to an OpenTelemetry collector, over real OTLP.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use e2e::{Canaries, Collector, Server, ServerOptions, doorstroomd, publication};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use tonic::Request;

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID: &str = "b7ad6b7169203331";
const DEADLINE: Duration = Duration::from_secs(30);
/// Nobody's, of those that every journey is searched for.
const NUMBER: &str = "900000065";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_trace_goes_through_the_log_to_the_collector() {
    let mut server = Server::start(ServerOptions::default());
    server.serves().await;
    let mut request = Request::new(publication("one"));
    let traceparent = format!("00-{TRACE_ID}-{SPAN_ID}-01");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", traceparent.parse().unwrap());
    server.client().publish_offering(request).await.unwrap();
    // A stop sends what was not sent yet.
    server.stop();
    let parent = server.collector().look(|span| {
        let is_ours = hex(&span.trace_id) == TRACE_ID && span.name.ends_with("/PublishOffering");
        is_ours.then(|| hex(&span.parent_span_id))
    });
    assert_eq!(parent.as_deref(), Some(SPAN_ID));

    let data = server.data().display().to_string();
    let export = ["log", "export", "--topic", "demo.capacity", "--data", &data];
    let commits = doorstroomd(&export).expect_done().json();
    let kept = commits[0]["commands"][0]["traceparent"].as_str();
    let kept = kept.unwrap_or_default();
    assert!(kept.starts_with(&format!("00-{TRACE_ID}-")), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn threat_14_a_number_in_an_exported_span_is_found_however_it_was_sent() {
    for value in [
        Value::StringValue(format!("bsn={NUMBER};")),
        Value::IntValue(NUMBER.parse().unwrap()),
        Value::BytesValue(NUMBER.as_bytes().to_vec()),
    ] {
        let collector = Collector::start();
        collector.export("said", value.clone()).await;
        let found = Canaries::of_the_suite().found_in(&collector.said());
        assert!(found.is_some(), "{value:?}");
    }
    let collector = Collector::start();
    let other = Value::StringValue("900000066".to_owned());
    collector.export("said", other).await;
    assert_eq!(Canaries::of_the_suite().found_in(&collector.said()), None);
}

/// Every journey ends with the search, by which it fails.
#[tokio::test(flavor = "multi_thread")]
async fn threat_14_a_journey_ends_with_a_search_through_what_its_server_exported() {
    let server = Server::start(ServerOptions::default());
    server.serves().await;
    let until = Instant::now() + DEADLINE;
    let of_a_call = |span: &Span| span.name.ends_with("/FindCapacity").then_some(());
    while server.collector().look(of_a_call).is_none() {
        assert!(Instant::now() < until, "no span of the call was exported");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let said = Value::StringValue(NUMBER.to_owned());
    server.collector().export("said", said).await;
    let ended = catch_unwind(AssertUnwindSafe(|| drop(server)));
    assert!(ended.is_err(), "the number was not found");
}
