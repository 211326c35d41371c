//! One schedule: what happens, in which order, until nothing more can happen.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use feishu_corehr::{Answer, Ask, Effect, HttpResponse, Pause, Secret, Step};

use crate::call::{Call, Kind, Outcome, State};
use crate::client::Client;
use crate::clock::Clock;
use crate::coverage::{Asked, Coverage};
use crate::dice::Dice;
use crate::ending::{Ending, LONGEST_BACKOFF};
use crate::invariant::{Checked, Invariant, Violation, check};
use crate::returned::{Meaning, Returned};
use crate::server::{Issuer, Process};
use crate::travel::{Sent, bearer};
use crate::weather::Weather;

/// More polls than any call needs.
const MOST_POLLS: u32 = 5_000;
/// How long a token of a shared cache must live to be taken, in milliseconds.
const LEAST_CACHED_LIFE: u64 = 1_800_000;

/// What a schedule is like, beside its seed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many calls run on one world; drawn from the seed if not given.
    pub calls: Option<usize>,
    /// Whether to write down what happens.
    pub trace: bool,
    /// Whether no call looks before, minds what is done already, waits or settles: as in the seeds that are older than
    /// these.
    pub is_plain: bool,
}

/// How a schedule ended.
#[derive(Debug)]
pub struct Finished {
    /// The first invariant that it broke.
    pub violation: Option<Violation>,
    /// What happened, a line each; empty unless asked for.
    pub trace: String,
}

/// Runs the schedule of that seed.
pub fn simulate(seed: u64, options: &Options, coverage: &mut Coverage) -> Finished {
    let mut schedule = Schedule::draw(seed, options, coverage);
    let result = panic::catch_unwind(AssertUnwindSafe(|| schedule.run()));
    let panicked = || Err(Violation { invariant: Invariant::NoPanic, text: "it panicked".to_owned() });
    let violation = result.unwrap_or_else(|_| panicked()).err();
    Finished { violation, trace: schedule.trace.unwrap_or_default() }
}

/// What can happen. The first six happen to a caller, by its own clock; the others to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    Cancel(usize),
    Drop(usize),
    HostAnswers(usize, u32),
    Start(usize),
    TimeOut(usize, usize),
    Timer(usize, u32),
    Arrive(usize, u8),
    Change(usize, i64),
    Deliver(usize),
    Jump(i64),
    Revoke(usize),
    Sleep(u64),
}

type Queue = BinaryHeap<Reverse<(u64, u64, Event)>>;

/// What a shared cache holds: the bytes, and what the world knows of the token in them.
pub(crate) struct Cached {
    pub(crate) key: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) token: String,
    /// By the wall clock of the one who saved it.
    pub(crate) expires_at: u64,
}

pub(crate) struct Schedule<'a> {
    pub(crate) dice: Dice,
    /// What is drawn by dice of its own, so that a seed means the same without it.
    pub(crate) choices: Option<Dice>,
    pub(crate) weather: Weather,
    pub(crate) clock: Clock,
    pub(crate) processes: Vec<Process>,
    pub(crate) issuers: Vec<Issuer>,
    pub(crate) clients: Vec<Client>,
    pub(crate) calls: Vec<Call>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) cache: Vec<Cached>,
    pub(crate) asked: Vec<Option<Ask>>,
    /// A refused token that a call was handed by the shared cache; its next step shows whether it took it.
    pub(crate) loaded: Vec<Option<(String, u64)>>,
    pub(crate) polls: Vec<u32>,
    /// By the callers' monotonic clock.
    callers: Queue,
    /// By true time.
    world: Queue,
    woken: Arc<Mutex<Vec<usize>>>,
    /// Whether somebody has ended at this instant: then nobody may be left to wait for nobody.
    somebody_ended: bool,
    /// When the last consequence of a mishap is over, in true time.
    pub(crate) settled: u64,
    pub(crate) coverage: &'a mut Coverage,
    pub(crate) trace: Option<String>,
}

/// Wakes a call that waits for a change.
struct CallWaker {
    call: usize,
    woken: Arc<Mutex<Vec<usize>>>,
}

impl Wake for CallWaker {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.call);
    }
}

macro_rules! trace {
    ($schedule:expr, $($text:tt)*) => {
        if let Some(trace) = &mut $schedule.trace {
            let now = $schedule.clock.now;
            // Writing to a string does not fail.
            let _ = write!(trace, "{:>9}.{:03}  ", now / 1_000, now % 1_000);
            let _ = writeln!(trace, $($text)*);
        }
    };
}
pub(crate) use trace;

