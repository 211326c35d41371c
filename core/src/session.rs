//! What the calls of one client share: where they go, who they are, the token, the pace, the retries left.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::base_url::BaseUrl;
use crate::endpoint::{Operation, Prepared, Replay};
use crate::error::{Error, Problem};
use crate::http::{Header, HttpRequest};
use crate::key;
use crate::limit::{Quota, RateLimiter, Slot};
use crate::retry::{self, Cost, Random, RetryQuota};
use crate::time::Instant;
use crate::token::{Secret, TokenStore, Turn};

const LONGEST_CREDENTIAL: usize = 256;
/// More paths than any program calls with a quota of its own.
const MOST_LIMITERS: usize = 1_000;
const USER_AGENT: &str = concat!("feishu-corehr/", env!("CARGO_PKG_VERSION"));
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// Who the client is.
#[derive(Debug)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "mobile", uniffi::export(Debug))]
pub enum Credentials {
    /// A custom app: its tokens are fetched, kept and renewed here.
    App {
        /// `cli_…`.
        app_id: String,
        /// The secret: never in a page or an app that others hold in their hands.
        app_secret: Secret,
    },
    /// Nobody: the base URL is a backend of one's own that knows its user and adds the token.
    Backend,
    /// The host's own token function, asked by [`Ask::Token`](crate::machine::Ask::Token): once in a call, and once more
    /// when its token was refused.
    Host,
}

/// How a client is set up.
#[derive(Debug)]
pub struct Config {
    /// Where requests go.
    pub base_url: BaseUrl,
    /// Who the client is.
    pub credentials: Credentials,
    /// The part of every quota that this client may use, above 0 and at most 1; 1 by default. Quotas count per app
    /// and tenant: two processes that share them take 0.5 each.
    pub rate_share: f64,
    /// Quotas that differ from the documented ones, by operation name.
    pub quotas: Vec<(String, Quota)>,
    /// How long a call may take that says nothing itself, in milliseconds; by default as
    /// [`CallOptions::deadline`](crate::machine::CallOptions::deadline) says.
    pub deadline: Option<u64>,
    /// Whether the host keeps tokens in a cache that several processes share; then the machine asks for
    /// [`Ask::Load`](crate::machine::Ask::Load) and [`Ask::Save`](crate::machine::Ask::Save).
    pub shared_cache: bool,
}

impl Config {
    /// The defaults.
    pub const fn new(base_url: BaseUrl, credentials: Credentials) -> Self {
        Self { base_url, credentials, rate_share: 1.0, quotas: Vec::new(), deadline: None, shared_cache: false }
    }
}

/// What the calls of one client share. Cloning gives another handle to the same.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    state: Mutex<State>,
}

struct State {
    tokens: TokenStore,
    /// By operation, or by method and path; there are few.
    limiters: Vec<Paced>,
    retries: RetryQuota,
    random: Random,
    /// How many calls have begun.
    calls: u64,
    /// Counts what waiters wait for: a token, or the end of a fetch.
    changes: u64,
    /// In the order in which they came, by number.
    wakers: Vec<(u64, Waker)>,
    next_waker: u64,
}

/// What is paced, and how.
struct Paced {
    operation: &'static Operation,
    /// The path, where the operation itself has none.
    template: Option<String>,
    quota: Quota,
    limiter: RateLimiter,
}

impl Session {
    /// A session; `seed` determines all its jitter. Prefer [`open`](crate::data::open), which knows the operations'
    /// names, too.
    pub fn new(config: Config, seed: u64) -> Result<Self, Error> {
        Error::check("client", problems(&config))?;
        let state = State {
            tokens: TokenStore::default(),
            limiters: Vec::new(),
            retries: RetryQuota::new(),
            random: Random::new(seed),
            calls: 0,
            changes: 0,
            wakers: Vec::new(),
            next_waker: 0,
        };
        Ok(Self { shared: Arc::new(Shared { config, state: Mutex::new(state) }) })
    }

