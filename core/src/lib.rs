//! Withdraw Feishu CoreHR (飞书人事) approval processes, and know what happened: the pure core.
//!
//! **The core decides, the binding does.** An operation becomes bytes, bytes become types, and a state machine says
//! what happens next: send this, wait so long, done. Sockets, clocks, randomness and threads belong to whoever drives
//! it, so the same inputs always give the same outputs, and everything that decides is tested without a socket.
//!
//! ```
//! use feishu_corehr::{ActOptions, Action, Actor, Attribution, BaseUrl, BaseUrlRules, Call, CallOptions, Config, Credentials};
//! use feishu_corehr::{Endpoint, HttpRequest, HttpResponse, Instant, Secret, Session, Transport};
//! use feishu_corehr::{TransportError, WithdrawProcess};
//!
//! /// A real one is about a hundred lines over an HTTP library: see `examples/reqwest.rs`.
//! struct Canned;
//!
//! impl Transport for Canned {
//!     async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
//!         let body = match request.url.ends_with("/tenant_access_token/internal") {
//!             true => r#"{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}"#,
//!             false => r#"{"code":0,"msg":"success","data":{}}"#,
//!         };
//!         Ok(HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() })
//!     }
//!     async fn sleep(&self, _milliseconds: u64) {}
//!     fn now(&self) -> Instant {
//!         Instant::default()
//!     }
//! }
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) { return output; } }
//! # }
//! # fn main() -> Result<(), feishu_corehr::Error> {
//! let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default())?;
//! let app = Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) };
//! let session = Session::new(Config::new(base_url, app), 42)?;
//!
//! let request = WithdrawProcess {
//!     process_id: "7328345170959681068".into(),
//!     actor: Actor::System { user: None },
//!     reason: Some("duplicate".into()),
//! };
//! let action = Action::new(&session, &request, CallOptions::default(), ActOptions::default())?;
//! let done = WithdrawProcess::output(block_on(Call::new(action).drive(&Canned, &()))?)?;
//! assert_eq!(done.attribution, Attribution::Ours);
//! # Ok(()) }
//! ```
//!
//! This library is unofficial.
#![cfg_attr(not(any(feature = "mobile", feature = "python", feature = "web")), forbid(unsafe_code))]

pub mod act;
pub mod action;
mod attempt;
mod authorization;
pub mod base_url;
#[cfg(feature = "bulk")]
pub mod bulk;
pub mod codes;
pub mod data;
pub mod drive;
pub mod endpoint;
pub mod envelope;
pub mod error;
pub mod exchange;
#[cfg(feature = "web")]
mod form;
pub mod hosted;
pub mod http;
mod key;
pub mod limit;
pub mod machine;
mod moment;
mod own_headers;
pub mod pages;
pub mod parameter;
#[cfg(feature = "bulk")]
pub mod per_process;
mod place;
pub mod process;
pub mod proof;
pub mod retry;
pub mod session;
pub mod shape;
pub mod time;
pub mod token;
pub mod until;
pub mod verdict;
pub mod wait;
mod wire;

pub use act::{ActOptions, Already, ReadBack};
pub use action::Action;
pub use base_url::{BaseUrl, BaseUrlRules};
#[cfg(feature = "bulk")]
pub use bulk::{
    Bulk, BulkEnd, BulkOptions, BulkOutcome, BulkProgress, BulkReport, BulkResult, BulkStep, CodeCount, SqlValue,
    Statement, StatusCount,
};
pub use codes::Explanation;
pub use data::{open, read, show};
pub use drive::{Call, Host, Transport};
pub use endpoint::{Endpoint, Operation, Outcome, Prepared, Replay, Reply, Request};
pub use error::{Advice, Effect, Error, ErrorKind, FieldViolation, Help, Problem, TransportError, TransportErrorKind};
pub use exchange::Exchange;
#[cfg(feature = "web")]
pub use form::{Form, FromForm};
pub use hosted::{Hosted, Told};
pub use http::{Header, HttpRequest, HttpResponse, Method};
pub use limit::Quota;
pub use machine::{Answer, Ask, CallOptions, Machine, Observation, Pause, Reason, RequestPhase, Step};
pub use pages::{List, Page, Pages};
pub use parameter::{Kind, NameValue, Parameter};
#[cfg(feature = "bulk")]
pub use per_process::PerProcess;
pub use process::*;
pub use proof::{Attribution, Missed, Proof, Sign};
pub use session::{Config, Credentials, Session};
pub use shape::{Shape, Shaped};
pub use time::Instant;
pub use token::Secret;
pub use until::{Goal, SettledAs, Until};
pub use wire::{Fields, FromJson};
#[cfg(feature = "python")]
pub use wire::{Given, Id, Plain, load_errors, raise};

#[cfg(feature = "mobile")]
uniffi::setup_scaffolding!();
