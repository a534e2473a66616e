//! Priority categories that a region has agreed, each with its next step.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::table::rows;

/// A priority category.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct PriorityCategory {
    /// The region that agreed it; `*`: every region that has agreed none of its own.
    pub region: String,
    /// The code; means the same wherever it is used.
    pub code: String,
    /// 1 comes first.
    pub rank: u8,
    /// Name on screens.
    pub name_nl: String,
    /// Name in documents.
    pub name_en: String,
    /// What is to be done, as a word.
    pub next_step: String,
    /// Within so many days it is to be done.
    pub within_days: u32,
    /// Stands for an entry of which nobody has said how urgent it is.
    pub is_default: bool,
}

const EVERY_REGION: &str = "*";

static CATEGORIES: LazyLock<Vec<PriorityCategory>> =
    LazyLock::new(|| rows(include_str!("../data/priority-categories.csv")));

/// Returns the categories of a region, first things first: its own, or those for every region.
pub fn priority_categories(region: &str) -> Vec<&'static PriorityCategory> {
    let of = |region: &str| -> Vec<&'static PriorityCategory> {
        let of_region = CATEGORIES
            .iter()
            .filter(|category| category.region == region);
        of_region.collect()
    };
    let mut categories = of(region);
    if categories.is_empty() {
        categories = of(EVERY_REGION);
    }
    categories.sort_by_key(|category| category.rank);
    categories
}

/// Returns the rank of an entry of which nobody has said how urgent it is.
pub fn default_priority_rank() -> u8 {
    let default = CATEGORIES.iter().find(|category| category.is_default);
    default.map_or(u8::MAX, |category| category.rank)
}

/// Returns the category with this code.
pub fn priority_category(code: &str) -> Option<&'static PriorityCategory> {
    CATEGORIES.iter().find(|category| category.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_without_categories_of_its_own_has_those_for_all() {
        let codes: Vec<&str> = priority_categories("ZK06")
            .iter()
            .map(|category| &*category.code)
            .collect();
        assert_eq!(
            codes,
            ["unsafe-to-wait", "getting-worse", "regular", "bridged"]
        );
    }

    #[test]
    fn an_entry_without_a_category_ranks_with_the_regular_ones() {
        let regular = priority_category("regular").map(|category| category.rank);
        assert_eq!(Some(default_priority_rank()), regular);
    }

    #[test]
    fn every_row_of_the_table_was_read_and_a_code_means_one_thing() {
        assert_eq!(CATEGORIES.len(), 4);
        for category in CATEGORIES.iter() {
            let same = CATEGORIES
                .iter()
                .filter(|other| other.code == category.code);
            assert!(same.clone().all(|other| other.rank == category.rank));
            assert!(category.within_days > 0 && !category.next_step.is_empty());
        }
    }
}
