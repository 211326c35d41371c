//! One call: token, turn, request, answer, and again. It decides; it does nothing.

use std::sync::Arc;

use crate::endpoint::{Prepared, Replay, Reply, Request};
use crate::envelope::cleaned;
use crate::error::{Effect, Error, ErrorKind, TransportError, TransportErrorKind};
use crate::http::HttpResponse;
use crate::limit::Slot;
use crate::machine::{Answer, Ask, CallOptions, Machine, Observation, Pause, Step, ended_already};
use crate::retry::{self, Cost, Random};
use crate::session::{Credentials, Flight, Session};
use crate::time::Instant;
use crate::token::{Held, SOFT_BUDGET, Secret, Turn, token_problem};
use crate::verdict::{self, Failure, Next};

/// How long the host's token function may take, in milliseconds.
const TOKEN_FUNCTION_BUDGET: u64 = 10_000;
/// How long a shared cache may take, in milliseconds; later than that it is a miss.
const CACHE_BUDGET: u64 = 1_000;

/// One call of one operation, from a prepared request to a raw reply.
///
/// A read is repeated as often as the policy allows. A write is repeated only where it is proved that the server has
/// not acted; otherwise the call ends with effect unknown.
#[derive(Debug)]
pub struct Exchange {
    session: Session,
    prepared: Prepared,
    authorization: Authorization,
    request_id: Option<String>,
    random: Random,
    budget: u64,
    deadline: Option<Instant>,
    /// Whether the composition above decides about resending: then one counted attempt is all.
    is_part: bool,
    /// Whether it is made for a client elsewhere, which also waits where the server asks for it.
    is_relayed: bool,
    fresh_connection: bool,
    phase: Phase,
    held: Option<Held>,
    rejected: Option<Arc<Secret>>,
    waited: Option<u64>,
    sent: u32,
    attempts: u32,
    refreshes: u32,
    /// How often the request was not started, in this attempt.
    unstarted: u32,
    throttles: u32,
    resends_left: u32,
    last_cost: Option<Cost>,
    next: Option<Next>,
    /// What the call has done, once it has ended: for a cancellation that comes a moment too late.
    ended_effect: Effect,
    /// Whether it ended because there was no time for another try.
    out_of_time: bool,
}

#[derive(Debug)]
enum Authorization {
    Given(Arc<Secret>),
    Nobody,
    Session,
}

#[derive(Debug)]
enum Phase {
    /// The host was asked for a token.
    AskedToken,
    /// The shared cache was asked, on behalf of a flight.
    Loading(Flight),
    /// A request for a token is under way.
    Fetching(Box<Fetch>),
    /// The shared cache is told of a new token.
    Saving,
    NeedToken,
    /// A turn may have been given.
    NeedTurn(Option<Slot>),
    InFlight,
    Pausing(u64),
    Ended(Option<Box<Result<Reply, Error>>>),
}

#[derive(Debug)]
struct Fetch {
    flight: Flight,
    exchange: Exchange,
    /// When the last request was sent: the token's life counts from here.
    sent: Instant,
}

impl Exchange {
    /// A call of `request`, whose arguments and options are all checked here; nothing has been sent.
    pub fn new(session: &Session, request: &dyn Request, options: CallOptions) -> Result<Self, Error> {
        let mut problems = request.broken();
        problems.extend(options.problems());
        Error::check(request.operation().name, problems)?;
        Ok(Self::prepared(session, request.encode()?, options))
    }

    /// What is sent.
    pub(crate) const fn request(&self) -> &Prepared {
        &self.prepared
    }

    fn prepared(session: &Session, prepared: Prepared, options: CallOptions) -> Self {
        let authorization = match (options.token, &session.config().credentials) {
            (Some(token), _) => Authorization::Given(Arc::new(token)),
            (None, Credentials::Backend) => Authorization::Nobody,
            (None, Credentials::App { .. } | Credentials::Host) => Authorization::Session,
        };
        Self {
            session: session.clone(),
            authorization,
            request_id: options.request_id,
            random: session.random(),
            budget: options
                .deadline
                .or(session.config().deadline)
                .unwrap_or_else(|| retry::deadline(prepared.operation)),
            deadline: None,
            prepared,
            is_part: false,
            is_relayed: false,
            fresh_connection: false,
            phase: Phase::NeedToken,
            held: None,
            rejected: None,
            waited: None,
            sent: 0,
            attempts: 0,
            refreshes: 0,
            unstarted: 0,
            throttles: 0,
            resends_left: u32::MAX,
            last_cost: None,
            next: None,
            ended_effect: Effect::None,
            out_of_time: false,
        }
    }

