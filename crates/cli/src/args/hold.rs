use std::time::Duration;

use clap::Args;
use prost_types::Timestamp;
use uuid::Uuid;

use super::{CommandArgs, parse_offering_id};
use crate::moments;

/// How long a place is held when nothing is said: two hours.
const BY_DEFAULT: Duration = Duration::from_secs(2 * 3_600);

/// What to hold.
#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// How long.
    #[command(flatten)]
    pub(crate) end: EndArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// When a hold ends by itself.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EndArgs {
    /// For how long, such as 90m or 2h: from one minute to 72 hours; by default 2h
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) duration: Option<Duration>,
    /// Until when
    #[arg(long, value_name = "TIME", conflicts_with = "duration", value_parser = moments::parse)]
    pub(crate) until: Option<Timestamp>,
}

impl EndArgs {
    /// Returns when the hold ends.
    pub(crate) fn expires_at(&self) -> Timestamp {
        let later = || moments::after(self.duration.unwrap_or(BY_DEFAULT));
        self.until.unwrap_or_else(later)
    }
}

/// Which hold to extend, and for how long from now.
#[derive(Debug, Args)]
pub(crate) struct ExtendArgs {
    /// Which hold.
    #[command(flatten)]
    pub(crate) claim: ClaimArgs,
    /// How long.
    #[command(flatten)]
    pub(crate) end: EndArgs,
}

/// Which hold, with the token that it came with.
#[derive(Debug, Args)]
pub(crate) struct ClaimArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// Id of the hold
    #[arg(long, value_name = "UUID")]
    pub(crate) hold: Uuid,
    /// Fencing token of the hold
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) token: u64,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let form = || "give a duration such as 90m, 2h or 1h 30m".to_owned();
    let duration: jiff::SignedDuration = text.parse().map_err(|_| form())?;
    Duration::try_from(duration).map_err(|_| form())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CapacityCommand, Cli, Command};
    use clap::Parser;

    fn parsed(line: &[&str]) -> Result<CapacityCommand, clap::Error> {
        let line = ["doorstroom", "capacity"].iter().chain(line);
        match Cli::try_parse_from(line)?.command {
            Command::Capacity(command) => Ok(command),
            other => panic!("{other:?}"),
        }
    }

    fn end_of(flags: &[&str]) -> Result<EndArgs, clap::Error> {
        let line: Vec<_> = ["hold", "--offering", "o"]
            .iter()
            .chain(flags)
            .copied()
            .collect();
        match parsed(&line)? {
            CapacityCommand::Hold(args) => Ok(args.end),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_hold_lasts_so_long_or_until_then() {
        assert_eq!(
            end_of(&["--for", "90m"]).unwrap().duration,
            Some(Duration::from_secs(5_400))
        );
        let until = end_of(&["--until", "2026-03-01T14:00:00Z"]).unwrap();
        assert_eq!(
            Some(until.expires_at()),
            moments::parse("2026-03-01T14:00:00Z").ok()
        );
        assert!(end_of(&["--for", "1h", "--until", "2026-03-01"]).is_err());
        let two_hours = end_of(&[]).unwrap().expires_at().seconds - moments::now().seconds;
        assert!((7_199..=7_201).contains(&two_hours), "{two_hours}");
    }

    #[test]
    fn what_is_no_duration_is_wrong_use() {
        for wrong in ["", "soon", "2", "-1h", "1 fortnight"] {
            let flags = [format!("--for={wrong}")];
            let error = end_of(&[&flags[0]]).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
    }

    #[test]
    fn nothing_is_done_with_a_hold_without_its_token() {
        let id = "019d5f33-0000-7000-8000-000000000001";
        for name in ["extend", "release", "consume"] {
            let all = [name, "--offering", "o", "--hold", id, "--token", "3"];
            assert!(parsed(&all).is_ok(), "{name}");
            assert!(parsed(&all[..5]).is_err(), "{name}");
            let zero = [name, "--offering", "o", "--hold", id, "--token", "0"];
            assert!(parsed(&zero).is_err(), "{name}");
        }
    }
}
