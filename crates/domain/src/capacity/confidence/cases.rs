use super::hours::{self, HOUR};
use crate::Timestamp;

/// Ages in hours that count at which cases are gathered; a case between two of them is shared out.
pub(super) const KNOTS: [i64; AGES] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];
pub(super) const AGES: usize = 10;
/// How many were free: one, two, three to five, more.
pub(super) const FREE: usize = 4;
pub(super) const CELLS: usize = AGES * FREE;
/// A case is shared out in eighths.
pub(super) const SHARES: u16 = 8;
/// A unit with more than a thousand cases forgets half of each cell: what it did lately counts more, and nothing
/// overflows.
const MOST_SHARES: u32 = 1_000 * SHARES as u32;

/// What became of a unit's free places: how many cases there were, and in how many one was left.
///
/// By how many were free and by age; whole numbers, so that every node comes to the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cases([CaseCell; CELLS]);

/// The cases of about one age and number of free places, in eighths of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseCell {
    /// All of them.
    pub all: u16,
    /// Those in which a place was left.
    pub kept: u16,
}

/// A unit that had places free counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::capacity) struct Case {
    /// How many were free; never none.
    pub(in crate::capacity) free: u32,
    /// When that was counted.
    pub(in crate::capacity) from: Timestamp,
    /// When it was counted again.
    pub(in crate::capacity) until: Timestamp,
    /// Whether one was left then.
    pub(in crate::capacity) kept: bool,
}

impl Default for Cases {
    fn default() -> Self {
        Self([CaseCell::default(); CELLS])
    }
}

impl Cases {
    /// Returns the cells that hold anything, each with its number.
    pub fn cells(&self) -> impl Iterator<Item = (usize, CaseCell)> + '_ {
        let cells = self.0.iter().copied().enumerate();
        cells.filter(|(_, cell)| cell.all > 0)
    }

    /// Returns what a snapshot kept; none if it is not what [`Self::cells`] gave.
    pub fn from_cells(cells: impl IntoIterator<Item = (usize, CaseCell)>) -> Option<Self> {
        let mut cases = Self::default();
        for (number, cell) in cells {
            let fits = cell.kept <= cell.all && u32::from(cell.all) <= MOST_SHARES;
            *cases.0.get_mut(number).filter(|_| fits)? = cell;
        }
        Some(cases)
    }

    /// Adds one more.
    pub(in crate::capacity) fn learn(&mut self, case: &Case) {
        let (row, (young, old_shares)) = (row(case.free), shared(case.from, case.until));
        self.add(row + young, SHARES - old_shares, case.kept);
        if old_shares > 0 {
            self.add(row + young + 1, old_shares, case.kept);
        }
        let all: u32 = self.0.iter().map(|cell| u32::from(cell.all)).sum();
        if all > MOST_SHARES {
            for cell in &mut self.0 {
                cell.all /= 2;
                cell.kept /= 2;
            }
        }
    }

    fn add(&mut self, number: usize, shares: u16, kept: bool) {
        let cell = &mut self.0[number];
        cell.all += shares;
        cell.kept += if kept { shares } else { 0 };
    }
}

/// Returns the number of the first cell for so many free places.
pub(super) fn row(free: u32) -> usize {
    let place = match free {
        0 | 1 => 0,
        2 => 1,
        3..=5 => 2,
        6.. => 3,
    };
    place * AGES
}

/// Returns the last knot that an age has reached, and how many eighths of the way to the next it has come.
fn shared(from: Timestamp, until: Timestamp) -> (usize, u16) {
    let age = hours::between(from, until);
    let young = last_knot(age);
    let Some(next) = KNOTS.get(young + 1) else {
        return (young, 0);
    };
    let (way, done) = ((next - KNOTS[young]) * HOUR, age - KNOTS[young] * HOUR);
    let shares = (done * i64::from(SHARES) + way / 2) / way;
    (young, u16::try_from(shares).unwrap_or(SHARES))
}

/// Returns the last knot that an age has reached.
pub(super) fn last_knot(age: i64) -> usize {
    KNOTS.partition_point(|knot| knot * HOUR <= age).max(1) - 1
}
