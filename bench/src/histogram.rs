use std::time::Duration;

use anyhow::{Context, ensure};

/// A histogram as Prometheus shows it: how many took at most so long.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    /// Upper bounds in seconds, and how many lie at or below.
    up_to: Vec<(f64, u64)>,
}

impl Histogram {
    /// Reads one from a page of metrics.
    pub(crate) fn parse(page: &str, name: &str) -> anyhow::Result<Self> {
        let head = format!("{name}_bucket{{");
        let mut up_to = Vec::new();
        for line in page.lines().filter(|line| line.starts_with(&head)) {
            let (_, rest) = line.split_once("le=\"").context("a bucket without bound")?;
            let (bound, rest) = rest.split_once('"').context("a bound without end")?;
            let count = rest.rsplit(' ').next().context("a bucket without count")?;
            up_to.push((bound.parse()?, count.parse()?));
        }
        ensure!(!up_to.is_empty(), "the page has no {name}");
        Ok(Self { up_to })
    }

    /// Returns what was added since an earlier one.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let earlier = before.up_to.iter().map(|(_, count)| *count);
        let pairs = self.up_to.iter().zip(earlier);
        Self {
            up_to: pairs
                .map(|((bound, now), before)| (*bound, now.saturating_sub(before)))
                .collect(),
        }
    }

    /// Returns the bounds between which so many of a hundred lie below the upper one.
    pub(crate) fn at(&self, percent: u64) -> (Duration, Duration) {
        let all = self.up_to.last().map_or(0, |(_, count)| *count);
        let wanted = (all * percent).div_ceil(100);
        let index = self.up_to.partition_point(|(_, count)| *count < wanted);
        let bound = |index: usize| {
            let bound = self
                .up_to
                .get(index)
                .map_or(f64::INFINITY, |(bound, _)| *bound);
            Duration::try_from_secs_f64(bound).unwrap_or(Duration::MAX)
        };
        let below = index.checked_sub(1).map_or(Duration::ZERO, bound);
        (below, bound(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# TYPE s histogram\n\
        s_bucket{otel_scope_name=\"x\",le=\"0.001\"} 40\n\
        s_bucket{otel_scope_name=\"x\",le=\"0.002\"} 98\n\
        s_bucket{otel_scope_name=\"x\",le=\"+Inf\"} 100\n";

    #[test]
    fn a_share_lies_between_two_bounds() {
        let histogram = Histogram::parse(PAGE, "s").unwrap();
        let millis = Duration::from_millis;
        assert_eq!(histogram.at(40), (Duration::ZERO, millis(1)));
        assert_eq!(histogram.at(50), (millis(1), millis(2)));
        assert_eq!(histogram.at(99), (millis(2), Duration::MAX));
    }

    #[test]
    fn only_what_was_added_since_counts() {
        let histogram = Histogram::parse(PAGE, "s").unwrap();
        let nothing = histogram.since(&histogram);
        assert!(nothing.up_to.iter().all(|(_, count)| *count == 0));
        assert!(Histogram::parse(PAGE, "t").is_err());
    }
}
