//! Chances by age, read off from cases: the narrower group leans on the wider where it has seen little.
//!
//! Only `+ - * /`, which give the same on every machine.

use super::cases::{AGES, CELLS, KNOTS, last_knot, row};
use super::hours::{self, HOUR};
use crate::Timestamp;

/// A group's own cases weigh against the shape that all its cells agree on as if that rested on so many.
const KIND_LEANS: f64 = 4.0;
/// A group's own cases weigh against the wider group as if that had so many.
const LEANS: f64 = 20.0;
/// What a group shows as a whole weighs against the wider group as if that had so many losses, and so many kept.
const LEANS_AS_A_WHOLE: f64 = 6.0;
/// Before anything is known, a place goes in a day: as if one case had said so.
const FIRST_LOSS: (f64, f64) = (1.0, 24.0);
/// No place is certain, not even one that was counted just now: it is a quarter of an hour old.
const BEGINS: f64 = 0.25;
/// Chances are told to a thousandth; none is certain.
const CERTAIN: (f64, f64) = (0.001, 0.999);

/// Cases of one cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    pub(super) all: f64,
    pub(super) lost: f64,
}

pub(super) type Weights = [Weight; CELLS];

/// The chance that none is left, by number of free places and age.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    lost: [f64; CELLS],
    /// On how much each rests.
    weight: [f64; CELLS],
}

impl Curve {
    /// Returns the curve of the widest group: odds that grow with age, corrected where there are cases.
    pub(super) fn widest(weights: &Weights) -> Self {
        let (losses, kept_hours) = exposure(weights);
        let overall = (losses + FIRST_LOSS.0) / (kept_hours + FIRST_LOSS.1);
        let mut curve = Self {
            lost: [0.0; CELLS],
            weight: [0.0; CELLS],
        };
        for (row, weights) in weights.chunks(AGES).enumerate() {
            let start = row * AGES;
            let (losses, kept_hours) = exposure(weights);
            let rate = (losses + FIRST_LOSS.0) / (kept_hours + FIRST_LOSS.0 / overall);
            for (place, weight) in weights.iter().enumerate() {
                let odds = rate * hours_of(place);
                curve.settle(start + place, odds / (1.0 + odds), weight, KIND_LEANS);
            }
        }
        curve
    }

    /// Returns the curve of a group within this one: all odds are moved by what the group shows as a whole, then
    /// corrected where it has cases.
    pub(super) fn narrowed(&self, weights: &Weights) -> Self {
        let mut sums = (0.0, 0.0, 0.0);
        for (weight, expected) in weights.iter().zip(&self.lost) {
            sums.0 += weight.all;
            sums.1 += weight.lost;
            sums.2 += weight.all * expected;
        }
        let (all, lost, expected) = sums;
        let moved = ((lost + LEANS_AS_A_WHOLE) / (expected + LEANS_AS_A_WHOLE))
            * ((all - expected + LEANS_AS_A_WHOLE) / (all - lost + LEANS_AS_A_WHOLE));
        let mut curve = self.clone();
        for (cell, weight) in weights.iter().enumerate() {
            let before = self.lost[cell];
            let after = before * moved / (1.0 - before + before * moved);
            curve.settle(cell, after, weight, LEANS);
        }
        curve
    }

    fn settle(&mut self, cell: usize, before: f64, weight: &Weight, leans: f64) {
        self.lost[cell] = (weight.lost + leans * before) / (weight.all + leans);
        self.weight[cell] = weight.all + leans;
    }

    /// Returns the chance that a place is left: falls with age, without a jump.
    pub(super) fn chance(&self, free: u32, from: Timestamp, until: Timestamp) -> f64 {
        let rising = self.rising(row(free));
        let age = hours::between(from, until);
        let young = last_knot(age);
        let lost = match KNOTS.get(young + 1) {
            Some(next) => {
                let way = ((next - KNOTS[young]) * HOUR) as f64;
                let done = (age - KNOTS[young] * HOUR) as f64 / way;
                rising[young] + (rising[young + 1] - rising[young]) * done
            }
            None => rising[young],
        };
        let thousandths = ((1.0 - lost) * 1_000.0).round() / 1_000.0;
        thousandths.clamp(CERTAIN.0, CERTAIN.1)
    }

    /// Returns the chances of one row such that none falls: those that contradict each other meet in their mean.
    fn rising(&self, start: usize) -> [f64; AGES] {
        let mut level = [0.0; AGES];
        let mut weight = [0.0; AGES];
        let mut length = [0_usize; AGES];
        let mut blocks = 0;
        for cell in start..start + AGES {
            (level[blocks], weight[blocks], length[blocks]) =
                (self.lost[cell], self.weight[cell], 1);
            blocks += 1;
            while blocks > 1 && level[blocks - 2] > level[blocks - 1] {
                let (into, from) = (blocks - 2, blocks - 1);
                let sum = weight[into] + weight[from];
                level[into] = (level[into] * weight[into] + level[from] * weight[from]) / sum;
                weight[into] = sum;
                length[into] += length[from];
                blocks -= 1;
            }
        }
        let mut rising = [0.0; AGES];
        let mut place = 0;
        for block in 0..blocks {
            for _ in 0..length[block] {
                rising[place] = level[block];
                place += 1;
            }
        }
        rising
    }
}

/// Losses, and hours that the kept ones lasted.
fn exposure(weights: &[Weight]) -> (f64, f64) {
    let places = (0..AGES).cycle();
    let weights = weights.iter().zip(places);
    weights.fold((0.0, 0.0), |(losses, kept_hours), (weight, place)| {
        let kept = weight.all - weight.lost;
        (losses + weight.lost, kept_hours + kept * hours_of(place))
    })
}

/// How old a case of a row's place is, about.
fn hours_of(place: usize) -> f64 {
    KNOTS[place] as f64 + BEGINS
}
