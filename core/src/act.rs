//! Act, and know: send, read where an answer proves nothing, decide (`docs/policy.md` 2.6).

use feishu_corehr_macros::wire;

use crate::endpoint::{Endpoint, Outcome, Prepared, Replay, Reply, Request};
use crate::error::{Advice, Effect, Error, ErrorKind};
use crate::exchange::Exchange;
use crate::machine::{Answer, CallOptions, Machine, Observation, Pause, Reason, Step, ended_already};
use crate::place::{Place, Seen};
use crate::process::GetProcess;
use crate::proof::{Attribution, Proof};
use crate::retry::{self, Cost, Random};
use crate::session::Session;
use crate::time::Instant;
use crate::verdict::Next;

/// Whether to read the process where an answer proves nothing. Reading needs the scope `corehr:process:read`, which
/// an app that may withdraw need not have.
#[wire(word)]
#[derive(Default)]
pub enum ReadBack {
    /// Read before sending again; where reading is forbidden, send again unread, and say so in the result.
    #[default]
    BestEffort,
    /// Never read, and never send again after a request that may have arrived.
    Never,
    /// Read before sending again; where reading is forbidden, stop with effect unknown.
    Required,
}

/// How a call ends that finds its work done already, and by no answer of its own: a withdrawal of a process that is
/// withdrawn.
#[wire(word)]
#[derive(Default)]
pub enum Already {
    /// With an error, of the kind that a process gives which cannot be acted on, and with its status.
    Error,
    /// With a success, whose attribution is [`Unattributed`](Attribution::Unattributed).
    #[default]
    Success,
}

/// What a caller may choose for a call that a read can prove.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct ActOptions {
    /// Whether to read the process where an answer proves nothing.
    pub read_back: ReadBack,
    /// How it ends where the work is done already.
    pub already: Already,
    /// Whether to read the process first, and to send nothing unless it is in the status that the act starts from. That
    /// read has the same deadline and the same quota as any other, and needs the same scope.
    pub check_first: bool,
}

impl From<ReadBack> for ActOptions {
    fn from(read_back: ReadBack) -> Self {
        Self { read_back, ..Self::default() }
    }
}

/// One write that a read can prove: a composition of exchanges with one deadline, one count of attempts and one quota.
#[derive(Debug)]
pub struct Act {
    proof: Proof,
    options: ActOptions,
    write: Prepared,
    random: Random,
    phase: Phase,
    exchange: Exchange,
    writes: u32,
    reads: u32,
    /// How many of the reads were no retries: the one that was asked for before anything is written.
    checks: u32,
    contradictions: u32,
    /// How many requests of the write went out, in all its exchanges.
    attempts: u32,
    last_cost: Option<Cost>,
    /// A request may have arrived whose answer proves nothing.
    is_ambiguous: bool,
    resends_left: u32,
    rereads_left: u32,
    /// Whether the process was not read before this request, because reading is forbidden.
    is_unread: bool,
    resent_unread: bool,
    /// What the call has done, once it has ended: for a cancellation that comes a moment too late.
    ended_effect: Effect,
    /// The failure that made the last read necessary.
    doubt: Option<Doubt>,
    /// The log id of the last read.
    read_log_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Read,
    Write,
}

#[derive(Debug)]
enum Phase {
    Acting(Part),
    Ended(Option<Box<Result<Outcome, Error>>>),
    /// Until then, by the monotonic clock.
    Pausing(u64, Part),
}

/// Why it is unknown what the write did. Once there is one, only an answer of the server ends it.
#[derive(Clone, Debug)]
struct Doubt {
    cause: Cause,
    error: Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// An answer is missing.
    Ambiguous,
    /// The state changed meanwhile.
    Conflict,
    /// The process has ended, the server says.
    Finished,
    /// A refusal, after one of the others.
    Refused,
}

