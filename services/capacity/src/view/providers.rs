//! Providers by number, and whose offering is whose.

use std::collections::HashMap;

use domain::capacity::ProviderId;

use super::RowNumber;

/// A provider's number in this process.
pub(crate) type ProviderNumber = u32;

/// All providers that ever offered anything.
#[derive(Default)]
pub(crate) struct Providers {
    numbers: HashMap<ProviderId, ProviderNumber>,
    ids: Vec<ProviderId>,
    /// The offerings of each.
    rows: Vec<Vec<RowNumber>>,
}

impl Providers {
    /// The provider's number, if it ever offered anything.
    pub(crate) fn find(&self, id: &ProviderId) -> Option<ProviderNumber> {
        self.numbers.get(id).copied()
    }

    /// The provider's number; one that is new gets the next.
    pub(crate) fn number_of(&mut self, id: &ProviderId) -> ProviderNumber {
        if let Some(number) = self.find(id) {
            return number;
        }
        let number = ProviderNumber::try_from(self.rows.len()).unwrap_or(ProviderNumber::MAX);
        self.numbers.insert(id.clone(), number);
        self.ids.push(id.clone());
        self.rows.push(Vec::new());
        number
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.ids.len()
    }

    /// Who has this number.
    pub(crate) fn id(&self, number: ProviderNumber) -> Option<&ProviderId> {
        self.ids.get(number as usize)
    }

    /// The offerings of one.
    pub(crate) fn rows(&self, id: &ProviderId) -> &[RowNumber] {
        let rows = self
            .find(id)
            .and_then(|number| self.rows.get(number as usize));
        rows.map_or(&[], Vec::as_slice)
    }

    /// Notes that an offering is another's from now on.
    pub(crate) fn move_row(
        &mut self,
        row: RowNumber,
        from: Option<ProviderNumber>,
        to: Option<ProviderNumber>,
    ) {
        if let Some(rows) = from.and_then(|from| self.rows.get_mut(from as usize)) {
            rows.retain(|other| *other != row);
        }
        if let Some(rows) = to.and_then(|to| self.rows.get_mut(to as usize)) {
            rows.push(row);
        }
    }
}
