//! One prepared request with the token that it is given: its turn, its answer, the pause, and again.

use std::sync::Arc;

use crate::endpoint::{Prepared, Replay, Reply};
use crate::error::{Advice, Effect, Error, ErrorKind, TransportError, TransportErrorKind};
use crate::http::HttpResponse;
use crate::limit::Slot;
use crate::machine::{Answer, Observation, Pause, Reason, RequestPhase, Step, ended_already};
use crate::retry::{self, Cost, Random};
use crate::session::Session;
use crate::time::Instant;
use crate::token::Secret;
use crate::verdict::{self, Failure, Next};

/// A request that is sent as often as the policy allows. It knows nothing of where tokens come from: before each request
/// it wants one, and a refused one ends it, unless it is resumed with another.
#[derive(Debug)]
pub(crate) struct Attempt {
    session: Session,
    prepared: Prepared,
    request_id: Option<String>,
    /// The call's number.
    call: u64,
    random: Random,
    resending: Resending,
    fresh_connection: bool,
    phase: Phase,
    token: Option<Arc<Secret>>,
    sent: u32,
    /// When the first of them was, by the wall clock.
    first_sent: Option<u64>,
    /// When the last of them was.
    last_sent: Instant,
    /// How many of them count: neither those never started nor those answered with a rate limit or a refused token.
    counted: u32,
    /// How often the request was not started, since the last one that counts.
    unstarted: u32,
    throttles: u32,
    /// The turn in which the last one was sent.
    last_turn: Option<Slot>,
    resends_left: u32,
    /// Whether the server has said that the state changed meanwhile, and was asked again: an older request of this call,
    /// repeated by something on the way, may be why.
    has_conflicted: bool,
    last_cost: Option<Cost>,
    next: Option<Next>,
    /// What has been done, once it has ended: for a cancellation that comes a moment too late.
    ended_effect: Effect,
    out_of_time: bool,
}

/// Who decides whether the request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resending {
    /// The attempt itself.
    Own,
    /// A larger call of which this is a part: then one counted request is all.
    Above,
    /// A client elsewhere, which waits by itself, too, where the server asks for it.
    Elsewhere,
}

#[derive(Debug)]
enum Phase {
    NeedToken,
    /// A turn may have been given.
    NeedTurn(Option<Slot>),
    InFlight,
    /// Until then, by the monotonic clock.
    Pausing(u64, Reason),
    Ended(Option<Box<Result<Reply, Error>>>),
}

impl Attempt {
    pub(crate) fn new(session: &Session, prepared: Prepared, request_id: Option<String>, call: u64) -> Self {
        Self {
            session: session.clone(),
            prepared,
            request_id,
            call,
            random: session.random(),
            resending: Resending::Own,
            fresh_connection: false,
            phase: Phase::NeedToken,
            token: None,
            sent: 0,
            first_sent: None,
            last_sent: Instant::default(),
            counted: 0,
            unstarted: 0,
            throttles: 0,
            last_turn: None,
            resends_left: u32::MAX,
            has_conflicted: false,
            last_cost: None,
            next: None,
            ended_effect: Effect::None,
            out_of_time: false,
        }
    }

    /// The same with somebody else who decides about resending.
    pub(crate) const fn resent_by(mut self, resending: Resending) -> Self {
        self.resending = resending;
        self
    }

    /// The next part of the same larger call.
    pub(crate) fn next_part(&self, prepared: Prepared, fresh_connection: bool) -> Self {
        let mut part =
            Self::new(&self.session, prepared, self.request_id.clone(), self.call).resent_by(Resending::Above);
        part.fresh_connection = fresh_connection;
        part
    }

    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    /// What is sent.
    pub(crate) const fn request(&self) -> &Prepared {
        &self.prepared
    }

    /// Its jitter.
    pub(crate) const fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// What the policy would do about the answer that ended this; nothing if no answer did.
    pub(crate) const fn next_move(&self) -> Option<Next> {
        self.next
    }

    /// What the last retry has cost.
    pub(crate) const fn last_cost(&self) -> Option<Cost> {
        self.last_cost
    }

    /// How many requests were handed to the transport, those never started not counted.
    pub(crate) const fn sent(&self) -> u32 {
        self.sent
    }

