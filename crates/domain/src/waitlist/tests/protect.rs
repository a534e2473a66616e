//! Threat 5: small cells.

use proptest::prelude::*;

use super::*;

type Rows = Vec<ExactRow<u32, u32>>;

fn figures(rows: Rows) -> Figures<u32, u32> {
    Figures {
        total: rows.iter().map(|row| row.persons).sum(),
        rows,
    }
}

fn row(name: u32, counts: &[u64]) -> ExactRow<u32, u32> {
    ExactRow {
        row: name,
        persons: counts.iter().sum(),
        kinds: (0..).zip(counts.iter().copied()).collect(),
    }
}

#[test]
fn threat_5_a_cell_under_ten_does_not_leave_and_others_are_rounded() {
    let shown = protect(&figures(vec![
        row(1, &[23, 9, 0, 41, 3]),
        row(2, &[40, 37]),
    ]));
    assert_eq!(shown.total, Some(155));
    let kinds: Vec<_> = shown.rows.iter().map(|row| row.kinds.clone()).collect();
    assert_eq!(kinds, [vec![(0, 25), (3, 40)], vec![(0, 40), (1, 35)]]);
}

#[test]
fn threat_5_a_hidden_cell_is_not_given_away_by_the_total() {
    let shown = protect(&figures(vec![row(1, &[23, 4, 41])]));
    assert_eq!(shown.rows[0].kinds, [(2, 40)]);
}

#[test]
fn threat_5_a_row_that_is_nearly_all_of_one_kind_shows_its_total_only() {
    let shown = protect(&figures(vec![row(1, &[90, 10]), row(2, &[89, 11])]));
    assert_eq!(shown.rows[0].kinds, []);
    assert_eq!(shown.rows[0].persons, 100);
    assert_eq!(shown.rows[1].kinds.len(), 2);
}

#[test]
fn threat_5_a_row_under_ten_does_not_even_say_that_it_is_there() {
    let shown = protect(&figures(vec![
        row(1, &[9]),
        row(2, &[12, 13]),
        row(3, &[30, 30]),
    ]));
    let rows: Vec<u32> = shown.rows.iter().map(|row| row.row).collect();
    assert_eq!(rows, [3]);
}

#[test]
fn threat_5_a_zero_is_shown_for_all_only() {
    assert_eq!(protect(&figures(vec![])).total, Some(0));
    assert_eq!(protect(&figures(vec![row(1, &[9])])).total, None);
    let shown = protect(&figures(vec![row(1, &[0, 0]), row(2, &[20, 30])]));
    assert_eq!(shown.rows.len(), 1);
}

fn any_rows() -> impl Strategy<Value = Rows> {
    let count = prop_oneof![2 => 0..12_u64, 2 => 0..60_u64, 1 => 0..2_000_u64];
    let counts = prop::collection::vec(count, 0..8);
    prop::collection::vec(counts, 0..12).prop_map(|rows| {
        (0..)
            .zip(&rows)
            .map(|(name, counts)| row(name, counts))
            .collect()
    })
}

/// What is hidden among siblings: how many cells, and persons.
fn hidden(all: impl Iterator<Item = u64>, shown: usize) -> (usize, u64) {
    let mut counts: Vec<u64> = all.filter(|count| *count > 0).collect();
    counts.sort_unstable();
    counts.truncate(counts.len() - shown);
    (counts.len(), counts.iter().sum())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn threat_5_nothing_under_ten_leaves_whatever_the_table(rows in any_rows()) {
        let figures = figures(rows.clone());
        let protected = protect(&figures);
        prop_assert_eq!(protected.total.is_none(), (1..10).contains(&figures.total));
        let cells = protected.rows.iter().flat_map(|row| {
            let exact = &rows[row.row as usize];
            let kinds = row.kinds.iter().map(|(kind, shown)| (exact.kinds[*kind as usize].1, *shown));
            kinds.chain([(exact.persons, row.persons)]).collect::<Vec<_>>()
        });
        for (exact, shown) in cells {
            prop_assert!(exact >= 10 && shown >= 10, "{exact} shown as {shown}");
            prop_assert!(shown % 5 == 0 && shown.abs_diff(exact) <= 2);
        }
    }

    #[test]
    fn threat_5_what_is_hidden_is_at_least_two_cells_and_ten_persons_or_nothing(rows in any_rows()) {
        let protected = protect(&figures(rows.clone()));
        for row in &protected.rows {
            let ExactRow { row: _, persons, kinds } = &rows[row.row as usize];
            let (cells, in_them) = hidden(kinds.iter().map(|(_, count)| *count), row.kinds.len());
            let is_enough = cells >= 2 && in_them >= 10;
            prop_assert!(cells == 0 || is_enough || row.kinds.is_empty(), "{row:?} of {persons}");
        }
        let (cells, in_them) = hidden(rows.iter().map(|row| row.persons), protected.rows.len());
        prop_assert!(cells == 0 || (cells >= 2 && in_them >= 10) || protected.rows.is_empty());
    }

    #[test]
    fn threat_5_no_kind_that_nearly_all_of_a_row_are_is_shown(rows in any_rows()) {
        for row in protect(&figures(rows.clone())).rows {
            let ExactRow { row: _, persons, kinds } = &rows[row.row as usize];
            let is_one_kind = kinds.iter().any(|(_, count)| count * 10 >= persons * 9);
            prop_assert!(!is_one_kind || row.kinds.is_empty());
        }
    }
}
