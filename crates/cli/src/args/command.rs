use clap::Args;
use proto::capacity::v1::CommandContext;
use uuid::Uuid;

/// What goes with every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CommandArgs {
    /// Id of a command given before: it takes effect once, however often it is given
    #[arg(long, value_name = "UUID")]
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let (first, second) = (CommandArgs::default().context(), CommandArgs::default().context());
        assert!(!first.repeat);
        assert_ne!(first.command_id, second.command_id);
        assert_eq!(Uuid::parse_str(&first.command_id).unwrap().get_version_num(), 7);
    }
}
