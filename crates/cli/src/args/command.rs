use clap::Args;
use proto::capacity::v1::CommandContext;
use proto::waitlist::v1 as list;
use uuid::Uuid;

/// What goes with every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CommandArgs {
    /// Id of a command given before: it takes effect once, however often it is given
    #[arg(long, value_name = "UUID", value_parser = parse_command_id)]
    pub(crate) command_id: Option<Uuid>,
    /// Decide only after this position has been seen; may be given more than once
    #[arg(long, value_name = "TOKEN")]
    pub(crate) at_least: Vec<String>,
}

impl CommandArgs {
    /// Returns the context of the first attempt.
    ///
    /// An id that was given by hand may have been sent before, so it counts as a repeat.
    pub(crate) fn context(&self) -> CommandContext {
        let id = self.command_id.unwrap_or_else(Uuid::now_v7);
        CommandContext {
            command_id: id.to_string(),
            repeat: self.command_id.is_some(),
            at_least: self.at_least.clone(),
            ..CommandContext::default()
        }
    }

    /// Returns the same for a command on the waiting list.
    pub(crate) fn list_context(&self) -> list::CommandContext {
        let context = self.context();
        list::CommandContext {
            command_id: context.command_id,
            repeat: context.repeat,
            at_least: context.at_least,
        }
    }
}

/// Reads the id of a command: a UUID of version 7, whose time the server needs.
///
/// # Errors
/// A sentence that says so.
pub(crate) fn parse_command_id(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text)
        .ok()
        .filter(|id| id.get_version_num() == 7)
        .ok_or_else(|| "must be a UUID of version 7".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_without_a_time_is_not_a_command_id() {
        assert!(parse_command_id(&Uuid::now_v7().to_string()).is_ok());
        for wrong in ["", "7", "9f9a2b4e-3b1c-4d5e-8f60-718293a4b5c6"] {
            assert!(parse_command_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_id_given_by_hand_counts_as_a_repeat() {
        let id = Uuid::now_v7();
        let args = CommandArgs {
            command_id: Some(id),
            ..CommandArgs::default()
        };
        let context = args.context();
        assert_eq!(context.command_id, id.to_string());
        assert!(context.repeat);
    }

    #[test]
    fn otherwise_the_client_makes_one_that_is_new_and_dated() {
        let (first, second) = (
            CommandArgs::default().context(),
            CommandArgs::default().context(),
        );
        assert!(!first.repeat);
        assert_ne!(first.command_id, second.command_id);
        assert_eq!(
            Uuid::parse_str(&first.command_id)
                .unwrap()
                .get_version_num(),
            7
        );
    }
}
