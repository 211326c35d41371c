//! The core's example over reqwest, against a sandbox of each vector's own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use feishu_corehr::{Answer, Ask, Call, Host, Machine, Observation, Secret};
use feishu_corehr_sandbox::{Options, Sandbox, Settings};

use crate::reqwest_client::Reqwest;
use crate::run::{Run, Sent};
use crate::script::Script;
use crate::stage::{self, Stage};
use crate::vector::{HostToken, Vector};

/// Plays a vector; within a tokio runtime.
///
/// # Panics
/// When the sandbox does not start, or does not take the script.
pub async fn play(vector: &Vector, transport: &Reqwest) -> Run {
    if let Some(reply) = &vector.reply {
        return Run { outcomes: vec![stage::read(reply)], sent: Vec::new() };
    }
    let script = Script::of(vector);
    let settings = Settings { limits: false, ..Settings::default() };
    let sandbox = Sandbox::start(Options { settings, ..Options::default() }).await.expect("the sandbox starts");
    // As text, since a body must stay as it is written.
    let steps = serde_json::from_str(&script.for_sandbox().to_string()).expect("a script");
    sandbox.load_script(&steps).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    let mut sockets = Sockets {
        transport,
        host: Functions { tokens: RefCell::new(script.client.token_function.clone().unwrap_or_default().into()) },
    };
    let outcomes = stage::perform(&mut sockets, &script.client, &script.calls, &sandbox.http_url(), 1).await;
    Run { outcomes, sent: sandbox.log().iter().map(Sent::from).collect() }
}

struct Sockets<'a> {
    transport: &'a Reqwest,
    host: Functions,
}

impl Stage for Sockets<'_> {
    async fn play<M: Machine>(&mut self, machine: M) -> M::Output {
        Call::new(machine).drive(self.transport, &self.host).await
    }

    async fn pause(&mut self, milliseconds: u64, _wall_jump: i64) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// The host's token function.
struct Functions {
    tokens: RefCell<VecDeque<HostToken>>,
}

impl Host for Functions {
    async fn answer(&self, ask: Ask) -> Answer {
        let told = self.tokens.borrow_mut().pop_front();
        match (ask, told) {
            (Ask::Token { .. }, Some(HostToken::Token(token))) => Answer::Token(Ok(Secret::new(token))),
            (Ask::Token { .. }, Some(HostToken::Error(text))) => Answer::Token(Err(text)),
            (Ask::Load { .. } | Ask::Save { .. } | Ask::Token { .. }, _) => Answer::Late,
        }
    }

    fn observe(&self, _observation: &Observation) {}
}
