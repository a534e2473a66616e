use super::*;
use crate::import::record::Records;
use proto::capacity::v1::{CareType, ProviderKind};

fn now() -> jiff::Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn read_all(file: &str) -> Vec<Result<PublishOfferingRequest, Vec<(String, String)>>> {
    let mut records = Records::new(file.as_bytes(), true);
    let header = records.header().unwrap().unwrap().unwrap();
    let columns = columns(&header).unwrap();
    let source = Exported::new(&columns, now());
    let mut read = Vec::new();
    while let Some(record) = records.next().unwrap() {
        let fields = record.fields.unwrap();
        let row = columns.row(&fields);
        read.push(match source.read(&row) {
            Ok(staged) => {
                let statement = Statement::for_tests(record.line, staged.body());
                Ok(source
                    .offered(&staged.offering_id, &[statement])
                    .unwrap()
                    .request
                    .unwrap())
            }
            Err(refusal) => Err(std::iter::once(&refusal.wrong)
                .chain(&refusal.also)
                .map(|wrong| (wrong.column.clone(), wrong.reason.clone()))
                .collect()),
        });
    }
    read
}

fn one(header: &str, row: &str) -> Result<PublishOfferingRequest, Vec<(String, String)>> {
    read_all(&format!("{header}\n{row}\n")).remove(0)
}

const LEAST: &str = "offering_id,provider_id,provider_kind,municipality_code,care_type";

#[test]
fn the_template_begins_with_its_header_and_its_examples_can_be_imported() {
    assert_eq!(TEMPLATE.lines().next().unwrap(), COLUMNS.join(","));
    let read = read_all(TEMPLATE);
    assert_eq!(read.len(), 2);
    let ward = read[0].clone().unwrap();
    let promised = ward.details.as_ref().unwrap().promised_interval_hours;
    assert_eq!(promised, Some(12));
    let report = ward.report.unwrap();
    let counts = report.counts.unwrap();
    assert_eq!(
        (
            counts.operational,
            counts.occupied,
            counts.available,
            counts.blocked.len()
        ),
        (Some(12), 10, 2, 2)
    );
    assert_eq!(report.waits[0].intake_wait_days, Some(21));
    assert!(ward.pauses.is_empty() && ward.replace_pauses);
    let housing = read[1].clone().unwrap();
    assert_eq!(
        housing.details.unwrap().care_type,
        i32::from(CareType::ShelteredHousing)
    );
    assert_eq!(housing.pauses.len(), 1);
    assert_eq!(
        housing.pauses[0].expected_end.unwrap().seconds,
        1_780_272_000
    );
}

#[test]
fn every_column_is_documented() {
    let documentation: String = TEMPLATE
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    for column in COLUMNS {
        assert!(documentation.contains(column), "{column}");
    }
}

#[test]
fn the_least_that_an_offering_needs_leaves_figures_and_pauses_alone() {
    let request = one(LEAST, "o-1,gm:GM0014,municipality,GM0003,guidance").unwrap();
    let details = request.details.unwrap();
    assert_eq!(details.municipality_code, "GM1979");
    assert_eq!(details.provider_kind, i32::from(ProviderKind::Municipality));
    assert_eq!(
        (request.report, request.pauses.len(), request.replace_pauses),
        (None, 0, false)
    );
}

#[test]
fn every_wrong_cell_of_a_row_is_named_at_once() {
    let header = format!(
        "{LEAST},circuits,age_min,age_max,available,observed_at,diagnosis_groups,blocked,pause_until,pause_reason"
    );
    let wrongs = one(
        &header,
        "o 1,,hospital,GM9999,guidance,adults|everybody,40,18,-2,tomorrow,99,staff,2026-05-01,",
    )
    .unwrap_err();
    let expected = [
        ("offering_id", "not-a-code"),
        ("provider_kind", "unknown-word"),
        ("provider_id", "missing"),
        ("municipality_code", "municipality-unknown"),
        ("circuits", "unknown-word"),
        ("age_max", "not-consistent"),
        ("diagnosis_groups", "not-a-code"),
        ("available", "not-a-number"),
        ("blocked", "unknown-word"),
        ("occupied", "missing"),
        ("observed_at", "date-unreadable"),
        ("pause_reason", "missing"),
    ];
    assert_eq!(
        wrongs,
        expected.map(|(column, reason)| (column.to_owned(), reason.to_owned()))
    );
}

#[test]
fn figures_need_a_moment_that_has_come() {
    let header = format!("{LEAST},intake_wait_days,observed_at");
    let row = "o-1,gm:GM0014,municipality,GM0014,guidance,7,";
    assert_eq!(
        one(&header, row).unwrap_err(),
        [("observed_at".to_owned(), "missing".to_owned())]
    );
    let wrongs = one(&header, &format!("{row}2027-01-01")).unwrap_err();
    assert_eq!(
        wrongs,
        [("observed_at".to_owned(), "date-in-the-future".to_owned())]
    );
    assert!(one(&header, &format!("{row}2026-03-01")).is_ok());
}

