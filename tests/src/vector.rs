//! A vector: one case of what goes in and what must come out, as `vectors/README.md` describes it.
//!
//! Every type here refuses unknown keys, so that a typo cannot weaken a vector.

use std::collections::BTreeMap;

use feishu_corehr::{Operation, Parameter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What the case shows, as a sentence.
    pub name: String,
    /// Where the shapes that the server shows are known from.
    pub source: Source,
    /// Whether every binding runs it on every change.
    #[serde(default)]
    pub crossing: bool,
    /// What of the policy it shows: `row 9` of its failure table, `F14` of its faults.
    #[serde(default)]
    pub covers: Vec<String>,
    /// The runtimes that can show it; all if empty.
    #[serde(default)]
    pub runtimes: Vec<Runtime>,
    /// One answer, read by itself.
    pub reply: Option<Reply>,
    /// One call, and the request that it sends or the error before that.
    pub request: Option<Request>,
    /// Calls against a scripted server.
    pub script: Option<Script>,
}

/// Where a shape is known from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Nobody has shown it: it is plausible, or hostile.
    Invented,
    /// It was seen on the platform.
    Observed,
    /// An official page has it.
    Official,
}

/// What can run vectors.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// The npm package in a page of Chromium, through a server that knows a token, against the sandbox.
    Chromium,
    /// The core in virtual time, without a socket.
    Core,
    /// The Kotlin package, against the sandbox.
    Kotlin,
    /// The npm package in Node, against the sandbox.
    Node,
    /// The Python package, against the sandbox.
    Python,
    /// The core's example over reqwest, against the sandbox.
    Rust,
    /// The Swift package, against the sandbox.
    Swift,
}

impl Runtime {
    /// Every runtime.
    pub const ALL: [Self; 7] =
        [Self::Chromium, Self::Core, Self::Kotlin, Self::Node, Self::Python, Self::Rust, Self::Swift];

    /// Its name in vectors and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Core => "core",
            Self::Kotlin => "kotlin",
            Self::Node => "node",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Swift => "swift",
        }
    }
}

/// An answer, and what it is read as.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The operation that it answers.
    pub operation: String,
    /// The answer.
    pub answer: Answer,
    /// What it is read as.
    pub expect: Outcome,
}

/// A call, and what it sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// How the client is set up.
    #[serde(default)]
    pub client: Client,
    /// The call.
    pub call: Call,
    /// Either what it sends, or how it is refused before anything is sent.
    pub expect: Expected,
}

/// What a request vector wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The error, with nothing sent.
    pub error: Option<Value>,
    /// The request.
    pub sends: Option<Sending>,
}

/// Calls of one client, one after another, and what the server does meanwhile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// How the client is set up.
    #[serde(default)]
    pub client: Client,
    /// The calls; one withdrawal by the system if empty.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// What the server does, request by request.
    pub steps: Vec<Step>,
    /// What comes out.
    pub expect: Conclusion,
}

/// What comes out of a script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// What each call ends with, in order, where there are several calls.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    /// As in [`Outcome`], where there is one call.
    pub error: Option<Value>,
    /// As in [`Outcome`], where there is one call.
    #[serde(default)]
    pub items: Vec<Value>,
    /// As in [`Outcome`], where there is one call.
    pub value: Option<Value>,
    /// What was sent, in order; exactly the steps if absent.
    pub sent: Option<Vec<Sending>>,
    /// In the place of `sent`: how many requests of each operation came.
    pub counts: Option<BTreeMap<String, Value>>,
}

/// What a call ends with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The error's fields.
    pub error: Option<Value>,
    /// Of a list that ended with an error: the items that came before.
    #[serde(default)]
    pub items: Vec<Value>,
    /// The value's fields.
    pub value: Option<Value>,
}

/// A request that is expected; what is left out is not compared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// The operation.
    pub on: Option<String>,
    /// The token that it carries.
    pub token: Option<String>,
    /// How long after the request before it, in milliseconds: from, to.
    pub after_ms: Option<(u64, u64)>,
    /// The method.
    pub method: Option<String>,
    /// Path and query.
    pub target: Option<String>,
    /// Headers by lower-case name; `null` wants that there is none. A media type is compared without parameters.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    /// The body as JSON; an explicit `null` wants that there is none.
    #[serde(default, deserialize_with = "present")]
    pub body: Option<Value>,
}

