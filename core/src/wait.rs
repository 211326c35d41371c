//! Wait: read a process again and again, until it is where the caller waits for it.

use crate::endpoint::{Outcome, Reply, Request};
use crate::error::{Effect, Error, ErrorKind, Problem};
use crate::exchange::Exchange;
use crate::machine::{Answer, CallOptions, Machine, Observation, Pause, Reason, Step, ended_already};
use crate::moment;
use crate::place::{self, Place, Seen};
use crate::process::Status;
use crate::proof::Attribution;
use crate::retry::{self, Random};
use crate::session::Session;
use crate::time::Instant;
use crate::until::{Goal, SettledAs, Until};

/// Reads with growing pauses between them: each is one request, so that what fails waits as long as what has not come yet.
#[derive(Debug)]
pub struct Wait {
    until: Until,
    operation: &'static str,
    exchange: Exchange,
    random: Random,
    phase: Phase,
    /// How many reads have ended.
    reads: u32,
    /// How many requests they sent.
    attempts: u32,
    /// The last status that was read, if any read told one.
    seen: Option<i64>,
    log_id: Option<String>,
    /// Why the last read failed.
    failure: Option<Error>,
    /// When the read under way began, by the monotonic clock.
    asked: Option<u64>,
    /// From when on no act can be on its way any more, by the monotonic clock; known from the first poll on.
    settles: Option<u64>,
}

#[derive(Debug)]
enum Phase {
    Ended(Option<Box<Result<Outcome, Error>>>),
    /// Until then, by the monotonic clock.
    Pausing(u64),
    Reading,
}

impl Wait {
    /// Begins to wait. Arguments and options are checked here, all together; nothing has been sent.
    pub(crate) fn new(
        session: &Session,
        request: &dyn Request,
        until: Until,
        options: CallOptions,
    ) -> Result<Self, Error> {
        let operation = request.operation().name;
        if options.deadline.is_some() {
            let mut problems = request.broken();
            let instead = match until.goal {
                Goal::Settled { .. } => "it takes as long as a request may be on its way, and two minutes more at most",
                Goal::Statuses(_) => "`timeout` says how long to wait",
            };
            problems.push(Problem::new("deadline", format!("does not belong here: {instead}")));
            problems.extend(options.problems());
            Error::check(operation, problems)?;
        }
        // What is no time at all is among the problems of the request.
        let options = CallOptions { deadline: Some(until.timeout.max(1)), ..options };
        let exchange = Exchange::new(session, request, options)?.into_part();
        Ok(Self {
            until,
            operation,
            exchange,
            random: session.random(),
            phase: Phase::Reading,
            reads: 0,
            attempts: 0,
            seen: None,
            log_id: None,
            failure: None,
            asked: None,
            settles: None,
        })
    }

    fn concluded(&mut self, now: Instant, result: Result<Reply, Error>) {
        self.reads += 1;
        self.attempts += self.exchange.sent();
        match result.and_then(|reply| Ok((place::status(&reply)?, reply))) {
            Ok((number, reply)) => self.looked(now, number, reply),
            Err(error) => {
                self.log_id = error.log_id.clone().or_else(|| self.log_id.take());
                // A token function that had no more time has not failed.
                let is_over = error.kind == ErrorKind::TokenSource && self.remaining(now) == 0;
                let may_come = error.retryable || error.kind == ErrorKind::Deadline || is_over;
                if !may_come || error.kind == ErrorKind::Cancelled {
                    return self.give_up(error);
                }
                let least = error.retry_after_ms.unwrap_or(0);
                self.failure = Some(error);
                self.pause(now, least);
            }
        }
    }

    fn looked(&mut self, now: Instant, number: Option<i64>, reply: Reply) {
        self.exchange.session().refund(self.exchange.last_cost());
        self.seen = number.or(self.seen);
        self.failure = None;
        let (is_over, settled, attribution) = match self.judged(number, &reply) {
            Ok(judged) => judged,
            Err(error) => return self.give_up(error),
        };
        if is_over {
            self.phase = Phase::Ended(Some(Box::new(Ok(Outcome {
                reply,
                process_id: self.until.process_id.clone(),
                attribution,
                status: number,
                attempts: self.attempts,
                resent_unread: false,
                settled,
            }))));
            return;
        }
        self.log_id = reply.log_id.or_else(|| self.log_id.take());
        self.pause(now, 0);
    }

    /// Whether this is what was waited for, and what it says of an act.
    fn judged(&self, number: Option<i64>, reply: &Reply) -> Result<(bool, Option<SettledAs>, Attribution), Error> {
        let (sign, since) = match &self.until.goal {
            Goal::Settled { sign, since } => (sign, *since),
            Goal::Statuses(statuses) => {
                return Ok((number.is_some_and(|number| statuses.contains(&number)), None, Attribution::Ours));
            }
        };
        let seen = Seen::read(sign, reply)?;
        let (is_for_good, settled) = match seen.place {
            Place::Before => (false, SettledAs::NotDone),
            Place::Elsewhere => (true, SettledAs::Elsewhere),
            Place::Reached => (true, SettledAs::Done),
            Place::Unclear => (false, SettledAs::Unclear),
        };
        // What has ended after the last moment at which the request can have acted was ended by somebody else.
        let is_later = seen.ended.is_some_and(|ended| ended > since.saturating_add_unsigned(retry::SETTLING));
        let attribution = if is_later { Attribution::Unattributed } else { Attribution::Presumed };
        let is_late = self.asked.zip(self.settles).is_some_and(|(asked, settles)| asked >= settles);
        Ok((is_for_good || is_late, Some(settled), attribution))
    }