impl Act {
    /// Begins an act that `proof` can prove. Arguments and options are checked here, all together; nothing has been
    /// sent.
    pub(crate) fn new(
        session: &Session,
        request: &dyn Request,
        proof: Proof,
        options: CallOptions,
        act: ActOptions,
    ) -> Result<Self, Error> {
        let exchange = Exchange::new(session, request, options)?.into_part();
        let mut made = Self {
            proof,
            options: act,
            write: exchange.request().clone(),
            random: session.random(),
            phase: Phase::Acting(Part::Write),
            exchange,
            writes: 0,
            reads: 0,
            checks: 0,
            contradictions: 0,
            attempts: 0,
            last_cost: None,
            is_ambiguous: false,
            resends_left: u32::MAX,
            rereads_left: u32::MAX,
            is_unread: false,
            resent_unread: false,
            ended_effect: Effect::None,
            doubt: None,
            read_log_id: None,
        };
        if act.check_first {
            made.exchange = made.exchange.next_part(made.read()?, false);
            made.phase = Phase::Acting(Part::Read);
            made.reads = 1;
        } else {
            made.writes = 1;
        }
        Ok(made)
    }

    /// Goes on with an act of which an earlier request was sent, and has no answer that is known of: the process is read
    /// first, and the act is sent only where the read shows that it is possible still.
    #[cfg(feature = "bulk")]
    pub(crate) fn in_doubt(
        session: &Session,
        request: &dyn Request,
        proof: Proof,
        options: CallOptions,
        mut act: ActOptions,
    ) -> Result<Self, Error> {
        act.check_first = false;
        if act.read_back == ReadBack::BestEffort {
            act.read_back = ReadBack::Required;
        }
        let mut made = Self::new(session, request, proof, options, act)?;
        let error =
            Error::new(ErrorKind::Disconnected, "an earlier request of the same run was sent, and has no answer");
        (made.writes, made.is_ambiguous) = (0, true);
        made.doubt = Some(Doubt { cause: Cause::Ambiguous, error });
        if made.may_not_read() {
            let error = made.doubt.clone().map(|doubt| doubt.error).unwrap_or_default();
            made.give_up(error);
        } else {
            made.start(Part::Read);
        }
        Ok(made)
    }

    /// How it has ended; nothing while it goes on, and once its end was polled.
    #[cfg(feature = "bulk")]
    pub(crate) fn result(&self) -> Option<&Result<Outcome, Error>> {
        if let Phase::Ended(result) = &self.phase { result.as_deref() } else { None }
    }

    /// The answer to the write itself.
    fn written(&mut self, now: Instant, result: Result<Reply, Error>) {
        let error = match result {
            Ok(reply) => return self.reached(Attribution::Ours, None, reply),
            Err(error) => error,
        };
        match self.exchange.next_move() {
            _ if error.kind == ErrorKind::Deadline || error.kind == ErrorKind::Cancelled => self.give_up(error),
            Some(Next::Again { after, .. }) if error.effect == Effect::None => {
                let part = if self.is_ambiguous { Part::Read } else { Part::Write };
                self.pause(now, after.unwrap_or(0), part, error);
            }
            Some(Next::Again { resends, after }) => {
                self.is_ambiguous = true;
                self.resends_left = self.resends_left.min(resends);
                self.doubt = Some(Doubt { cause: Cause::Ambiguous, error: error.clone() });
                self.pause(now, after.unwrap_or(0), Part::Read, error);
            }
            Some(Next::Finished) => {
                self.doubt = Some(Doubt { cause: Cause::Finished, error });
                self.start(Part::Read);
            }
            Some(Next::Conflict) => {
                self.doubt = Some(Doubt { cause: Cause::Conflict, error: error.clone() });
                self.pause(now, retry::CONFLICT_PAUSE, Part::Read, error);
            }
            Some(Next::Refresh | Next::Stop | Next::Throttle { .. } | Next::Unstarted) | None => {
                if self.doubt.is_some() {
                    self.doubt = Some(Doubt { cause: Cause::Refused, error });
                    self.start(Part::Read);
                } else {
                    self.give_up(error);
                }
            }
        }
    }

