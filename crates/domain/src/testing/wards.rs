//! Invented wards that fill and empty, and what they report: the same at every run.

use crate::Timestamp;
use crate::capacity::CareType;

/// Monday 4 August 2025, 00:00 in Dutch summer time.
const BEGIN: i64 = 1_754_258_400_000;
const STEP_MILLIS: i64 = 15 * 60_000;
const STEPS_PER_HOUR: i64 = 4;
const HOURS_PER_DAY: i64 = 24;
const MILLION: u64 = 1_000_000;

/// One invented unit.
#[derive(Clone, Copy, Debug)]
pub struct Ward {
    /// From 0 on.
    pub number: u32,
    /// Whose it is, from 0 on: eight units each.
    pub provider: u32,
    /// What it gives: each is given by wards of several habits.
    pub care_type: CareType,
    habit: Habit,
    places: u32,
    /// How lively, in hundredths.
    pace: u64,
    /// How many leave for a hundred that would come: the fewer, the fuller.
    leaving: u64,
}

/// What a ward reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WardReport {
    /// Whose report it is.
    pub ward: u32,
    /// When it was counted.
    pub observed_at: Timestamp,
    /// How many were free.
    pub available: u32,
}

/// How a ward lives, and when it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Full most of the time; reports at each change of shift.
    Busy,
    /// Room most of the time; reports every morning.
    Calm,
    /// Empties in the morning, fills in the evening, rests at the weekend; reports every three hours.
    ByDayAndNight,
    /// Reports once in one to two days.
    RarelyReporting,
    /// Reports every six hours, and for weeks not at all.
    FallingSilent,
    /// Reports whatever changes within the hour, and else every six hours.
    ReportingChanges,
}

const HABITS: [Habit; 6] = [
    Habit::Busy,
    Habit::Calm,
    Habit::ByDayAndNight,
    Habit::RarelyReporting,
    Habit::FallingSilent,
    Habit::ReportingChanges,
];
const CARE_TYPES: [CareType; 4] = [
    CareType::Specialised,
    CareType::Basic,
    CareType::ShelteredHousing,
    CareType::Combined,
];

/// Returns so many wards.
pub fn wards(count: u32) -> Vec<Ward> {
    let mut random = Random(2);
    let ward = |number: u32| Ward {
        number,
        provider: number / 8,
        care_type: CARE_TYPES[(number / 2) as usize % CARE_TYPES.len()],
        habit: HABITS[random.below(HABITS.len() as u64) as usize],
        places: 6 + random.below(30) as u32,
        pace: 40 + random.below(200),
        leaving: 35 + random.below(60),
    };
    (0..count).map(ward).collect()
}

/// Returns what these wards reported in so many days, in the order of time.
pub fn reports(wards: &[Ward], days: u32) -> Vec<WardReport> {
    let mut reports: Vec<WardReport> = wards.iter().flat_map(|ward| ward.reports(days)).collect();
    reports.sort_by_key(|report| (report.observed_at, report.ward));
    reports
}

impl Ward {
    fn reports(&self, days: u32) -> Vec<WardReport> {
        let mut random = Random(u64::from(self.number) + 1_000);
        let mut free = self.places / 10;
        let mut told = free;
        let mut next = random.below(24) as i64 * STEPS_PER_HOUR;
        let mut silent_until = 0;
        let mut reports = Vec::new();
        for step in 0..i64::from(days) * HOURS_PER_DAY * STEPS_PER_HOUR {
            let (leaves, comes) = self.per_million(step);
            if random.happens(leaves) {
                free = (free + 1).min(self.places);
            }
            if random.happens(comes) {
                free = free.saturating_sub(1);
            }
            let changed = self.habit == Habit::ReportingChanges && free != told;
            let due = step >= next || (changed && random.happens(400_000));
            if !due || step < silent_until {
                continue;
            }
            if self.habit == Habit::FallingSilent && random.happens(15_000) {
                silent_until =
                    step + (7 + random.below(14) as i64) * HOURS_PER_DAY * STEPS_PER_HOUR;
            }
            next = step + self.pause(step, &mut random);
            told = free;
            reports.push(WardReport {
                ward: self.number,
                // Nobody counts on the stroke.
                observed_at: Timestamp::from_millis(
                    BEGIN + step * STEP_MILLIS + random.below(840_000) as i64,
                ),
                available: free,
            });
        }
        reports
    }

    /// Chances in a million, within a quarter of an hour: that one who is there leaves, that somebody comes.
    fn per_million(&self, step: i64) -> (u64, u64) {
        let hour = step / STEPS_PER_HOUR % HOURS_PER_DAY;
        let is_weekend = step / STEPS_PER_HOUR / HOURS_PER_DAY % 7 >= 5;
        let by_day = (8..21).contains(&hour);
        let comes = match self.habit {
            Habit::Busy => 60_000,
            Habit::Calm => 5_000,
            Habit::ByDayAndNight => 30_000,
            Habit::RarelyReporting => 12_000,
            Habit::FallingSilent => 15_000,
            Habit::ReportingChanges => 20_000,
        };
        let (leaving, coming) = match (by_day, is_weekend) {
            // In the morning people leave, in the evening they come.
            (true, false) if self.habit == Habit::ByDayAndNight && hour < 13 => (250, 50),
            (true, false) if self.habit == Habit::ByDayAndNight => (20, 130),
            (true, false) => (100, 100),
            (true, true) => (30, 50),
            (false, false) => (15, 30),
            (false, true) => (10, 25),
        };
        let pace = comes * self.pace / 100;
        (
            pace * self.leaving / 100 * leaving / 100,
            pace * coming / 100,
        )
    }

    /// Steps until the next report.
    fn pause(&self, step: i64, random: &mut Random) -> i64 {
        let hour = step / STEPS_PER_HOUR % HOURS_PER_DAY;
        let until = |wanted: i64| (wanted - hour - 1).rem_euclid(HOURS_PER_DAY) + 1;
        let hours = match self.habit {
            Habit::Busy => until(7).min(until(15)).min(until(22)),
            Habit::Calm => until(9),
            Habit::ByDayAndNight => 3,
            Habit::RarelyReporting => 24 + random.below(24) as i64,
            Habit::FallingSilent | Habit::ReportingChanges => 6,
        };
        hours * STEPS_PER_HOUR + random.below(3) as i64
    }
}

/// Numbers that look random and are the same at every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % bound
    }

    fn happens(&mut self, in_a_million: u64) -> bool {
        self.below(MILLION) < in_a_million
    }
}
