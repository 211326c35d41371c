//! One call: a token, then the request; where the token was refused, another one. It decides; it does nothing.

use crate::attempt::{Attempt, Resending};
use crate::authorization::Authorization;
use crate::endpoint::{Prepared, Reply, Request};
use crate::error::Error;
use crate::machine::{Answer, CallOptions, Machine, Observation, Step};
use crate::own_headers;
use crate::retry::{self, Cost};
use crate::session::Session;
use crate::time::Instant;
use crate::verdict::Next;

/// One call of one operation, from a prepared request to a raw reply.
///
/// A read is repeated as often as the policy allows. A write is repeated only where it is proved that the server has
/// not acted; otherwise the call ends with effect unknown.
#[derive(Debug)]
pub struct Exchange {
    authorization: Authorization,
    attempt: Attempt,
    /// How long the call may take, in milliseconds from its first poll.
    budget: u64,
    deadline: Option<Instant>,
}

impl Exchange {
    /// A call of `request`, whose arguments and options are all checked here; nothing has been sent.
    pub fn new(session: &Session, request: &dyn Request, options: CallOptions) -> Result<Self, Error> {
        let mut problems = request.broken();
        problems.extend(options.problems());
        Error::check(request.operation().name, problems)?;
        let mut prepared = request.encode()?;
        let CallOptions { deadline, token, request_id, headers } = options;
        prepared.headers = own_headers::sent(headers);
        let budget = deadline
            .or(session.config().deadline)
            .unwrap_or_else(|| retry::deadline(prepared.operation.replay, prepared.quota));
        let call = session.number();
        Ok(Self {
            authorization: Authorization::new(session, token, call),
            attempt: Attempt::new(session, prepared, request_id, call),
            budget,
            deadline: None,
        })
    }

    /// This call as one attempt of a client elsewhere, which resends, reads and waits by itself: it renews a refused
    /// token, and else ends with the first answer. It takes less time than that client's attempt, so that the client
    /// hears how it ended.
    pub fn into_relayed(mut self) -> Self {
        self.budget = self.budget.min(retry::attempt_budget(self.request().operation.replay) / 10 * 9);
        self.attempt = self.attempt.resent_by(Resending::Elsewhere);
        self
    }

    /// This call as one counted attempt of a larger one, which decides about resending by [`Self::next_move`].
    pub(crate) fn into_part(mut self) -> Self {
        self.attempt = self.attempt.resent_by(Resending::Above);
        self
    }

    /// After this part has ended, the next one of the same larger call.
    pub(crate) fn next_part(&self, mut prepared: Prepared, fresh_connection: bool) -> Self {
        prepared.headers.clone_from(&self.request().headers);
        Self {
            authorization: self.authorization.next_part(),
            attempt: self.attempt.next_part(prepared, fresh_connection),
            budget: self.budget,
            deadline: self.deadline,
        }
    }

    /// After this read of a wait has ended, the next one.
    pub(crate) fn next_read(&self, fresh_connection: bool) -> Self {
        let part = self.next_part(self.request().clone(), fresh_connection);
        Self { authorization: self.authorization.next_read(), ..part }
    }

    /// What is sent.
    pub(crate) const fn request(&self) -> &Prepared {
        self.attempt.request()
    }

    /// When the whole call must be over; it is set by the first poll.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// What the policy would do about the answer that ended this call; nothing if no answer did.
    pub(crate) const fn next_move(&self) -> Option<Next> {
        self.attempt.next_move()
    }

    /// What the last retry has cost; a part's is given back when the whole call succeeds.
    pub(crate) const fn last_cost(&self) -> Option<Cost> {
        self.attempt.last_cost()
    }

    /// How many requests of the operation were handed to the transport, those never started not counted.
    pub(crate) const fn sent(&self) -> u32 {
        self.attempt.sent()
    }

    /// The result, as soon as there is one; nothing when it was taken already.
    pub(crate) fn take_result(&mut self) -> Option<Result<Reply, Error>> {
        self.attempt.take_result()
    }
}

impl Machine for Exchange {
    type Output = Result<Reply, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        let budget = self.budget;
        let deadline = *self.deadline.get_or_insert_with(|| now.after(budget));
        loop {
            if self.attempt.is_due(now) && self.authorization.is_outlived(now) {
                self.attempt.resume();
            }
            if let Some(step) = self.attempt.poll(now, deadline) {
                return step;
            }
            match self.authorization.poll(now, deadline, self.attempt.random()) {
                Step::Ask(ask, budget) => return Step::Ask(ask, budget),
                Step::Send(request) => return Step::Send(request),
                Step::Wait(pause) => return Step::Wait(pause),
                Step::Done(Ok(token)) => self.attempt.authorize(token),
                Step::Done(Err(error)) => self.attempt.fail(error),
            }
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        let deadline = self.deadline.unwrap_or(now);
        if self.attempt.wants_token() {
            return self.authorization.handle(now, deadline, self.attempt.random(), answer);
        }
        let observation = self.attempt.handle(now, deadline, answer);
        if observation.is_some() && self.next_move() == Some(Next::Refresh) && self.authorization.refused() {
            self.attempt.resume();
        }
        observation
    }

