use std::net::SocketAddr;

use domain::access::{Action, Denial, Purpose, Region};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Access, CALLER, Calls, Gate, PURPOSE, Refused};

const CALLS: Calls = &[
    ("Find", &[Action::ReadRegionCapacity]),
    ("Publish", &[Action::PublishCapacity, Action::RelayCapacity]),
    ("List", &[Action::ReadOwnEntries]),
];
const HERE: &str = "127.0.0.1:4711";

fn gate() -> Gate {
    let here = Region::parse("drenthe").unwrap();
    Gate::new(here, &[("doorstroom.test.v1.Test", CALLS)])
}

fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in said {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

fn ask(method: &str, said: &[(&'static str, &'static str)], peer: &str) -> Result<Access, Status> {
    let path = format!("/doorstroom.test.v1.Test/{method}");
    let peer: SocketAddr = peer.parse().unwrap();
    let admitted = gate().admit(&path, &headers(said), Some(peer));
    admitted.map(Option::unwrap).map_err(Status::from)
}

fn refused(method: &str, said: &[(&'static str, &'static str)], peer: &str) -> (Code, String) {
    let status = ask(method, said, peer).unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason);
    (status.code(), reason.unwrap_or_default())
}

const PROVIDER: (&str, &str) = (CALLER, "his:provider-system@agb:06011009");

#[test]
fn who_calls_is_what_the_call_says() {
    let access = ask("List", &[PROVIDER], HERE).unwrap();
    assert_eq!(access.caller().person.as_str(), "his");
    assert_eq!(access.caller().organisation.as_str(), "agb:06011009");
    assert_eq!(access.caller().region.as_str(), "drenthe");
    assert_eq!(access.purpose(Action::ReadOwnEntries), Purpose::Waitlist);
    assert_eq!(access.actor(), "provider-system@agb:06011009");
}

#[test]
fn a_caller_without_a_name_may_do_capacity_and_nothing_about_persons() {
    assert_eq!(ask("Find", &[], HERE).unwrap().actor(), "unnamed");
    assert_eq!(
        ask("Find", &[], "192.0.2.7:4711").unwrap().actor(),
        "unnamed"
    );
    let refused = refused("List", &[], HERE);
    assert_eq!(
        refused,
        (Code::Unauthenticated, "caller-unnamed".to_owned())
    );
}

#[test]
fn who_calls_is_believed_from_this_machine_only() {
    for peer in ["127.8.9.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
        assert!(ask("Find", &[PROVIDER], peer).is_ok(), "{peer}");
    }
    let elsewhere = (Code::Unauthenticated, "caller-from-elsewhere".to_owned());
    for peer in ["192.0.2.7:1", "[2001:db8::1]:1", "[::ffff:192.0.2.7]:1"] {
        assert_eq!(refused("Find", &[PROVIDER], peer), elsewhere, "{peer}");
    }
    let path = "/doorstroom.test.v1.Test/Find";
    let from_nowhere = gate().admit(path, &headers(&[PROVIDER]), None);
    assert!(
        matches!(from_nowhere, Err(Refused::Unread(status)) if status.code() == Code::Unauthenticated)
    );
}

#[test]
fn a_refusal_names_its_rule() {
    let insurer = (CALLER, "zorg:insurer@uzovi:3311");
    let status = ask("List", &[insurer], HERE).unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, "role-may-not");
    assert_eq!(info.metadata["rule"], "insurer/read-own-entries/WAITLIST");
}

#[test]
fn one_of_the_actions_is_enough_to_come_in() {
    assert!(ask("Publish", &[(CALLER, "op:region-operator@demo:1")], HERE).is_ok());
    assert!(ask("Publish", &[PROVIDER], HERE).is_ok());
    let auditor = (CALLER, "eye:auditor@kvk:01234567");
    let refused = refused("Publish", &[auditor], HERE);
    assert_eq!(refused, (Code::PermissionDenied, "role-may-not".to_owned()));
}

#[test]
fn another_purpose_is_refused() {
    let said = [PROVIDER, (PURPOSE, "COUNT")];
    let refused = refused("List", &said, HERE);
    assert_eq!(
        refused,
        (Code::PermissionDenied, "not-for-this-purpose".to_owned())
    );
}

#[test]
fn what_cannot_be_read_is_wrong_by_the_headers_name() {
    let wrong: [&[(&'static str, &'static str)]; 4] = [
        &[(CALLER, "somebody")],
        &[(CALLER, "")],
        &[PROVIDER, (CALLER, "other:auditor@kvk:01234567")],
        &[PROVIDER, (PURPOSE, "FUN")],
    ];
    for said in wrong {
        let status = ask("Find", said, HERE).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{said:?}");
        let wrong = status.get_details_bad_request().unwrap().field_violations;
        assert!(wrong[0].field.starts_with("doorstroom-"), "{said:?}");
    }
}

#[test]
fn a_call_that_no_action_is_named_for_is_nobodys() {
    let status = ask("Dump", &[PROVIDER], HERE).unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[test]
fn calls_that_are_not_ours_are_not_asked_about() {
    let path = "/grpc.health.v1.Health/Check";
    let admitted = gate().admit(path, &HeaderMap::new(), None);
    assert!(matches!(admitted, Ok(None)));
}

#[test]
fn a_call_that_came_around_the_gate_is_nobodys() {
    let access = Access::of(&tonic::Request::new(()));
    let denied = access.may(Action::ReadOwnEntries, None).unwrap_err();
    assert_eq!(denied.denial, Denial::Role);
    assert_eq!(Status::from(denied).code(), Code::Unauthenticated);
}

#[test]
fn what_is_touched_must_be_the_callers_own() {
    let access = ask("List", &[PROVIDER], HERE).unwrap();
    assert!(
        access
            .may(Action::ReadOwnEntries, Some("agb:06011009"))
            .is_ok()
    );
    for others in [Some("agb:06011010"), None] {
        let denied = access.may(Action::ReadOwnEntries, others).unwrap_err();
        assert_eq!(denied.denial, Denial::OtherOrganisation, "{others:?}");
    }
}

proptest! {
    /// Threat 15: what a caller says of itself goes into records and lines.
    #[test]
    fn threat_15_whatever_is_said_only_plain_words_are_believed(
        person in "([a-z0-9._ \t-]{1,8}|[a-z0-9._\n\r\t\u{1b}\u{e9}-]{0,70})",
        organisation in "(agb:[0-9\n\u{1b}]{7,9}|demo:[0-9]{1,3}|.{0,20})",
    ) {
        let said = format!("{person}:provider-system@{organisation}");
        // Some of it is no header at all: it never arrives.
        if let Ok(value) = HeaderValue::from_bytes(said.as_bytes()) {
            let mut headers = HeaderMap::new();
            headers.insert(CALLER, value);
            let peer: SocketAddr = HERE.parse().unwrap();
            let path = "/doorstroom.test.v1.Test/Find";
            if let Ok(Some(access)) = gate().admit(path, &headers, Some(peer)) {
                let caller = access.caller();
                let words = format!("{}{}{}", caller.person, caller.organisation, access.actor());
                prop_assert!(words.bytes().all(|byte| byte.is_ascii_graphic()), "{words:?}");
                prop_assert_eq!(caller.person.as_str(), person);
            }
        }
    }
}
