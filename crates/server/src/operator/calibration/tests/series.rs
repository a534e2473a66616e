use super::*;

/// What is said of a file with this content.
async fn said_of(content: &[u8], as_json: bool) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.csv");
    std::fs::write(&path, content).unwrap();
    let asked = Asked {
        csv: Some(path),
        as_json,
        ..Asked::default()
    };
    said(&settings(folder.path()), asked).await
}

#[tokio::test]
async fn a_series_from_outside_is_judged_without_a_log() {
    let series = stays::series(80, 150);
    let said = said_of(series.as_bytes(), true).await.unwrap();
    assert_that_promises_were_kept(&objects(&said));
}

#[tokio::test]
async fn every_row_that_cannot_be_used_is_named_with_all_that_is_wrong_and_the_others_count() {
    let content = b"unit,available,reported_at,remark\n\
        a,1,2026-03-02T08:00:00Z,\n\
        a,-1,yesterday,\n\
        ,2,2026-03-02T09:00:00Z,\n\
        a,\xff,2026-03-02T10:00:00Z,\n\
        a,0,2026-03-02T16:00:00+01:00,\n\
        a\n";
    let table = said_of(content, false).await.unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with(r#"line 3: reported_at "yesterday" is not a moment"#),
        "{table}"
    );
    assert_eq!(
        lines[1],
        r#"line 3: available "-1" is not a number of places"#
    );
    assert_eq!(
        lines[2],
        r#"line 4: unit "" is not a name of 1 to 200 characters"#
    );
    assert_eq!(lines[3], "line 5: is not UTF-8");
    assert!(
        lines[4].starts_with(r#"line 7: reported_at "" is not"#),
        "{table}"
    );
    // One case, and nothing to promise it on.
    assert!(
        table.contains("all kinds: 0 cases, and 1 before"),
        "{table}"
    );
    assert!(table.ends_with("6 rows, 4 of them refused\n"), "{table}");

    let refused = &objects(&said_of(content, true).await.unwrap())[1];
    assert_eq!(
        (&refused["kind"], &refused["line"]),
        (&"refused".into(), &3.into())
    );
    assert_eq!(
        (&refused["column"], &refused["value"]),
        (&"available".into(), &"-1".into())
    );
}

#[tokio::test]
async fn a_file_that_is_not_in_the_order_of_time_is_told() {
    let content = b"reported_at,unit,available\n\
        2026-03-02T08:00:00Z,a,1\n\
        2026-03-02T16:00:00Z,a,1\n\
        2026-03-02T08:00:00Z,b,1\n";
    let table = said_of(content, false).await.unwrap();
    assert!(
        table.contains("\n1 rows are older than the row before"),
        "{table}"
    );
}

#[tokio::test]
async fn a_file_without_the_columns_says_which_are_missing() {
    let refused = said_of(b"reported_at,ward\n", false).await.unwrap_err();
    assert!(refused.ends_with("missing: unit, available"), "{refused}");
}
