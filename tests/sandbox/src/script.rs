//! Scripts: what the next requests are to be answered with, step by step.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::{Answer, Source};
use crate::error::Error;
use crate::faults::{Fault, catalogue};
use crate::operations::Operation;

/// A script, to be loaded in the place of any other.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Whether requests must come in the order of the steps; one that does not is answered with HTTP 599.
    #[serde(default)]
    pub ordered: bool,
}

/// The answer to one request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The operation that takes this step.
    pub on: Operation,
    /// Whether the request withdraws its process, whatever the answer says. An unknown process is added as withdrawn.
    #[serde(default)]
    pub apply: bool,
    /// How long to wait before the first byte of the answer.
    #[serde(default)]
    pub delay_ms: u64,
    /// The answer.
    pub answer: StepAnswer,
}

/// The answer of a step: one of a response, a cut, a stall, a named fault, or the real state's.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StepAnswer {
    /// The HTTP status of the response; 200 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers, which are sent exactly so, and none but these, a content type and the length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<Headers>,
    /// The body as JSON, sent byte for byte as written here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Box<RawValue>>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The body as bytes in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Closes the connection at this point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// Sends no more from this point on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stall: Option<Stall>,
    /// A named fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The one duration that the named fault has, if not its usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Whether the real state answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub real: bool,
}

/// Headers, as an object or as pairs (which keep their order and may repeat).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Headers {
    /// `{"name": "value"}`
    Object(BTreeMap<String, String>),
    /// `[["name", "value"]]`
    Pairs(Vec<(String, String)>),
}

/// Where an answer is cut off.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// After half of the body: FIN.
    Body,
    /// Within the status line: FIN.
    Head,
    /// After the request, before any byte: RST.
    Request,
}

/// Where an answer stops.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stall {
    /// After half of the body.
    Body,
    /// Before any byte.
    Head,
}

/// What a step was understood as.
#[derive(Clone, Debug)]
pub(crate) enum Play {
    Cut(Cut, Answer),
    Fault(&'static Fault, Option<bool>, Option<u64>),
    Real,
    Response(Answer),
    Stall(Stall, Answer),
}

/// A step that was understood.
#[derive(Clone, Debug)]
pub(crate) struct Cue {
    pub(crate) on: Operation,
    pub(crate) apply: bool,
    pub(crate) delay_ms: u64,
    pub(crate) play: Play,
}

/// What the script has for a request.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The script does not speak of this operation, or has no more steps for it.
    Absent,
    Cue(Box<Cue>),
    /// An ordered script speaks of this operation, but not now.
    Unexpected,
}

/// The loaded script, as far as it is left.
#[derive(Debug, Default)]
pub(crate) struct Playback {
    cues: Vec<Cue>,
    named: Vec<Operation>,
    ordered: bool,
}

impl Playback {
    pub(crate) fn load(&mut self, script: &Script) -> Result<(), Error> {
        let cues = script
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| step.understood().map_err(|problem| Error::Invalid(format!("step {at}: {problem}"))));
        let cues = cues.collect::<Result<Vec<_>, _>>()?;
        *self = Self { named: cues.iter().map(|cue| cue.on).collect(), ordered: script.ordered, cues };
        Ok(())
    }

    pub(crate) fn steps_left(&self) -> usize {
        self.cues.len()
    }

    /// Takes the step for a request, if there is one.
    pub(crate) fn next(&mut self, operation: Operation) -> Turn {
        if !self.named.contains(&operation) {
            return Turn::Absent;
        }
        match self.position(operation) {
            Some(at) => Turn::Cue(Box::new(self.cues.remove(at))),
            None if self.ordered => Turn::Unexpected,
            None => Turn::Absent,
        }
    }

    /// The fault that the step for a request would bring, without taking it.
    pub(crate) fn fault_ahead(&self, operation: Operation) -> Option<&'static Fault> {
        match self.position(operation).map(|at| &self.cues[at].play) {
            Some(Play::Fault(fault, ..)) => Some(fault),
            Some(Play::Cut(..) | Play::Real | Play::Response(_) | Play::Stall(..)) | None => None,
        }
    }

    /// Whether the script has a step for this operation now.
    pub(crate) fn has(&self, operation: Operation) -> bool {
        self.position(operation).is_some()
    }

    fn position(&self, operation: Operation) -> Option<usize> {
        let at = self.cues.iter().position(|cue| cue.on == operation)?;
        (!self.ordered || at == 0).then_some(at)
    }
}

impl Step {
    fn understood(&self) -> Result<Cue, String> {
        if self.on == Operation::Unknown {
            return Err("`on` is no operation".into());
        }
        let answer = &self.answer;
        let is_response = answer.status.is_some() || answer.has_body();
        let kinds = [answer.cut.is_some(), answer.stall.is_some(), answer.fault.is_some(), answer.real];
        if kinds.iter().filter(|kind| **kind).count() + usize::from(is_response && !kinds[0] && !kinds[1]) != 1 {
            return Err("`answer` is not one of a response, `cut`, `stall`, `fault` and `real`".into());
        }
        let play = if let Some(name) = &answer.fault {
            let (fault, apply) = catalogue::find(name).ok_or_else(|| format!("no fault is called `{name}`"))?;
            Play::Fault(fault, apply, answer.ms)
        } else if answer.real {
            Play::Real
        } else {
            let response = answer.response()?;
            match (answer.cut, answer.stall) {
                (Some(cut), _) => Play::Cut(cut, response),
                (None, Some(stall)) => Play::Stall(stall, response),
                (None, None) => Play::Response(response),
            }
        };
        Ok(Cue { on: self.on, apply: self.apply, delay_ms: self.delay_ms, play })
    }
}

impl StepAnswer {
    fn has_body(&self) -> bool {
        self.json.is_some() || self.text.is_some() || self.base64.is_some()
    }

    fn response(&self) -> Result<Answer, String> {
        let (body, content_type) = match (&self.json, &self.text, &self.base64) {
            (Some(json), None, None) => (json.get().as_bytes().to_vec(), Some("application/json; charset=utf-8")),
            (None, Some(text), None) => (text.as_bytes().to_vec(), Some("text/plain")),
            (None, None, Some(text)) => {
                (STANDARD.decode(text).map_err(|_| "`base64` is not base64")?, Some("application/octet-stream"))
            }
            (None, None, None) => (Vec::new(), None),
            _ => return Err("`answer` has more than one body".into()),
        };
        let mut headers = match &self.headers {
            Some(Headers::Object(map)) => map.clone().into_iter().collect(),
            Some(Headers::Pairs(pairs)) => pairs.clone(),
            None => Vec::new(),
        };
        let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let (Some(content_type), false) = (content_type, typed) {
            headers.insert(0, ("content-type".into(), content_type.into()));
        }
        let envelope: Option<Value> = serde_json::from_slice(&body).ok();
        Ok(Answer {
            status: self.status.unwrap_or(200),
            headers,
            code: envelope.and_then(|envelope| envelope.get("code")?.as_i64()),
            body,
            source: Source::Scripted,
        })
    }
}
