//! What answers a request: the script if it has a step, else a fault if one is ordered, else the real state.

use std::time::Duration;

use serde_json::json;

use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};
use crate::faults::{Before, Blow, Effect, Shape, Strike};
use crate::log::Ticket;
use crate::operations::{self, Operation, Served};
use crate::processes::Until;
use crate::request::Received;
use crate::script::{Cue, Cut, Play, Stall, Turn};
use crate::state::{State, World};

/// Answers one request, and writes it into the log.
pub(crate) fn perform(
    world: &World,
    operation: Operation,
    process_id: Option<String>,
    received: &Received,
) -> Delivery {
    let now_ms = world.now_ms();
    let mut state = world.state();
    let ticket = state.log.open(now_ms, operation, process_id.clone(), received);
    let mut scene =
        Scene { world, state: &mut state, operation, process_id: process_id.as_deref(), received, now_ms, ticket };
    let mut delivery = scene.play();
    delivery.ticket = Some(ticket);
    state.log.note(ticket, &delivery);
    delivery
}

/// What strikes a request of which only the request line has been read, if anything does.
pub(crate) fn interrupt(world: &World, received: &Received, used: bool) -> Option<Delivery> {
    let (operation, process_id) = Operation::of(&received.method, &received.path);
    let now_ms = world.now_ms();
    let mut state = world.state();
    let fault = match state.script.fault_ahead(operation) {
        Some(fault) => {
            fault.early(used)?;
            state.script.next(operation);
            fault
        }
        None if state.script.has(operation) => return None,
        None => state.faults.take_early(operation, used, now_ms)?,
    };
    let mut delivery = Delivery::nothing(fault.early(used)?.end(), fault.source);
    let ticket = state.log.open(now_ms, operation, process_id, received);
    delivery.ticket = Some(ticket);
    state.log.change(ticket, |entry| entry.fault = Some(fault.name.to_owned()));
    state.log.note(ticket, &delivery);
    Some(delivery)
}

struct Scene<'a> {
    world: &'a World,
    state: &'a mut State,
    operation: Operation,
    process_id: Option<&'a str>,
    received: &'a Received,
    now_ms: u64,
    ticket: Ticket,
}

