//! The command line: flags come from the table of settings, so that there is one list of them.

mod custody;

use std::path::PathBuf;

use chassis::access_log::{Anchor, Signer};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::config::{SETTINGS, Scope, Setting};

/// Returns everything that `doorstroomd` understands.
pub(crate) fn command() -> Command {
    group("doorstroomd", "Live capacity of a region: the server and the operator's commands")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand(with_settings(
            Command::new("serve").about("Runs the server until it is interrupted"),
            |_| true,
        ))
        .subcommand(
            group("config", "The settings").subcommand(with_settings(
                Command::new("check")
                    .about("Shows the settings in force and where each came from, or everything that is wrong with them"),
                |_| true,
            )),
        )
        .subcommand(
            group("topics", "The region's topics on Apache Kafka").subcommand(
                on_log("apply", "Makes the topics that are missing and prints what differs; never deletes"),
            ),
        )
        .subcommand(log())
        .subcommand(access())
        .subcommand(erasure())
        .subcommand(calibration())
        .subcommand(custody::keys())
        .subcommand(custody::quota())
}

fn access() -> Command {
    let verify = on_log(
        "verify",
        "Reads all of the access log and names what was altered, dropped, moved or not signed",
    );
    let anchor = Arg::new("anchor")
        .long("anchor")
        .value_name("POSITION:HASH")
        .help("Also looks for the block that an earlier run named")
        .value_parser(value_parser!(Anchor));
    let signer = Arg::new("signer")
        .long("signer")
        .value_name("POSITION:KEY")
        .help("Whose signatures are good, as an earlier run named them, and nobody else's")
        .value_parser(value_parser!(Signer))
        .action(ArgAction::Append);
    let verify = verify.arg(anchor).arg(signer);
    group("access", "Who had access to data about persons").subcommand(verify)
}

fn calibration() -> Command {
    on_log(
        "calibration",
        "Compares the confidence that was promised with what was found, over the log's own history",
    )
    .arg(
        Arg::new("csv")
            .long("csv")
            .value_name("FILE")
            .help("Reads reported_at,unit,available from this file in the place of the log")
            .value_parser(value_parser!(PathBuf)),
    )
    .arg(
        Arg::new("by")
            .long("by")
            .value_name("GROUP")
            .help("Says it for each kind of offering, too")
            .value_parser(["kind"]),
    )
    .arg(
        Arg::new("output")
            .long("output")
            .value_name("FORMAT")
            .help("For people or, one object a line, for scripts")
            .value_parser(["table", "json"])
            .default_value("table"),
    )
}

fn log() -> Command {
    group("log", "Looks into the log, and mends it")
        .subcommand(
            on_log(
                "inspect",
                "Shows records as they stand in the log, also void and damaged ones",
            )
            .arg(topic().required(true))
            .arg(position("from", "POSITION", "The first position to show").default_value("1"))
            .arg(position("limit", "N", "At most so many records").default_value("20")),
        )
        .subcommand(
            on_log(
                "verify",
                "Reads everything and says whether it holds together",
            )
            .arg(topic()),
        )
        .subcommand(
            on_log("export", "Writes every commit in force as one line of JSON")
                .arg(topic().required(true)),
        )
        .subcommand(
            on_log(
                "skip",
                "Records the decision to go on without a commit that cannot be read",
            )
            .arg(topic().required(true))
            .arg(position("position", "N", "The commit's position").required(true))
            .arg(
                Arg::new("reason")
                    .long("reason")
                    .value_name("TEXT")
                    .help("Why; kept in the log")
                    .required(true),
            )
            .arg(
                Arg::new("force")
                    .long("force")
                    .help("Also a commit that this version can read")
                    .action(ArgAction::SetTrue),
            ),
        )
        .subcommand(
            on_log(
                "reset",
                "Accepts the log as it is now as another one: every cursor into it ends",
            )
            .arg(topic().required(true))
            .arg(
                Arg::new("yes")
                    .long("yes")
                    .help("Does it; without this nothing happens")
                    .action(ArgAction::SetTrue),
            ),
        )
}

fn erasure() -> Command {
    group(
        "erasure",
        "What was erased, and the keys of persons' entries",
    )
    .subcommand(on_log(
        "verify",
        "Checks the erasure ledger, and that nothing it names can be read",
    ))
    .subcommand(
        on_log(
            "destroy",
            "Ends a retention: erases everything that was registered in a quarter",
        )
        .arg(
            Arg::new("quarter")
                .long("quarter")
                .value_name("QUARTER")
                .help("Which, such as 2026q4; it must be over")
                .required(true),
        )
        .arg(
            Arg::new("yes")
                .long("yes")
                .help("Does it; without this nothing happens")
                .action(ArgAction::SetTrue),
        ),
    )
}

fn group(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .subcommand_required(true)
        .arg_required_else_help(true)
}

fn on_log(name: &'static str, about: &'static str) -> Command {
    with_settings(Command::new(name).about(about), |setting| {
        setting.scope == Scope::Log
    })
}

fn topic() -> Arg {
    Arg::new("topic")
        .long("topic")
        .value_name("TOPIC")
        .help("Name of the topic, such as demo.capacity")
}

fn position(name: &'static str, placeholder: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(placeholder)
        .help(help)
        .value_parser(value_parser!(u64))
        .allow_negative_numbers(true)
}

fn with_settings(command: Command, takes: fn(&Setting) -> bool) -> Command {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .env("DOORSTROOM_CONFIG")
        .help("Configuration file (TOML)");
    SETTINGS
        .iter()
        .filter(|setting| takes(setting))
        .fold(command.arg(file), |command, setting| {
            command.arg(flag(setting))
        })
}

fn flag(setting: &'static Setting) -> Arg {
    let help = format!("{} [env: {}]", setting.help, setting.variable());
    let arg = Arg::new(setting.name).long(setting.name).help(help);
    if setting.is_switch() {
        return arg.action(ArgAction::SetTrue);
    }
    // Values are read with those of the other sources, so that everything wrong is named at once.
    arg.value_name(setting.placeholder)
        .allow_negative_numbers(true)
        .action(ArgAction::Append)
}

/// Returns the flags that were given, by name.
pub(crate) fn given(matches: &ArgMatches) -> Vec<(String, Vec<String>)> {
    let mut flags = Vec::new();
    for setting in SETTINGS {
        let name = setting.name;
        // A command knows only the settings of its scope.
        let values = if setting.is_switch() {
            let on = matches.try_get_one::<bool>(name).ok().flatten();
            on.filter(|on| **on).map(|_| Vec::new())
        } else {
            let values = matches.try_get_many::<String>(name).ok().flatten();
            values.map(|values| values.cloned().collect())
        };
        flags.extend(values.map(|values: Vec<String>| (name.to_owned(), values)));
    }
    flags
}