    /// The answer to a read.
    fn looked(&mut self, now: Instant, result: Result<(Seen, Reply), Error>) {
        let (seen, reply) = match result {
            Ok(read) => read,
            Err(error) => return self.could_not_look(now, error),
        };
        if seen.place == Place::Reached {
            return match (self.is_ambiguous, self.options.already) {
                (true, _) => self.reached(Attribution::Presumed, seen.status, reply),
                (false, Already::Success) => self.reached(Attribution::Unattributed, seen.status, reply),
                (false, Already::Error) => self.done_already(&seen, reply.log_id),
            };
        }
        let Some(Doubt { cause, mut error }) = self.doubt.clone() else { return self.checked(&seen, reply.log_id) };
        error.status = seen.status;
        match seen.place {
            Place::Before => {}
            Place::Elsewhere => {
                self.doubt = None;
                let mut told = self.missed(&seen, error.log_id.take().or(reply.log_id));
                told.code = error.code;
                told.http_status = error.http_status;
                told.msg = error.msg.take();
                return self.give_up(told);
            }
            Place::Reached | Place::Unclear => return self.give_up(error),
        }
        match cause {
            Cause::Refused => self.give_up(error),
            Cause::Finished if self.contradictions < retry::MAX_CONTRADICTIONS => {
                self.contradictions += 1;
                self.pause(now, retry::CONTRADICTION_PAUSE, Part::Read, error);
            }
            Cause::Finished => {
                error.kind = ErrorKind::Contradiction;
                error.summary = format!("the server says that this is not possible any more, and that {}", seen.said);
                self.give_up(error);
            }
            Cause::Ambiguous | Cause::Conflict => self.resend(error),
        }
    }

    /// What the read says that was asked for before anything is written.
    fn checked(&mut self, seen: &Seen, log_id: Option<String>) {
        if seen.place == Place::Before {
            self.checks = 1;
            return self.start(Part::Write);
        }
        let mut error = self.missed(seen, log_id);
        if seen.place == Place::Unclear {
            let said = if seen.said.is_empty() { String::new() } else { format!(": {}", seen.said) };
            error.summary =
                format!("the process was read first, and the read does not show that this is possible{said}");
        }
        self.give_up(error);
    }

    /// The process is nowhere from where this act leads on.
    fn missed(&self, seen: &Seen, log_id: Option<String>) -> Error {
        let missed = &self.proof.missed;
        let mut error = Error::new(missed.kind, format!("{}: {}", missed.summary, seen.said));
        error.advice = Some(Advice { en: missed.en.to_owned(), zh: missed.zh.to_owned() });
        error.log_id = log_id;
        error.status = seen.status;
        error
    }

    /// All is where it was meant to go, and the caller wants to hear that nobody knows by whom.
    fn done_already(&mut self, seen: &Seen, log_id: Option<String>) {
        let summary = format!("this is done already, and no answer says by whom: {}", seen.said);
        let mut error = Error::new(self.proof.missed.kind, summary);
        error.advice = Some(Advice {
            en: "nothing is left to do, unless it matters who has done it".to_owned(),
            zh: "已处于目标状态，无需再操作；如需知道由谁操作，请查看流程记录".to_owned(),
        });
        if let Some(Doubt { error: answer, .. }) = &self.doubt {
            error.code = answer.code;
            error.http_status = answer.http_status;
            error.msg.clone_from(&answer.msg);
        }
        error.log_id = log_id;
        error.status = seen.status;
        self.give_up(error);
    }

    /// Sends again: the process was seen in its first state, or reading it is forbidden and the caller accepts that.
    fn resend(&mut self, error: Error) {
        if self.resends_left == 0 || self.writes >= retry::max_attempts(Replay::Proved) {
            return self.give_up(error);
        }
        self.resends_left -= 1;
        self.start(Part::Write);
    }