#[test]
fn a_pause_that_is_over_is_history() {
    let header = format!("{LEAST},pause_reason,pause_until");
    let row = "o-1,gm:GM0014,municipality,GM0014,guidance,holiday,";
    assert!(
        one(&header, &format!("{row}2026-03-01"))
            .unwrap()
            .pauses
            .is_empty()
    );
    let pause = one(&header, &format!("{row}2026-03-02")).unwrap().pauses;
    assert_eq!(pause.len(), 1);
    assert_eq!(
        pause,
        one(&header, &format!("{row}2026-03-02")).unwrap().pauses
    );
}

#[test]
fn an_independent_practice_is_not_shown_by_name() {
    let header = format!("{LEAST},provider_name,shown_by_itself");
    let row = "o-1,nza:7000001,independent-practice,GM0014,basic,Praktijk X,";
    assert_eq!(
        one(&header, row).unwrap_err(),
        [("provider_name".to_owned(), "not-consistent".to_owned())]
    );
    assert!(one(&header, &format!("{row}yes")).is_ok());
}

#[test]
fn two_rows_about_one_offering_that_differ_contradict_each_other() {
    let header: Vec<String> = LEAST.split(',').map(str::to_owned).collect();
    let columns = columns(&header).unwrap();
    let source = Exported::new(&columns, now());
    let said: Vec<Statement> = [(2, "guidance"), (5, "shelter")]
        .into_iter()
        .map(|(line, care_type)| {
            let fields: Vec<String> = ["o-1", "gm:GM0014", "municipality", "GM0014", care_type]
                .map(str::to_owned)
                .into();
            Statement::for_tests(line, source.read(&columns.row(&fields)).unwrap().body())
        })
        .collect();
    let offered = source.offered("o-1", &said).unwrap();
    assert!(offered.request.is_none());
    let refused: Vec<_> = offered
        .refused
        .iter()
        .map(|(at, refusal)| {
            (
                *at,
                refusal.wrong.column.as_str(),
                refusal.wrong.value.as_str(),
                refusal.other_line,
            )
        })
        .collect();
    assert_eq!(
        refused,
        [
            (0, "care_type", "guidance", Some(5)),
            (1, "care_type", "shelter", Some(2))
        ]
    );
}

#[test]
fn a_field_of_the_contract_leads_back_to_its_column() {
    let header: Vec<String> = LEAST.split(',').map(str::to_owned).collect();
    let source = Exported::new(&columns(&header).unwrap(), now());
    for (field, column) in [
        ("details.postcode", "postcode"),
        ("report.counts.on_leave", "on_leave"),
        ("report.waits[0].intake_wait_days", "intake_wait_days"),
        ("details.languages[1]", "languages"),
        ("pauses[0].scope.insurers[2]", "pause_insurers"),
        ("pauses[0].ends_at", "pause_until"),
        ("details.age", "age_min"),
        ("details.catchment.acute_regions[0]", "acute_regions"),
        ("details.contracts[1].payer", "contracts"),
        ("details.contact_routes[0].address", "contact_routes"),
        ("report.counts.forecast.additional_72h", "additional_72h"),
        (
            "report.counts.forecast.ready_for_discharge[0].count",
            "ready_for_discharge",
        ),
        ("context.command_id", ""),
    ] {
        assert_eq!(source.column_of(field), column, "{field}");
    }
}

#[test]
fn terms_and_forecasts_are_read_from_their_cells() {
    let header = format!(
        "{LEAST},legal_titles,seclusion_room,interpreter,catchment,acute_regions,contracts,admission_hours,\
         contact_routes,occupied,available,observed_at,additional_24h,expected_free_at,ready_for_discharge"
    );
    let row = "o-1,agb:06000001,institution,GM0014,specialised,voluntary|wvggz-crisis-measure,no,ar|ti,regional,\
               groningen|drenthe,VGZ=contracted,monday-friday=09:00-17:00|saturday=10:00-12:00,phone=0501234567,\
               8,2,2026-03-01,1,2026-03-02|2026-03-03,home=2|wlz-place=1";
    let request = one(&header, row).unwrap();
    let details = request.details.unwrap();
    assert_eq!(details.legal_titles.len(), 2);
    assert_eq!(details.seclusion_room, Some(false));
    assert_eq!(details.interpreter.unwrap().languages, ["ar", "ti"]);
    assert_eq!(details.catchment.unwrap().acute_regions.len(), 2);
    assert_eq!(details.contracts[0].payer, "VGZ");
    assert_eq!(details.admission_hours.len(), 2);
    assert_eq!(details.contact_routes[0].address, "0501234567");
    let forecast = request.report.unwrap().counts.unwrap().forecast.unwrap();
    assert_eq!(forecast.expected_free_at.len(), 2);
    assert_eq!(forecast.ready_for_discharge.len(), 2);
}

#[test]
fn a_wrong_part_of_the_terms_is_named_by_its_column() {
    let header =
        format!("{LEAST},legal_titles,acute_regions,contracts,admission_hours,additional_24h");
    let row = "o-1,gm:GM0014,municipality,GM0014,guidance,verbal,noord,VGZ,always,1";
    let wrongs = one(&header, row).unwrap_err();
    let expected = [
        ("legal_titles", "unknown-word"),
        ("catchment", "missing"),
        ("contracts", "unknown-word"),
        ("admission_hours", "unknown-word"),
        ("occupied", "missing"),
        ("available", "missing"),
        ("observed_at", "missing"),
    ];
    let expected = expected.map(|(column, reason)| (column.to_owned(), reason.to_owned()));
    assert_eq!(wrongs, expected);
}