    /// The request as data, to be sent by whoever likes; `budget` in milliseconds.
    pub fn request(
        &self,
        prepared: &Prepared,
        token: Option<&Secret>,
        request_id: Option<&str>,
        budget: u64,
    ) -> HttpRequest {
        let replay = prepared.operation.replay;
        let mut headers = vec![Header::new("user-agent", USER_AGENT), Header::new("accept", "application/json")];
        if prepared.body.is_some() {
            headers.push(Header::new("content-type", CONTENT_TYPE));
        }
        if let Some(token) = token {
            let value = format!("Bearer {}", token.expose());
            headers.push(Header { name: "authorization".to_owned(), value, sensitive: true });
        }
        if let Some(id) = request_id {
            headers.push(Header::new("oapi-sdk-request-id", id));
        }
        headers.extend_from_slice(&prepared.headers);
        HttpRequest {
            method: prepared.operation.method,
            url: format!("{}{}", self.config().base_url.as_str(), prepared.target),
            headers,
            body: prepared.body.clone(),
            sensitive_body: replay == Replay::Token,
            budget,
            connect_budget: retry::CONNECT_BUDGET.min(budget),
            max_response: retry::max_response(replay),
            fresh_connection: false,
        }
    }

    /// Resolves as soon as the token situation is another one than `seen`. It is made of wakers only: no polling.
    pub fn changed(&self, seen: u64) -> impl Future<Output = ()> + Send + use<> {
        Changed { session: self.clone(), seen, waker: None }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Whether the host has a shared cache. JavaScript has none, so that what serves one is not in its file.
    pub(crate) fn shares_cache(&self) -> bool {
        !cfg!(feature = "web") && self.config().shared_cache
    }

    /// Jitter of its own for one call.
    pub(crate) fn random(&self) -> Random {
        Random::new(self.state().random.next())
    }

    /// The number of one more call.
    pub(crate) fn number(&self) -> u64 {
        let mut state = self.state();
        state.calls += 1;
        state.calls
    }

    /// Who gets, waits for or fetches the token, and the change to wait for.
    pub(crate) fn token(&self, now: Instant, waited: Option<u64>) -> (Turn, u64) {
        let mut state = self.state();
        (state.tokens.turn(now, waited), state.changes)
    }

    /// Looks at the tokens, or changes what nobody waits for.
    pub(crate) fn tokens<T>(&self, act: impl FnOnce(&mut TokenStore) -> T) -> T {
        act(&mut self.state().tokens)
    }

    /// As [`Self::tokens`], and everybody who waits for a change looks again.
    pub(crate) fn change_tokens<T>(&self, act: impl FnOnce(&mut TokenStore) -> T) -> T {
        let mut state = self.state();
        let result = act(&mut state.tokens);
        state.changes += 1;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(|(_, waker)| waker.wake());
        result
    }

    /// A turn at the operation's pace, not later than `latest` by the monotonic clock.
    pub(crate) fn turn(&self, request: &Prepared, now: Instant, latest: u64) -> Result<Slot, u64> {
        self.limiter(request, |limiter| limiter.turn(now, latest)).unwrap_or_else(|| Ok(Slot::unpaced(now)))
    }

    /// As [`RateLimiter::room`], for requests without anything special about them.
    #[cfg(feature = "bulk")]
    pub(crate) fn room(&self, operation: &'static Operation, now: Instant, most: usize) -> (usize, u64) {
        let request = Prepared::new(operation, String::new(), None);
        self.limiter(&request, |limiter| limiter.room(now, most)).unwrap_or((most, 0))
    }

    pub(crate) fn is_good(&self, request: &Prepared, slot: Slot) -> bool {
        self.limiter(request, |limiter| limiter.is_good(slot)).unwrap_or(true)
    }

    pub(crate) fn shut(&self, request: &Prepared, now: Instant, milliseconds: u64, turn: Option<Slot>) {
        self.limiter(request, |limiter| limiter.shut(now, milliseconds, turn));
    }

    pub(crate) fn take_retry(&self, cost: Cost) -> bool {
        self.state().retries.take(cost)
    }

    pub(crate) fn refund(&self, last: Option<Cost>) {
        self.state().retries.refund(last);
    }

    /// The limiter of the request's method and path; nothing where no quota is known.
    fn limiter<T>(&self, request: &Prepared, act: impl FnOnce(&mut RateLimiter) -> T) -> Option<T> {
        let (config, operation) = (self.config(), request.operation);
        let chosen = config.quotas.iter().find(|(name, _)| name == operation.name);
        let quota = chosen.map(|(_, quota)| *quota).or(request.quota)?;
        let mut state = self.state();
        let is_its = |paced: &Paced| {
            paced.operation.name == operation.name
                && paced.operation.method == operation.method
                && paced.template == request.template
        };
        let place = state.limiters.iter().position(is_its).unwrap_or_else(|| {
            let limiter = RateLimiter::new(quota.share(config.rate_share));
            // Templates are the caller's, who may make them up without end.
            let oldest = state.limiters.iter().position(|paced| paced.template.is_some());
            if let Some(oldest) = oldest.filter(|_| state.limiters.len() >= MOST_LIMITERS) {
                state.limiters.remove(oldest);
            }
            state.limiters.push(Paced { operation, template: request.template.clone(), quota, limiter });
            state.limiters.len() - 1
        });
        let paced = &mut state.limiters[place];
        if paced.quota != quota {
            paced.quota = quota;
            paced.limiter = RateLimiter::new(quota.share(config.rate_share));
        }
        Some(act(&mut paced.limiter))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything can panic, so a poisoned lock guards a sound state.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.config().base_url.as_str())
    }
}

