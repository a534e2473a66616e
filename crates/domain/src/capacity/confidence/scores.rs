const DECILES: usize = 10;

/// What was promised beside what was found, and how good the promises were; lower scores are better.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    deciles: [Decile; DECILES],
    kept: u64,
    brier_sum: f64,
    log_sum: f64,
    one_rate_brier_sum: f64,
}

/// The cases whose promise lay in one tenth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decile {
    /// How many.
    pub cases: u64,
    /// In how many a place was left.
    pub kept: u64,
    promised_sum: f64,
}

impl Decile {
    /// Returns the mean of what was promised; none without cases.
    pub fn promised(&self) -> Option<f64> {
        share(self.promised_sum, self.cases)
    }

    /// Returns the share in which a place was left; none without cases.
    pub fn found(&self) -> Option<f64> {
        share(self.kept as f64, self.cases)
    }
}

impl Scores {
    /// Takes in one promise, a chance above 0 and below 1, and what was found.
    pub fn add(&mut self, chance: f64, kept: bool) {
        let cases = self.cases();
        // One rate for all, from what came before: as if one had been kept and one lost at first.
        let one_rate = (self.kept as f64 + 1.0) / (cases as f64 + 2.0);
        self.one_rate_brier_sum += squared_error(one_rate, kept);
        self.brier_sum += squared_error(chance, kept);
        self.log_sum -= if kept { chance } else { 1.0 - chance }.ln();
        self.kept += u64::from(kept);

        let decile = &mut self.deciles[((chance * DECILES as f64) as usize).min(DECILES - 1)];
        decile.cases += 1;
        decile.kept += u64::from(kept);
        decile.promised_sum += chance;
    }

    /// Returns the cases by what was promised, from the lowest tenth to the highest.
    pub fn deciles(&self) -> &[Decile] {
        &self.deciles
    }

    /// Returns how many there were.
    pub fn cases(&self) -> u64 {
        self.deciles.iter().map(|decile| decile.cases).sum()
    }

    /// Returns the mean squared difference between promise and finding (Brier); none without cases.
    pub fn brier(&self) -> Option<f64> {
        share(self.brier_sum, self.cases())
    }

    /// Returns the mean of minus the logarithm of what was promised to what was found; none without cases.
    pub fn log_score(&self) -> Option<f64> {
        share(self.log_sum, self.cases())
    }

    /// Returns the Brier score of who always promises 1.
    pub fn brier_of_always_one(&self) -> Option<f64> {
        share((self.cases() - self.kept) as f64, self.cases())
    }

    /// Returns the Brier score of who promises every time what share was found so far, whatever is asked.
    pub fn brier_of_one_rate(&self) -> Option<f64> {
        share(self.one_rate_brier_sum, self.cases())
    }
}

fn squared_error(chance: f64, kept: bool) -> f64 {
    let found = f64::from(u8::from(kept));
    (chance - found) * (chance - found)
}

fn share(sum: f64, cases: u64) -> Option<f64> {
    (cases > 0).then(|| sum / cases as f64)
}
