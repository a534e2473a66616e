//! A series as a hospital's own system might give it, made in another way than what the estimate was tuned on: people
//! come with the hour, the weekday and the season, and stay as long as such stays last (log-normal).

const HOURS_PER_DAY: u32 = 24;
/// Sunday 1 June 2025, 00:00 UTC.
const BEGIN_SECONDS: i64 = 1_748_736_000;

/// Returns the series of so many wards and days as CSV, in the order of time.
pub(super) fn series(wards: u32, days: u32) -> String {
    let mut rows = Vec::new();
    for number in 0..wards {
        Ward::new(number).live(days, &mut rows);
    }
    rows.sort();
    let mut text = "reported_at,unit,available\n".to_owned();
    for (seconds, unit, available) in rows {
        let moment = jiff::Timestamp::from_second(seconds).unwrap();
        text.push_str(&format!("{moment},{unit},{available}\n"));
    }
    text
}

struct Ward {
    number: u32,
    random: Random,
    beds: usize,
    median_days: f64,
    /// How many people a day would come.
    coming: f64,
    /// Hours of the day at which it counts.
    counts_at: &'static [u32],
    /// What is left of each stay, in hours.
    stays: Vec<f64>,
}

impl Ward {
    fn new(number: u32) -> Self {
        let mut random = Random(u64::from(number) + 77);
        let beds = 8 + (random.share() * 24.0) as usize;
        let median_days = [2.0, 6.0, 15.0, 40.0][number as usize % 4];
        // The mean of a log-normal stay is longer than its median.
        let mean_days = median_days * (SPREAD * SPREAD / 2.0).exp();
        let wanted = 0.75 + random.share() * 0.35;
        let counts_at: [&[u32]; 3] = [&[7], &[7, 15, 22], &[6, 9, 12, 15, 18, 21]];
        let mut ward = Self {
            number,
            beds,
            median_days,
            coming: beds as f64 * wanted / mean_days,
            counts_at: counts_at[number as usize % 3],
            stays: Vec::new(),
            random,
        };
        for _ in 0..beds * 4 / 5 {
            let stay = ward.stay() * ward.random.share();
            ward.stays.push(stay);
        }
        ward
    }

    fn live(&mut self, days: u32, rows: &mut Vec<(i64, String, usize)>) {
        for hour in 0..days * HOURS_PER_DAY {
            let (day, of_day) = (hour / HOURS_PER_DAY, hour % HOURS_PER_DAY);
            // People leave by day.
            if (9..18).contains(&of_day) {
                self.stays.retain(|left| *left > 0.0);
            }
            self.stays.iter_mut().for_each(|left| *left -= 1.0);
            let by_hour = if (8..23).contains(&of_day) {
                1.35
            } else {
                0.42
            };
            let by_weekday = if day % 7 == 0 || day % 7 == 6 {
                0.6
            } else {
                1.16
            };
            let by_season = 1.0 + 0.15 * (f64::from(day) / 58.0).sin();
            let chance = self.coming / 24.0 * by_hour * by_weekday * by_season;
            if self.random.share() < chance && self.stays.len() < self.beds {
                let stay = self.stay();
                self.stays.push(stay);
            }
            // Now and then nobody counts.
            if self.counts_at.contains(&of_day) && self.random.share() < 0.93 {
                let late = (self.random.share() * 2_400.0) as i64;
                let seconds = BEGIN_SECONDS + i64::from(hour) * 3_600 + late;
                let free = self.beds - self.stays.len();
                rows.push((seconds, format!("ward {}", self.number), free));
            }
        }
    }

    fn stay(&mut self) -> f64 {
        // Twelve shares make nearly a normal number.
        let normal = (0..12).map(|_| self.random.share()).sum::<f64>() - 6.0;
        self.median_days * 24.0 * (SPREAD * normal).exp()
    }
}

const SPREAD: f64 = 0.9;

/// Numbers that look random and are the same at every run (SplitMix64).
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) as f64 / u64::MAX as f64
    }
}