    /// Begins a read. The first one fixes until when an act may be on its way; a moment that lies ahead is refused.
    fn ask(&mut self, now: Instant) {
        self.asked = Some(now.monotonic);
        let Goal::Settled { since, .. } = self.until.goal else { return };
        if self.settles.is_some() {
            return;
        }
        let problems = moment::ahead_problem("since", since, now).into_iter().collect();
        if let Err(error) = Error::check(self.operation, problems) {
            return self.give_up(error);
        }
        let left = since.saturating_sub_unsigned(now.wall).saturating_add_unsigned(retry::SETTLING);
        self.settles = Some(now.monotonic.saturating_add_signed(left.max(0)));
    }

    /// Pauses before the next read; the last one comes a little before the time is over, whatever the pause.
    fn pause(&mut self, now: Instant, least: u64) {
        let mut pause = retry::wait(self.reads - 1, &mut self.random);
        if let Some(settles) = self.settles.filter(|settles| *settles > now.monotonic) {
            pause = pause.min(settles - now.monotonic);
        }
        let pause = pause.max(least);
        match pause.min(self.remaining(now).saturating_sub(retry::LAST_READ)) {
            0 => self.run_out(),
            pause => self.phase = Phase::Pausing(now.monotonic + pause),
        }
    }

    /// How much of its time is left, in milliseconds.
    fn remaining(&self, now: Instant) -> u64 {
        self.exchange.deadline().map_or(0, |deadline| deadline.remaining(now))
    }

    fn run_out(&mut self) {
        let known =
            self.seen.map(|number| format!("its last status was {number} ({})", Status::from_number(number).as_str()));
        let known = known.unwrap_or_else(|| "its status could not be read".to_owned());
        let missed = match self.until.goal {
            Goal::Settled { .. } => "it could not be found out how the call has ended",
            Goal::Statuses(_) => "the process has not come to where it was waited for",
        };
        let mut summary = format!("{missed}: {known}");
        if let Some(failure) = &self.failure {
            summary = format!("{summary}; the last read failed: {}", failure.summary);
        }
        let mut error = Error::new(ErrorKind::Deadline, summary);
        error.retryable = true;
        error.log_id.clone_from(&self.log_id);
        self.give_up(error);
    }

    fn give_up(&mut self, error: Error) {
        let error = self.told(error);
        self.phase = Phase::Ended(Some(Box::new(Err(error))));
    }

    fn told(&self, mut error: Error) -> Error {
        error.operation = Some(self.operation.to_owned());
        error.attempts = self.attempts;
        error.status = self.seen;
        error
    }
}

impl Machine for Wait {
    type Output = Result<Outcome, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        loop {
            match &mut self.phase {
                Phase::Ended(result) => {
                    return Step::Done(result.take().map_or_else(|| Err(ended_already()), |result| *result));
                }
                Phase::Pausing(until) if now.monotonic < *until => {
                    return Step::Wait(Pause { delay: *until - now.monotonic, reason: Reason::Status, seen: None });
                }
                Phase::Pausing(_) => {
                    self.exchange = self.exchange.next_read(self.failure.is_some());
                    self.phase = Phase::Reading;
                    self.asked = None;
                }
                Phase::Reading if self.asked.is_none() => self.ask(now),
                Phase::Reading => match self.exchange.poll(now) {
                    Step::Ask(ask, budget) => return Step::Ask(ask, budget),
                    Step::Done(result) => self.concluded(now, result),
                    Step::Send(request) => return Step::Send(request),
                    Step::Wait(pause) => return Step::Wait(pause),
                },
            }
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        let operation = self.exchange.request().operation.name;
        let mut observation = self.exchange.handle(now, answer);
        let earlier = self.attempts;
        if let Some(result) = self.exchange.take_result() {
            self.concluded(now, result);
        }
        // A request for a token counts by itself.
        if let Some(observation) = observation.as_mut().filter(|observation| observation.operation == operation) {
            observation.attempt += earlier;
            if let Phase::Pausing(until) = self.phase {
                observation.pause_ms = Some(until - now.monotonic);
            }
        }
        observation
    }

    fn started(&self) -> Option<Observation> {
        Some(self.exchange.started()?.after(self.attempts, self.exchange.request()))
    }

    fn cancel(&mut self) -> Error {
        if matches!(self.phase, Phase::Reading) {
            self.attempts += self.exchange.sent();
            self.exchange.cancel();
        }
        let mut error = Error::new(ErrorKind::Cancelled, "the caller cancelled the call");
        error.effect = Effect::None;
        let error = self.told(error);
        self.phase = Phase::Ended(Some(Box::new(Err(error.clone()))));
        error
    }

    fn session(&self) -> &Session {
        self.exchange.session()
    }
}