    /// A request for a token; it needs none itself.
    fn fetch(session: &Session, prepared: Prepared, deadline: Instant) -> Self {
        let mut exchange = Self::prepared(session, prepared, CallOptions::default());
        exchange.authorization = Authorization::Nobody;
        exchange.deadline = Some(deadline);
        exchange
    }

    /// This call as one attempt of a client elsewhere, which resends, reads and waits by itself: it renews a refused
    /// token, and else ends with the first answer. It takes less time than that client's attempt, so that the client
    /// hears how it ended.
    pub fn into_relayed(mut self) -> Self {
        self.budget = self.budget.min(retry::attempt_budget(self.prepared.operation.replay) / 10 * 9);
        (self.is_part, self.is_relayed) = (true, true);
        self
    }

    /// This call as one counted attempt of a larger one, which decides about resending by [`Self::next_move`].
    pub(crate) fn into_part(mut self) -> Self {
        self.is_part = true;
        self
    }

    /// After this part has ended, the next one of the same larger call.
    pub(crate) fn next_part(&self, prepared: Prepared, fresh_connection: bool) -> Self {
        let authorization = match &self.authorization {
            Authorization::Given(token) => Authorization::Given(token.clone()),
            Authorization::Nobody => Authorization::Nobody,
            Authorization::Session => Authorization::Session,
        };
        let mut part = Self::prepared(&self.session, prepared, CallOptions::default());
        part.authorization = authorization;
        part.request_id.clone_from(&self.request_id);
        part.deadline = self.deadline;
        part.is_part = true;
        part.fresh_connection = fresh_connection;
        part.refreshes = self.refreshes;
        part.rejected.clone_from(&self.rejected);
        part
    }

    /// When the whole call must be over; it is set by the first poll.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// What the policy would do about the answer that ended this call; nothing if no answer did.
    pub(crate) const fn next_move(&self) -> Option<Next> {
        self.next
    }

    /// What the last retry has cost; a part's is given back when the whole call succeeds.
    pub(crate) const fn last_cost(&self) -> Option<Cost> {
        self.last_cost
    }

    /// How many requests of the operation were handed to the transport, those never started not counted.
    pub(crate) const fn sent(&self) -> u32 {
        self.sent
    }

    /// The result, as soon as there is one; nothing when it was taken already.
    pub(crate) fn take_result(&mut self) -> Option<Result<Reply, Error>> {
        if let Phase::Ended(result) = &mut self.phase { result.take().map(|result| *result) } else { None }
    }

    /// Whether it has yet to send a request, the first one or another.
    const fn is_between(&self) -> bool {
        matches!(self.phase, Phase::NeedToken | Phase::NeedTurn(_) | Phase::Pausing(_))
    }

    /// Whether a request is under way that may change something.
    pub(crate) const fn may_act(&self) -> bool {
        matches!(self.phase, Phase::InFlight) && self.prepared.operation.replay.is_write()
    }

    fn succeed(&mut self, reply: Reply) {
        let is_write = self.prepared.operation.replay.is_write();
        self.ended_effect = if is_write { Effect::Applied } else { Effect::None };
        self.phase = Phase::Ended(Some(Box::new(Ok(reply))));
    }

    fn fail(&mut self, mut error: Error) {
        self.ended_effect = error.effect;
        error.operation = Some(self.prepared.operation.name.to_owned());
        error.attempts = self.sent;
        self.phase = Phase::Ended(Some(Box::new(Err(error))));
    }

