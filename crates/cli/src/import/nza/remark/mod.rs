//! What a remark says about admissions, closure and offer. What is none of these is a code, or nothing.

mod codes;
mod offer;
mod restriction;
mod stop;
#[cfg(test)]
mod tests;
mod verdict;

use proto::capacity::v1::{CareType, Circuit};

use super::text;
use crate::import::day::Day;

pub(super) use offer::Offer;
pub(super) use stop::{Stop, Stopped};

/// The row that a remark belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) care_type: CareType,
    pub(super) circuit: Circuit,
    /// Names of its location and place.
    pub(super) places: [&'a str; 2],
    /// What it is for, in the provider's words and in the regulator's.
    pub(super) groups: [&'a str; 2],
    /// When it was published; else when it was read.
    pub(super) written_on: Option<Day>,
    pub(super) today: Day,
}

/// What a remark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) offer: Offer,
    pub(super) stopped: Stopped,
    /// Known meanings besides, as codes.
    pub(super) codes: Vec<&'static str>,
}

/// Reads a remark. `figures_stop`: the row's figures say "stop", and the remark only says more about it.
pub(super) fn read(remark: &str, about: &About<'_>, figures_stop: bool) -> Remark {
    let tokens = text::tokens(remark);
    let clauses = text::clauses(&tokens);
    let stopped = stop::read(&clauses, about, figures_stop);
    // "Gesloten tot 1 mei" is a stop: a closed location does not open again.
    let says_stop = figures_stop && stop::read(&clauses, about, false) != Stopped::No;
    let offer = if says_stop || (!figures_stop && stopped != Stopped::No) {
        offer::unless_stopped(&clauses, about)
    } else {
        offer::read(&clauses, about)
    };
    let mut codes = codes::of(&clauses);
    if stopped == Stopped::Ended {
        codes.push("stop-ended");
    }
    if offer == Offer::ClosingAnnounced {
        codes.push("closing-announced");
    }
    Remark {
        offer,
        stopped,
        codes,
    }
}
