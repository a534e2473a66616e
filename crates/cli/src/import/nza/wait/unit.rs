//! Units of time.

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    WorkingDay,
    Week,
    Month,
    Year,
}

impl Unit {
    /// Words for it; a longer one may miss or mistake one letter.
    const WORDS: [(&'static str, Self); 25] = [
        ("d", Self::Day),
        ("dag", Self::Day),
        ("dgn", Self::Day),
        ("dagen", Self::Day),
        ("kalenderdag", Self::Day),
        ("kalenderdagen", Self::Day),
        ("werkdag", Self::WorkingDay),
        ("werkdagen", Self::WorkingDay),
        ("w", Self::Week),
        ("wk", Self::Week),
        ("wkn", Self::Week),
        ("week", Self::Week),
        ("weken", Self::Week),
        ("kalenderweken", Self::Week),
        ("mnd", Self::Month),
        ("mnden", Self::Month),
        ("mnds", Self::Month),
        ("maand", Self::Month),
        ("maanden", Self::Month),
        ("kalendermaanden", Self::Month),
        ("jr", Self::Year),
        ("jaar", Self::Year),
        ("jaren", Self::Year),
        ("weekjes", Self::Week),
        ("maandjes", Self::Month),
    ];

    /// Returns the unit that a word stands for.
    pub(super) fn of(word: &str) -> Option<Self> {
        let exactly = Self::WORDS.iter().find(|(known, _)| *known == word);
        let nearly = || {
            let candidates = Self::WORDS
                .iter()
                .filter(|(known, _)| known.len() >= 4 && is_one_letter_off(known, word));
            let mut units: Vec<Self> = candidates.map(|(_, unit)| *unit).collect();
            units.dedup();
            // "weer" and "maar" are words of their own.
            let own = matches!(word, "weer" | "maar" | "waar" | "daar" | "raar");
            (units.len() == 1 && !own)
                .then(|| units.first().copied())
                .flatten()
        };
        exactly.map(|(_, unit)| *unit).or_else(nearly)
    }

    /// Returns so many hundredths of it in days: the length itself, rounded up; the shortest and the longest it may be.
    pub(super) fn days(self, hundredths: u32) -> Option<(u32, u32, u32)> {
        let up = |day_parts: u64, parts: u64| -> Option<u32> {
            u32::try_from((u64::from(hundredths) * day_parts).div_ceil(100 * parts)).ok()
        };
        let down = |days: u64| u32::try_from(u64::from(hundredths) * days / 100).ok();
        Some(match self {
            Self::Day => (up(1, 1)?, down(1)?, up(1, 1)?),
            // Five in a week, and the weekends that lie between.
            Self::WorkingDay => (up(7, 5)?, down(1)?, up(7, 5)?.checked_add(2)?),
            Self::Week => (up(7, 1)?, down(7)?, up(7, 1)?),
            Self::Month => (up(304_375, 10_000)?, down(28)?, up(31, 1)?),
            Self::Year => (up(36_525, 100)?, down(364)?, up(366, 1)?),
        })
    }
}

/// One letter missing, added or mistaken; the first is right.
fn is_one_letter_off(known: &str, word: &str) -> bool {
    let (known, word) = (known.as_bytes(), word.as_bytes());
    let same_start = known
        .iter()
        .zip(word)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = |letters: &[u8], skip: usize| {
        letters
            .get(same_start + skip..)
            .unwrap_or_default()
            .to_vec()
    };
    same_start >= 1
        && word.len() >= 3
        && match known.len().abs_diff(word.len()) {
            0 => rest(known, 1) == rest(word, 1),
            1 if known.len() > word.len() => rest(known, 1) == rest(word, 0),
            1 => rest(known, 0) == rest(word, 1),
            _ => false,
        }
}
