/// Picks numbers below a bound, the first by far the most often: Zipf's law.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    /// Up to each number, the share of all picks.
    up_to: Vec<f64>,
    state: u64,
}

impl Zipf {
    /// Numbers below `bound`, the nth picked in proportion to n to the power of minus `skew`.
    pub(crate) fn new(bound: u32, skew: f64) -> Self {
        let mut total = 0.0;
        let mut up_to: Vec<f64> = (1..=bound)
            .map(|rank| {
                total += f64::from(rank).powf(-skew);
                total
            })
            .collect();
        up_to.iter_mut().for_each(|share| *share /= total);
        Self { up_to, state: 0 }
    }

    /// The same law, other numbers.
    pub(crate) fn seeded(&self, seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            ..self.clone()
        }
    }

    pub(crate) fn next(&mut self) -> usize {
        let share = self.uniform();
        let index = self.up_to.partition_point(|up_to| *up_to < share);
        index.min(self.up_to.len().saturating_sub(1))
    }

    /// Returns a number from 0 to 1 (xorshift64*).
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are as many as there are"
    )]
    fn uniform(&mut self) -> f64 {
        self.state = self.state.max(1);
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_picked_as_often_as_the_law_says() {
        let mut zipf = Zipf::new(5_000, 1.2).seeded(7);
        let mut counts = vec![0_u32; 5_000];
        for _ in 0..100_000 {
            counts[zipf.next()] += 1;
        }
        // 1 / Σ n^-1.2 for n up to 5,000 is 0.213.
        assert!((20_500..22_500).contains(&counts[0]), "{}", counts[0]);
        assert!(counts[0] > counts[1] && counts[1] > counts[9]);
    }
}
