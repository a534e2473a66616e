//! What can be done with the waiting list.

mod counts;
mod erase;
mod import;
mod number;
mod parse;
mod reads;
mod register;
mod steps;
#[cfg(test)]
mod tests;

use clap::Subcommand;

pub(crate) use counts::StatsArgs;
pub(crate) use erase::{EraseArgs, EraseCommand, ErasureArgs};
pub(crate) use import::ListImportArgs;
pub(crate) use number::{EvaluatorArgs, NumberArgs};
pub(crate) use reads::{ListArgs, PersonArgs, ShowArgs};
pub(crate) use register::RegisterArgs;
pub(crate) use steps::{
    ApproveArgs, EndArgs, EntryArgs, IntakeHeldArgs, PlanArgs, PriorityArgs, ReaffirmArgs,
    ReturnArgs, ScreenCommand, StartArgs, WithdrawEntryArgs,
};

/// What can be done with the waiting list.
#[derive(Debug, Subcommand)]
pub(crate) enum WaitlistCommand {
    /// Put one person on the list
    Register(Box<RegisterArgs>),
    /// Take in the rows of a CSV file, the whole list as it is now; name every row that cannot be used
    Import(Box<ListImportArgs>),
    /// Print the header and an example of the CSV that `import` reads
    Template,
    /// Say that people still wait; to be said every 35 days at least
    Reaffirm(Box<ReaffirmArgs>),
    /// Plan the intake, or another day for it
    Plan(PlanArgs),
    /// Say that the intake was held
    IntakeHeld(IntakeHeldArgs),
    /// Say that treatment has begun
    Start(StartArgs),
    /// Say that somebody no longer waits here
    Withdraw(WithdrawEntryArgs),
    /// Say that treatment has ended
    End(EndArgs),
    /// Say that somebody waits again; or print the return that is owed each month
    Return(ReturnArgs),
    /// Have two others look at an entry, or say what one has seen
    #[command(subcommand)]
    Screen(ScreenCommand),
    /// Say how urgent an entry is
    Priority(PriorityArgs),
    /// Erase entries at once, or ask for the erasure of a person
    Erase(Box<EraseArgs>),
    /// See the entries of one's own, whose turn it is first
    List(ListArgs),
    /// See everything that is held about one entry
    Show(ShowArgs),
    /// See everything that is held here about a person, to hand it out
    Person(PersonArgs),
    /// Count who waits
    Stats(StatsArgs),
}