impl<'a> Schedule<'a> {
    pub(crate) fn new(dice: Dice, weather: Weather, coverage: &'a mut Coverage, trace: bool) -> Self {
        Self {
            dice,
            choices: None,
            weather,
            clock: Clock::default(),
            processes: Vec::new(),
            issuers: Vec::new(),
            clients: Vec::new(),
            calls: Vec::new(),
            sent: Vec::new(),
            cache: Vec::new(),
            asked: Vec::new(),
            loaded: Vec::new(),
            polls: Vec::new(),
            callers: BinaryHeap::new(),
            world: BinaryHeap::new(),
            woken: Arc::default(),
            somebody_ended: false,
            settled: 0,
            coverage,
            trace: trace.then(String::new),
        }
    }

    fn run(&mut self) -> Checked {
        while let Some((time, event)) = self.next() {
            let is_awake = self.clock.now >= self.clock.awake_at;
            if time > self.clock.now && is_awake && std::mem::take(&mut self.somebody_ended) {
                self.nobody_waits_for_nobody()?;
            }
            self.clock.now = self.clock.now.max(time);
            self.happen(event)?;
            self.wake();
        }
        for number in 0..self.calls.len() {
            let call = &self.calls[number];
            check(call.end.is_some(), Invariant::I9, || format!("call {number} never ends"))?;
            if let Some(outcome) = &call.end {
                self.ending(number).check_finally(outcome)?;
            }
        }
        Ok(())
    }

    /// What happens next: by chance, where two things happen at once.
    fn next(&mut self) -> Option<(u64, Event)> {
        let caller = self.callers.peek().map(|Reverse((at, tie, _))| (at + self.clock.slept, *tie));
        let world = self.world.peek().map(|Reverse((at, tie, _))| (*at, *tie));
        let is_caller = match (caller, world) {
            (Some(caller), Some(world)) => caller < world,
            (caller, None) => caller.is_some(),
            (None, Some(_)) => false,
        };
        let Reverse((at, _, event)) = if is_caller { self.callers.pop()? } else { self.world.pop()? };
        Some((if is_caller { at + self.clock.slept } else { at }, event))
    }

    /// To a caller, so many milliseconds from now by its clock.
    pub(crate) fn later(&mut self, milliseconds: u64, event: Event) {
        let at = self.clock.monotonic() + milliseconds;
        self.callers.push(Reverse((at, self.dice.next(), event)));
    }

    /// The requests that have not arrived yet, by their numbers.
    pub(crate) fn coming(&self) -> impl Iterator<Item = usize> {
        let arriving = |event: &Event| if let Event::Arrive(sent, _) = event { Some(*sent) } else { None };
        self.world.iter().filter_map(move |Reverse((_, _, event))| arriving(event))
    }

    /// To the world, so many milliseconds from now.
    pub(crate) fn afterwards(&mut self, milliseconds: u64, event: Event) {
        self.world.push(Reverse((self.clock.now + milliseconds, self.dice.next(), event)));
    }

    fn happen(&mut self, event: Event) -> Checked {
        match event {
            Event::Arrive(sent, copy) => self.arrive(sent, copy),
            Event::Cancel(call) => return self.cancel(call),
            Event::Change(process, status) => {
                trace!(self, "somebody else: process {process} to status {status}");
                self.processes[process].change(self.clock.now, status);
            }
            Event::Deliver(sent) => return self.deliver(sent),
            Event::Drop(call) => self.drop(call),
            Event::HostAnswers(call, timer) => return self.host_answers(call, timer),
            Event::Jump(milliseconds) => {
                trace!(self, "the wall clock jumps by {milliseconds} ms");
                self.clock.jump(milliseconds);
            }
            Event::Revoke(tenancy) => {
                trace!(self, "the token of tenancy {tenancy} is revoked");
                self.issuers[tenancy].revoke();
            }
            Event::Sleep(milliseconds) if self.clock.now >= self.clock.awake_at => {
                trace!(self, "the device sleeps for {milliseconds} ms");
                self.clock.sleep(milliseconds);
                self.settled = self.settled.max(self.clock.now) + milliseconds;
            }
            Event::Sleep(_) => {}
            Event::Start(call) if self.calls[call].state == State::Idle && self.calls[call].end.is_none() => {
                self.calls[call].started = Some(self.clock.instant());
                self.calls[call].started_at = self.clock.now;
                return self.poll(call);
            }
            Event::Start(_) => {}
            Event::TimeOut(call, sent) if self.calls[call].state == State::Sending(sent) => {
                return self.hand_in(call, sent, Returned::timed_out());
            }
            Event::TimeOut(..) => {}
            Event::Timer(call, timer) => {
                let is_current = self.calls[call].timer == timer;
                if is_current && matches!(self.calls[call].state, State::Waiting { .. }) {
                    return self.poll(call);
                }
            }
        }
        Ok(())
    }

