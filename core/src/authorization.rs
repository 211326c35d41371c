//! One token for one call: the caller's, the host's, the client's own, a shared cache's, or one that is fetched now.

use std::sync::Arc;

use crate::attempt::{Attempt, too_late};
use crate::endpoint::{Prepared, Reply};
use crate::envelope::cleaned;
use crate::error::{Effect, Error, ErrorKind};
use crate::machine::{Answer, Ask, Observation, Pause, Reason, Step};
use crate::retry::{self, Random};
use crate::session::{Credentials, Session};
use crate::time::Instant;
use crate::token::{Held, SOFT_BUDGET, Secret, Turn, custom_app, token_problem};

/// How long the host's token function may take, in milliseconds.
const TOKEN_FUNCTION_BUDGET: u64 = 10_000;
/// How long a shared cache may take, in milliseconds; later than that it is a miss.
const CACHE_BUDGET: u64 = 1_000;

/// Gives a call its token before each request, and another one once if it was refused.
#[derive(Debug)]
pub(crate) struct Authorization {
    session: Session,
    source: Source,
    /// The call's number.
    call: u64,
    phase: Phase,
    /// The token that was given last.
    held: Option<Held>,
    /// When it came.
    came: Option<Instant>,
    rejected: Option<Arc<Secret>>,
    /// The flight that this call has waited for.
    waited: Option<u64>,
    refreshes: u32,
    was_outlived: bool,
}

#[derive(Clone, Debug)]
enum Source {
    /// The client's own store.
    App,
    /// The caller, for this call only.
    Given(Arc<Secret>),
    /// The host's token function.
    Host,
    /// Nobody: a backend adds the token.
    Nobody,
}

#[derive(Debug)]
enum Phase {
    Idle,
    /// The host was asked for a token.
    Asked,
    /// The shared cache was asked, on behalf of a flight.
    Loading(Flight),
    /// A request for a token is under way.
    Fetching(Box<Fetch>),
    /// The shared cache is told of a new token.
    Saving,
    /// There is a token, or there is none to be had.
    Ready(Result<(), Error>),
}

/// A request for a token, which itself carries none.
#[derive(Debug)]
struct Fetch {
    flight: Flight,
    attempt: Attempt,
    deadline: Instant,
    /// When the last request was sent: the token's life counts from here.
    sent: Instant,
}

/// What it ends with: the token, or none where requests carry none.
type Outcome = Result<Option<Arc<Secret>>, Error>;

impl Authorization {
    pub(crate) fn new(session: &Session, given: Option<Secret>, call: u64) -> Self {
        let source = match (given, &session.config().credentials) {
            (Some(token), _) => Source::Given(Arc::new(token)),
            (None, Credentials::App { .. }) => Source::App,
            (None, Credentials::Backend) => Source::Nobody,
            (None, Credentials::Host) => Source::Host,
        };
        Self {
            session: session.clone(),
            source,
            call,
            phase: Phase::Idle,
            held: None,
            came: None,
            rejected: None,
            waited: None,
            refreshes: 0,
            was_outlived: false,
        }
    }

    /// The same for the next part of the same larger call, all whose parts have no more refreshes than one.
    pub(crate) fn next_part(&self) -> Self {
        Self {
            session: self.session.clone(),
            source: self.source.clone(),
            call: self.call,
            phase: Phase::Idle,
            held: self.held.clone(),
            came: None,
            rejected: self.rejected.clone(),
            waited: None,
            refreshes: self.refreshes,
            was_outlived: false,
        }
    }

    /// The same for the next read of a wait, which may last longer than any token: each has a refresh of its own.
    pub(crate) fn next_read(&self) -> Self {
        Self { refreshes: 0, ..self.next_part() }
    }

