/// Numbers that look random and are the same at every start (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Numbers of one thing among many, without going through those before it.
    pub(crate) const fn about(seed: u64, thing: u64) -> Self {
        Self(mixed(
            seed ^ mixed(thing.wrapping_add(0x9e37_79b9_7f4a_7c15)),
        ))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// Returns a number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: u32, most: u32) -> u32 {
        let width = u64::from(most.saturating_sub(least)) + 1;
        // The remainder is below `width`, so it fits.
        least + u32::try_from(self.next() % width).unwrap_or(0)
    }

    /// Returns true in so many cases of a hundred.
    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.between(1, 100) <= chance
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = u32::try_from(items.len().checked_sub(1)?).ok()?;
        items.get(self.between(0, last) as usize)
    }

    /// Picks an item by its weight; none if there is none with a weight.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [(u32, T)]) -> Option<&'a T> {
        let total: u32 = items.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(0, total.checked_sub(1)?);
        items.iter().find_map(|(weight, item)| {
            let below = left.checked_sub(*weight);
            left = below.unwrap_or_default();
            below.is_none().then_some(item)
        })
    }
}

const fn mixed(number: u64) -> u64 {
    let mut bits = number;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_within_the_bounds() {
        let (mut one, mut other) = (Random::new(7), Random::new(7));
        let mut seen = [false; 4];
        for _ in 0..1_000 {
            let number = one.between(3, 6);
            assert_eq!(number, other.between(3, 6));
            seen[(number - 3) as usize] = true;
        }
        assert_eq!(seen, [true; 4]);
    }

    #[test]
    fn each_thing_has_numbers_of_its_own() {
        let first = |thing| Random::about(7, thing).next();
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn an_item_is_picked_as_often_as_its_weight_says() {
        let mut random = Random::new(7);
        let items = [(1, 'a'), (0, 'b'), (3, 'c')];
        let picked: Vec<char> = (0..4_000)
            .filter_map(|_| random.weighted(&items).copied())
            .collect();
        let count = |item| picked.iter().filter(|picked| **picked == item).count();
        assert_eq!((picked.len(), count('b')), (4_000, 0));
        assert!((900..1_100).contains(&count('a')), "{}", count('a'));
        assert_eq!(random.weighted::<char>(&[]), None);
    }
}
