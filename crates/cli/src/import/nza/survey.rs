//! TEMPORARY
use super::*;
use crate::import::{
    columns::Columns,
    pipeline::{next_ready, open, read_all},
    progress::Progress,
    stage::Stage,
};
use std::collections::BTreeMap;

#[test]
fn survey() {
    let Ok(path) = std::env::var("SURVEY") else {
        return;
    };
    let today = Day::new(2026, 11, 23).unwrap();
    let (mut records, header, _) = open(std::path::Path::new(&path), false).unwrap();
    let columns = Columns::find(&header, &COLUMNS, &COLUMNS, false).unwrap();
    let stage = Stage::create().unwrap();
    let source = Published { today };
    let rows = read_all(
        &mut records,
        &columns,
        (&source, &stage),
        &mut Progress::new("x", 1),
    )
    .unwrap();
    let mut after = String::new();
    let (mut offerings, mut own, mut repeats) = (0, 0, 0);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut pauses = 0;
    while let Some(ready) = next_ready(&source, &stage, &mut after).unwrap() {
        offerings += 1;
        own += ready.rows;
        repeats += ready.repeats;
        for code in &ready.request.details.as_ref().unwrap().remark_codes {
            *codes.entry(code.clone()).or_default() += 1;
        }
        pauses += usize::from(!ready.request.pauses.is_empty());
        if std::env::var("DUMP").is_ok() {
            println!("REQ {:?}", ready.request);
        }
    }
    println!(
        "rows {rows} offerings {offerings} own {own} repeats {repeats} paused {pauses} codes {codes:?}"
    );
    println!("{:?}", stage.refused_by_reason().unwrap());
    stage
        .refusals::<crate::import::stage::StageError>(|line, refusal| {
            println!(
                "REF {line} {} {:?} {} {:?} {:?}",
                refusal.wrong.column,
                refusal.wrong.value,
                refusal.wrong.reason,
                refusal.other_line,
                refusal.also
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn remarks() {
    let Ok(path) = std::env::var("SURVEY") else {
        return;
    };
    let (mut records, header, _) = open(std::path::Path::new(&path), false).unwrap();
    let columns = Columns::find(&header, &COLUMNS, &COLUMNS, false).unwrap();
    let mut seen: BTreeMap<String, (usize, String)> = BTreeMap::new();
    while let Some(record) = records.next().unwrap() {
        let fields = record.fields.unwrap();
        let row = columns.row(&fields);
        let about = remark::About {
            care_type: proto::capacity::v1::CareType::Basic,
            circuit: proto::capacity::v1::Circuit::Adults,
            places: [row.get("location"), row.get("place")],
            groups: [
                row.get("diagnosis_group_literal"),
                row.get("main_diagnosis_group"),
            ],
            written_on: Day::new(2018, 2, 1),
            today: Day::new(2026, 1, 1).unwrap(),
        };
        let read = remark::read(row.get("remark"), &about, false);
        let entry = seen
            .entry(row.get("remark").to_owned())
            .or_insert((0, format!("{read:?}")));
        entry.0 += 1;
    }
    for (remark, (count, read)) in seen {
        println!("{count} {remark:?}\n      {read}");
    }
}