/// How a client is set up; the defaults are the app `cli_vector` and, with a socket, the sandbox.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The app's id.
    pub app_id: Option<String>,
    /// The app's secret.
    pub app_secret: Option<String>,
    /// Another base URL than the test server's; such a vector sends nothing.
    pub base_url: Option<String>,
    /// See `BaseUrlRules`.
    #[serde(default)]
    pub allow_other_hosts: bool,
    /// See `BaseUrlRules`; true where no base URL is named.
    #[serde(default)]
    pub allow_insecure_loopback: bool,
    /// The share of every quota.
    pub rate_share: Option<f64>,
    /// Quotas by operation.
    #[serde(default)]
    pub quotas: BTreeMap<String, CallsInTime>,
    /// What the host's token function answers, one after another; it takes the place of app id and secret.
    pub token_function: Option<Vec<HostToken>>,
}

/// A quota.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallsInTime {
    /// How many calls.
    pub calls: u32,
    /// In how many milliseconds.
    pub window_ms: u64,
}

/// What the host's token function does.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HostToken {
    /// It fails with this text.
    Error(String),
    /// It never answers; the core only.
    Late(bool),
    /// It returns this.
    Token(String),
}

/// A call, as a caller writes it: options, and everything else the operation's request.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Call {
    /// The operation; `withdraw_process` if absent.
    pub operation: Option<String>,
    /// The request's fields, by their names; see [`Call::request`]. For what a read can prove, also the option whose name
    /// is the operation's own: see [`Call::already`].
    #[serde(flatten)]
    pub given: Map<String, Value>,
    /// `best_effort`, `never` or `required`, for what a read can prove.
    pub read_back: Option<String>,
    /// Whether the process is read first, for what a read can prove.
    #[serde(default)]
    pub check_first: bool,
    /// The request for one page by itself: it is built, and not sent.
    #[serde(default)]
    pub one_page: bool,
    /// How many ids to take from the list; all if absent.
    pub take: Option<usize>,
    /// The call's deadline.
    pub deadline_ms: Option<u64>,
    /// A token for this call.
    pub token: Option<String>,
    /// An id for Feishu's logs.
    pub request_id: Option<String>,
    /// More headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// How long after the call before it.
    #[serde(default)]
    pub after_ms: u64,
    /// How far the wall clock alone jumps before the call; the core only.
    #[serde(default)]
    pub wall_jump_ms: i64,
}

/// What the server does with one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The operation that it waits for.
    pub on: String,
    /// Whether the request withdraws its process, whatever is answered.
    #[serde(default)]
    pub apply: bool,
    /// How long the answer takes.
    #[serde(default)]
    pub delay_ms: u64,
    /// The answer.
    pub answer: Answer,
    /// In virtual time, what a transport makes of `answer` where that is a named fault of the sandbox.
    pub virtually: Option<Answer>,
}

/// An answer; see the sandbox's scripts, whose words these are. `failed` is for virtual time only.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status; 200 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body as JSON.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "present")]
    pub json: Option<Value>,
    /// The body as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The body as bytes in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// `request`, `head` or `body`: the connection breaks there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
    /// `head` or `body`: silence from there on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall: Option<String>,
    /// A named fault of the sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The kind of a transport error, in virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Whether that transport had written a byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_written: Option<bool>,
}

impl Vector {
    /// Whether that runtime shows it.
    pub fn is_for(&self, runtime: Runtime) -> bool {
        self.left_out(runtime).is_none()
    }

