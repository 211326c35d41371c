//! The core alone: its machines are polled and answered by hand, and time passes only when they wait.

use std::collections::VecDeque;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use feishu_corehr::{
    Answer as Told, Ask, HttpRequest, HttpResponse, Instant, Machine, OPERATIONS, Secret, Step as Wanted,
    TransportError, TransportErrorKind,
};

use crate::run::{Run, Sent};
use crate::stage::{self, Stage};
use crate::vector::{Answer, Call, Client, HostToken, Step, Vector};

/// What calls of any path are tried on.
const DEPARTMENT: &str = "/open-apis/contact/v3/departments/{department_id}";
const FEISHU: &str = "https://open.feishu.cn";
/// More steps than any call takes: a machine that goes round and round is stopped here.
const MOST_POLLS: u32 = 10_000;

/// Plays a vector.
pub fn play(vector: &Vector, seed: u64) -> Run {
    if let Some(reply) = &vector.reply {
        return Run { outcomes: vec![stage::read(reply)], sent: Vec::new() };
    }
    let script = crate::script::Script::of(vector);
    let mut time = VirtualTime {
        now: Instant { monotonic: 1_000_000, wall: 1_766_000_000_000 },
        steps: script.steps.into(),
        tokens: script.client.token_function.clone().unwrap_or_default().into(),
        sent: Vec::new(),
    };
    let outcomes = now(perform(&mut time, &script.client, &script.calls, seed));
    Run { outcomes, sent: time.sent }
}

async fn perform(time: &mut VirtualTime, client: &Client, calls: &[Call], seed: u64) -> Vec<serde_json::Value> {
    stage::perform(time, client, calls, FEISHU, seed).await
}

struct VirtualTime {
    now: Instant,
    steps: VecDeque<Step>,
    tokens: VecDeque<HostToken>,
    sent: Vec<Sent>,
}

impl Stage for VirtualTime {
    async fn play<M: Machine>(&mut self, mut machine: M) -> M::Output {
        for _ in 0..MOST_POLLS {
            match machine.poll(self.now) {
                Wanted::Ask(ask, budget) => {
                    let answer = self.host(&ask, budget);
                    machine.handle(self.now, answer);
                }
                Wanted::Done(output) => return output,
                Wanted::Send(request) => {
                    let answer = self.server(&request);
                    machine.handle(self.now, Told::Http(answer));
                }
                Wanted::Wait(pause) => self.now = self.now.after(pause.delay),
            }
        }
        panic!("the call does not end");
    }

    async fn pause(&mut self, milliseconds: u64, wall_jump: i64) {
        self.now = self.now.after(milliseconds);
        self.now.wall = self.now.wall.saturating_add_signed(wall_jump);
    }
}

impl VirtualTime {
    fn host(&mut self, ask: &Ask, budget: u64) -> Told {
        match (ask, self.tokens.pop_front()) {
            (Ask::Token { .. }, Some(HostToken::Token(token))) => Told::Token(Ok(Secret::new(token))),
            (Ask::Token { .. }, Some(HostToken::Error(text))) => Told::Token(Err(text)),
            (Ask::Load { .. } | Ask::Save { .. } | Ask::Token { .. }, _) => {
                self.now = self.now.after(budget);
                Told::Late
            }
        }
    }

    fn server(&mut self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut sent = sent(request, self.now);
        let step = self.steps.front().filter(|step| step.on == sent.on).cloned();
        sent.is_unexpected = step.is_none();
        sent.was_applied = step.as_ref().is_some_and(|step| step.apply);
        self.sent.push(sent);
        let Some(step) = step else {
            return Ok(HttpResponse { status: 599, ..HttpResponse::default() });
        };
        self.steps.pop_front();
        let delay = step.delay_ms.min(request.budget);
        self.now = self.now.after(delay);
        if delay == request.budget {
            return Err(TransportError::new(TransportErrorKind::Timeout, true, ""));
        }
        let answer = step.virtually.as_ref().unwrap_or(&step.answer);
        if answer.stall.is_some() {
            self.now = self.now.after(request.budget - delay);
        }
        answered(answer, request)
    }
}

fn answered(answer: &Answer, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    let failed = |kind, written| Err(TransportError::new(kind, written, ""));
    let response = stage::response(answer);
    let failed_later =
        |kind| Err(TransportError::new(kind, true, "").with_head(response.status, response.headers.clone()));
    if let (Some(kind), Some(written)) = (&answer.failed, answer.bytes_written) {
        let known = TransportErrorKind::ALL.iter().find(|known| known.as_str() == kind);
        return failed(*known.unwrap_or_else(|| panic!("no transport fails by `{kind}`")), written);
    }
    match answer.cut.as_deref() {
        Some("body") => return failed_later(TransportErrorKind::BadBody),
        Some(_) => return failed(TransportErrorKind::Disconnected, true),
        None => {}
    }
    match answer.stall.as_deref() {
        Some("body") => return failed_later(TransportErrorKind::Timeout),
        Some(_) => return failed(TransportErrorKind::Timeout, true),
        None => {}
    }
    if response.body.len() as u64 > request.max_response {
        return failed_later(TransportErrorKind::TooLarge);
    }
    Ok(response)
}

fn sent(request: &HttpRequest, now: Instant) -> Sent {
    let target = request.url.strip_prefix(FEISHU).unwrap_or(&request.url).to_owned();
    let path = target.split('?').next().unwrap_or_default();
    let on = match path {
        "/open-apis/auth/v3/tenant_access_token/internal" => "token",
        path if is_at(DEPARTMENT, path) => "call",
        path => OPERATIONS
            .iter()
            .find(|operation| operation.method == request.method && is_at(operation.path, path))
            .map_or("unknown", |operation| operation.name),
    };
    Sent {
        on: on.to_owned(),
        at_ms: now.monotonic,
        method: request.method.as_str().to_owned(),
        headers: request.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect(),
        body: String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned(),
        target,
        ..Sent::default()
    }
}

/// Whether `path` is of the form of `template`, whose parameters stand in braces.
fn is_at(template: &str, path: &str) -> bool {
    let (wanted, there): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == there.len()
        && wanted.iter().zip(there).all(|(wanted, there)| wanted.starts_with('{') || *wanted == there)
}

/// The result of a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("virtual time waits for nobody"),
    }
}