    fn could_not_look(&mut self, now: Instant, error: Error) {
        // Before anything is written there is no other failure to tell.
        let doubt = self.doubt.clone().unwrap_or_else(|| Doubt { cause: Cause::Refused, error: error.clone() });
        match self.exchange.next_move() {
            _ if error.kind == ErrorKind::Deadline || error.kind == ErrorKind::Cancelled => self.give_up(doubt.error),
            Some(Next::Again { resends, after }) => {
                self.rereads_left = self.rereads_left.min(resends);
                // Without a doubt nobody would tell, after the last one, what was wrong with it.
                let is_last = self.doubt.is_none() && self.reads >= retry::max_attempts(Replay::Read);
                if self.rereads_left == 0 || is_last {
                    return self.give_up(doubt.error);
                }
                self.rereads_left -= 1;
                self.pause(now, after.unwrap_or(0), Part::Read, doubt.error);
            }
            // It ran out of time, or of what else it needs to ask at all.
            None | Some(Next::Throttle { .. }) => self.give_up(doubt.error),
            Some(Next::Conflict | Next::Finished | Next::Refresh | Next::Stop | Next::Unstarted) => {
                let mut told = doubt.error;
                told.summary = match &self.doubt {
                    Some(_) => format!("{}; the process could not be read: {}", told.summary, error.summary),
                    None => format!("the process was to be read first, and could not be: {}", error.summary),
                };
                if error.kind == ErrorKind::Forbidden {
                    told.advice = Some(Advice {
                        en: "grant the scope corehr:process:read, so that the outcome can be read".to_owned(),
                        zh: "请为应用申请 corehr:process:read 权限，以便确认流程状态".to_owned(),
                    });
                }
                let may_resend = self.options.read_back == ReadBack::BestEffort
                    && error.kind == ErrorKind::Forbidden
                    && matches!(doubt.cause, Cause::Ambiguous | Cause::Conflict);
                if may_resend {
                    self.resend(told);
                    self.is_unread = true;
                } else {
                    self.give_up(told);
                }
            }
        }
    }

    /// Pauses at least so long, then acts; or ends with `error` if that would pass the deadline or cannot be afforded.
    fn pause(&mut self, now: Instant, least: u64, part: Part, mut error: Error) {
        if part == Part::Read && self.may_not_read() {
            return self.give_up(error);
        }
        if part == Part::Write && self.writes >= retry::max_attempts(Replay::Proved) {
            return self.give_up(error);
        }
        let failures = (self.writes + self.reads - self.checks).saturating_sub(1);
        let pause = retry::backoff(failures, &mut self.random).max(least);
        let remaining = self.exchange.deadline().map_or(0, |deadline| deadline.remaining(now));
        if pause >= remaining {
            error.retry_after_ms = Some(pause);
            self.give_up(error);
        } else if !self.exchange.session().take_retry(Cost::Transient) {
            self.give_up(error);
        } else {
            self.last_cost = Some(Cost::Transient);
            self.phase = Phase::Pausing(now.monotonic + pause, part);
        }
    }

    fn start(&mut self, part: Part) {
        let may_not = part == Part::Read && self.may_not_read();
        let (count, replay) = match part {
            Part::Read => (&mut self.reads, Replay::Read),
            Part::Write => (&mut self.writes, Replay::Proved),
        };
        if *count >= retry::max_attempts(replay) || may_not {
            let doubt = self.doubt.clone().map(|doubt| doubt.error);
            return self.give_up(doubt.unwrap_or_else(|| Error::new(ErrorKind::Http, "no attempt is left")));
        }
        *count += 1;
        let prepared = match part {
            Part::Read => self.read(),
            Part::Write => Ok(self.write.clone()),
        };
        match prepared {
            Ok(prepared) => self.exchange = self.exchange.next_part(prepared, true),
            Err(error) => return self.give_up(error),
        }
        self.phase = Phase::Acting(part);
    }

    /// Whether the caller wants no read after an answer that proves nothing. One that comes first is another choice.
    fn may_not_read(&self) -> bool {
        self.options.read_back == ReadBack::Never && self.doubt.is_some()
    }

    /// The read that proves; most acts never need it.
    fn read(&self) -> Result<Prepared, Error> {
        GetProcess { process_id: self.proof.process_id.clone(), user_id_type: None }.prepare()
    }

    fn reached(&mut self, attribution: Attribution, status: Option<i64>, reply: Reply) {
        self.exchange.session().refund(self.last_cost);
        self.ended_effect = Effect::Applied;
        self.phase = Phase::Ended(Some(Box::new(Ok(Outcome {
            reply,
            process_id: self.proof.process_id.clone(),
            attribution,
            status,
            attempts: self.attempts,
            resent_unread: self.resent_unread,
            settled: None,
        }))));
    }

