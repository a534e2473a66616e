use e2e::get;
use tempfile::tempdir;

use super::rows::Rows;
use super::*;

/// How often a server has raised the alarm.
fn alarms(server: &Server) -> u64 {
    let figures = get(&format!("{}/metrics", server.http()));
    let mut lines = figures.lines();
    let figure = lines.find(|line| line.starts_with("doorstroom_crowded_entries_total"));
    let figure = figure.unwrap_or_else(|| panic!("{figures}"));
    figure.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn threat_27_a_sixth_open_entry_of_one_person_raises_the_alarm() {
    let (data, folder, theirs) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let server = embedded(data.path());
    let five = Rows::new("a", 5, 0..1);
    import(server.grpc(), PROVIDER, folder.path(), &five).expect_done();
    // Of another person, and one that is over.
    import(
        server.grpc(),
        OTHER_PROVIDER,
        theirs.path(),
        &Rows::new("b", 5, 1..2),
    )
    .expect_done();
    let over = Rows {
        held_each: 1,
        ..Rows::new("c", 2, 0..1)
    };
    assert_eq!(alarms(&server), 0);
    let third = "epd:provider-system@agb:06011003";
    import(server.grpc(), third, tempdir().unwrap().path(), &over).expect_done();
    assert_eq!(counted(server.grpc(), TEAM), (2, 11));
    assert_eq!(
        alarms(&server),
        1,
        "the one of the two that is open is the sixth"
    );

    // Six in one message, none of which is on the list yet.
    let fourth = "epd:provider-system@agb:06011004";
    let six = Rows::new("d", 6, 2..3);
    import(server.grpc(), fourth, tempdir().unwrap().path(), &six).expect_done();
    assert_eq!(alarms(&server), 2);
}