    /// Whether it ended because there was no time for another request.
    pub(crate) const fn is_out_of_time(&self) -> bool {
        self.out_of_time
    }

    /// Whether it wants a token before anything else.
    pub(crate) const fn wants_token(&self) -> bool {
        matches!(self.phase, Phase::NeedToken)
    }

    /// Whether it has a token and no turn that lies ahead: the next poll may send the request.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        matches!(self.phase, Phase::NeedTurn(turn) if turn.is_none_or(|slot| slot.at <= now.monotonic))
    }

    /// Whether it has yet to send a request, the first one or another.
    pub(crate) const fn is_between(&self) -> bool {
        matches!(self.phase, Phase::NeedToken | Phase::NeedTurn(_) | Phase::Pausing(..))
    }

    /// The result, as soon as there is one; nothing when it was taken already.
    pub(crate) fn take_result(&mut self) -> Option<Result<Reply, Error>> {
        if let Phase::Ended(result) = &mut self.phase { result.take().map(|result| *result) } else { None }
    }

    /// The token for the next request; none for a request that carries none.
    pub(crate) fn authorize(&mut self, token: Option<Arc<Secret>>) {
        self.token = token;
        self.phase = Phase::NeedTurn(None);
    }

    /// Goes on with another token, in place of one that was refused or is over. A turn that it had is lost: a request that
    /// goes later than its turn would go beside the next one's.
    pub(crate) fn resume(&mut self) {
        // If it ends before the next answer, this one is not the reason.
        self.next = None;
        self.phase = Phase::NeedToken;
    }

    /// Ends with `error`.
    pub(crate) fn fail(&mut self, mut error: Error) {
        self.doubt(&mut error);
        self.ended_effect = error.effect;
        error.operation = Some(self.prepared.operation.name.to_owned());
        error.attempts = self.sent;
        self.phase = Phase::Ended(Some(Box::new(Err(error))));
    }

    /// What an error says of the effect, and what to do where that is not known.
    fn doubt(&self, error: &mut Error) {
        if self.has_conflicted && error.effect == Effect::None {
            error.effect = Effect::Unknown;
        }
        // Whoever repeats what is said to be worth it would do it twice, and nothing could prove that it was done once.
        if error.effect == Effect::Unknown && self.prepared.operation.replay == Replay::Never {
            error.retryable = false;
        }
        if let (Effect::Unknown, Some(advice)) = (error.effect, &self.prepared.when_unknown) {
            let sent = self.first_sent.unwrap_or_default().to_string();
            let told = |text: &str| text.replace("{sent}", &sent);
            error.advice = Some(Advice { en: told(&advice.en), zh: told(&advice.zh) });
        }
    }

    /// What to do now; nothing when it wants a token first.
    pub(crate) fn poll(&mut self, now: Instant, deadline: Instant) -> Option<Step<Result<Reply, Error>>> {
        loop {
            match self.phase {
                Phase::Ended(_) => return Some(Step::Done(self.take_result().unwrap_or_else(|| Err(ended_already())))),
                Phase::InFlight => {
                    let lost = TransportError::new(TransportErrorKind::Other, true, "it handed in no answer");
                    self.answered(now, deadline, Err(lost));
                }
                Phase::NeedToken => return None,
                Phase::NeedTurn(_) | Phase::Pausing(..) if deadline.remaining(now) == 0 => {
                    self.out_of_time = true;
                    self.fail(too_late());
                }
                Phase::NeedTurn(turn) => {
                    if let Some(step) = self.need_turn(now, deadline, turn) {
                        return Some(step);
                    }
                }
                Phase::Pausing(until, reason) if now.monotonic < until => {
                    return Some(Step::Wait(Pause { delay: until - now.monotonic, reason, seen: None }));
                }
                Phase::Pausing(..) => self.phase = Phase::NeedToken,
            }
        }
    }

    /// Takes an answer; what nobody asked for is ignored.
    pub(crate) fn handle(&mut self, now: Instant, deadline: Instant, answer: Answer) -> Option<Observation> {
        match (&self.phase, answer) {
            (Phase::InFlight, Answer::Http(answer)) => Some(self.answered(now, deadline, answer)),
            _ => None,
        }
    }

    /// Ends it from outside, and says what it has done so far.
    pub(crate) fn cancel(&mut self) -> Error {
        let mut error = Error::new(ErrorKind::Cancelled, "the caller cancelled the call");
        error.effect = match self.phase {
            Phase::Ended(_) => self.ended_effect,
            Phase::InFlight if self.prepared.operation.replay.is_write() => Effect::Unknown,
            Phase::InFlight | Phase::NeedToken | Phase::NeedTurn(_) | Phase::Pausing(..) => Effect::None,
        };
        error.operation = Some(self.prepared.operation.name.to_owned());
        error.attempts = self.sent;
        self.doubt(&mut error);
        self.fail(error.clone());
        error
    }

    /// What is known of the request under way.
    pub(crate) fn started(&self) -> Option<Observation> {
        let is_under_way = matches!(self.phase, Phase::InFlight);
        is_under_way.then(|| Observation { phase: RequestPhase::Started, ..self.observed() })
    }

    /// What can be told of the last request whatever came of it.
    fn observed(&self) -> Observation {
        let operation = self.prepared.operation;
        Observation {
            call: self.call,
            operation: operation.name.to_owned(),
            method: operation.method.as_str().to_owned(),
            base_url: self.session.config().base_url.as_str().to_owned(),
            path: self.prepared.path().to_owned(),
            attempt: self.sent,
            started_ms: self.last_sent.wall,
            ..Observation::default()
        }
    }

    fn need_turn(&mut self, now: Instant, deadline: Instant, turn: Option<Slot>) -> Option<Step<Result<Reply, Error>>> {
        match turn {
            Some(slot) if now.monotonic < slot.at => {
                Some(Step::Wait(Pause { delay: slot.at - now.monotonic, reason: Reason::Quota, seen: None }))
            }
            Some(slot) if self.session.is_good(&self.prepared, slot) => {
                self.last_turn = turn;
                Some(self.send(now, deadline))
            }
            Some(_) | None => {
                match self.session.turn(&self.prepared, now, deadline.monotonic.saturating_sub(1)) {
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
        let token = self.token.as_deref();
        let mut request = self.session.request(&self.prepared, token, self.request_id.as_deref(), budget);
        request.fresh_connection = self.fresh_connection;
        self.phase = Phase::InFlight;
        self.first_sent.get_or_insert(now.wall);
        self.last_sent = now;
        self.sent += 1;
        Step::Send(request)
    }

    fn answered(
        &mut self,
        now: Instant,
        deadline: Instant,
        answer: Result<HttpResponse, TransportError>,
    ) -> Observation {
        let operation = self.prepared.operation;
        let mut observation = self.observed();
        observation.duration_ms = Some(now.monotonic.saturating_sub(self.last_sent.monotonic));
        observation.http_status = match &answer {
            Ok(response) => Some(response.status),
            Err(error) => error.head.as_ref().map(|head| head.status),
        };
        match verdict::judge_request(&self.prepared, answer.as_ref()) {
            Ok(reply) => {
                // A part leaves this to the whole call, and a token request to the token: it may be unusable.
                if operation.replay != Replay::Token && self.resending != Resending::Above {
                    self.session.refund(self.last_cost);
                }
                observation.log_id.clone_from(&reply.log_id);
                if operation.replay.is_write() {
                    observation.effect = Effect::Applied;
                }
                self.ended_effect = observation.effect;
                self.phase = Phase::Ended(Some(Box::new(Ok(reply))));
            }
            Err(failure) => {
                observation.code = failure.error.code;
                observation.log_id.clone_from(&failure.error.log_id);
                observation.kind = Some(failure.error.kind);
                observation.effect = failure.error.effect;
                observation.summary.clone_from(&failure.error.summary);
                self.failed(now, deadline, *failure);
                if let Phase::Pausing(until, _) = self.phase {
                    observation.pause_ms = Some(until.saturating_sub(now.monotonic));
                }
            }
        }
        observation
    }

    fn failed(&mut self, now: Instant, deadline: Instant, failure: Failure) {
        self.next = Some(failure.next);
        self.decide(now, deadline, failure);
        if !matches!(self.phase, Phase::Ended(_)) {
            // It goes on: if it ends before the next answer, this one is not the reason.
            self.next = None;
        }
    }

    fn decide(&mut self, now: Instant, deadline: Instant, failure: Failure) {
        let Failure { mut error, next } = failure;
        if deadline.remaining(now) == 0 && next != Next::Stop {
            self.out_of_time = true;
            self.next = None;
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
                self.session.shut(&self.prepared, now, pause, self.last_turn);
                error.retry_after_ms = Some(pause);
                if self.resending == Resending::Elsewhere {
                    return self.fail(error);
                }
                self.again(now, deadline, pause, Cost::Throttle, error);
            }
            Next::Again { resends, after } => {
                self.counted += 1;
                self.resend(now, deadline, resends, after.unwrap_or(0), error);
            }
            Next::Unstarted => {
                self.counted += 1;
                self.next = Some(Next::Again { resends: u32::MAX, after: None });
                self.resend(now, deadline, u32::MAX, 0, error);
            }
            // Nothing can be read that would prove more than this answer, so the page's "try again later" is followed.
            Next::Conflict if self.resending == Resending::Own && self.prepared.operation.replay == Replay::Never => {
                self.counted += 1;
                if self.counted >= retry::max_attempts(Replay::Never) {
                    return self.fail(error);
                }
                self.has_conflicted = true;
                let pause = retry::backoff(self.counted - 1, &mut self.random).max(retry::CONFLICT_PAUSE);
                self.again(now, deadline, pause, Cost::Transient, error);
            }
            Next::Conflict | Next::Finished | Next::Refresh | Next::Stop => self.fail(error),
        }
    }

    fn resend(&mut self, now: Instant, deadline: Instant, resends: u32, after: u64, error: Error) {
        self.resends_left = self.resends_left.min(resends);
        let is_spent = self.counted >= retry::max_attempts(self.prepared.operation.replay) || self.resends_left == 0;
        if self.resending != Resending::Own || is_spent || error.effect == Effect::Unknown {
            return self.fail(error);
        }
        self.resends_left -= 1;
        self.unstarted = 0;
        self.fresh_connection = true;
        let pause = retry::backoff(self.counted - 1, &mut self.random).max(after);
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
            let reason = match cost {
                Cost::Throttle => Reason::Throttle,
                Cost::Transient => Reason::Backoff,
            };
            self.phase = Phase::Pausing(now.monotonic + pause, reason);
        }
    }
}