    /// What to do now, until there is a token. `random` is the call's jitter.
    pub(crate) fn poll(&mut self, now: Instant, deadline: Instant, random: &mut Random) -> Step<Outcome> {
        loop {
            let step = match std::mem::replace(&mut self.phase, Phase::Idle) {
                Phase::Idle if deadline.remaining(now) == 0 => return Step::Done(Err(too_late())),
                Phase::Idle => self.begin(now, deadline),
                Phase::Fetching(fetch) => self.poll_fetch(now, deadline, random, fetch),
                Phase::Ready(result) => {
                    return Step::Done(result.map(|()| self.held.as_ref().map(|held| held.value.clone())));
                }
                asked @ (Phase::Asked | Phase::Loading(_) | Phase::Saving) => {
                    self.told(now, deadline, random, asked, Answer::Late);
                    None
                }
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Takes an answer; what nobody asked for is ignored.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        deadline: Instant,
        random: &mut Random,
        answer: Answer,
    ) -> Option<Observation> {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Fetching(mut fetch) => {
                let observation = fetch.attempt.handle(now, fetch.deadline, answer);
                self.phase = Phase::Fetching(fetch);
                return observation;
            }
            asked @ (Phase::Asked | Phase::Loading(_) | Phase::Saving) => {
                self.told(now, deadline, random, asked, answer);
            }
            phase @ (Phase::Idle | Phase::Ready(_)) => self.phase = phase,
        }
        None
    }

    /// What is known of the request for a token that is under way.
    pub(crate) fn started(&self) -> Option<Observation> {
        match &self.phase {
            Phase::Fetching(fetch) => fetch.attempt.started(),
            Phase::Asked | Phase::Idle | Phase::Loading(_) | Phase::Ready(_) | Phase::Saving => None,
        }
    }

    /// Whether another token must be had before a request that may go now: the time of this one is over, and was not
    /// when it came, since one that came too late may still be good for a request at once. It is said once in a call, as
    /// a token that lives for less time than a turn takes would be over again and again.
    pub(crate) fn is_outlived(&mut self, now: Instant) -> bool {
        let is_over = self.came != Some(now) && self.held.as_ref().is_some_and(|held| held.is_over(now));
        is_over && !std::mem::replace(&mut self.was_outlived, true)
    }

    /// Stops whatever is under way; a fetch is taken over by whoever waits for it.
    pub(crate) fn stop(&mut self) {
        self.phase = Phase::Idle;
    }

    /// The token was refused: nobody shall use it again. Says whether this call may have another one.
    pub(crate) fn refused(&mut self) -> bool {
        let Some(held) = self.held.take().filter(|_| matches!(self.source, Source::App | Source::Host)) else {
            return false;
        };
        self.session.tokens(|tokens| tokens.invalidate(held.generation));
        self.rejected = Some(held.value);
        let may_refresh = self.refreshes < retry::MAX_REFRESHES;
        self.refreshes += u32::from(may_refresh);
        may_refresh
    }

    fn begin(&mut self, now: Instant, deadline: Instant) -> Option<Step<Outcome>> {
        match &self.source {
            Source::Given(token) => {
                self.held = Some(Held::foreign(token.clone()));
                self.phase = Phase::Ready(Ok(()));
                None
            }
            Source::Nobody => {
                self.phase = Phase::Ready(Ok(()));
                None
            }
            // It is asked once in a call, unless its token was refused.
            Source::Host if self.held.is_some() => {
                self.phase = Phase::Ready(Ok(()));
                None
            }
            Source::Host => {
                self.phase = Phase::Asked;
                let budget = TOKEN_FUNCTION_BUDGET.min(deadline.remaining(now));
                Some(Step::Ask(Ask::Token { refused: self.rejected.is_some() }, budget))
            }
            Source::App => {
                let (turn, seen) = self.session.token(now, self.waited);
                match turn {
                    Turn::Fail(error) => self.phase = Phase::Ready(Err(without_token(*error))),
                    Turn::Use(held) => self.hold(now, held),
                    Turn::Wait { flight, delay } => {
                        self.waited = Some(flight);
                        let delay = delay.min(deadline.remaining(now));
                        return Some(Step::Wait(Pause { delay, reason: Reason::Token, seen: Some(seen) }));
                    }
                    Turn::Fetch { flight, is_renewal } => {
                        let flight = Flight { session: self.session.clone(), id: flight, is_renewal };
                        if self.session.shares_cache() {
                            self.phase = Phase::Loading(flight);
                            let budget = CACHE_BUDGET.min(deadline.remaining(now));
                            return Some(Step::Ask(Ask::Load { key: cache_key(&self.session) }, budget));
                        }
                        self.start_fetch(now, deadline, flight);
                    }
                }
                None
            }
        }
    }

    /// Goes on with this token, unless it is the one that was just rejected.
    fn hold(&mut self, now: Instant, held: Held) {
        if self.rejected.as_ref() == Some(&held.value) {
            let mut error =
                Error::new(ErrorKind::Unauthorized, "the token was refused, and renewing it gave the same one");
            error.same_token = true;
            self.phase = Phase::Ready(Err(error));
        } else {
            (self.held, self.came) = (Some(held), Some(now));
            self.waited = None;
            self.phase = Phase::Ready(Ok(()));
        }
    }

    fn start_fetch(&mut self, now: Instant, deadline: Instant, flight: Flight) {
        let Some(prepared) = token_request(&self.session) else {
            let error = Error::new(ErrorKind::Unauthorized, "there are no credentials to fetch a token with");
            self.phase = Phase::Ready(Err(error));
            return;
        };
        // While the old token is good, nobody waits long for the new one.
        let soft = flight.is_renewal.then(|| now.after(SOFT_BUDGET));
        let deadline = soft.filter(|soft| soft.monotonic < deadline.monotonic).unwrap_or(deadline);
        let attempt = Attempt::new(&self.session, prepared, None, self.call);
        self.phase = Phase::Fetching(Box::new(Fetch { flight, attempt, deadline, sent: now }));
    }

    fn poll_fetch(
        &mut self,
        now: Instant,
        deadline: Instant,
        random: &mut Random,
        mut fetch: Box<Fetch>,
    ) -> Option<Step<Outcome>> {
        let id = fetch.flight.id;
        let is_flying = self.session.tokens(|tokens| tokens.is_flying(id));
        if !is_flying && fetch.attempt.is_between() {
            // Somebody took over meanwhile.
            return None;
        }
        let step = loop {
            if let Some(step) = fetch.attempt.poll(now, fetch.deadline) {
                break step;
            }
            fetch.attempt.authorize(None);
        };
        let step = match step {
            Step::Ask(ask, budget) => Step::Ask(ask, budget),
            Step::Send(request) => {
                fetch.sent = now;
                self.session.tokens(|tokens| tokens.extend(id, now));
                Step::Send(request)
            }
            Step::Wait(pause) => {
                // While the holder pauses between two requests, the flight is still its own.
                self.session.tokens(|tokens| tokens.extend(id, now.after(pause.delay)));
                Step::Wait(pause)
            }
            Step::Done(result) => return self.fetched(now, deadline, random, &fetch, result),
        };
        self.phase = Phase::Fetching(fetch);
        Some(step)
    }

    fn fetched(
        &mut self,
        now: Instant,
        deadline: Instant,
        random: &mut Random,
        fetch: &Fetch,
        result: Result<Reply, Error>,
    ) -> Option<Step<Outcome>> {
        let Flight { id, is_renewal, .. } = fetch.flight;
        let landed = result.and_then(|reply| {
            let (token, life) = custom_app::read(&reply)?;
            Ok(self.session.change_tokens(|tokens| tokens.land(id, token, life, fetch.sent, now, random)))
        });
        match landed {
            Ok((held, cached)) => {
                self.session.refund(fetch.attempt.last_cost());
                self.hold(now, held);
                if self.session.shares_cache() && matches!(self.phase, Phase::Ready(Ok(()))) {
                    self.phase = Phase::Saving;
                    let budget = CACHE_BUDGET.min(deadline.remaining(now));
                    return Some(Step::Ask(Ask::Save { key: cache_key(&self.session), value: cached }, budget));
                }
            }
            Err(error) => {
                // A caller that ran out of its own time says nothing about the token: the next waiter takes over.
                if is_renewal || !fetch.attempt.is_out_of_time() {
                    self.session.change_tokens(|tokens| tokens.fail(id, &error, now));
                }
                // After a renewal it is back to the old token, if that is still good.
                if !is_renewal {
                    self.phase = Phase::Ready(Err(without_token(error)));
                }
            }
        }
        None
    }

    /// What the host has answered, or that it did not.
    fn told(&mut self, now: Instant, deadline: Instant, random: &mut Random, asked: Phase, answer: Answer) {
        let problem = match (asked, answer) {
            (Phase::Loading(flight), Answer::Loaded(Some(bytes))) if self.session.shares_cache() => {
                let landed = self.session.change_tokens(|tokens| tokens.land_cached(flight.id, &bytes, now, random));
                return match landed {
                    Some(held) => self.hold(now, held),
                    None => self.start_fetch(now, deadline, flight),
                };
            }
            (Phase::Loading(flight), _) => return self.start_fetch(now, deadline, flight),
            (Phase::Asked, Answer::Token(Ok(token))) => match token_problem(token.expose()) {
                Some(problem) => format!("the token function returned a token that {problem}"),
                None => return self.hold(now, Held::foreign(Arc::new(token))),
            },
            (Phase::Asked, Answer::Token(Err(text))) => format!("the token function failed: {}", cleaned(&text)),
            (Phase::Asked, _) => "the token function did not answer in time".to_owned(),
            // The token is there already, whatever the cache has done with it.
            _ => {
                self.phase = Phase::Ready(Ok(()));
                return;
            }
        };
        self.phase = Phase::Ready(Err(Error::new(ErrorKind::TokenSource, problem)));
    }
}

/// A fetch under way. Dropping it, at any point, lets a waiter take over at once.
#[derive(Debug)]
struct Flight {
    session: Session,
    id: u64,
    /// Whether the old token is still good.
    is_renewal: bool,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let id = self.id;
        if self.session.tokens(|tokens| tokens.release(id)) {
            self.session.change_tokens(|_| ());
        }
    }
}

