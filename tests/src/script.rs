//! A vector as a script: a request vector is one whose server answers with plain successes.

use feishu_corehr::OPERATIONS;
use serde_json::{Value, json};

use crate::vector::{Call, Client, Step, Vector};

/// What is played.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// How the client is set up.
    pub client: Client,
    /// The calls.
    pub calls: Vec<Call>,
    /// What the server does.
    pub steps: Vec<Step>,
}

impl Script {
    /// The script of a vector; an empty one for a reply, which needs no server.
    pub fn of(vector: &Vector) -> Self {
        if let Some(script) = &vector.script {
            return Self { client: script.client.clone(), calls: script.calls(), steps: script.steps.clone() };
        }
        let Some(request) = &vector.request else { return Self::default() };
        let success = json!({ "code": 0, "msg": "success", "data": {} });
        let mut steps = vec![step(request.call.operation(), success)];
        if request.call.token.is_none() && request.client.token_function.is_none() {
            let token = json!({ "code": 0, "msg": "ok", "tenant_access_token": "t-1", "expire": 7200 });
            steps.insert(0, step("token", token));
        }
        Self { client: request.client.clone(), calls: vec![request.call.clone()], steps }
    }

    /// The script as the sandbox takes it.
    pub fn for_sandbox(&self) -> Value {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| {
                json!({ "on": step.on, "apply": step.apply, "delay_ms": step.delay_ms, "answer": with_status(step) })
            })
            .collect();
        json!({ "ordered": true, "steps": steps })
    }
}

fn step(on: &str, json: Value) -> Step {
    let answer = crate::vector::Answer { json: Some(json), ..Default::default() };
    let acts = OPERATIONS.iter().any(|operation| operation.name == on && operation.replay.is_write());
    Step { on: on.to_owned(), apply: acts, delay_ms: 0, answer, virtually: None }
}

/// The answer, with the status that is meant where none is written: the sandbox wants one for an answer without body.
fn with_status(step: &Step) -> Value {
    let mut answer = json!(step.answer);
    if step.answer.fault.is_none() && step.answer.status.is_none() {
        answer["status"] = 200.into();
    }
    answer
}