/// The deadline has passed before a request could be sent.
pub(crate) fn too_late() -> Error {
    let mut error = Error::new(ErrorKind::Deadline, "the deadline passed before the request could be sent");
    error.retryable = true;
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::endpoint::Operation;
    use crate::http::{Header, HttpRequest, Method};
    use crate::limit::Quota;
    use crate::session::{Config, Credentials};

    const fn operation(replay: Replay) -> Operation {
        Operation {
            name: "ping",
            method: Method::Put,
            path: "/ping",
            replay,
            quota: Quota::per_second(50),
            scope: "",
            codes: &[],
            parameters: &[],
        }
    }

    static READ: Operation = operation(Replay::Read);
    static WRITE: Operation = operation(Replay::Never);

    fn session() -> Session {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        Session::new(Config::new(base_url, Credentials::Backend), 7).expect("valid")
    }

    fn attempt(session: &Session, operation: &'static Operation) -> Attempt {
        let prepared = Prepared::new(operation, "/ping".to_owned(), None);
        Attempt::new(session, prepared, None, 1)
    }

    /// The next request, after whatever pause there is before it.
    fn sent(attempt: &mut Attempt, now: &mut Instant, deadline: Instant) -> HttpRequest {
        loop {
            match attempt.poll(*now, deadline) {
                None => attempt.authorize(None),
                Some(Step::Send(request)) => return request,
                Some(Step::Wait(pause)) => *now = now.after(pause.delay),
                Some(other @ (Step::Ask(..) | Step::Done(_))) => panic!("{other:?}"),
            }
        }
    }

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| Header::new(name, *value)).collect();
        Answer::Http(Ok(HttpResponse { status, headers, body: body.into() }))
    }

    fn ended(attempt: &mut Attempt) -> Error {
        attempt.take_result().expect("it has ended").expect_err("it has failed")
    }

    const START: Instant = Instant { monotonic: 0, wall: 0 };

    #[test]
    fn what_a_write_that_nothing_proves_says_when_its_fate_is_unknown_is_there_however_it_ends() {
        let advice = Advice { en: "sent at {sent}".to_owned(), zh: "{sent}".to_owned() };
        let deadline = START.after(60_000);
        let begun = || {
            let mut prepared = Prepared::new(&WRITE, "/ping".to_owned(), None);
            prepared.when_unknown = Some(advice.clone());
            let mut attempt = Attempt::new(&session(), prepared, None, 1);
            sent(&mut attempt, &mut Instant { monotonic: 0, wall: 1_766_000_000_000 }, deadline);
            attempt
        };
        let told = Some(Advice { en: "sent at 1766000000000".to_owned(), zh: "1766000000000".to_owned() });
        let mut lost = begun();
        lost.handle(START, deadline, Answer::Http(Err(TransportError::new(TransportErrorKind::Timeout, true, ""))));
        assert_eq!(ended(&mut lost).into_fields().advice, told);
        let mut late = begun();
        late.handle(deadline, deadline, answer(502, &[], ""));
        assert_eq!(ended(&mut late).into_fields().advice, told);
        assert_eq!(begun().cancel().into_fields().advice, told);
        let mut refused = begun();
        refused.handle(START, deadline, answer(400, &[], r#"{"code":9499}"#));
        assert_ne!(ended(&mut refused).into_fields().advice, told, "it had no effect");
    }

    #[test]
    fn a_pause_that_ends_at_the_deadline_is_not_made() {
        let throttled = |deadline: u64| {
            let mut attempt = attempt(&session(), &READ);
            let deadline = START.after(deadline);
            sent(&mut attempt, &mut START.clone(), deadline);
            let limited = answer(429, &[("x-ogw-ratelimit-reset", "1")], "");
            let observation = attempt.handle(START, deadline, limited).expect("one for each answer");
            (attempt, observation.pause_ms)
        };
        let (waiting, Some(pause)) = throttled(60_000) else { panic!("there is time") };
        assert!((1_000..=1_350).contains(&pause) && waiting.next_move().is_none() && !waiting.is_out_of_time());
        let (mut late, none) = throttled(pause);
        let error = ended(&mut late);
        assert_eq!((error.kind, error.retry_after_ms, none), (ErrorKind::RateLimited, Some(pause), None));
        assert!(late.is_out_of_time() && matches!(late.next_move(), Some(Next::Throttle { .. })));
        assert_eq!(throttled(pause + 1).1, Some(pause));
    }

    #[test]
    fn a_failing_read_is_sent_five_times_each_on_a_fresh_connection_after_a_longer_pause() {
        let mut attempt = attempt(&session(), &READ);
        let (mut now, deadline) = (START, START.after(60_000));
        for longest in [200, 400, 800, 1_600] {
            let request = sent(&mut attempt, &mut now, deadline);
            assert_eq!(request.fresh_connection, longest > 200);
            let observation = attempt.handle(now, deadline, answer(500, &[], "")).expect("one for each answer");
            assert!(observation.pause_ms.is_some_and(|pause| (50..=longest).contains(&pause)), "{observation:?}");
        }
        sent(&mut attempt, &mut now, deadline);
        assert_eq!(attempt.handle(now, deadline, answer(500, &[], "")).and_then(|told| told.pause_ms), None);
        assert_eq!((ended(&mut attempt).attempts, attempt.is_out_of_time()), (5, false));
    }

    #[test]
    fn the_server_says_for_how_long_at_least_and_how_often_at_most() {
        let mut attempt = attempt(&session(), &READ);
        let (mut now, deadline) = (START, START.after(60_000));
        sent(&mut attempt, &mut now, deadline);
        let observation = attempt.handle(now, deadline, answer(503, &[("retry-after", "2")], ""));
        assert_eq!(observation.and_then(|told| told.pause_ms), Some(2_000));
        // What is no answer of the API is asked for once more, and not again.
        for _ in 0..2 {
            sent(&mut attempt, &mut now, deadline);
            attempt.handle(now, deadline, answer(200, &[], "hello"));
        }
        assert_eq!((ended(&mut attempt).kind, attempt.sent()), (ErrorKind::NotAnApiAnswer, 3));
    }

    #[test]
    fn a_write_that_nothing_proves_is_not_sent_again_when_it_may_have_arrived() {
        let mut attempt = attempt(&session(), &WRITE);
        sent(&mut attempt, &mut START.clone(), START.after(60_000));
        attempt.handle(START, START.after(60_000), answer(500, &[], ""));
        assert_eq!(ended(&mut attempt).effect, Effect::Unknown);
    }

    #[test]
    fn what_cannot_be_afforded_is_not_sent_again() {
        let session = session();
        while session.take_retry(Cost::Throttle) {}
        let mut attempt = attempt(&session, &READ);
        sent(&mut attempt, &mut START.clone(), START.after(60_000));
        attempt.handle(START, START.after(60_000), answer(500, &[], ""));
        assert_eq!((ended(&mut attempt).kind, attempt.is_out_of_time()), (ErrorKind::Http, false));
    }

    #[test]
    fn an_answer_at_the_deadline_ends_it_as_the_deadline_unless_nothing_would_have_followed() {
        for (status, expected) in [(500, ErrorKind::Deadline), (401, ErrorKind::Deadline), (404, ErrorKind::Http)] {
            let mut attempt = attempt(&session(), &READ);
            let deadline = START.after(1_000);
            assert_eq!(sent(&mut attempt, &mut START.clone(), deadline).budget, 1_000);
            attempt.handle(deadline, deadline, answer(status, &[], ""));
            let is_late = expected == ErrorKind::Deadline;
            assert_eq!((ended(&mut attempt).kind, attempt.is_out_of_time()), (expected, is_late), "{status}");
            assert_eq!(attempt.next_move(), (!is_late).then_some(Next::Stop));
        }
    }

    #[test]
    fn nothing_is_sent_at_the_deadline_and_no_turn_is_taken_there() {
        let session = session();
        let deadline = START.after(1_040);
        for _ in 0..50 {
            sent(&mut attempt(&session, &READ), &mut START.clone(), deadline);
        }
        let mut late = attempt(&session, &READ);
        late.authorize(None);
        assert!(matches!(late.poll(START, deadline), Some(Step::Done(Err(error)))
            if error.kind == ErrorKind::RateLimited && error.retryable && error.retry_after_ms == Some(1_040)));
        assert!(late.is_out_of_time());
        let mut now = START;
        sent(&mut attempt(&session, &READ), &mut now, START.after(1_041));
        assert_eq!(now.monotonic, 1_040);
        let mut late = attempt(&session, &READ);
        late.authorize(None);
        assert!(matches!(late.poll(deadline, deadline), Some(Step::Done(Err(error)))
            if error.kind == ErrorKind::Deadline && error.retryable && error.attempts == 0));
        assert!(late.is_out_of_time());
    }

    #[test]
    fn a_cancellation_says_what_has_been_done() {
        let deadline = START.after(60_000);
        let cancelled = |operation, is_sent: bool, answered: Option<Answer>| {
            let mut attempt = attempt(&session(), operation);
            if is_sent {
                sent(&mut attempt, &mut START.clone(), deadline);
            }
            if let Some(answer) = answered {
                attempt.handle(START, deadline, answer);
            }
            let error = attempt.cancel();
            assert_eq!(attempt.cancel().effect, error.effect, "and again");
            assert!(attempt.handle(START, deadline, answer(200, &[], r#"{"code":0}"#)).is_none());
            (error.effect, error.attempts)
        };
        assert_eq!(cancelled(&WRITE, false, None), (Effect::None, 0));
        assert_eq!(cancelled(&WRITE, true, None), (Effect::Unknown, 1));
        assert_eq!(cancelled(&READ, true, None), (Effect::None, 1));
        assert_eq!(cancelled(&WRITE, true, Some(answer(200, &[], r#"{"code":0}"#))), (Effect::Applied, 1));
        assert_eq!(cancelled(&READ, true, Some(answer(200, &[], r#"{"code":0}"#))), (Effect::None, 1));
        assert_eq!(cancelled(&WRITE, true, Some(answer(500, &[], ""))), (Effect::Unknown, 1));
        assert_eq!(cancelled(&WRITE, true, Some(answer(404, &[], ""))), (Effect::None, 1));
        assert_eq!(cancelled(&WRITE, true, Some(answer(429, &[], ""))), (Effect::None, 1));
    }
}