    fn need_token(&mut self, now: Instant, deadline: Instant) -> Option<Step<Result<Reply, Error>>> {
        match (&self.authorization, &self.session.config().credentials) {
            (Authorization::Given(token), _) => {
                self.held = Some(Held { value: token.clone(), generation: 0 });
                self.phase = Phase::NeedTurn(None);
                None
            }
            (Authorization::Nobody, _) | (Authorization::Session, Credentials::Backend) => {
                self.phase = Phase::NeedTurn(None);
                None
            }
            (Authorization::Session, Credentials::Host) => {
                self.phase = Phase::AskedToken;
                let budget = TOKEN_FUNCTION_BUDGET.min(deadline.remaining(now));
                Some(Step::Ask(Ask::Token { refused: self.rejected.is_some() }, budget))
            }
            (Authorization::Session, Credentials::App { .. }) => {
                let (turn, seen) = self.session.token(now, self.waited);
                match turn {
                    Turn::Fail(error) => self.fail(without_token(*error)),
                    Turn::Use(held) => self.hold(held),
                    Turn::Wait { flight, delay } => {
                        self.waited = Some(flight);
                        let delay = delay.min(deadline.remaining(now));
                        return Some(Step::Wait(Pause { delay, seen: Some(seen) }));
                    }
                    Turn::Fetch { flight, is_renewal } => {
                        let flight = Flight::new(&self.session, flight, is_renewal);
                        if self.session.shares_cache() {
                            self.phase = Phase::Loading(flight);
                            let budget = CACHE_BUDGET.min(deadline.remaining(now));
                            return Some(Step::Ask(Ask::Load { key: self.session.cache_key() }, budget));
                        }
                        self.start_fetch(now, flight);
                    }
                }
                None
            }
        }
    }

    /// Goes on with this token, unless it is the one that was just rejected.
    fn hold(&mut self, held: Held) {
        if self.rejected.as_ref() == Some(&held.value) {
            let mut error =
                Error::new(ErrorKind::Unauthorized, "the token was refused, and renewing it gave the same one");
            error.same_token = true;
            self.fail(error);
        } else {
            self.held = Some(held);
            self.waited = None;
            self.phase = Phase::NeedTurn(None);
        }
    }

    fn start_fetch(&mut self, now: Instant, flight: Flight) {
        let Some(prepared) = self.session.token_request() else {
            return self.fail(Error::new(ErrorKind::Unauthorized, "there are no credentials to fetch a token with"));
        };
        // While the old token is good, nobody waits long for the new one.
        let soft = flight.is_renewal.then(|| now.after(SOFT_BUDGET));
        let deadline = self.deadline.unwrap_or(now);
        let deadline = soft.filter(|soft| soft.monotonic < deadline.monotonic).unwrap_or(deadline);
        let exchange = Self::fetch(&self.session, prepared, deadline);
        self.phase = Phase::Fetching(Box::new(Fetch { flight, exchange, sent: now }));
    }

    fn poll_fetch(&mut self, now: Instant, mut fetch: Box<Fetch>) -> Option<Step<Result<Reply, Error>>> {
        let id = fetch.flight.id;
        let is_flying = self.session.tokens(|tokens| tokens.is_flying(id));
        if !is_flying && fetch.exchange.is_between() {
            // Somebody took over meanwhile.
            self.phase = Phase::NeedToken;
            return None;
        }
        let step = fetch.exchange.poll(now);
        let result = match step {
            Step::Ask(..) | Step::Wait(_) => {
                // While the holder pauses between two requests, the flight is still its own.
                if let Step::Wait(pause) = &step {
                    self.session.tokens(|tokens| tokens.extend(id, now.after(pause.delay)));
                }
                self.phase = Phase::Fetching(fetch);
                return Some(step);
            }
            Step::Send(request) => {
                fetch.sent = now;
                let flight = fetch.flight.id;
                self.session.tokens(|tokens| tokens.extend(flight, now));
                self.phase = Phase::Fetching(fetch);
                return Some(Step::Send(request));
            }
            Step::Done(result) => result,
        };
        let (id, sent) = (fetch.flight.id, fetch.sent);
        let landed = result.and_then(|reply| {
            self.session.change_tokens(|tokens| tokens.land(id, &reply.data, sent, now, &mut self.random)).map_err(
                |mut error| {
                    error.http_status = Some(reply.http_status);
                    error.log_id = reply.log_id;
                    error
                },
            )
        });
        match landed {
            Ok((held, cached)) => {
                self.session.refund(fetch.exchange.last_cost);
                self.hold(held);
                if self.session.shares_cache() && matches!(self.phase, Phase::NeedTurn(_)) {
                    self.phase = Phase::Saving;
                    let budget = CACHE_BUDGET.min(self.deadline.unwrap_or(now).remaining(now));
                    return Some(Step::Ask(Ask::Save { key: self.session.cache_key(), value: cached }, budget));
                }
            }
            Err(error) => {
                let is_renewal = fetch.flight.is_renewal;
                // A caller that ran out of its own time says nothing about the token: the next waiter takes over.
                if is_renewal || !fetch.exchange.out_of_time {
                    self.session.change_tokens(|tokens| tokens.fail(id, &error, now));
                }
                if is_renewal {
                    // Back to the old token, if it is still good.
                    self.phase = Phase::NeedToken;
                } else {
                    self.fail(without_token(error));
                }
            }
        }
        None
    }