/// The request for a token.
fn token_request(session: &Session) -> Option<Prepared> {
    let Credentials::App { app_id, app_secret } = &session.config().credentials else { return None };
    Some(custom_app::request(app_id, app_secret))
}

/// What a shared cache keeps the token under.
fn cache_key(session: &Session) -> String {
    let Credentials::App { app_id, app_secret } = &session.config().credentials else { return String::new() };
    custom_app::cache_key(session.config().base_url.as_str(), app_id, app_secret)
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
    use crate::http::{HttpRequest, HttpResponse};
    use crate::session::Config;

    const START: Instant = Instant { monotonic: 0, wall: 1_766_000_000_000 };

    fn session(credentials: Credentials, shared_cache: bool) -> Session {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        Session::new(Config { shared_cache, ..Config::new(base_url, credentials) }, 7).expect("valid")
    }

    fn app(shared_cache: bool) -> Session {
        session(Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) }, shared_cache)
    }

    struct Driven {
        authorization: Authorization,
        deadline: Instant,
        random: Random,
    }

    impl Driven {
        fn new(session: &Session, deadline: u64) -> Self {
            let authorization = Authorization::new(session, None, 1);
            Self { authorization, deadline: START.after(deadline), random: Random::new(1) }
        }

        fn poll(&mut self, now: Instant) -> Step<Outcome> {
            self.authorization.poll(now, self.deadline, &mut self.random)
        }

        fn handle(&mut self, now: Instant, answer: Answer) {
            self.authorization.handle(now, self.deadline, &mut self.random, answer);
        }

        fn request(&mut self, now: Instant) -> HttpRequest {
            match self.poll(now) {
                Step::Send(request) => request,
                other @ (Step::Ask(..) | Step::Done(_) | Step::Wait(_)) => panic!("{other:?}"),
            }
        }

        fn ask(&mut self, now: Instant) -> (Ask, u64) {
            match self.poll(now) {
                Step::Ask(ask, budget) => (ask, budget),
                other @ (Step::Done(_) | Step::Send(_) | Step::Wait(_)) => panic!("{other:?}"),
            }
        }

        fn end(&mut self, now: Instant) -> Result<Option<String>, Error> {
            match self.poll(now) {
                Step::Done(result) => result.map(|token| token.map(|token| token.expose().to_owned())),
                other @ (Step::Ask(..) | Step::Send(_) | Step::Wait(_)) => panic!("{other:?}"),
            }
        }
    }

    fn token(value: &str, life: u64) -> Answer {
        let body = format!(r#"{{"code":0,"tenant_access_token":"{value}","expire":{life}}}"#);
        Answer::Http(Ok(HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() }))
    }

    fn failed(status: u16) -> Answer {
        Answer::Http(Ok(HttpResponse { status, ..HttpResponse::default() }))
    }

    fn held(value: &str) -> Result<Option<String>, Error> {
        Ok(Some(value.to_owned()))
    }

    #[test]
    fn the_host_has_ten_seconds_or_what_is_left() {
        for (deadline, budget) in [(60_000, 10_000), (10_000, 10_000), (700, 700)] {
            let mut call = Driven::new(&session(Credentials::Host, false), deadline);
            assert_eq!(call.ask(START), (Ask::Token { refused: false }, budget));
        }
        for (answer, summary) in [
            (Some(Answer::Late), "the token function did not answer in time"),
            (None, "the token function did not answer in time"),
            (Some(Answer::Token(Err("vault\ndown".to_owned()))), "the token function failed: vaultdown"),
            (
                Some(Answer::Token(Ok(Secret::new("a b".to_owned())))),
                "the token function returned a token that has other characters than visible ASCII",
            ),
        ] {
            let mut call = Driven::new(&session(Credentials::Host, false), 60_000);
            call.ask(START);
            if let Some(answer) = answer {
                call.handle(START, answer);
            }
            let error = call.end(START).expect_err("no token");
            assert_eq!((error.kind, error.summary.as_str()), (ErrorKind::TokenSource, summary));
        }
    }

    #[test]
    fn a_shared_cache_is_asked_before_and_told_after_and_has_a_second_or_what_is_left() {
        for (deadline, budget) in [(60_000, 1_000), (1_000, 1_000), (300, 300)] {
            for miss in [Some(Answer::Loaded(None)), Some(Answer::Loaded(Some(b"rubbish".to_vec()))), None] {
                let mut call = Driven::new(&app(true), deadline);
                let (load, allowed) = call.ask(START);
                assert!(matches!(load, Ask::Load { .. }) && allowed == budget);
                if let Some(miss) = miss {
                    call.handle(START, miss);
                }
                assert!(call.request(START).sensitive_body);
                call.handle(START, token("t-1", 7_200));
                let (save, allowed) = call.ask(START);
                assert!(matches!(save, Ask::Save { .. }) && allowed == budget);
                assert_eq!(call.end(START), held("t-1"), "whatever the cache has done with it");
            }
        }
    }

    #[test]
    fn what_a_shared_cache_has_needs_no_request() {
        let mut first = Driven::new(&app(true), 60_000);
        first.ask(START);
        first.handle(START, Answer::Loaded(None));
        first.request(START);
        first.handle(START, token("t-1", 7_200));
        let (Ask::Save { value, .. }, _) = first.ask(START) else { panic!("it is saved") };
        let mut second = Driven::new(&app(true), 60_000);
        second.ask(START);
        second.handle(START, Answer::Loaded(Some(value)));
        assert_eq!(second.end(START), held("t-1"));
    }

    #[test]
    fn a_renewal_takes_two_seconds_at_most_and_its_failure_is_no_misfortune() {
        let session = app(false);
        let mut first = Driven::new(&session, 60_000);
        assert_eq!(first.request(START).budget, 10_000);
        first.handle(START, token("t-1", 7_200));
        assert_eq!(first.end(START), held("t-1"));
        let late = START.after(6_400_000);
        for (left, budget) in [(60_000, 2_000), (500, 500)] {
            // The next one is tried after a pause.
            let now = if left == 500 { late.after(30_000) } else { late };
            let mut renewing = Driven::new(&session, now.monotonic + left);
            assert_eq!(renewing.request(now).budget, budget);
            assert_eq!(Driven::new(&session, now.monotonic + left).end(now), held("t-1"), "nobody else renews it");
            renewing.handle(now, failed(404));
            assert_eq!(renewing.end(now), held("t-1"));
        }
    }

    #[test]
    fn a_waiter_trusts_the_one_who_fetches_no_longer_than_its_own_time() {
        for (deadline, expected) in [(60_000, 11_000), (700, 700)] {
            let session = app(false);
            let mut first = Driven::new(&session, 60_000);
            first.request(START);
            let mut second = Driven::new(&session, deadline);
            let Step::Wait(pause) = second.poll(START) else { panic!("it waits") };
            assert_eq!((pause.delay, pause.reason), (expected, Reason::Token));
            assert!(pause.seen.is_some());
            first.handle(START, failed(404));
            let error = first.end(START).expect_err("no token");
            assert!(error.summary.starts_with("no tenant access token: ") && error.effect == Effect::None);
            assert_eq!(second.end(START).map_err(|told| told.summary.clone()), Err(error.summary.clone()));
        }
    }

    #[test]
    fn a_fetch_that_had_no_time_says_nothing_about_the_token() {
        let session = app(false);
        let mut hurried = Driven::new(&session, 100);
        hurried.request(START);
        let mut waiter = Driven::new(&session, 60_000);
        assert!(matches!(waiter.poll(START), Step::Wait(_)));
        let later = START.after(100);
        hurried.handle(later, failed(500));
        assert_eq!(hurried.end(later).expect_err("no token").kind, ErrorKind::Deadline);
        drop(hurried);
        assert!(waiter.request(later).sensitive_body, "it takes over");
    }

    #[test]
    fn a_refused_token_is_renewed_once_in_a_call_and_all_its_parts() {
        let session = app(false);
        let mut call = Driven::new(&session, 60_000);
        call.request(START);
        call.handle(START, token("t-1", 7_200));
        assert_eq!(call.end(START), held("t-1"));
        assert!(call.authorization.refused());
        call.request(START);
        call.handle(START, token("t-2", 7_200));
        assert_eq!(call.end(START), held("t-2"));
        call.authorization = call.authorization.next_part();
        assert_eq!(call.end(START), held("t-2"));
        assert!(!call.authorization.refused());
        assert!(Driven::new(&session, 60_000).request(START).sensitive_body, "nobody uses it any more");
        let mut given = Authorization::new(&session, Some(Secret::new("t-3".to_owned())), 1);
        assert!(matches!(given.poll(START, START.after(1), &mut Random::new(1)), Step::Done(Ok(Some(_)))));
        assert!(!given.refused(), "a caller's own token is never renewed");
    }

    #[test]
    fn a_refused_token_that_comes_back_is_the_end() {
        let mut call = Driven::new(&app(false), 60_000);
        for _ in 0..2 {
            call.request(START);
            call.handle(START, token("t-1", 7_200));
            if call.authorization.rejected.is_none() {
                assert_eq!(call.end(START), held("t-1"));
                assert!(call.authorization.refused());
            }
        }
        let error = call.end(START).expect_err("no other token");
        assert!(error.kind == ErrorKind::Unauthorized && error.same_token);
    }

    #[test]
    fn nobody_is_asked_for_a_token_at_the_deadline() {
        for session in [app(false), app(true), session(Credentials::Host, false)] {
            let mut call = Driven::new(&session, 100);
            let error = call.end(START.after(100)).expect_err("it is too late");
            assert!(error.kind == ErrorKind::Deadline && error.retryable);
        }
    }
}