    fn give_up(&mut self, error: Error) {
        let error = self.told(error);
        self.ended_effect = error.effect;
        self.phase = Phase::Ended(Some(Box::new(Err(error))));
    }

    /// What the caller is told: whatever the last answer proves for its own request, an older one may have acted.
    fn told(&self, mut error: Error) -> Error {
        if let Some(doubt) = &self.doubt {
            error.effect = Effect::Unknown;
            // Of a lost answer there is none; a read leads Feishu's support to the same process and minute.
            let known = error.log_id.take().or_else(|| doubt.error.log_id.clone());
            error.log_id = known.or_else(|| self.read_log_id.clone());
        }
        error.operation = Some(self.write.operation.name.to_owned());
        error.attempts = self.attempts;
        error
    }

    /// How many requests of this part's operation earlier parts have sent.
    const fn earlier(&self, part: Part) -> u32 {
        match part {
            Part::Read => self.reads.saturating_sub(1),
            Part::Write => self.attempts,
        }
    }

    fn concluded(&mut self, now: Instant, part: Part, result: Result<Reply, Error>) {
        self.last_cost = self.exchange.last_cost().or(self.last_cost);
        match part {
            Part::Write => {
                self.attempts += self.exchange.sent();
                self.resent_unread |= self.is_unread && self.exchange.sent() > 0;
                self.is_unread = false;
                self.written(now, result);
            }
            Part::Read => {
                let log_id = result.as_ref().map_or_else(|error| &error.log_id, |reply| &reply.log_id);
                self.read_log_id = log_id.clone().or_else(|| self.read_log_id.take());
                let read = result.and_then(|reply| Ok((Seen::read(&self.proof.sign, &reply)?, reply)));
                self.looked(now, read);
            }
        }
    }
}

impl Machine for Act {
    type Output = Result<Outcome, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        loop {
            match &mut self.phase {
                Phase::Ended(result) => {
                    return Step::Done(result.take().map_or_else(|| Err(ended_already()), |result| *result));
                }
                Phase::Pausing(until, _) if now.monotonic < *until => {
                    return Step::Wait(Pause { delay: *until - now.monotonic, reason: Reason::Backoff, seen: None });
                }
                Phase::Pausing(_, part) => {
                    let part = *part;
                    self.start(part);
                }
                Phase::Acting(part) => {
                    let part = *part;
                    match self.exchange.poll(now) {
                        Step::Ask(ask, budget) => return Step::Ask(ask, budget),
                        Step::Done(result) => self.concluded(now, part, result),
                        Step::Send(request) => return Step::Send(request),
                        Step::Wait(pause) => return Step::Wait(pause),
                    }
                }
            }
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        let operation = self.exchange.request().operation.name;
        let mut observation = self.exchange.handle(now, answer);
        let Phase::Acting(part) = self.phase else { return observation };
        let earlier = self.earlier(part);
        if let Some(result) = self.exchange.take_result() {
            self.concluded(now, part, result);
        }
        // A request for a token counts by itself.
        if let Some(observation) = observation.as_mut().filter(|observation| observation.operation == operation) {
            observation.attempt += earlier;
            if let Phase::Pausing(until, _) = self.phase {
                observation.pause_ms = Some(until - now.monotonic);
            }
        }
        observation
    }

    fn started(&self) -> Option<Observation> {
        let Phase::Acting(part) = self.phase else { return None };
        Some(self.exchange.started()?.after(self.earlier(part), self.exchange.request()))
    }

    fn cancel(&mut self) -> Error {
        let effect = match &mut self.phase {
            Phase::Acting(part) => {
                if *part == Part::Write {
                    self.attempts += self.exchange.sent();
                }
                self.exchange.cancel().effect
            }
            Phase::Ended(_) => self.ended_effect,
            Phase::Pausing(..) => Effect::None,
        };
        let mut error = Error::new(ErrorKind::Cancelled, "the caller cancelled the call");
        error.effect = effect;
        let error = if effect == Effect::Applied { error } else { self.told(error) };
        self.ended_effect = error.effect;
        self.phase = Phase::Ended(Some(Box::new(Err(error.clone()))));
        error
    }

