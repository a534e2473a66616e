use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

/// What can be done with invented offerings.
#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    /// Publish invented offerings that the server does not have yet, with what they report and who waits for them
    Load(LoadArgs),
}

/// What to load.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// A few hundred offerings around Groningen, or about 100,000 all over the Netherlands
    #[arg(long, value_enum)]
    pub(crate) scale: Scale,
    /// Another seed invents others, under the same ids
    #[arg(long, value_name = "N", default_value_t = demo::SEED)]
    pub(crate) seed: u64,
    /// Also tell what was reported in so many days before
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=365))]
    pub(crate) days: u32,
    /// Then go on with so many reports a second; 0: only load
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub(crate) rate: u32,
    /// Offerings only: nobody waits
    #[arg(long)]
    pub(crate) no_waiting_lists: bool,
    /// How long reports go on, such as 30s, 10m or 2h; without it until Ctrl-C
    #[arg(long = "for", value_name = "DURATION", requires = "rate", value_parser = parse_duration)]
    pub(crate) lasts: Option<Duration>,
}

/// How much is invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scale {
    /// A few hundred offerings around Groningen.
    Region,
    /// About 100,000, all over the Netherlands.
    Nation,
}

/// Reads a duration: a whole number and its unit.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let parsed = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds_per_unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        let number: u32 = number.parse().ok()?;
        (number > 0).then(|| Duration::from_secs(u64::from(number) * seconds_per_unit))
    };
    parsed().ok_or_else(|| "give a number with its unit, such as 30s, 10m, 2h or 1d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    fn parsed(flags: &[&str]) -> Result<LoadArgs, clap::Error> {
        let line = ["doorstroom", "demo", "load"].iter().chain(flags);
        match Cli::try_parse_from(line)?.command {
            Command::Demo(DemoCommand::Load(args)) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("2h", 7_200), ("1d", 86_400)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)));
        }
        for wrong in [
            "",
            "s",
            "0s",
            "-1s",
            "10",
            "1.5h",
            "1w",
            "5é",
            "99999999999s",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_the_scale_must_be_said() {
        let args = parsed(&["--scale", "nation"]).unwrap();
        assert_eq!(args.scale, Scale::Nation);
        assert_eq!(
            (args.seed, args.days, args.rate, args.lasts),
            (demo::SEED, 0, 0, None)
        );
        assert!(parsed(&[]).is_err());
        assert!(parsed(&["--scale", "world"]).is_err());
        assert!(parsed(&["--scale", "region", "--days", "366"]).is_err());
    }

    #[test]
    fn a_duration_without_a_rate_is_wrong_use() {
        assert!(parsed(&["--scale", "region", "--for", "10s"]).is_err());
        assert!(parsed(&["--scale", "region", "--for", "10s", "--rate", "5"]).is_ok());
    }
}
