//! What custodians type: keys and quotas.

use clap::{Arg, ArgAction, Command, value_parser};

use proto::caller::Named;

use super::{group, on_log};
use crate::operator::Told;

/// `keys …`
pub(super) fn keys() -> Command {
    group(
        "keys",
        "The keys that pseudonyms are made with; a server takes up what changed when it starts",
    )
    .subcommand(
        on_log("init", "Makes the keys of the first epoch")
            .arg(stage())
            .arg(
                Arg::new("after").long("after").value_name("EPOCH").help(
                    "The keys up to this epoch are lost for good: makes those of the next one",
                ),
            ),
    )
    .subcommand(
        on_log(
            "status",
            "Says which epochs there are, and what to tell providers",
        )
        .arg(stage()),
    )
    .subcommand(
        on_log(
            "rotate",
            "Makes the keys of the next epoch, to stand beside the present ones",
        )
        .arg(stage())
        .arg(custodian())
        .arg(
            Arg::new("emergency")
                .long("emergency")
                .help("A key is lost or known to others: gives up all present ones at once")
                .action(ArgAction::SetTrue),
        ),
    )
    .subcommand(destroy())
}

fn destroy() -> Command {
    on_log(
        "destroy",
        "Destroys the keys of an old epoch, once 99.5 % of the region's open entries carry newer ones: its pseudonyms name nobody \
         from then on",
    )
    .arg(stage())
    .arg(custodian())
    .arg(
        Arg::new("epoch")
            .long("epoch")
            .value_name("EPOCH")
            .help("Which, such as 2026a")
            .required(true),
    )
    .arg(
        Arg::new("server")
            .long("server")
            .value_name("URL")
            .env("DOORSTROOM_SERVER")
            .help("The region's server, which counts its entries; by default where this configuration's server listens"),
    )
    .arg(
        Arg::new("as")
            .long("as")
            .value_name("PERSON:key-custodian@ORGANISATION")
            .env("DOORSTROOM_AS")
            .help("Who asks it: one of the two custodians")
            .value_parser(value_parser!(Named)),
    )
    .arg(
        Arg::new("carrying")
            .long("carrying")
            .value_name("REGION=CARRYING/OPEN")
            .help("At the evaluator: what each region says of all its open entries (doorstroom waitlist stats)")
            .value_parser(value_parser!(Told))
            .action(ArgAction::Append),
    )
    .arg(switch(
        "lose-the-rest",
        "Also when fewer carry newer ones, or nobody can say: the others lose their persons",
    ))
    .arg(switch("yes", "Does it; without this nothing happens"))
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .action(ArgAction::SetTrue)
}

/// `quota …`
pub(super) fn quota() -> Command {
    let whole = |name: &'static str, placeholder: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(placeholder).help(help)
    };
    group(
        "quota",
        "How many citizen numbers an organisation may have evaluated",
    )
    .subcommand(
        on_log(
            "open",
            "Opens a first-load window beside the quota, so that a list that exists can come in",
        )
        .arg(
            whole(
                "organisation",
                "ORGANISATION",
                "Whose, such as agb:06011009",
            )
            .required(true),
        )
        .arg(
            whole("elements", "N", "How many evaluations, once")
                .value_parser(value_parser!(u32).range(1..=1_000_000))
                .required(true),
        )
        .arg(
            whole("days", "DAYS", "For how long")
                .value_parser(value_parser!(u32).range(1..=90))
                .default_value("14"),
        )
        .arg(custodian()),
    )
}

fn stage() -> Arg {
    Arg::new("stage")
        .long("stage")
        .value_name("STAGE")
        .help("Whose keys; both when it is not said")
        .value_parser(["evaluator", "recoder"])
}

fn custodian() -> Arg {
    Arg::new("custodian")
        .long("custodian")
        .value_name("PERSON@ORGANISATION")
        .help("Who does this: give it twice, two persons of two organisations")
        .action(ArgAction::Append)
        .required(true)
}