    fn session(&self) -> &Session {
        self.exchange.session()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::error::{TransportError, TransportErrorKind};
    use crate::http::{HttpRequest, HttpResponse};
    use crate::machine::RequestPhase;
    use crate::process::{Actor, WithdrawProcess};
    use crate::session::{Config, Credentials};
    use crate::token::Secret;

    fn session_of(credentials: Credentials) -> Session {
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        Session::new(Config::new(base_url, credentials), 7).expect("valid")
    }

    fn withdrawal(session: &Session) -> Act {
        let actor = Actor::System { user: None };
        let request = WithdrawProcess { process_id: "7328345170959681068".to_owned(), actor, reason: None };
        let proof = request.proof().expect("a read proves it");
        Act::new(session, &request, proof, CallOptions::default(), ActOptions::default()).expect("valid")
    }

    /// The next request, after whatever pause there is before it.
    fn sent(withdrawal: &mut Act, now: &mut Instant) -> HttpRequest {
        loop {
            match withdrawal.poll(*now) {
                Step::Send(request) => return request,
                Step::Wait(pause) => *now = now.after(pause.delay),
                other @ (Step::Ask(..) | Step::Done(_)) => panic!("{other:?}"),
            }
        }
    }

    fn answered(body: &str) -> Answer {
        Answer::Http(Ok(HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() }))
    }