    fn poll(&mut self, number: usize) -> Checked {
        let now = self.clock.instant();
        self.polls[number] += 1;
        self.calls[number].moments.push((self.clock.now, now));
        check(self.polls[number] < MOST_POLLS, Invariant::I9, || format!("call {number} spins"))?;
        let Some(work) = &mut self.calls[number].work else { return Ok(()) };
        let step = work.poll(now);
        if let Some((token, life)) = self.loaded[number].take() {
            let client = &mut self.clients[self.calls[number].client];
            match &step {
                Step::Send(request) if bearer(request) == Some(&token) => {
                    client.delivered(&token, now, life, self.clock.now, now);
                }
                Step::Send(_) => {}
                // Whether it took the token is not seen.
                Step::Ask(..) | Step::Done(_) | Step::Wait(_) => client.is_muddled = true,
            }
        }
        match step {
            Step::Ask(ask, budget) => self.ask(number, ask, budget),
            Step::Done(outcome) => self.end(number, outcome)?,
            Step::Send(request) => self.send(number, &request)?,
            Step::Wait(pause) => self.wait(number, pause),
        }
        Ok(())
    }

    fn wait(&mut self, number: usize, pause: Pause) {
        let call = &mut self.calls[number];
        call.timer += 1;
        call.changed = pause.seen.and_then(|seen| Some(Box::pin(call.work.as_ref()?.session().changed(seen)) as _));
        trace!(self, "call {number} waits for {} ms{}", pause.delay, pause.seen.map_or("", |_| " or a change"));
        let call = &mut self.calls[number];
        call.state = State::Waiting { for_change: call.changed.is_some() };
        let timer = call.timer;
        if let Some(changed) = &mut call.changed {
            let waker = Waker::from(Arc::new(CallWaker { call: number, woken: self.woken.clone() }));
            if changed.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.later(0, Event::Timer(number, timer));
            }
        }
        // A timer fires when it likes, but not early.
        let late = if self.dice.chance(100) { self.dice.between(0, 5) } else { 0 };
        self.later(pause.delay.saturating_add(late).min(1 << 40), Event::Timer(number, timer));
        if self.dice.chance(self.weather.spurious) {
            let early = self.dice.between(0, pause.delay.min(10_000));
            self.later(early, Event::Timer(number, timer));
        }
    }

    fn ask(&mut self, number: usize, ask: Ask, budget: u64) {
        trace!(self, "call {number} asks its host: {ask:?}");
        let call = &mut self.calls[number];
        call.timer += 1;
        call.state = State::Asking;
        let timer = call.timer;
        self.asked[number] = Some(ask);
        let slow = self.weather.is_stormy(self.clock.now) && self.dice.chance(self.weather.permille / 4);
        let delay = self.dice.between(0, if slow { 20_000 } else { 20 });
        self.later(delay.min(budget), Event::HostAnswers(number, if delay < budget { timer } else { 0 }));
    }

    /// The host's answer; timer 0 says that it comes too late.
    fn host_answers(&mut self, number: usize, timer: u32) -> Checked {
        let call = &self.calls[number];
        if !matches!(call.state, State::Asking) || timer != 0 && timer != call.timer {
            return Ok(());
        }
        let token_is_asked = matches!(self.asked[number], Some(Ask::Token { .. }));
        let answer = match self.asked[number].take() {
            Some(_) if timer == 0 => Answer::Late,
            Some(Ask::Load { key }) => self.load(number, &key),
            Some(Ask::Save { key, value }) => {
                self.save(number, key, value);
                Answer::Saved
            }
            Some(Ask::Token { .. }) => self.token_of_the_host(number),
            None => Answer::Late,
        };
        let now = self.clock.instant();
        let call = &mut self.calls[number];
        let is_good = matches!(&answer, Answer::Token(Ok(token)) if token.expose().starts_with("t-"));
        call.log.is_incurable |= token_is_asked && !is_good;
        if let Some(work) = &mut call.work {
            drop(work.handle(now, answer));
        }
        self.poll(number)
    }

    fn load(&mut self, number: usize, key: &str) -> Answer {
        if self.weather.is_stormy(self.clock.now) && self.dice.chance(self.weather.permille / 3) {
            return Answer::Loaded(self.dice.chance(500).then(|| b"rubbish".to_vec()));
        }
        let Some(found) = self.cache.iter().find(|cached| cached.key == key) else { return Answer::Loaded(None) };
        let now = self.clock.instant();
        let life = found.expires_at.saturating_sub(now.wall);
        let client = &mut self.clients[self.calls[number].client];
        // One that needs no renewal yet is taken, and no other one; nor the one that was refused last.
        if life >= LEAST_CACHED_LIFE {
            if client.tokens.iter().any(|token| token.value == found.token && token.is_rejected) {
                self.loaded[number] = Some((found.token.clone(), life));
            } else {
                client.delivered(&found.token, now, life, self.clock.now, now);
            }
        }
        Answer::Loaded(Some(found.bytes.clone()))
    }

    fn save(&mut self, number: usize, key: String, bytes: Vec<u8>) {
        let Some(token) = self.clients[self.calls[number].client].tokens.last() else { return };
        let (token, expires_at) = (token.value.clone(), token.sent.wall + token.life);
        self.cache.retain(|cached| cached.key != key);
        self.cache.push(Cached { key, bytes, token, expires_at });
    }

    fn token_of_the_host(&mut self, number: usize) -> Answer {
        if self.weather.is_stormy(self.clock.now) && self.dice.chance(self.weather.permille / 3) {
            return Answer::Token(match self.dice.between(0, 2) {
                0 => Err("no token today".to_owned()),
                1 => Ok(Secret::new("a b".to_owned())),
                _ => Ok(Secret::new(String::new())),
            });
        }
        let client = &mut self.clients[self.calls[number].client];
        let hands_back = self.weather.hands_back_revoked && self.weather.is_stormy(self.clock.now);
        let issuer = &mut self.issuers[client.tenancy];
        let token = issuer.issue(self.clock.now, self.weather.token_life, hands_back, client.tenancy).token;
        let value = token.map(|(value, _)| value).unwrap_or_default();
        let now = self.clock.instant();
        client.delivered(&value, now, u64::MAX / 4, self.clock.now, now);
        Answer::Token(Ok(Secret::new(value)))
    }

    fn deliver(&mut self, sent: usize) -> Checked {
        let number = self.sent[sent].call;
        if self.clock.awake_at > self.clock.now {
            // Few connections outlive the sleep of a device.
            if self.dice.chance(500) {
                self.sent[sent].returned = Some(Returned::lost(&mut self.dice));
            }
            self.afterwards(self.clock.awake_at - self.clock.now, Event::Deliver(sent));
            return Ok(());
        }
        if self.calls[number].state != State::Sending(sent) {
            return Ok(());
        }
        let returned = self.sent[sent].returned.take();
        let returned = returned.unwrap_or_else(|| Returned::lost(&mut self.dice));
        self.hand_in(number, sent, returned)
    }

    fn hand_in(&mut self, number: usize, sent: usize, returned: Returned) -> Checked {
        let now = self.clock.instant();
        let sent = &self.sent[sent];
        let call = &mut self.calls[number];
        let client = &mut self.clients[call.client];
        trace!(self, "call {number} is answered: {returned}");
        self.coverage.visit(sent.asked, call.log.doubt, returned.meaning);
        if returned.meaning == Meaning::Rejected {
            call.log.rejected.clone_from(&sent.token);
        }
        self.settled = self.settled.max(self.clock.now + returned.longest_pause());
        let time_left = call.started.map_or(0, |started| started.after(call.deadline).remaining(now));
        client.answered(sent, &returned, &call.log, now, time_left);
        // A server that asks for more time than is left is not cured by one more try.
        call.log.is_incurable |= returned.longest_pause() + LONGEST_BACKOFF >= time_left;
        call.log.answered(sent.asked, returned.meaning, returned.shown, sent.at, (sent.instant, now));
        client.due += call.log.due;
        if call.kind.waits() && returned.meaning == Meaning::Shown {
            call.log.ended = returned.ended;
            client.succeeded(&mut call.log);
        }
        if sent.asked == Asked::Token {
            if client.fetching.is_some_and(|(fetching, _)| fetching == number) {
                client.fetching = None;
            }
            if let Some((value, life)) = &returned.token {
                client.delivered(value, sent.instant, life * 1_000, self.clock.now, now);
            }
        }
        if let Some(work) = &mut call.work {
            drop(work.handle(now, Answer::Http(returned.result)));
        }
        self.poll(number)
    }

    fn cancel(&mut self, number: usize) -> Checked {
        let call = &mut self.calls[number];
        if !call.is_alive() {
            return Ok(());
        }
        if let State::Sending(sent) = call.state
            && self.sent[sent].asked == Asked::Withdrawal
        {
            call.log.in_doubt = true;
        }
        trace!(self, "call {number} is cancelled");
        let Some(work) = &mut self.calls[number].work else { return Ok(()) };
        let error = work.cancel();
        self.end(number, Outcome::Cancelled(error))
    }

    fn drop(&mut self, number: usize) {
        let call = &mut self.calls[number];
        if call.end.is_some() {
            return;
        }
        (call.state, call.changed, call.end) = (State::Ended, None, Some(Outcome::Dropped));
        drop(call.work.take());
        self.somebody_ended = true;
        trace!(self, "call {number} is dropped");
        self.may_settle(number);
    }

    /// The end: what it says is checked, and that it stays the end.
    fn end(&mut self, number: usize, outcome: Outcome) -> Checked {
        trace!(self, "call {number} ends: {outcome:?}");
        self.coverage.ended(self.calls[number].kind, &outcome);
        self.somebody_ended = true;
        self.ending(number).check(&outcome)?;
        if matches!(outcome, Outcome::Replied(_) | Outcome::Withdrawn(_)) {
            let call = &mut self.calls[number];
            self.clients[call.client].succeeded(&mut call.log);
        }
        if let Outcome::Cancelled(error) | Outcome::Failed(error) = &outcome
            && error.effect == Effect::Unknown
        {
            self.may_settle(number);
        }
        let later = self.clock.instant().after(self.dice.between(0, 100_000));
        let call = &mut self.calls[number];
        call.state = State::Ended;
        call.changed = None;
        call.end = Some(outcome);
        if let Some(work) = &mut call.work {
            if self.dice.chance(200) {
                let late = HttpResponse { status: 200, body: br#"{"code":0}"#.to_vec(), ..HttpResponse::default() };
                drop(work.handle(later, Answer::Http(Ok(late))));
            }
            let stays = matches!(work.poll(later), Step::Done(_)) && matches!(work.poll(later), Step::Done(_));
            check(stays, Invariant::I6, || format!("call {number} goes on after its end"))?;
        }
        if self.dice.chance(500) {
            self.calls[number].work = None;
        }
        Ok(())
    }

    fn ending(&self, number: usize) -> Ending<'_> {
        let call = &self.calls[number];
        Ending {
            number,
            call,
            process: &self.processes[call.process],
            client: &self.clients[call.client],
            clock: &self.clock,
            weather: &self.weather,
            settled: self.settled,
            is_on_its_way: matches!(call.kind, Kind::Settle(doubted) if self.is_on_its_way(doubted.call)),
        }
    }

    /// Whoever was woken looks again at once.
    fn wake(&mut self) {
        let woken = {
            let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
            if woken.is_empty() {
                return;
            }
            std::mem::take(&mut *woken)
        };
        for number in woken {
            if matches!(self.calls[number].state, State::Waiting { for_change: true }) {
                self.later(0, Event::Timer(number, self.calls[number].timer));
            }
        }
    }

    /// A client whose calls all wait for somebody's token has nobody who fetches it.
    fn nobody_waits_for_nobody(&self) -> Checked {
        for client in 0..self.clients.len() {
            let mut alive = self.calls.iter().filter(|call| call.client == client && call.is_alive()).peekable();
            let anybody = alive.peek().is_some();
            let all_wait = alive.all(|call| matches!(call.state, State::Waiting { for_change: true }));
            check(!(anybody && all_wait), Invariant::I10, || {
                format!("all calls of client {client} wait for a token that nobody fetches")
            })?;
        }
        Ok(())
    }
}