struct Changed {
    session: Session,
    seen: u64,
    waker: Option<u64>,
}

impl Future for Changed {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let session = self.session.clone();
        let mut state = session.state();
        if state.changes != self.seen {
            return Poll::Ready(());
        }
        let id = *self.waker.get_or_insert_with(|| {
            state.next_waker += 1;
            state.next_waker
        });
        let waker = context.waker().clone();
        // Numbers only grow, and a new one is the last.
        match state.wakers.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => state.wakers[place].1 = waker,
            Err(place) => state.wakers.insert(place, (id, waker)),
        }
        Poll::Pending
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        if let Some(id) = self.waker {
            let mut state = self.session.state();
            if let Ok(place) = state.wakers.binary_search_by_key(&id, |(id, _)| *id) {
                state.wakers.remove(place);
            }
        }
    }
}

fn problems(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Credentials::App { app_id, app_secret } = &config.credentials {
        problems.extend(key::ascii_problems("app_id", app_id, LONGEST_CREDENTIAL));
        // Of a secret not even the odd character is told.
        let secret = app_secret.expose();
        if secret.is_empty() {
            problems.push(Problem::new("app_secret", "is empty"));
        } else if secret.len() > LONGEST_CREDENTIAL || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            let rule = format!("must be at most {LONGEST_CREDENTIAL} visible ASCII characters");
            problems.push(Problem::new("app_secret", rule));
        }
    }
    if !(config.rate_share > 0.0 && config.rate_share <= 1.0) {
        problems.push(Problem::new("rate_share", "must be above 0 and at most 1"));
    }
    if config.deadline == Some(0) {
        problems.push(Problem::new("deadline", "must be at least 1 millisecond"));
    }
    for (operation, quota) in &config.quotas {
        if quota.calls == 0 || quota.window == 0 {
            problems.push(Problem::new("quotas", format!("allows no call of `{operation}`")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::BaseUrlRules;

    #[test]
    fn a_share_of_the_quotas_is_above_0_and_at_most_1() {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        let mut config = Config::new(base_url, Credentials::Host);
        for (share, is_good) in
            [(1.0, true), (0.001, true), (1.001, false), (2.0, false), (0.0, false), (-0.5, false), (f64::NAN, false)]
        {
            config.rate_share = share;
            let fields: Vec<String> = problems(&config).into_iter().map(|problem| problem.field).collect();
            assert_eq!(fields.is_empty(), is_good, "{share}: {fields:?}");
        }
    }
}
