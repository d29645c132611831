//! Commands: put with the client's id, answered with it, exactly once each.

use rollcall_core::{command::Command, decide::Answer, id::CommandId, rejection::Refusal};

use super::{
    COMMANDS_MAX, Native,
    carried::Carried,
    problem::Problem,
    said::{Answered, Said},
};
use crate::conversation::{Effect, Outbox, Ticket};

impl Native {
    pub(super) fn command(&mut self, id: &str, command: Command, out: &mut Outbox) {
        match self.judge_command(id) {
            Ok(id) => {
                let ticket = self.ticket();
                self.commands.push((ticket, id.clone(), Carried::by(&command)));
                out.push(Effect::Submit { ticket, command, id: Some(id) });
            }
            Err(problem) => out.send(Said::Error(&problem.of(id.to_owned())).message()),
        }
    }

    fn judge_command(&self, id: &str) -> Result<CommandId, Problem> {
        let id = CommandId::parse("id", id).map_err(|no| Problem::from(&no))?;
        if self.who.is_none() {
            return Err(Problem::not_signed_in());
        }
        if self.commands.len() >= COMMANDS_MAX {
            return Err(Problem::too_many_commands());
        }
        Ok(id)
    }

    pub(super) fn answer(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        out: &mut Outbox,
    ) {
        let Some(at) = self.commands.iter().position(|(waiting, ..)| *waiting == ticket) else {
            return;
        };
        let (_, id, carried) = self.commands.swap_remove(at);
        if self.commands.is_empty() {
            // An idle connection keeps no room for commands.
            self.commands = Vec::new();
        }
        match verdict {
            Ok(answer) => out.send(accepted(&id, answer)),
            Err(refusal) => {
                let problem = Problem::from(refusal).within(carried).of(id.to_string());
                out.send(Said::Error(&problem).message());
            }
        }
    }
}

fn accepted(id: &CommandId, answer: &Answer) -> crate::message::Message {
    Said::Answer(Answered::new(Some(id), answer)).message()
}