    /// What the host has answered, or that it did not.
    fn told(&mut self, now: Instant, asked: Phase, answer: Answer) {
        match (asked, answer) {
            (Phase::Loading(flight), Answer::Loaded(Some(bytes))) if self.session.shares_cache() => {
                let id = flight.id;
                let land = |random: &mut Random| {
                    self.session.change_tokens(|tokens| tokens.land_cached(id, &bytes, now, random))
                };
                match land(&mut self.random) {
                    Some(held) => self.hold(held),
                    None => self.start_fetch(now, flight),
                }
            }
            (Phase::Loading(flight), _) => self.start_fetch(now, flight),
            (Phase::AskedToken, Answer::Token(Ok(token))) => match token_problem(token.expose()) {
                Some(problem) => {
                    self.fail(token_source(&format!("the token function returned a token that {problem}")))
                }
                None => self.hold(Held { value: Arc::new(token), generation: 0 }),
            },
            (Phase::AskedToken, Answer::Token(Err(text))) => {
                self.fail(token_source(&format!("the token function failed: {}", cleaned(&text))));
            }
            (Phase::AskedToken, _) => self.fail(token_source("the token function did not answer in time")),
            _ => self.phase = Phase::NeedTurn(None),
        }
    }

    fn need_turn(&mut self, now: Instant, deadline: Instant, turn: Option<Slot>) -> Option<Step<Result<Reply, Error>>> {
        let operation = self.prepared.operation;
        match turn {
            Some(slot) if now.monotonic < slot.at => {
                self.phase = Phase::NeedTurn(Some(slot));
                Some(Step::Wait(Pause { delay: slot.at - now.monotonic, seen: None }))
            }
            Some(slot) if self.session.is_good(operation, slot) => Some(self.send(now, deadline)),
            Some(_) | None => {
                match self.session.turn(operation, now, deadline.monotonic.saturating_sub(1)) {
                    Ok(slot) => self.phase = Phase::NeedTurn(Some(slot)),
                    Err(wait) => {
                        self.out_of_time = true;
                        let summary = "waiting for a turn within the quota would pass the deadline";
                        let mut error = Error::new(ErrorKind::RateLimited, summary);
                        error.retryable = true;
                        error.retry_after_ms = Some(wait);
                        self.fail(error);
                    }
                }
                None
            }
        }
    }

    fn send(&mut self, now: Instant, deadline: Instant) -> Step<Result<Reply, Error>> {
        let budget = retry::attempt_budget(self.prepared.operation.replay).min(deadline.remaining(now));
        let token = self.held.as_ref().map(|held| &*held.value);
        let mut request = self.session.request(&self.prepared, token, self.request_id.as_deref(), budget);
        request.fresh_connection = self.fresh_connection;
        self.phase = Phase::InFlight;
        self.sent += 1;
        Step::Send(request)
    }

    fn answered(&mut self, now: Instant, answer: Result<HttpResponse, TransportError>) -> Observation {
        let operation = self.prepared.operation;
        let mut observation = Observation {
            operation: operation.name.to_owned(),
            method: operation.method.as_str().to_owned(),
            path: operation.path.to_owned(),
            attempt: self.sent,
            http_status: match &answer {
                Ok(response) => Some(response.status),
                Err(error) => error.head.as_ref().map(|head| head.status),
            },
            ..Observation::default()
        };
        match verdict::judge_request(&self.prepared, answer.as_ref()) {
            Ok(reply) => {
                // A part leaves this to the whole call, and a token request to the token: it may be unusable.
                if operation.replay != Replay::Token && (!self.is_part || self.is_relayed) {
                    self.session.refund(self.last_cost);
                }
                observation.log_id.clone_from(&reply.log_id);
                if operation.replay.is_write() {
                    observation.effect = Effect::Applied;
                }
                self.succeed(reply);
            }
            Err(failure) => {
                observation.code = failure.error.code;
                observation.log_id.clone_from(&failure.error.log_id);
                observation.kind = Some(failure.error.kind);
                observation.effect = failure.error.effect;
                observation.summary.clone_from(&failure.error.summary);
                self.failed(now, *failure);
                if let Phase::Pausing(until) = self.phase {
                    observation.pause_ms = Some(until.saturating_sub(now.monotonic));
                }
            }
        }
        observation
    }