    fn started(&self) -> Option<Observation> {
        if self.attempt.wants_token() { self.authorization.started() } else { self.attempt.started() }
    }

    fn cancel(&mut self) -> Error {
        self.authorization.stop();
        self.attempt.cancel()
    }

    fn session(&self) -> &Session {
        self.attempt.session()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::endpoint::{Endpoint, Outcome, Replay};
    use crate::error::{Effect, ErrorKind, TransportError, TransportErrorKind};
    use crate::http::{HttpRequest, HttpResponse};
    use crate::machine::{Ask, Reason, RequestPhase};
    use crate::session::{Config, Credentials};
    use crate::token::Secret;

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
            parameters: &[],
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
                Step::Ask(Ask::Token { refused }, _) => {
                    let token = format!("t-{refused}");
                    exchange.handle(Instant::default(), Answer::Token(Ok(Secret::new(token))));
                }
                other @ (Step::Ask(..) | Step::Done(_) | Step::Wait(_)) => panic!("{other:?}"),
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

    #[test]
    fn a_token_that_is_over_when_the_turn_comes_is_not_sent() {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        let app = Credentials::App { app_id: "cli_a".to_owned(), app_secret: Secret::new("secret".to_owned()) };
        let quotas = vec![("ping".to_owned(), crate::limit::Quota { calls: 1, window: 100_000 })];
        let session = Session::new(Config { quotas, ..Config::new(base_url, app) }, 7).expect("valid");
        let mut now = Instant::default();
        let mut sent = Vec::new();
        let mut answers = [("t-1", 60), ("t-2", 7_200)].into_iter();
        for _ in 0..2 {
            let options = CallOptions { deadline: Some(300_000), ..CallOptions::default() };
            let mut exchange = Exchange::new(&session, &Ping, options).expect("valid");
            loop {
                match exchange.poll(now) {
                    Step::Send(request) if request.sensitive_body => {
                        let (token, life) = answers.next().expect("two tokens are asked for");
                        let body = format!(r#"{{"code":0,"tenant_access_token":"{token}","expire":{life}}}"#);
                        let response = HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() };
                        exchange.handle(now, Answer::Http(Ok(response)));
                        sent.push(("a token", now.monotonic));
                    }
                    Step::Send(request) => {
                        let carries = |token: &str| request.headers.iter().any(|header| header.value.ends_with(token));
                        sent.push((if carries("t-1") { "t-1" } else { "t-2" }, now.monotonic));
                        break;
                    }
                    Step::Wait(pause) => now = now.after(pause.delay),
                    other @ (Step::Ask(..) | Step::Done(_)) => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(sent, [("a token", 0), ("t-1", 0), ("a token", 104_000), ("t-2", 208_000)]);
    }

    #[test]
    fn a_token_that_came_too_late_is_sent_at_once_or_not_at_all() {
        let app = Credentials::App { app_id: "cli_a".to_owned(), app_secret: Secret::new("secret".to_owned()) };
        let mut exchange = Exchange::new(&session(app), &Ping, CallOptions::default()).expect("valid");
        assert!(sent(&mut exchange).sensitive_body);
        let body = br#"{"code":0,"tenant_access_token":"t-1","expire":5}"#;
        let response = HttpResponse { status: 200, body: body.to_vec(), ..HttpResponse::default() };
        let later = Instant::default().after(4_000);
        exchange.handle(later, Answer::Http(Ok(response)));
        assert!(matches!(exchange.poll(later), Step::Send(request) if !request.sensitive_body));
    }

    #[test]
    fn the_host_is_asked_once_in_a_call_and_once_more_when_its_token_was_refused() {
        let mut now = Instant::default();
        let mut exchange = Exchange::new(&session(Credentials::Host), &Ping, CallOptions::default()).expect("valid");
        let mut asked = Vec::new();
        for status in [500, 401, 500, 200] {
            loop {
                match exchange.poll(now) {
                    Step::Ask(Ask::Token { refused }, _) => {
                        asked.push((status, refused));
                        exchange.handle(now, Answer::Token(Ok(Secret::new(format!("t-{}", asked.len())))));
                    }
                    Step::Send(_) => break,
                    Step::Wait(pause) => now = now.after(pause.delay),
                    other @ (Step::Ask(..) | Step::Done(_)) => panic!("{other:?}"),
                }
            }
            let body = br#"{"code":0}"#.to_vec();
            let body = if status == 200 { body } else { Vec::new() };
            exchange.handle(now, Answer::Http(Ok(HttpResponse { status, body, ..HttpResponse::default() })));
        }
        assert!(matches!(exchange.poll(now), Step::Done(Ok(_))));
        assert_eq!(asked, [(500, false), (500, true)], "before these requests");
    }

    #[test]
    fn a_pause_says_why_it_is_made() {
        let reason = |exchange: &mut Exchange, now| match exchange.poll(now) {
            Step::Wait(pause) => pause.reason,
            other @ (Step::Ask(..) | Step::Done(_) | Step::Send(_)) => panic!("{other:?}"),
        };
        let now = Instant::default();
        let call = |session: &Session| Exchange::new(session, &Ping, CallOptions::default()).expect("valid");
        for (status, expected) in [(500, Reason::Backoff), (429, Reason::Throttle)] {
            let mut exchange = call(&session(Credentials::Backend));
            assert!(matches!(exchange.poll(now), Step::Send(_)));
            exchange.handle(now, Answer::Http(Ok(HttpResponse { status, ..HttpResponse::default() })));
            assert_eq!(reason(&mut exchange, now), expected);
        }
        let crowded = session(Credentials::Backend);
        for _ in 0..50 {
            assert!(matches!(call(&crowded).poll(now), Step::Send(_)));
        }
        assert_eq!(reason(&mut call(&crowded), now), Reason::Quota);
        let app = session(Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) });
        let mut first = call(&app);
        assert!(matches!(first.poll(now), Step::Send(_)));
        assert_eq!(reason(&mut call(&app), now), Reason::Token);
    }

    #[test]
    fn what_starts_is_told_with_the_number_of_its_call_and_what_has_ended_with_its_time() {
        let app = session(Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) });
        let (start, end) = (Instant { monotonic: 5, wall: 1_000 }, Instant { monotonic: 12, wall: 900 });
        for call in 1..=2 {
            let mut exchange = Exchange::new(&app, &Ping, CallOptions::default()).expect("valid");
            assert_eq!(exchange.started(), None, "nothing is sent");
            let operations: &[&str] = if call == 1 { &["tenant_access_token", "ping"] } else { &["ping"] };
            for operation in operations {
                assert!(matches!(exchange.poll(start), Step::Send(_)));
                let started = exchange.started().expect("it is under way");
                assert_eq!((started.operation.as_str(), started.call, started.attempt), (*operation, call, 1));
                assert_eq!(
                    (started.phase, started.started_ms, started.duration_ms),
                    (RequestPhase::Started, 1_000, None)
                );
                assert_eq!(started.base_url, "https://open.feishu.cn");
                let body = br#"{"code":0,"tenant_access_token":"t-1","expire":7200}"#.to_vec();
                let response = HttpResponse { status: 200, body, ..HttpResponse::default() };
                let ended = exchange.handle(end, Answer::Http(Ok(response))).expect("it has ended");
                assert_eq!(exchange.started(), None);
                let changed =
                    Observation { phase: RequestPhase::Ended, duration_ms: Some(7), http_status: Some(200), ..started };
                assert_eq!(ended, changed);
            }
        }
    }

