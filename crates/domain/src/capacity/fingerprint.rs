use super::{Breakdown, Counts, Forecast, Report, Wait};
use crate::Timestamp;

impl Report {
    /// Stands for the content: the same on every machine and in every version, whatever the order of the waits.
    ///
    /// 64-bit FNV-1a over the fields that are present, each after its number. A field that is added later changes
    /// nothing for reports without it. Numbers, here and of the enums, must never change.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.number(1, self.sequence);
        hash.moment(2, Some(self.observed_at));
        hash.moment(3, self.effective_at);
        hash.moment(4, self.valid_until);
        hash.number(5, Some(self.source_class as u64));
        hash.number(6, self.reporter_role.map(|role| role as u64));
        if let Some(counts) = &self.counts {
            hash_counts(&mut hash, counts);
        }
        let mut waits: Vec<u64> = self.waits.iter().map(hash_of_wait).collect();
        waits.sort_unstable();
        waits.dedup();
        for wait in waits {
            hash.number(8, Some(wait));
        }
        hash.0
    }
}

fn hash_counts(hash: &mut Fnv, counts: &Counts) {
    hash.number(71, counts.licensed.map(u64::from));
    hash.number(72, counts.funded.map(u64::from));
    hash.number(73, Some(u64::from(counts.operational)));
    hash.number(74, Some(u64::from(counts.occupied)));
    hash.number(75, counts.on_leave.map(u64::from));
    hash.number(76, Some(u64::from(counts.available)));
    for blocked in &counts.blocked {
        hash.number(77, Some(blocked.reason as u64));
        hash.number(78, Some(u64::from(blocked.count)));
    }
    hash.number(79, counts.highest_token_counted);
    hash.number(80, counts.intake_status.map(|status| status as u64));
    if let Some(breakdown) = &counts.breakdown {
        hash_breakdown(hash, breakdown);
    }
    if let Some(forecast) = &counts.forecast {
        hash_forecast(hash, forecast);
    }
}

fn hash_breakdown(hash: &mut Fnv, breakdown: &Breakdown) {
    hash.number(81, breakdown.rooms_free_women.map(u64::from));
    hash.number(82, breakdown.rooms_free_men.map(u64::from));
    for (route, count) in &breakdown.funded_by_route {
        hash.number(83, Some(*route as u64));
        hash.number(84, Some(u64::from(*count)));
    }
}

fn hash_forecast(hash: &mut Fnv, forecast: &Forecast) {
    hash.number(85, forecast.additional_24h.map(u64::from));
    hash.number(86, forecast.additional_72h.map(u64::from));
    for moment in &forecast.expected_free_at {
        hash.moment(87, Some(*moment));
    }
    hash.number(88, forecast.reserve_7d.map(u64::from));
    for (step, count) in &forecast.ready_for_discharge {
        hash.number(89, Some(*step as u64));
        hash.number(90, Some(u64::from(*count)));
    }
}

fn hash_of_wait(wait: &Wait) -> u64 {
    let mut hash = Fnv::default();
    hash.text(
        1,
        wait.diagnosis_group
            .as_ref()
            .map(super::DiagnosisGroup::as_str),
    );
    for insurer in &wait.insurers {
        hash.text(2, Some(insurer.as_str()));
    }
    hash.number(3, wait.intake_wait_days.map(u64::from));
    hash.number(4, wait.treatment_wait_days.map(u64::from));
    hash.number(5, wait.realised_wait_days.map(u64::from));
    hash.number(6, wait.waiting_count.map(u64::from));
    hash.number(7, wait.over_norm_count.map(u64::from));
    hash.number(8, wait.method.map(|method| method as u64));
    hash.moment(9, wait.published_at);
    hash.moment(10, wait.read_at);
    for (since, count) in &wait.waiting_since {
        hash.number(11, Some(*since as u64));
        hash.number(12, Some(u64::from(*count)));
    }
    hash.0
}

/// FNV-1a, 64 bits. Not the standard library's hasher: that one may change with the compiler.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, field: u8, number: Option<u64>) {
        if let Some(number) = number {
            self.bytes(&[field]);
            self.bytes(&number.to_le_bytes());
        }
    }

    fn moment(&mut self, field: u8, moment: Option<Timestamp>) {
        if let Some(moment) = moment {
            self.bytes(&[field]);
            self.bytes(&moment.as_millis().to_le_bytes());
        }
    }

    fn text(&mut self, field: u8, text: Option<&str>) {
        if let Some(text) = text {
            // The length keeps two short texts apart from one long one.
            self.number(field, Some(text.len() as u64));
            self.bytes(text.as_bytes());
        }
    }
}