    fn failed(&mut self, now: Instant, failure: Failure) {
        self.next = Some(failure.next);
        self.decide(now, failure);
        if !matches!(self.phase, Phase::Ended(_)) {
            // The call goes on: if it ends before the next answer, this one is not the reason.
            self.next = None;
        }
    }

    fn decide(&mut self, now: Instant, failure: Failure) {
        let Failure { mut error, next } = failure;
        let deadline = self.deadline.unwrap_or(now);
        if deadline.remaining(now) == 0 && next != Next::Stop {
            self.out_of_time = true;
            error.kind = ErrorKind::Deadline;
            error.summary = format!("the deadline passed; before that: {}", error.summary);
            return self.fail(error);
        }
        match next {
            Next::Unstarted if self.unstarted < retry::MAX_UNSTARTED => {
                self.unstarted += 1;
                self.sent -= 1;
                self.fresh_connection = true;
                self.phase = Phase::NeedToken;
            }
            Next::Throttle { after } => {
                let pause = retry::throttle(after, self.throttles, &mut self.random);
                self.throttles += 1;
                self.session.shut(self.prepared.operation, now, pause);
                error.retry_after_ms = Some(pause);
                if self.is_relayed {
                    return self.fail(error);
                }
                self.again(now, deadline, pause, Cost::Throttle, error);
            }
            Next::Refresh => self.refresh(error),
            Next::Again { resends, after } => {
                self.attempts += 1;
                self.resend(now, deadline, resends, after.unwrap_or(0), error);
            }
            Next::Unstarted => {
                self.attempts += 1;
                self.next = Some(Next::Again { resends: u32::MAX, after: None });
                self.resend(now, deadline, u32::MAX, 0, error);
            }
            Next::Conflict | Next::Finished | Next::Stop => self.fail(error),
        }
    }

    /// The token was refused: nobody shall use it again, and this call may have one more.
    fn refresh(&mut self, error: Error) {
        let Some(held) = self.held.take().filter(|_| matches!(self.authorization, Authorization::Session)) else {
            return self.fail(error);
        };
        self.session.tokens(|tokens| tokens.invalidate(held.generation));
        self.rejected = Some(held.value);
        if self.refreshes < retry::MAX_REFRESHES {
            self.refreshes += 1;
            self.phase = Phase::NeedToken;
        } else {
            self.fail(error);
        }
    }

    fn resend(&mut self, now: Instant, deadline: Instant, resends: u32, after: u64, error: Error) {
        self.resends_left = self.resends_left.min(resends);
        let is_spent = self.attempts >= retry::max_attempts(self.prepared.operation.replay) || self.resends_left == 0;
        if self.is_part || is_spent || error.effect == Effect::Unknown {
            return self.fail(error);
        }
        self.resends_left -= 1;
        self.unstarted = 0;
        self.fresh_connection = true;
        let pause = retry::backoff(self.attempts - 1, &mut self.random).max(after);
        self.again(now, deadline, pause, Cost::Transient, error);
    }

    /// Pauses and goes on, or ends with `error` if that would pass the deadline or cannot be afforded.
    fn again(&mut self, now: Instant, deadline: Instant, pause: u64, cost: Cost, mut error: Error) {
        if pause >= deadline.remaining(now) {
            self.out_of_time = true;
            error.retry_after_ms = Some(pause);
            self.fail(error);
        } else if !self.session.take_retry(cost) {
            self.fail(error);
        } else {
            self.last_cost = Some(cost);
            self.phase = Phase::Pausing(now.monotonic + pause);
        }
    }
}

