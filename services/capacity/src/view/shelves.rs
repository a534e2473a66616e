//! The facts of all offerings, those of one municipality side by side: a search reads them in one go.

use super::RowNumber;
use super::facts::Facts;
use super::places::Places;

/// Where an offering's facts are: which shelf, which place on it.
type Seat = (usize, usize);

/// Facts by municipality; those of nowhere in particular are on the first shelf.
#[derive(Default)]
pub(crate) struct Shelves {
    shelves: Vec<Vec<(RowNumber, Facts)>>,
    seats: Vec<Option<Seat>>,
}

impl Shelves {
    /// An offering's facts; none before it is published.
    pub(crate) fn get(&self, number: RowNumber) -> Option<&Facts> {
        let (shelf, place) = (*self.seats.get(number as usize)?)?;
        self.shelves.get(shelf)?.get(place).map(|(_, facts)| facts)
    }

    /// Puts an offering's facts where they belong.
    pub(crate) fn set(&mut self, number: RowNumber, facts: Option<Facts>) {
        let index = number as usize;
        if self.seats.len() <= index {
            self.seats.resize(index + 1, None);
        }
        let wanted = facts.as_ref().map(shelf_of);
        match (self.seats[index], facts) {
            (Some((shelf, place)), Some(facts)) if wanted == Some(shelf) => {
                self.shelves[shelf][place].1 = facts;
            }
            (seat, facts) => {
                if let Some(seat) = seat {
                    self.remove(seat);
                }
                self.seats[index] = facts.map(|facts| self.add(number, facts));
            }
        }
    }

    /// The facts of the offerings in these municipalities.
    pub(crate) fn within(&self, places: &Places) -> impl Iterator<Item = &(RowNumber, Facts)> {
        places
            .numbers()
            .filter_map(|number| self.shelves.get(number + 1))
            .flatten()
    }

    /// All facts.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(RowNumber, Facts)> {
        self.shelves.iter().flatten()
    }

    fn add(&mut self, number: RowNumber, facts: Facts) -> Seat {
        let shelf = shelf_of(&facts);
        if self.shelves.len() <= shelf {
            self.shelves.resize_with(shelf + 1, Vec::new);
        }
        self.shelves[shelf].push((number, facts));
        (shelf, self.shelves[shelf].len() - 1)
    }

    fn remove(&mut self, (shelf, place): Seat) {
        self.shelves[shelf].swap_remove(place);
        // The last one took its place.
        if let Some((moved, _)) = self.shelves[shelf].get(place) {
            self.seats[*moved as usize] = Some((shelf, place));
        }
    }
}

fn shelf_of(facts: &Facts) -> usize {
    facts.place.map_or(0, |place| place.number() + 1)
}