    fn withdrawn(withdrawal: &mut Act, now: Instant) -> Outcome {
        match withdrawal.poll(now) {
            Step::Done(Ok(outcome)) => outcome,
            other @ (Step::Ask(..) | Step::Done(_) | Step::Send(_) | Step::Wait(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_success_gives_back_once_what_the_last_retry_has_cost() {
        // Its calls need no token.
        let session = session_of(Credentials::Backend);
        let mut now = Instant::default();
        while session.take_retry(Cost::Transient) {}
        for _ in 0..2 {
            let mut call = withdrawal(&session);
            sent(&mut call, &mut now);
            call.handle(now, answered(r#"{"code":0}"#));
            assert_eq!(withdrawn(&mut call, now).attribution, Attribution::Ours);
        }
        assert!(!session.take_retry(Cost::Transient), "500 = 35 x 14 + 10, and 1 for each success");
        (0..2).for_each(|_| session.refund(None));
        let mut call = withdrawal(&session);
        sent(&mut call, &mut now);
        let lost = TransportError::new(TransportErrorKind::Disconnected, true, "");
        call.handle(now, Answer::Http(Err(lost)));
        assert!(!session.take_retry(Cost::Throttle), "the 14 are taken, nothing is left");
        sent(&mut call, &mut now);
        call.handle(now, answered(r#"{"code":0,"data":{"status":4}}"#));
        assert_eq!(withdrawn(&mut call, now).attribution, Attribution::Presumed);
        assert!(session.take_retry(Cost::Transient) && !session.take_retry(Cost::Throttle), "and they are back, once");
    }

    #[test]
    fn an_observation_counts_the_requests_of_its_operation_and_a_token_request_by_itself() {
        let app = Credentials::App { app_id: "cli_a".to_owned(), app_secret: Secret::new("secret".to_owned()) };
        let session = session_of(app);
        let mut call = withdrawal(&session);
        let mut now = Instant::default().after(5_000);
        let mut seen = Vec::new();
        for body in [
            r#"{"code":0,"tenant_access_token":"t-1","expire":7200}"#,
            r#"{"code":1500}"#,
            r#"{"code":1500}"#,
            r#"{"code":0,"data":{"status":1}}"#,
            r#"{"code":99991663}"#,
            r#"{"code":0,"tenant_access_token":"t-2","expire":7200}"#,
            r#"{"code":0}"#,
        ] {
            sent(&mut call, &mut now);
            let started = call.started().expect("a request is under way");
            assert_eq!(started.phase, RequestPhase::Started);
            let observation = call.handle(now, answered(body)).expect("one for each answer");
            assert_eq!((&started.operation, started.attempt), (&observation.operation, observation.attempt));
            if let Some(pause) = observation.pause_ms {
                assert!(matches!(call.poll(now), Step::Wait(Pause { delay, .. }) if delay == pause));
                assert_eq!(call.started(), None, "nothing is under way");
            }
            seen.push((observation.operation, observation.attempt));
        }
        let expected = [
            ("tenant_access_token", 1),
            ("withdraw_process", 1),
            ("get_process", 1),
            ("get_process", 2),
            ("withdraw_process", 2),
            ("tenant_access_token", 1),
            ("withdraw_process", 3),
        ];
        assert_eq!(seen, expected.map(|(operation, attempt)| (operation.to_owned(), attempt)));
        assert_eq!(withdrawn(&mut call, now).attempts, 3);
    }

    #[test]
    fn whoever_cancels_hears_what_was_sent_and_whether_it_may_have_acted() {
        let session = session_of(Credentials::Backend);
        let lost = || Answer::Http(Err(TransportError::new(TransportErrorKind::Disconnected, true, "")));
        let unreachable = || Answer::Http(Err(TransportError::new(TransportErrorKind::Connect, false, "")));
        let cancelled = |answers: Vec<Answer>, is_sending: bool| {
            let (mut call, mut now) = (withdrawal(&session), Instant::default());
            for answer in answers {
                sent(&mut call, &mut now);
                call.handle(now, answer);
            }
            if is_sending {
                sent(&mut call, &mut now);
            }
            let error = call.cancel();
            assert_eq!(call.cancel().effect, error.effect, "once more changes nothing");
            (error.kind, error.effect, error.attempts)
        };
        let told = |effect, attempts| (ErrorKind::Cancelled, effect, attempts);
        assert_eq!(cancelled(vec![], false), told(Effect::None, 0));
        assert_eq!(cancelled(vec![], true), told(Effect::Unknown, 1), "the write is under way");
        assert_eq!(cancelled(vec![unreachable()], false), told(Effect::None, 1));
        assert_eq!(cancelled(vec![unreachable()], true), told(Effect::Unknown, 2));
        assert_eq!(cancelled(vec![lost()], false), told(Effect::Unknown, 1), "it pauses before it reads");
        assert_eq!(cancelled(vec![lost()], true), told(Effect::Unknown, 1), "it reads");
        assert_eq!(cancelled(vec![answered(r#"{"code":0}"#)], false).1, Effect::Applied, "a moment too late");
    }

    #[test]
    fn a_process_is_read_after_the_last_write_that_is_allowed_too() {
        let session = session_of(Credentials::Backend);
        let (mut call, mut now) = (withdrawal(&session), Instant::default());
        for status in [1, 1, 1, 4] {
            sent(&mut call, &mut now);
            call.handle(now, Answer::Http(Err(TransportError::new(TransportErrorKind::Disconnected, true, ""))));
            sent(&mut call, &mut now);
            call.handle(now, answered(&format!(r#"{{"code":0,"data":{{"status":{status}}}}}"#)));
        }
        let outcome = withdrawn(&mut call, now);
        assert_eq!((outcome.attribution, outcome.attempts), (Attribution::Presumed, 4));
    }

    #[test]
    fn a_success_gives_back_what_a_rate_limit_has_cost() {
        let session = session_of(Credentials::Backend);
        while session.take_retry(Cost::Transient) {}
        let mut now = Instant::default();
        let mut call = withdrawal(&session);
        sent(&mut call, &mut now);
        call.handle(now, answered(r#"{"code":99991400}"#));
        sent(&mut call, &mut now);
        call.handle(now, answered(r#"{"code":0}"#));
        assert_eq!(withdrawn(&mut call, now).attribution, Attribution::Ours);
        assert!(session.take_retry(Cost::Throttle) && session.take_retry(Cost::Throttle), "10 are left, 5 came back");
        assert!(!session.take_retry(Cost::Throttle));
    }
}
