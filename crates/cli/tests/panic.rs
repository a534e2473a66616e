//! What a client says that is at fault while it has a citizen number in hand.

use std::process::Command;

/// Nobody's.
const NUMBER: &str = "900000065";
const AT_FAULT: &str = "THE_CLIENT_IS_AT_FAULT";

/// Runs itself once more, to be the one that panics.
#[test]
fn threat_14_a_client_at_fault_says_where_and_not_of_whom() {
    if std::env::var_os(AT_FAULT).is_some() {
        cli::report_location_only();
        panic!("the row of {NUMBER} cannot be sent");
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    let output = again.arg("--nocapture").env(AT_FAULT, "yes").output();
    let output = output.unwrap();
    assert!(!output.status.success());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("this client is at fault, at "), "{said}");
    assert!(said.contains("panic.rs:"), "{said}");
    assert!(!said.contains(NUMBER), "{said}");
}