    /// Why that runtime cannot show it.
    pub fn left_out(&self, runtime: Runtime) -> Option<&'static str> {
        if !self.runtimes.is_empty() && !self.runtimes.contains(&runtime) {
            return Some("its `runtimes` are others");
        }
        if runtime == Runtime::Chromium { self.not_in_a_page() } else { None }
    }

    /// A page's client has no secret and no token: its backend does. A test server takes a token for it, once.
    fn not_in_a_page(&self) -> Option<&'static str> {
        let (client, calls, steps) = match (&self.request, &self.script) {
            (Some(request), _) => (&request.client, vec![request.call.clone()], [].as_slice()),
            (None, Some(script)) => (&script.client, script.calls(), script.steps.as_slice()),
            (None, None) => return None,
        };
        if client.has_more_than_pages() {
            return Some("it sets an option that a page's client does not have");
        }
        if calls.iter().any(|call| call.token.is_some()) {
            return Some("it gives a call a token, which a page does not have");
        }
        let is_redirect = |step: &Step| {
            let answer = step.virtually.as_ref().unwrap_or(&step.answer);
            answer.status.is_some_and(|status| (300..400).contains(&status))
        };
        if steps.iter().any(is_redirect) {
            return Some("it is about a redirect, of which a page is told nothing");
        }
        let mut tokens = steps.iter().enumerate().filter(|(_, step)| step.on == "token");
        match (tokens.next(), tokens.next()) {
            (None, None) => None,
            (Some((0, step)), None) if step.answer.is_plain_token() => None,
            _ => Some("it is about token requests, which a page does not send"),
        }
    }
}

impl Client {
    /// Whether it sets what only clients with a token have.
    const fn has_more_than_pages(&self) -> bool {
        self.app_id.is_some()
            || self.app_secret.is_some()
            || self.base_url.is_some()
            || self.allow_other_hosts
            || self.allow_insecure_loopback
            || self.token_function.is_some()
    }
}

impl Answer {
    /// Whether it hands out a token, and there is nothing else about it.
    fn is_plain_token(&self) -> bool {
        let token = self.json.as_ref().and_then(|json| json.get("tenant_access_token"));
        let rest = Self { json: None, ..self.clone() };
        token.is_some_and(Value::is_string) && rest == Self::default()
    }
}

impl Script {
    /// The calls, the default one too.
    pub fn calls(&self) -> Vec<Call> {
        if self.calls.is_empty() { vec![Call::default()] } else { self.calls.clone() }
    }
}

impl Conclusion {
    /// What each call ends with.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let one = || Outcome { error: self.error.clone(), items: self.items.clone(), value: self.value.clone() };
        if self.outcomes.is_empty() { vec![one()] } else { self.outcomes.clone() }
    }
}

impl Call {
    /// The process that sample requests of the official page name.
    pub const SAMPLE: &str = "7328345170959681068";

    /// The operation's name.
    pub fn operation(&self) -> &str {
        self.operation.as_deref().unwrap_or("withdraw_process")
    }

    /// The process that it names, or that is put there for it.
    pub fn process_id(&self) -> &str {
        self.given.get("process_id").and_then(Value::as_str).unwrap_or(Self::SAMPLE)
    }

    /// Takes `error` or `success` out of what is given, by the name that this operation has for it.
    pub fn already(&mut self, name: Option<&str>) -> Option<String> {
        let word = self.given.remove(name?)?;
        Some(word.as_str().map_or_else(|| word.to_string(), str::to_owned))
    }

    /// The request with what may be left out of it: the process in its path is Feishu's sample, and who acts is the
    /// system.
    pub fn request(&self, operation: &Operation) -> Value {
        let names = |is: fn(&Parameter) -> bool| operation.parameters.iter().any(is);
        let mut request = self.given.clone();
        if names(|parameter| matches!(parameter, Parameter::Path("process_id"))) {
            request.entry("process_id").or_insert_with(|| Self::SAMPLE.into());
        }
        if names(|parameter| matches!(parameter, Parameter::Actor { .. })) {
            request.entry("actor").or_insert_with(|| serde_json::json!({ "system": true }));
        }
        if operation.name == "call" {
            of_any_path(&mut request);
        }
        request.into()
    }
}

/// A call of any path as the core takes it: pairs as objects, the body as text.
fn of_any_path(request: &mut Map<String, Value>) {
    let pair = |(name, value): (&Value, &Value)| serde_json::json!({ "name": name, "value": value });
    for name in ["path_parameters", "query"] {
        if let Some(pairs) = request.get_mut(name).filter(|pairs| pairs.is_array()) {
            *pairs = pairs.as_array().into_iter().flatten().map(|of| pair((&of[0], &of[1]))).collect();
        }
    }
    if let Some(body) = request.get_mut("body") {
        *body = body.to_string().into();
    }
}

/// Tells an explicit `null` from an absent key.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
