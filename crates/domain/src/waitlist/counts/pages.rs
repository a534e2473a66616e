use std::sync::Arc;

use super::row::Row;

/// Rows that are copied together when one of them changes while somebody counts.
const PAGE: usize = 512;

/// Rows one after another. A copy is cheap, and stays as it is: what changes afterwards is copied page by page.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    pages: Vec<Arc<Vec<Option<Row>>>>,
    free: Vec<u32>,
}

impl Pages {
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.pages.iter().flat_map(|page| page.iter().flatten())
    }

    /// Puts a row where there is room, and returns where that is.
    pub(super) fn add(&mut self, row: Row) -> u32 {
        if self.free.is_empty() {
            let next =
                (self.pages.len() * PAGE..).map(|place| u32::try_from(place).unwrap_or(u32::MAX));
            self.free.extend(next.take(PAGE));
            // The lowest place goes first: rows lie close together.
            self.free.reverse();
            self.pages.push(Arc::new(vec![None; PAGE]));
        }
        let place = self.free.pop().unwrap_or_default();
        *self.at(place) = Some(row);
        place
    }

    /// Puts a row in the place of another, which it returns.
    pub(super) fn replace(&mut self, place: u32, row: Row) -> Option<Row> {
        self.at(place).replace(row)
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, place: u32) -> Option<Row> {
        self.free.push(place);
        self.at(place).take()
    }

    fn at(&mut self, place: u32) -> &mut Option<Row> {
        let place = place as usize;
        &mut Arc::make_mut(&mut self.pages[place / PAGE])[place % PAGE]
    }
}

impl FromIterator<Row> for Pages {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        let mut pages = Self::default();
        for row in rows {
            pages.add(row);
        }
        pages
    }
}
