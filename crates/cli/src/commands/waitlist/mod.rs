//! The waiting list: one file per thing that can be done.

mod counts;
mod erase;
mod person;
mod reads;
mod register;
mod returns;
mod steps;

use crate::args::{GlobalArgs, WaitlistCommand};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::import;
use crate::output::Output;

pub(crate) use person::{evaluator, person_of};

/// Does what was asked.
///
/// # Errors
/// Why it was not done.
pub(crate) async fn waitlist(command: WaitlistCommand, global: &GlobalArgs) -> Result<(), Failure> {
    let mut output = Output::new(global.output);
    let output = &mut output;
    let connect = Connection::open(global);
    match command {
        WaitlistCommand::Template => {
            output.line(import::waitlist::TEMPLATE.trim_end())?;
            output.flush()
        }
        WaitlistCommand::Import(args) => import::waitlist::run(*args, connect, output).await,
        WaitlistCommand::Register(args) => register::register(&args, connect, output).await,
        WaitlistCommand::Reaffirm(args) => steps::reaffirm(&args, connect, output).await,
        WaitlistCommand::Plan(args) => steps::plan(&args, &connect.await?, output).await,
        WaitlistCommand::IntakeHeld(args) => {
            steps::intake_held(&args, &connect.await?, output).await
        }
        WaitlistCommand::Start(args) => steps::start(&args, &connect.await?, output).await,
        WaitlistCommand::Withdraw(args) => steps::withdraw(&args, &connect.await?, output).await,
        WaitlistCommand::End(args) => steps::end(&args, &connect.await?, output).await,
        WaitlistCommand::Return(args) => returns::either(&args, &connect.await?, output).await,
        WaitlistCommand::Screen(command) => steps::screen(&command, &connect.await?, output).await,
        WaitlistCommand::Priority(args) => steps::priority(&args, &connect.await?, output).await,
        WaitlistCommand::Erase(args) => erase::erase(&args, connect, output).await,
        WaitlistCommand::List(args) => reads::list(&args, &connect.await?, output).await,
        WaitlistCommand::Show(args) => reads::show(&args, &connect.await?, output).await,
        WaitlistCommand::Person(args) => reads::person(&args, connect, output).await,
        WaitlistCommand::Stats(args) => counts::stats(&args, &connect.await?, output).await,
    }
}
