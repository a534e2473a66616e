use e2e::Canaries;

#[test]
fn threat_14_a_number_is_found_however_it_is_written() {
    let number = "900000012";
    let canaries = Canaries::new(&[number.to_owned()]);
    for text in [
        "bsn=900000012;",
        "9000.00.012",
        "900-000-012",
        "000900000012 ",
        "x393030303030303132x",
        "a=OTAwMDAwMDEy,",
        "a=IDkwMDAwMDAxMg==",
        "a=Q0E5MDAwMDAwMTI",
    ] {
        assert!(canaries.found_in(text.as_bytes()).is_some(), "{text}");
    }
    for text in ["900000013", "1900000012", "9000000123", "OTAwMDAwMDEz"] {
        assert_eq!(canaries.found_in(text.as_bytes()), None, "{text}");
    }
}
