//! What the host brings: HTTP, sleep, tokens, and an ear. All of it may fail in ways that it does not declare.

use std::fmt;
use std::future::pending;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use feishu_corehr::error::fields;
use feishu_corehr::{Answer, Ask, Error, HttpRequest, HttpResponse, Instant, Observation, Secret, TransportErrorKind};
use uniffi::UnexpectedUniFFICallbackError;

/// One HTTP stack. It sends each request once, follows no redirect, resends nothing, and drops the connection when its
/// task is cancelled.
#[uniffi::export(foreign)]
#[async_trait::async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request and reads the whole answer, within the request's `budget` (milliseconds) and `max_response`
    /// (bytes after decompression).
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

/// What wakes a call.
#[uniffi::export(foreign)]
#[async_trait::async_trait]
pub trait Alarm: Send + Sync {
    /// Returns after so many milliseconds.
    async fn sleep(&self, milliseconds: u64) -> Result<(), HostError>;
}

/// Where tokens come from, when the app has them from elsewhere.
#[uniffi::export(foreign)]
#[async_trait::async_trait]
pub trait TokenSource: Send + Sync {
    /// A tenant access token. `refused` says that the server did not accept the last one, so that a kept copy of it
    /// must not be returned. It may take 10 seconds.
    async fn token(&self, refused: bool) -> Result<String, HostError>;
}

/// Who listens: for logs, metrics and traces. Nothing that it is told holds a secret, and what it throws is ignored.
#[uniffi::export(foreign)]
pub trait Observer: Send + Sync {
    /// Is told of every request, after its answer.
    fn attempted(&self, observation: Observation) -> Result<(), HostError>;

    /// Is told of every call that was cancelled, and by `error.effect` what it had done until then.
    fn cancelled(&self, error: fields::Error) -> Result<(), HostError>;
}

/// What a transport throws.
#[derive(Debug, uniffi::Error)]
pub enum TransportError {
    /// There is no answer.
    Failed {
        /// How it failed.
        kind: TransportErrorKind,
        /// Whether any byte of the request was written, `true` when the transport cannot know: only a `false` here
        /// proves that the server did not act.
        bytes_written: bool,
        /// What the HTTP stack says, without URL and without secrets.
        detail: String,
    },
}

/// What the host's other functions throw.
#[derive(Debug, uniffi::Error)]
pub enum HostError {
    /// It did not work.
    Failed {
        /// Why, without secrets: it becomes part of the call's error.
        detail: String,
    },
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Failed { detail, .. } = self;
        f.write_str(detail)
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Failed { detail } = self;
        f.write_str(detail)
    }
}

impl std::error::Error for TransportError {}

impl std::error::Error for HostError {}

impl From<UnexpectedUniFFICallbackError> for TransportError {
    fn from(thrown: UnexpectedUniFFICallbackError) -> Self {
        let detail = format!("the transport threw {}", kind_of(&thrown.reason));
        Self::Failed { kind: TransportErrorKind::Other, bytes_written: true, detail }
    }
}

impl From<UnexpectedUniFFICallbackError> for HostError {
    fn from(thrown: UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: format!("it threw {}", kind_of(&thrown.reason)) }
    }
}

/// The class of what was thrown. Its text is left out, since nobody has promised that it holds no secret.
fn kind_of(reason: &str) -> &str {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '$');
    // As Kotlin (`Class: text`) and Swift (`Type(field: …)`) write it.
    let name = reason.split_once([':', '(']).map_or("", |(name, _)| name);
    let is_class = name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(is_name);
    if is_class && name.len() <= LONGEST_NAME { name } else { "something undeclared" }
}

/// The host's parts, as a client keeps them.
pub(crate) struct Host {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) alarm: Arc<dyn Alarm>,
    pub(crate) token_source: Option<Arc<dyn TokenSource>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) keeps_budget: bool,
}

impl Host {
    pub(crate) fn cancelled(&self, error: &Error) {
        if let Some(observer) = &self.observer {
            // There is nobody to tell that telling failed.
            let _ = observer.cancelled(error.clone().into_fields());
        }
    }
}

/// The host as one call sees it.
pub(crate) struct Carrier<'a> {
    host: &'a Host,
    is_sleepless: AtomicBool,
}

impl<'a> Carrier<'a> {
    pub(crate) const fn new(host: &'a Host) -> Self {
        Self { host, is_sleepless: AtomicBool::new(false) }
    }

    /// Whether the alarm has failed, so that nothing would ever end the call.
    pub(crate) fn is_sleepless(&self) -> bool {
        self.is_sleepless.load(Ordering::SeqCst)
    }
}

impl feishu_corehr::Transport for Carrier<'_> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, feishu_corehr::TransportError> {
        let sent = self.host.transport.send(request).await;
        sent.map_err(|TransportError::Failed { kind, bytes_written, detail }| {
            feishu_corehr::TransportError::new(kind, bytes_written, detail)
        })
    }

    async fn sleep(&self, milliseconds: u64) {
        if self.host.alarm.sleep(milliseconds).await.is_err() {
            self.is_sleepless.store(true, Ordering::SeqCst);
            // The call ends as soon as it has noticed; it must not go round and round until then.
            pending().await
        }
    }

    fn now(&self) -> Instant {
        static START: OnceLock<Clock> = OnceLock::new();
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant { monotonic: milliseconds(START.get_or_init(Clock::now).elapsed()), wall: milliseconds(wall) }
    }

    fn keeps_budget(&self) -> bool {
        self.host.keeps_budget
    }
}

impl feishu_corehr::Host for Carrier<'_> {
    async fn answer(&self, ask: Ask) -> Answer {
        match (ask, &self.host.token_source) {
            (Ask::Token { refused }, Some(source)) => {
                Answer::Token(source.token(refused).await.map(Secret::new).map_err(|error| error.to_string()))
            }
            (Ask::Load { .. } | Ask::Save { .. } | Ask::Token { .. }, _) => Answer::Late,
        }
    }

    fn observe(&self, observation: &Observation) {
        if let Some(observer) = &self.host.observer {
            let _ = observer.attempted(observation.clone());
        }
    }
}

/// Different for every client.
pub(crate) fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

const LONGEST_NAME: usize = 100;
