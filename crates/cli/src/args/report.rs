use std::path::PathBuf;

use clap::Args;
use prost_types::Timestamp;
use proto::capacity::v1::CorrectionReason;

use super::{CommandArgs, FigureArgs, ForecastArgs, parse_offering_id};
use crate::moments;
use crate::words::one_of;

const OBSERVED_AT: &str = "When it was counted; by default when the report that is corrected was";

/// What to report.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Which offering
    #[arg(long, value_name = "ID", required_unless_present = "file", value_parser = parse_offering_id)]
    pub(crate) offering: Option<String>,
    /// Reports of many offerings: JSON lines, one report each ("-": standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["offering", "FigureArgs", "ForecastArgs", "CommandArgs"])]
    pub(crate) file: Option<PathBuf>,
    /// The figures.
    #[command(flatten)]
    pub(crate) figures: FigureArgs,
    /// Parts, and what is expected.
    #[command(flatten)]
    pub(crate) forecast: ForecastArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

/// What to correct.
#[derive(Debug, Args)]
#[command(mut_arg("observed_at", |arg| arg.help(OBSERVED_AT)))]
pub(crate) struct CorrectArgs {
    /// Which offering
    #[arg(long, value_name = "ID", value_parser = parse_offering_id)]
    pub(crate) offering: String,
    /// When the report that is corrected was counted
    #[arg(long, value_name = "TIME", value_parser = moments::parse)]
    pub(crate) supersedes_observed_at: Timestamp,
    /// Its sequence number, if it had one
    #[arg(long, value_name = "N")]
    pub(crate) supersedes_sequence: Option<u64>,
    /// Why it is corrected
    #[arg(long, value_parser = one_of::<CorrectionReason>())]
    pub(crate) reason: CorrectionReason,
    /// What it should have said.
    #[command(flatten)]
    pub(crate) figures: FigureArgs,
    /// Parts, and what was expected.
    #[command(flatten)]
    pub(crate) forecast: ForecastArgs,
    /// The command.
    #[command(flatten)]
    pub(crate) command: CommandArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{CapacityCommand, Cli, Command};
    use crate::failure::Failure;
    use clap::Parser;
    use clap::error::ErrorKind;
    use proto::capacity::v1::{BlockReason, BlockedPlaces, Report, SourceClass};

    fn parsed(flags: &[&str]) -> Result<Box<ReportArgs>, clap::Error> {
        let line = ["doorstroom", "capacity", "report"].iter().chain(flags);
        match Cli::try_parse_from(line)?.command {
            Command::Capacity(CapacityCommand::Report(args)) => Ok(args),
            other => panic!("{other:?}"),
        }
    }

    fn reported(flags: &[&str]) -> Result<Report, Failure> {
        let args = parsed(flags).unwrap();
        args.figures.report(&args.forecast, moments::now())
    }

    #[test]
    fn flags_make_a_report() {
        let report = reported(&[
            "--offering",
            "o",
            "--available",
            "3",
            "--occupied",
            "9",
            "--blocked",
            "staff=2",
            "--blocked",
            "repair=1",
            "--observed-at",
            "2026-03-01",
            "--sequence",
            "7",
        ])
        .unwrap();
        let counts = report.counts.unwrap();
        assert_eq!(
            (counts.available, counts.occupied, counts.operational),
            (3, 9, None)
        );
        let blocked = |reason: BlockReason, count| BlockedPlaces {
            reason: reason.into(),
            count,
        };
        assert_eq!(
            counts.blocked,
            [
                blocked(BlockReason::Staff, 2),
                blocked(BlockReason::Repair, 1)
            ]
        );
        assert_eq!(report.observed_at, moments::parse("2026-03-01").ok());
        assert_eq!(report.sequence, Some(7));
        assert_eq!(report.source_class, i32::from(SourceClass::Typed));
        assert!(report.waits.is_empty());
    }

    #[test]
    fn a_wait_alone_leaves_the_places_alone() {
        let report = reported(&[
            "--offering",
            "o",
            "--intake-wait-days",
            "0",
            "--insurer",
            "x",
        ])
        .unwrap();
        assert_eq!(report.counts, None);
        assert_eq!(report.waits.len(), 1);
        assert_eq!(report.waits[0].intake_wait_days, Some(0));
        assert_eq!(report.waits[0].treatment_wait_days, None);
    }

    #[test]
    fn nothing_is_counted_as_zero_that_was_not_given() {
        for half in [
            ["--available", "3"],
            ["--occupied", "3"],
            ["--operational", "3"],
        ] {
            let error = parsed(&["--offering", "o", half[0], half[1]]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument, "{half:?}");
        }
    }

    #[test]
    fn a_report_of_nothing_is_wrong_use() {
        let failure = reported(&["--offering", "o"]).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        let failure = reported(&["--offering", "o", "--insurer", "x"]).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
    }

    #[test]
    fn a_forecast_belongs_to_the_counts() {
        let flags = [
            "--offering",
            "o",
            "--available",
            "1",
            "--occupied",
            "9",
            "--additional-24h",
            "2",
            "--ready-for-discharge",
            "wlz-place=3",
            "--rooms-free-women",
            "1",
        ];
        let counts = reported(&flags).unwrap().counts.unwrap();
        assert_eq!(counts.rooms_free_women, Some(1));
        let forecast = counts.forecast.unwrap();
        assert_eq!(forecast.additional_24h, Some(2));
        assert_eq!(forecast.additional_72h, None);
        assert_eq!(forecast.ready_for_discharge[0].count, 3);
        let error = parsed(&["--offering", "o", "--reserve-7d", "2"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument);
    }

    #[test]
    fn the_help_of_a_correction_says_when_its_figures_count_as_counted() {
        let help = |verb| {
            let line = ["doorstroom", "capacity", verb, "--help"];
            Cli::try_parse_from(line).unwrap_err().to_string()
        };
        assert!(help("correct").contains(OBSERVED_AT));
        assert!(help("report").contains("When it was counted; by default now"));
    }

    #[test]
    fn a_file_stands_alone() {
        assert!(parsed(&["--file", "-"]).unwrap().file.is_some());
        for extra in [
            ["--offering", "o"],
            ["--sequence", "1"],
            ["--at-least", "t"],
        ] {
            let error = parsed(&["--file", "-", extra[0], extra[1]]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{extra:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_wrong_use() {
        for wrong in ["-1", "three", "4294967296"] {
            let error =
                parsed(&["--offering", "o", "--available", wrong, "--occupied", "1"]).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
        let error = parsed(&[
            "--offering",
            "o",
            "--available",
            "1",
            "--occupied",
            "1",
            "--blocked",
            "mood=1",
        ]);
        assert!(error.unwrap_err().to_string().contains("staff, infection"));
    }
}
