//! What a host does, and what it says of it.

use std::fmt;

use feishu_corehr::error::fields;
use feishu_corehr::{
    Answer, Ask, Error, HttpRequest, HttpResponse, Observation, Outcome, Secret, Step, TransportError,
    TransportErrorKind,
};
use uniffi::UnexpectedUniFFICallbackError;

use crate::operations::{Leave, Output};

/// What the host does next.
#[derive(Debug, uniffi::Enum)]
pub enum HostStep {
    /// Ask the app's token function.
    AskToken {
        /// Whether the server did not accept the last token, so that a kept copy of it must not be returned.
        refused: bool,
        /// How long it may take, in milliseconds; then the answer is [`HostAnswer::Late`].
        limit: u64,
    },
    /// The end: it worked.
    Done {
        /// What the call gives.
        output: Output,
    },
    /// The end: it did not work, or nobody knows. It is no exception, since the last observation comes with it.
    Failed {
        /// Why, and what took effect.
        error: fields::Error,
    },
    /// Send a request, once, and read the whole answer.
    Send {
        /// The request.
        request: HttpRequest,
        /// When to go on without a transport that does not return, in milliseconds: a little later than the request's
        /// own budget. Then the answer is [`HostAnswer::Late`].
        limit: u64,
    },
    /// Pause; then the answer is [`HostAnswer::Late`].
    Wait {
        /// How long, in milliseconds.
        delay: u64,
        /// Whether [`Call::wake`](crate::Call::wake) may end the pause earlier.
        wakes: bool,
    },
}

/// What came of a step.
#[derive(Debug, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum HostAnswer {
    /// An answer of the server's.
    Answered {
        /// The whole answer.
        response: HttpResponse,
    },
    /// No answer, or one whose head alone was read.
    Failed {
        /// How it failed.
        kind: TransportErrorKind,
        /// Whether any byte of the request was written, `true` when the transport cannot know.
        bytes_written: bool,
        /// What the HTTP stack says, without URL and without secrets.
        detail: String,
        /// Status and headers, where they were read before it failed; the body is empty.
        head: Option<HttpResponse>,
    },
    /// Nothing within the time, or the end of a pause.
    Late,
    /// A tenant access token.
    Token {
        /// The token.
        token: Secret,
    },
    /// No token.
    TokenFailed {
        /// Why.
        error: HostError,
    },
}

/// What came of an answer.
#[derive(Debug, uniffi::Record)]
pub struct Turn {
    /// What happened to the last request, for whoever watches. It holds no secret.
    pub observation: Option<Observation>,
    /// What to do next.
    pub step: HostStep,
}

/// What the host's functions throw.
#[derive(Debug, uniffi::Error)]
pub enum HostError {
    /// It did not work.
    Failed {
        /// Why, without secrets: it becomes part of the call's error.
        detail: String,
    },
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Failed { detail } = self;
        f.write_str(detail)
    }
}

impl std::error::Error for HostError {}

impl From<UnexpectedUniFFICallbackError> for HostError {
    fn from(_: UnexpectedUniFFICallbackError) -> Self {
        // Nobody has promised that the text holds no secret.
        Self::Failed { detail: "it threw something undeclared".to_owned() }
    }
}

impl HostStep {
    pub(crate) fn new(step: Step<Result<Outcome, Error>>, limit: Option<u64>, leave: Leave) -> Self {
        let limit = limit.unwrap_or_default();
        match step.map(|result| result.and_then(leave)) {
            Step::Ask(Ask::Token { refused }, _) => Self::AskToken { refused, limit },
            // There is no shared cache, so that nobody asks for it: whoever did would go on without it.
            Step::Ask(Ask::Load { .. } | Ask::Save { .. }, _) => Self::Wait { delay: 0, wakes: false },
            Step::Done(Ok(output)) => Self::Done { output },
            Step::Done(Err(error)) => Self::Failed { error: error.into_fields() },
            Step::Send(request) => Self::Send { request, limit },
            Step::Wait(pause) => Self::Wait { delay: pause.delay, wakes: pause.seen.is_some() },
        }
    }
}

impl HostAnswer {
    /// The answer as the core takes it; nothing where there is none.
    pub(crate) fn into_answer(self) -> Option<Answer> {
        match self {
            Self::Answered { response } => Some(Answer::Http(Ok(response))),
            Self::Failed { kind, bytes_written, detail, head } => {
                let error = TransportError::new(kind, bytes_written, detail);
                Some(Answer::Http(Err(match head {
                    Some(head) => error.with_head(head.status, head.headers),
                    None => error,
                })))
            }
            Self::Late => None,
            Self::Token { token } => Some(Answer::Token(Ok(token))),
            Self::TokenFailed { error: HostError::Failed { detail } } => Some(Answer::Token(Err(detail))),
        }
    }
}
