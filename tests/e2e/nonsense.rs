//! Nonsense gets INVALID_ARGUMENT with every violation, or a closed connection; the next client notices nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use e2e::{Server, ServerOptions, publication, publish, report};
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{
    BlockedPlaces, FindCapacityRequest, OfferingDetails, PublishOfferingRequest, Report,
    ReportCapacityRequest, StreamReportsRequest, Wait,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

fn violations(status: &Status) -> Vec<String> {
    let details = status
        .get_details_bad_request()
        .map(|bad| bad.field_violations);
    let fields = details
        .unwrap_or_default()
        .into_iter()
        .map(|violation| violation.field);
    fields.collect()
}

async fn answers_as_ever(server: &Server) {
    let mut client = server.client();
    let answer = client.find_capacity(FindCapacityRequest::default()).await;
    answer.expect("the next client notices nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_violation_of_a_request_is_named_at_once() {
    let server = Server::start(ServerOptions::default());
    let mut client = server.client();
    publish(&mut client, "sound", 1).await.unwrap();

    let empty = client
        .publish_offering(PublishOfferingRequest::default())
        .await
        .unwrap_err();
    assert_eq!(empty.code(), Code::InvalidArgument);
    assert!(violations(&empty).len() >= 2, "{empty:?}");

    let mut wrong = publication("wrong");
    wrong.details = Some(OfferingDetails {
        provider_id: "not an id".to_owned(),
        provider_kind: 99,
        municipality_code: "GM9999".to_owned(),
        care_type: -5,
        provider_name: "x".repeat(10_000),
        languages: vec!["klingon".to_owned()],
        ..OfferingDetails::default()
    });
    let status = client.publish_offering(wrong).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let fields = violations(&status);
    for field in [
        "provider_id",
        "provider_kind",
        "municipality_code",
        "care_type",
        "provider_name",
        "languages[0]",
    ] {
        let path = format!("details.{field}");
        assert!(fields.contains(&path), "{path} is not among {fields:?}");
    }
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_report_in_a_stream_does_not_touch_the_others() {
    let server = Server::start(ServerOptions::default());
    let mut client = server.client();
    let offerings = publish(&mut client, "stream", 1).await.unwrap();
    let mut contradiction = report(&offerings[0], 2);
    if let Some(counts) = contradiction
        .report
        .as_mut()
        .and_then(|r| r.counts.as_mut())
    {
        counts.operational = Some(1);
        counts.occupied = u32::MAX;
        counts.blocked = vec![BlockedPlaces {
            reason: 77,
            count: 1,
        }];
    }
    let reports = vec![
        report(&offerings[0], 1),
        ReportCapacityRequest::default(),
        contradiction,
        report("never-published", 1),
        report(&offerings[0], 3),
    ];
    let message = StreamReportsRequest { reports };
    let stream = client
        .stream_reports(futures::stream::iter([message]))
        .await
        .unwrap();
    let answer = stream.into_inner().message().await.unwrap().unwrap();
    let codes: Vec<i32> = answer
        .acknowledgements
        .iter()
        .map(|acknowledgement| match &acknowledgement.result {
            Some(Acknowledged::Receipt(_)) => 0,
            Some(Acknowledged::Failure(failure)) => failure.code,
            None => -1,
        })
        .collect();
    let (invalid, no) = (
        Code::InvalidArgument as i32,
        Code::FailedPrecondition as i32,
    );
    assert_eq!(codes, [0, invalid, invalid, no, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_repeated_fields_are_refused_before_they_cost_anything() {
    let server = Server::start(ServerOptions::default());
    let mut client = server.client();
    publish(&mut client, "million", 1).await.unwrap();
    let mut huge = report("million-0", 1);
    huge.report = Some(Report {
        waits: vec![Wait::default(); 1_000_000],
        ..Report::default()
    });
    let status = client.report_capacity(huge).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let many = StreamReportsRequest {
        reports: (1..=501)
            .map(|sequence| report("million-0", sequence))
            .collect(),
    };
    let stream = client.stream_reports(futures::stream::iter([many])).await;
    let status = match stream {
        Ok(stream) => stream.into_inner().message().await.unwrap_err(),
        Err(status) => status,
    };
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_on_the_port_close_the_connection() {
    let server = Server::start(ServerOptions::default());
    publish(&mut server.client(), "port", 1).await.unwrap();
    let address = server.grpc().strip_prefix("http://").unwrap().to_owned();
    let noise: Vec<u8> = (0..64)
        .flat_map(|_| *uuid::Uuid::new_v4().as_bytes())
        .collect();
    for bytes in [noise, b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![0; 1_024]] {
        let mut connection = TcpStream::connect(&address).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        // The server may have closed it before everything is written.
        let _ = connection.write_all(&bytes);
        let mut answer = Vec::new();
        if let Err(error) = connection.read_to_end(&mut answer) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
    }
    answers_as_ever(&server).await;
}

/// A call whose message is not the protobuf that the method takes.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_are_an_invalid_argument() {
    let server = Server::start(ServerOptions::default());
    publish(&mut server.client(), "bytes", 1).await.unwrap();
    let address = server.grpc().strip_prefix("http://").unwrap().to_owned();
    for body in [
        &[0xff_u8; 20][..],
        &[0x0a, 0xff, 0xff, 0xff, 0x7f],
        &[0x12, 0x01, 0xfe],
    ] {
        let status = raw_call(&address, body).await.unwrap();
        assert_eq!(status, "3", "grpc-status of {body:?}");
    }
    answers_as_ever(&server).await;
}

/// Sends one gRPC message of raw bytes to `ReportCapacity`, and returns the answer's `grpc-status`.
async fn raw_call(address: &str, body: &[u8]) -> anyhow::Result<String> {
    let connection = tokio::net::TcpStream::connect(address).await?;
    let (mut sender, driver) = h2::client::handshake(connection).await?;
    tokio::spawn(driver);
    let uri = format!("http://{address}/doorstroom.capacity.v1.CapacityService/ReportCapacity");
    let request = http::Request::post(uri)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())?;
    let (answer, mut stream) = sender.send_request(request, false)?;
    let mut framed = vec![0];
    framed.extend(u32::try_from(body.len())?.to_be_bytes());
    framed.extend(body);
    stream.send_data(framed.into(), true)?;
    let (head, mut rest) = answer.await?.into_parts();
    let mut status = head.headers.get("grpc-status").cloned();
    while let Some(data) = rest.data().await {
        data?;
    }
    if let Some(trailers) = rest.trailers().await? {
        status = status.or(trailers.get("grpc-status").cloned());
    }
    Ok(status
        .map(|value| value.to_str().unwrap_or_default().to_owned())
        .unwrap_or_default())
}