    #[test]
    fn a_cancelled_call_says_what_it_was_and_sends_nothing_any_more() {
        let now = Instant::default();
        let mut exchange = Exchange::new(&session(Credentials::Backend), &Ping, CallOptions::default()).expect("valid");
        assert!(matches!(exchange.poll(now), Step::Send(_)));
        let error = exchange.cancel();
        assert_eq!((error.kind, error.effect, error.attempts), (ErrorKind::Cancelled, Effect::None, 1));
        assert_eq!(error.operation.as_deref(), Some("ping"));
        assert!(exchange.handle(now, Answer::Http(Ok(HttpResponse::default()))).is_none());
        assert!(matches!(exchange.poll(now), Step::Done(Err(told)) if told == error));
    }

    #[test]
    fn a_cancelled_fetch_of_a_token_is_taken_over_at_once() {
        let app = session(Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("s".into()) });
        let now = Instant::default();
        let call = || Exchange::new(&app, &Ping, CallOptions::default()).expect("valid");
        let (mut first, mut second) = (call(), call());
        assert!(matches!(first.poll(now), Step::Send(_)));
        assert!(matches!(second.poll(now), Step::Wait(_)));
        assert_eq!(first.cancel().effect, Effect::None);
        assert!(matches!(second.poll(now), Step::Send(request) if request.sensitive_body));
    }
}
