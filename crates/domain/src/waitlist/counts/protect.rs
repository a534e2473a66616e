//! What of a table about persons may be shown to those who may not see exact figures.
//!
//! Nothing under ten leaves, what leaves is rounded to five, and a row that is nearly all of one kind keeps its split to
//! itself. Whether hidden cells can be computed from several tables is for who publishes tables side by side.

/// Fewer persons than this are not shown.
pub const SMALLEST_SHOWN: u64 = 10;
const ROUNDED_TO: u64 = 5;
/// One kind of so many per cent of a row says too much about everybody in it.
const GROUP_PER_CENT: u64 = 90;

/// Persons in rows, each split by something sensitive, such as the diagnosis group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures<Row, Kind> {
    /// All persons.
    pub total: u64,
    /// A person may stand in several rows and kinds.
    pub rows: Vec<ExactRow<Row, Kind>>,
}

/// A row as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactRow<Row, Kind> {
    /// Which.
    pub row: Row,
    /// Its persons.
    pub persons: u64,
    /// Its split.
    pub kinds: Vec<(Kind, u64)>,
}

/// What may be shown. What is not there has fewer than ten persons, perhaps none, or would give such a cell away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected<Row, Kind> {
    /// All persons; none: fewer than ten. A zero is shown at this level only.
    pub total: Option<u64>,
    /// Rows that are shown. Rounded on their own: totals may differ.
    pub rows: Vec<ProtectedRow<Row, Kind>>,
}

/// A row that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedRow<Row, Kind> {
    /// Which.
    pub row: Row,
    /// Its persons.
    pub persons: u64,
    /// Its split; empty: none may be shown.
    pub kinds: Vec<(Kind, u64)>,
}

/// Returns what may be shown of a table.
pub fn protect<Row: Clone, Kind: Clone>(figures: &Figures<Row, Kind>) -> Protected<Row, Kind> {
    let persons: Vec<u64> = figures.rows.iter().map(|row| row.persons).collect();
    let rows = figures.rows.iter().zip(shown(&persons));
    Protected {
        total: match figures.total {
            0 => Some(0),
            1..SMALLEST_SHOWN => None,
            SMALLEST_SHOWN.. => Some(rounded(figures.total)),
        },
        rows: rows
            .filter(|(_, is_shown)| *is_shown)
            .map(|(exact, _)| ProtectedRow {
                row: exact.row.clone(),
                persons: rounded(exact.persons),
                kinds: protect_row(exact.persons, &exact.kinds),
            })
            .collect(),
    }
}

fn protect_row<Kind: Clone>(persons: u64, kinds: &[(Kind, u64)]) -> Vec<(Kind, u64)> {
    let counts: Vec<u64> = kinds.iter().map(|(_, count)| *count).collect();
    let is_nearly_all = |count: &u64| count * 100 >= persons * GROUP_PER_CENT;
    if counts.iter().any(is_nearly_all) {
        return vec![];
    }
    let kinds = kinds.iter().zip(shown(&counts));
    kinds
        .filter(|(_, is_shown)| *is_shown)
        .map(|((kind, count), _)| (kind.clone(), rounded(*count)))
        .collect()
}

/// Which counts may be shown: none under ten, and of the others so many are hidden too, the smallest first, that what is
/// hidden makes at least two cells and ten persons. Else the total would give it away.
fn shown(counts: &[u64]) -> Vec<bool> {
    let mut by_size: Vec<(u64, usize)> = counts.iter().copied().zip(0..).collect();
    by_size.sort_unstable();
    let mut shown = vec![false; counts.len()];
    let (mut hidden_cells, mut hidden_persons) = (0, 0);
    for (count, place) in by_size.into_iter().filter(|(count, _)| *count > 0) {
        let gives_away = hidden_cells == 1 || (1..SMALLEST_SHOWN).contains(&hidden_persons);
        if count < SMALLEST_SHOWN || gives_away {
            hidden_cells += 1;
            hidden_persons += count;
        } else {
            shown[place] = true;
        }
    }
    shown
}

fn rounded(count: u64) -> u64 {
    (count + ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO
}
