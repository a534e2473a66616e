//! How long what is known about an entry is kept.

use super::{Listed, SpellEnd};
use crate::Day;

/// What is closed is kept for so many days: withdrawn, or the year of aftercare over.
pub const KEPT_AFTER_CLOSING_DAYS: i32 = 90;
/// What nobody closes is kept for less than so many months after the last word about it.
pub const KEPT_AT_MOST_MONTHS: i32 = 25;

impl Listed {
    /// Returns the last day on which the entry is kept.
    pub fn kept_until(&self) -> Day {
        let month = self.last_word_on().month().plus(KEPT_AT_MOST_MONTHS);
        let at_most = month.first_day().plus(-1);
        let closed_on = self.spell.end.map(|end| match end {
            SpellEnd::Withdrawn(withdrawal) => withdrawal.on,
            SpellEnd::Ended {
                ended_on,
                outflow: _,
            } => ended_on.a_year_later(),
        });
        closed_on.map_or(at_most, |day| {
            day.plus(KEPT_AFTER_CLOSING_DAYS).min(at_most)
        })
    }

    /// Who is reaffirmed, or goes a step further, is still somebody's concern.
    fn last_word_on(&self) -> Day {
        let spell = &self.spell;
        let steps = [
            Some(spell.waiting_since),
            spell.intake_held_on,
            spell.treatment_started_on,
            spell.end.map(SpellEnd::on),
        ];
        steps
            .into_iter()
            .flatten()
            .fold(self.reaffirmed_on, Day::max)
    }
}