impl Machine for Exchange {
    type Output = Result<Reply, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        let budget = self.budget;
        let deadline = *self.deadline.get_or_insert_with(|| now.after(budget));
        loop {
            let step = match std::mem::replace(&mut self.phase, Phase::NeedToken) {
                Phase::Ended(result) => {
                    self.phase = Phase::Ended(None);
                    return Step::Done(result.map_or_else(|| Err(ended_already()), |result| *result));
                }
                Phase::InFlight => {
                    let lost = TransportError::new(TransportErrorKind::Other, true, "it handed in no answer");
                    self.answered(now, Err(lost));
                    None
                }
                asked @ (Phase::AskedToken | Phase::Loading(_) | Phase::Saving) => {
                    self.told(now, asked, Answer::Late);
                    None
                }
                Phase::Fetching(fetch) => self.poll_fetch(now, fetch),
                _ if deadline.remaining(now) == 0 => {
                    self.out_of_time = true;
                    let summary = "the deadline passed before the request could be sent";
                    let mut error = Error::new(ErrorKind::Deadline, summary);
                    error.retryable = true;
                    self.fail(error);
                    None
                }
                Phase::NeedToken => self.need_token(now, deadline),
                Phase::NeedTurn(turn) => self.need_turn(now, deadline, turn),
                Phase::Pausing(until) if now.monotonic < until => {
                    self.phase = Phase::Pausing(until);
                    Some(Step::Wait(Pause { delay: until - now.monotonic, seen: None }))
                }
                Phase::Pausing(_) => None,
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match (std::mem::replace(&mut self.phase, Phase::NeedToken), answer) {
            (Phase::InFlight, Answer::Http(answer)) => Some(self.answered(now, answer)),
            (Phase::Fetching(mut fetch), answer) => {
                let observation = fetch.exchange.handle(now, answer);
                self.phase = Phase::Fetching(fetch);
                observation
            }
            (asked @ (Phase::AskedToken | Phase::Loading(_) | Phase::Saving), answer) => {
                self.told(now, asked, answer);
                None
            }
            (phase, _) => {
                self.phase = phase;
                None
            }
        }
    }

    fn cancel(&mut self) -> Error {
        let effect = if matches!(self.phase, Phase::Ended(_)) {
            self.ended_effect
        } else if self.may_act() {
            Effect::Unknown
        } else {
            Effect::None
        };
        let mut error = Error::new(ErrorKind::Cancelled, "the caller cancelled the call");
        error.effect = effect;
        error.operation = Some(self.prepared.operation.name.to_owned());
        error.attempts = self.sent;
        self.fail(error.clone());
        error
    }

    fn session(&self) -> &Session {
        &self.session
    }
}

fn token_source(summary: &str) -> Error {
    Error::new(ErrorKind::TokenSource, summary)
}

fn without_token(mut error: Error) -> Error {
    error.summary = format!("no tenant access token: {}", error.summary);
    error.effect = Effect::None;
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::endpoint::{Endpoint, Outcome};
    use crate::http::HttpRequest;
    use crate::session::Config;

    struct Ping;

    impl Endpoint for Ping {
        const OPERATION: crate::endpoint::Operation = crate::endpoint::Operation {
            name: "ping",
            method: crate::http::Method::Get,
            path: "/ping",
            replay: Replay::Read,
            quota: crate::limit::Quota::per_second(50),
            scope: "",
            codes: &[],
        };
        type Response = bool;
        type Output = bool;

        fn output(outcome: Outcome) -> Result<bool, Error> {
            Self::decode(&outcome.reply)
        }

        fn path(&self) -> String {
            "/ping".to_owned()
        }

        fn problems(&self) -> Vec<crate::error::Problem> {
            Vec::new()
        }
    }

    fn session(credentials: Credentials) -> Session {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        Session::new(Config::new(base_url, credentials), 7).expect("valid")
    }

    fn relayed(options: CallOptions) -> Exchange {
        Exchange::new(&session(Credentials::Host), &Ping, options).expect("valid").into_relayed()
    }

    fn sent(exchange: &mut Exchange) -> HttpRequest {
        loop {
            match exchange.poll(Instant::default()) {
                Step::Send(request) => return request,
                Step::Ask(..) => {
                    let token = format!("t-{}", exchange.refreshes);
                    exchange.handle(Instant::default(), Answer::Token(Ok(Secret::new(token))));
                }
                other @ (Step::Done(_) | Step::Wait(_)) => panic!("{other:?}"),
            }
        }
    }

    fn ended(exchange: &mut Exchange, status: u16) -> Error {
        let response = HttpResponse { status, ..HttpResponse::default() };
        exchange.handle(Instant::default(), Answer::Http(Ok(response)));
        match exchange.poll(Instant::default()) {
            Step::Done(Err(error)) => error,
            other @ (Step::Ask(..) | Step::Done(_) | Step::Send(_) | Step::Wait(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_relayed_call_leaves_waiting_and_resending_to_its_client() {
        for (status, kind) in [(429, ErrorKind::RateLimited), (500, ErrorKind::Http)] {
            let mut exchange = relayed(CallOptions::default());
            sent(&mut exchange);
            let error = ended(&mut exchange, status);
            assert_eq!((error.kind, error.attempts), (kind, 1));
        }
    }

    #[test]
    fn a_relayed_call_renews_a_refused_token_once() {
        let mut exchange = relayed(CallOptions::default());
        sent(&mut exchange);
        let response = HttpResponse { status: 401, ..HttpResponse::default() };
        exchange.handle(Instant::default(), Answer::Http(Ok(response)));
        sent(&mut exchange);
        assert_eq!(ended(&mut exchange, 401).attempts, 2);
    }

    #[test]
    fn a_relayed_call_ends_before_the_attempt_of_its_client() {
        let budget = sent(&mut relayed(CallOptions::default())).budget;
        assert_eq!(budget, retry::attempt_budget(Replay::Read) / 10 * 9);
        let options = CallOptions { deadline: Some(300), ..CallOptions::default() };
        assert_eq!(sent(&mut relayed(options)).budget, 300);
    }

    #[test]
    fn a_request_that_was_never_started_goes_again_at_once_twice_in_each_attempt() {
        let session = session(Credentials::Backend);
        let mut exchange = Exchange::new(&session, &Ping, CallOptions::default()).expect("valid");
        let mut now = Instant::default();
        let mut pauses = Vec::new();
        for sent in 1..=10 {
            let mut step = exchange.poll(now);
            if let Step::Wait(pause) = step {
                pauses.push(sent);
                now = now.after(pause.delay);
                step = exchange.poll(now);
            }
            assert!(matches!(step, Step::Send(_)), "{step:?}");
            let closed = TransportError::new(TransportErrorKind::Closed, false, "");
            exchange.handle(now, Answer::Http(Err(closed)));
        }
        assert_eq!(pauses, [4, 7, 10], "before these requests");
    }

    #[test]
    fn what_ends_a_call_is_not_an_older_answer() {
        let session = session(Credentials::Host);
        let mut part = Exchange::new(&session, &Ping, CallOptions::default()).expect("valid").into_part();
        sent(&mut part);
        let refused = HttpResponse { status: 401, ..HttpResponse::default() };
        part.handle(Instant::default(), Answer::Http(Ok(refused)));
        assert!(matches!(part.poll(Instant::default()), Step::Ask(..)));
        part.handle(Instant::default(), Answer::Token(Err("none".to_owned())));
        assert!(matches!(part.poll(Instant::default()), Step::Done(Err(_))));
        assert_eq!(part.next_move(), None, "no answer ended it");
    }

    #[test]
    fn a_token_that_cannot_be_used_is_no_success_and_gives_no_retries_back() {
        for (life, is_usable) in [(0, false), (7_200, true)] {
            let app = Credentials::App { app_id: "cli_a".to_owned(), app_secret: Secret::new("secret".to_owned()) };
            let session = session(app);
            while session.take_retry(Cost::Transient) {}
            for generation in 1..=4 {
                let mut exchange = Exchange::new(&session, &Ping, CallOptions::default()).expect("valid");
                assert!(sent(&mut exchange).url.contains("tenant_access_token"));
                let body = format!(r#"{{"code":0,"tenant_access_token":"t-1","expire":{life}}}"#);
                let response = HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() };
                exchange.handle(Instant::default(), Answer::Http(Ok(response)));
                drop(exchange.poll(Instant::default()));
                session.tokens(|tokens| tokens.invalidate(generation));
            }
            assert_eq!(session.take_retry(Cost::Transient), is_usable, "500 = 35 x 14 + 10, and four successes");
        }
    }
}
