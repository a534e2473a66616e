use super::super::WaitBand;
use super::pages::Pages;
use super::row::Row;
use super::{Dimension, Value};

/// What there is to count, of everybody or of some. It stays as it is when the roll goes on.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) pages: Pages,
    /// By number.
    pub(super) values: Vec<Option<Value>>,
    /// Every key's number is smaller.
    pub(super) keys: usize,
}

impl Rows {
    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.pages.rows().next().is_none()
    }

    /// Leaves those of which one of the values is wanted. Bands of waiting are none: they depend on the day.
    #[must_use]
    pub fn with_value(self, is_wanted: impl Fn(&Value) -> bool) -> Self {
        let values = self.values.iter();
        let wanted: Vec<bool> = values
            .map(|value| value.as_ref().is_some_and(&is_wanted))
            .collect();
        self.only(|row| row.values.iter().any(|number| wanted[*number as usize]))
    }

    /// Leaves those of persons with a citizen number.
    #[must_use]
    pub fn with_number(self) -> Self {
        self.only(|row| row.person.is_some())
    }

    fn only(self, is_wanted: impl Fn(&Row) -> bool) -> Self {
        let rows = self.pages.rows().filter(|row| is_wanted(row));
        Self {
            pages: rows.cloned().collect(),
            ..self
        }
    }

    /// Returns the value of a dimension that a number stands for; none: nobody has it.
    pub(super) fn value(&self, dimension: Dimension, number: u32) -> Option<Value> {
        let place = number as usize;
        match dimension {
            Dimension::Provider
            | Dimension::DiagnosisGroup
            | Dimension::Municipality
            | Dimension::GpPractice
            | Dimension::Priority => self.values.get(place)?.clone(),
            Dimension::WaitBand => WaitBand::ALL.get(place).copied().map(Value::WaitBand),
        }
    }
}