impl Scene<'_> {
    fn play(&mut self) -> Delivery {
        if self.operation.acts() {
            self.state.processes.act_arrived(self.process_id.unwrap_or_default());
        }
        match self.state.script.next(self.operation) {
            Turn::Cue(cue) => self.follow(&cue),
            Turn::Unexpected => self.unexpected(),
            Turn::Absent => match self.state.faults.take(self.operation, self.now_ms) {
                Some(strike) => self.strike(strike, false),
                None => Delivery::whole(&self.serve()),
            },
        }
    }

    /// Serves for real.
    fn serve(&mut self) -> Answer {
        let Served { answer, applied } =
            operations::serve(self.state, self.operation, self.process_id, self.received, self.now_ms);
        if applied {
            self.applied();
        }
        answer
    }

    fn applied(&mut self) {
        self.state.log.change(self.ticket, |entry| entry.applied = true);
    }

    fn follow(&mut self, cue: &Cue) -> Delivery {
        let delivery = match &cue.play {
            Play::Fault(fault, apply, ms) => {
                self.strike(Strike { fault, apply: *apply, ms: ms.unwrap_or(fault.ms) }, cue.apply)
            }
            Play::Real => Delivery::whole(&self.serve()),
            Play::Response(answer) => {
                self.force(cue.apply);
                Delivery::whole(answer)
            }
            Play::Cut(cut, answer) => {
                self.force(cue.apply);
                match cut {
                    Cut::Body => Delivery::half_of_body(answer, Act::Close),
                    Cut::Head => Delivery::part_of_head(Act::Close, Source::Scripted),
                    Cut::Request => Delivery::nothing(Act::Reset, Source::Scripted),
                }
            }
            Play::Stall(stall, answer) => {
                self.force(cue.apply);
                match stall {
                    Stall::Body => Delivery::half_of_body(answer, Act::Stall),
                    Stall::Head => Delivery::nothing(Act::Stall, Source::Scripted),
                }
            }
        };
        delivery.after(Duration::from_millis(cue.delay_ms))
    }

    /// The effect without the checks, since a script's tokens may be of its own making.
    fn force(&mut self, apply: bool) -> bool {
        let Some(row) = self.operation.row() else { return false };
        let (true, Some(act)) = (apply, row.act) else { return false };
        let process_id = self.process_id.unwrap_or_default();
        let call = operations::Call { row, process_id, received: self.received, now_ms: self.now_ms };
        let applied = (act.force)(self.state, &call);
        if applied {
            self.applied();
        }
        applied
    }

    fn unexpected(&mut self) -> Delivery {
        self.state.log.change(self.ticket, |entry| entry.unexpected = true);
        let text = format!("sandbox: unexpected {}", self.operation.name());
        Delivery::whole(&Answer::text(599, "text/plain", &text, Source::Invented))
    }

    fn strike(&mut self, strike: Strike, forced: bool) -> Delivery {
        let fault = strike.fault;
        self.state.log.change(self.ticket, |entry| entry.fault = Some(fault.name.to_owned()));
        self.prepare(strike);
        let (answer, served) = self.effect(strike, forced);
        self.state.hide_next = false;
        let made = match fault.shape {
            Shape::Real => return Delivery::whole(&answer),
            // A script insists on it even on a fresh connection, after the whole request.
            Shape::Early(early) => return Delivery::nothing(early.end(), fault.source),
            Shape::Lasting(made) | Shape::Made(made) => made,
        };
        let blow = Blow {
            operation: self.operation,
            answer,
            served,
            ms: strike.ms,
            source: fault.source,
            received: self.received,
            ports: self.world.ports,
            app_id: self.world.options.app_id.clone(),
        };
        Delivery { source: fault.source, ..made(&blow) }
    }

    fn prepare(&mut self, strike: Strike) {
        let id = self.process_id.unwrap_or_default();
        match strike.fault.before {
            Before::Hide => self.state.hide_next = true,
            Before::LongToken(bytes) => self.state.tokens.make_next_long(bytes),
            Before::Nothing => {}
            Before::RevokeTokens { same_again } => self.state.tokens.revoke_all(same_again),
            Before::SetStatus(status) => {
                self.state.processes.set_status(id, status, None);
            }
            Before::SetStatusUnseen(status) => {
                let until = Until::Time(self.now_ms + strike.ms);
                self.state.processes.set_status(id, status, Some(until));
            }
        }
    }

    /// The answer to start from, and whether it is the real one.
    fn effect(&mut self, strike: Strike, forced: bool) -> (Answer, bool) {
        let success = || Answer::success(&json!({}));
        if forced {
            return (success(), self.force(true));
        }
        match strike.fault.effect {
            Effect::Applied => (self.serve(), true),
            Effect::ByFlag if strike.apply == Some(true) => (self.serve(), true),
            Effect::Twice => {
                self.serve();
                (self.serve(), true)
            }
            Effect::Late => {
                self.apply_later(Duration::from_millis(strike.ms));
                (success(), false)
            }
            // Only an act has an effect that matters: a garbled read is garbled best from the real answer.
            Effect::ByFlag if !self.operation.acts() => (self.serve(), true),
            Effect::ByFlag | Effect::NotApplied => (success(), false),
        }
    }

    fn apply_later(&self, pause: Duration) {
        let (world, operation) = (self.world.clone(), self.operation);
        let (ticket, received) = (self.ticket, self.received.clone());
        let id = self.process_id.map(str::to_owned);
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let now_ms = world.now_ms();
            let mut state = world.state();
            let served = operations::serve(&mut state, operation, id.as_deref(), &received, now_ms);
            if served.applied {
                state.log.change(ticket, |entry| entry.applied = true);
            }
        });
    }
}
