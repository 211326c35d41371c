//! What a schedule begins with, and what will happen in it by itself.

use feishu_corehr::{
    ActOptions, Action, Actor, Already, BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Endpoint, Exchange,
    GetProcess, Quota, ReadBack, Secret, Session, Settle, Status, WaitFor, WithdrawProcess,
};

use crate::call::{Call, Doubted, Kind, Outcome, State, Work};
use crate::client::{Client, Source};
use crate::coverage::{Asked, Coverage};
use crate::dice::Dice;
use crate::log::Log;
use crate::schedule::{Event, Options, Schedule};
use crate::server::{Issuer, Process, RUNNING};
use crate::weather::Weather;

/// The hosts, each with the apps that live there: together the tenancies.
const BASE_URLS: [&str; 2] = [BaseUrl::FEISHU, BaseUrl::LARK];
const APPS: [&str; 2] = ["cli_a", "cli_b"];
/// Every so manieth schedule, in a thousand, is one of many calls.
const CROWDS: u64 = 50;
/// The schedule of one call is the commonest; this is the largest crowd.
const LARGEST_CROWD: u64 = 64;
const DEADLINE: u64 = 60_000;
/// How long it is waited for a process by default, in milliseconds.
const WAIT: u64 = 600_000;
/// How long settling may take: as long as a request may live, and as long again for reads, in milliseconds.
const SETTLING: u64 = 240_000;
/// What is waited for: by default the end, whatever it is.
const ENDS: &[Status] = &[Status::Rejected, Status::Withdrawn, Status::Revoked, Status::Completed];
const WAITED_FOR: [&[Status]; 5] =
    [ENDS, ENDS, &[Status::Withdrawn], &[Status::Completed, Status::Revoked], &[Status::InProgress]];

impl<'a> Schedule<'a> {
    /// Everything that the seed says.
    pub(crate) fn draw(seed: u64, options: &Options, coverage: &'a mut Coverage) -> Self {
        let mut dice = Dice::new(seed);
        let weather = Weather::draw(&mut dice);
        let calls = options.calls.map_or_else(|| crowd(&mut dice), |calls| calls as u64);
        let mut schedule = Self::new(dice, weather, coverage, options.trace);
        schedule.issuers = (0..BASE_URLS.len() * APPS.len()).map(|_| Issuer::default()).collect();
        schedule.draw_processes(calls);
        schedule.draw_clients(calls);
        schedule.choices = (!options.is_plain).then(|| Dice::new(!seed));
        schedule.draw_calls(calls);
        if !schedule.weather.is_calm {
            schedule.draw_events();
        }
        schedule
    }

    fn draw_processes(&mut self, calls: u64) {
        let shared = !self.weather.is_calm && self.dice.chance(300);
        let count = if shared { self.dice.between(1, calls) } else { calls };
        for number in 0..count as usize {
            let is_running = self.weather.is_calm || self.dice.chance(850);
            let status = if is_running { RUNNING } else { self.dice.pick(&[2, 4, 8, 9, 15]) };
            self.processes.push(Process::new(number, status));
        }
    }

    fn draw_clients(&mut self, calls: u64) {
        let count = if calls > 1 && self.dice.chance(300) { self.dice.between(2, 3) } else { 1 };
        let shares_cache = self.dice.chance(200);
        for _ in 0..count {
            let tenancy = self.dice.between(0, self.issuers.len() as u64 - 1) as usize;
            let source = match self.dice.between(0, 19) {
                0 => Source::Backend,
                1 | 2 => Source::Host,
                _ => Source::App,
            };
            let base_url = BASE_URLS[tenancy % BASE_URLS.len()];
            let quotas = self.draw_quotas();
            let mut config = Config::new(parsed(base_url), credentials(source, tenancy));
            config.shared_cache = shares_cache;
            config.quotas = [Asked::Read, Asked::Token, Asked::Withdrawal]
                .map(|asked| (operation(asked).to_owned(), quotas[asked as usize]))
                .into_iter()
                .collect();
            let session = Session::new(config, self.dice.next()).expect("the configuration is valid");
            self.clients.push(Client::new(session, source, base_url, tenancy, quotas));
        }
    }

    /// The documented ones, or such as a crowd soon meets.
    fn draw_quotas(&mut self) -> [Quota; 3] {
        let mut quotas = [GetProcess::OPERATION.quota, Quota::per_second(50), WithdrawProcess::OPERATION.quota];
        if self.weather.has_small_quotas {
            for quota in &mut quotas {
                let calls = self.dice.between(1, 6) as u32;
                *quota = Quota { calls, window: self.dice.pick(&[300, 1_000, 5_000]) };
            }
        }
        quotas
    }

    fn draw_calls(&mut self, count: u64) {
        let mut choices = self.choices.take();
        let spread = self.dice.pick(&[0, 0, 100, 5_000, 120_000, 9_000_000]);
        let cancelled = self.dice.pick(&[0, 50, 300]);
        for number in 0..count as usize {
            let client = self.dice.between(0, self.clients.len() as u64 - 1) as usize;
            let process = if self.processes.len() as u64 == count {
                number
            } else {
                self.dice.between(0, self.processes.len() as u64 - 1) as usize
            };
            let kind = match self.dice.between(0, 10) {
                0 | 1 => Kind::Read,
                2 => Kind::Write,
                3 => Kind::Withdraw(ReadBack::Never),
                4 | 5 => Kind::Withdraw(ReadBack::Required),
                _ => Kind::Withdraw(ReadBack::BestEffort),
            };
            let (already, check_first, waited_for) = choices.as_mut().map_or_else(Default::default, |choices| {
                let already = if choices.chance(250) { Already::Error } else { Already::Success };
                (already, choices.chance(200), choices.chance(80).then(|| choices.pick(&WAITED_FOR)))
            });
            let kind = waited_for.map_or(kind, Kind::WaitFor);
            let mut call = self.draw_call(client, process, kind, already, check_first);
            call.log.checks_first = check_first && matches!(kind, Kind::Withdraw(_));
            self.add(call);
            let start = self.dice.between(0, spread);
            self.later(start, Event::Start(number));
            if self.dice.chance(cancelled) {
                let within = self.dice.pick(&[100, 1_000, 30_000]);
                let at = start + self.dice.between(0, within);
                let event = if self.dice.chance(500) { Event::Cancel(number) } else { Event::Drop(number) };
                self.later(at, event);
            }
        }
        self.choices = choices;
    }

    fn add(&mut self, call: Call) {
        self.calls.push(call);
        self.asked.push(None);
        self.loaded.push(None);
        self.polls.push(0);
    }

    /// An app may be killed soon after it has sent a withdrawal.
    pub(crate) fn may_be_killed(&mut self, number: usize) {
        if self.weather.is_calm {
            return;
        }
        if let Some(choices) = self.choices.as_mut()
            && choices.chance(150)
        {
            let latest = choices.pick(&[0, 50, 2_000]);
            let at = choices.between(0, latest);
            self.later(at, Event::Drop(number));
        }
    }

    /// Whoever does not know how a withdrawal has ended may ask later.
    pub(crate) fn may_settle(&mut self, number: usize) {
        let Call { client, process, wrote: Some((wall, offset)), .. } = self.calls[number] else { return };
        let Some(mut choices) = self.choices.take().filter(|_| self.calls[number].end.is_some()) else { return };
        if choices.chance(900) {
            let known = self.clock.instant().wall.saturating_sub(wall);
            let longest = choices.pick(&[0, known]);
            // Another machine's clock may be ahead.
            let since = wall + choices.between(0, longest) + choices.pick(&[0, 0, 4_000]);
            let doubted = Doubted { call: number, since: since as i64, offset };
            let call = self.draw_call(client, process, Kind::Settle(doubted), Already::Success, false);
            self.add(call);
            let latest = choices.pick(&[0, 1_000, 30_000, 130_000, 300_000]);
            self.later(choices.between(0, latest), Event::Start(self.calls.len() - 1));
            if choices.chance(250) {
                let (at, status) = (choices.between(0, 250_000), choices.pick(&[2, 4, 9]));
                self.afterwards(at, Event::Change(process, status));
            }
        }
        self.choices = Some(choices);
    }

    fn draw_call(&mut self, client: usize, process: usize, kind: Kind, already: Already, check_first: bool) -> Call {
        let deadline = match self.weather.is_calm {
            true => DEADLINE,
            false => self.dice.pick(&[1, 100, 2_000, 10_000, DEADLINE, DEADLINE, DEADLINE, 200_000]),
        };
        let deadline = match kind {
            Kind::Settle(_) => SETTLING,
            Kind::WaitFor(_) => self.dice.pick(&[1, 700, 5_000, 60_000, WAIT, WAIT, 9_000_000]),
            Kind::Read | Kind::Withdraw(_) | Kind::Write => deadline,
        };
        let tenancy = self.clients[client].tenancy;
        let given = self.dice.chance(30).then(|| self.issuers[tenancy].grant(tenancy));
        let options = CallOptions {
            deadline: (!kind.waits()).then_some(deadline),
            token: given.clone().map(Secret::new),
            ..CallOptions::default()
        };
        let session = &self.clients[client].session;
        let process_id = self.processes[process].id.clone();
        let withdraw =
            WithdrawProcess { process_id: process_id.clone(), actor: Actor::System { user: None }, reason: None };
        let work = match kind {
            Kind::Read => Exchange::new(session, &GetProcess { process_id, user_id_type: None }, options)
                .map(|exchange| Work::Exchange(Box::new(exchange))),
            Kind::Withdraw(read_back) => {
                Action::new(session, &withdraw, options, ActOptions { read_back, already, check_first }).map(|action| {
                    Work::Action(Box::new(action), |it| WithdrawProcess::output(it).map(Outcome::Withdrawn))
                })
            }
            Kind::Settle(doubted) => {
                let settle = Settle { process_id, since: doubted.since, goal: None };
                Action::new(session, &settle, options, ActOptions::default())
                    .map(|action| Work::Action(Box::new(action), |it| Settle::output(it).map(Outcome::Settled)))
            }
            Kind::WaitFor(statuses) => {
                let until = (statuses != ENDS).then(|| statuses.to_vec());
                let timeout = (deadline != WAIT).then_some(deadline);
                let wait = WaitFor { process_id, until, timeout, user_id_type: None };
                Action::new(session, &wait, options, ActOptions::default()).map(|action| {
                    Work::Action(Box::new(action), |it| WaitFor::output(it).map(|it| Outcome::Waited(Box::new(it))))
                })
            }
            Kind::Write => {
                Exchange::new(session, &withdraw, options).map(|exchange| Work::Exchange(Box::new(exchange)))
            }
        };
        Call {
            kind,
            already,
            client,
            process,
            deadline,
            given,
            work: Some(work.expect("the arguments are valid")),
            state: State::Idle,
            timer: 0,
            changed: None,
            started: None,
            started_at: 0,
            moments: Vec::new(),
            log: Log::new(kind),
            wrote: None,
            end: None,
        }
    }

    /// Other people, tokens that are revoked, clocks that jump, a device that sleeps.
    fn draw_events(&mut self) {
        let horizon = self.weather.until.min(60_000);
        for process in 0..self.processes.len() {
            if self.dice.chance(300) {
                let (at, status) = (self.dice.between(0, horizon), self.dice.pick(&[2, 4, 4, 9]));
                self.afterwards(at, Event::Change(process, status));
                if status == 9 && self.dice.chance(500) {
                    let (revoking, revoked) = (self.dice.between(1, 5_000), self.dice.between(5_001, 10_000));
                    self.afterwards(at + revoking, Event::Change(process, 15));
                    self.afterwards(at + revoked, Event::Change(process, 8));
                }
            }
        }
        for _ in 0..self.dice.pick(&[0, 0, 1, 4]) {
            let (at, tenancy) = (self.dice.between(0, horizon), self.dice.between(0, 3) as usize);
            self.afterwards(at, Event::Revoke(tenancy));
        }
        for _ in 0..self.dice.pick(&[0, 0, 0, 1, 3]) {
            let milliseconds = self.dice.between(0, 3_600_000) as i64;
            let milliseconds = if self.dice.chance(500) { milliseconds } else { -milliseconds };
            let at = self.dice.between(0, horizon);
            self.afterwards(at, Event::Jump(milliseconds));
        }
        if self.dice.chance(100) {
            let (at, longest) = (self.dice.between(0, horizon), self.dice.pick(&[1_000, 60_000, 10_800_000]));
            let milliseconds = self.dice.between(1, longest);
            self.afterwards(at, Event::Sleep(milliseconds));
        }
    }
}

fn crowd(dice: &mut Dice) -> u64 {
    if !dice.chance(CROWDS) {
        return 1;
    }
    let largest = dice.pick(&[4, 8, 16, LARGEST_CROWD, LARGEST_CROWD]);
    dice.between(2, largest)
}

fn parsed(base_url: &str) -> BaseUrl {
    BaseUrl::parse(base_url, BaseUrlRules::default()).expect("a known host")
}

fn credentials(source: Source, tenancy: usize) -> Credentials {
    match source {
        Source::App => Credentials::App {
            app_id: APPS[tenancy / BASE_URLS.len()].to_owned(),
            app_secret: Secret::new("secret".to_owned()),
        },
        Source::Backend => Credentials::Backend,
        Source::Host => Credentials::Host,
    }
}

const fn operation(asked: Asked) -> &'static str {
    match asked {
        Asked::Read => GetProcess::OPERATION.name,
        Asked::Token => "tenant_access_token",
        Asked::Withdrawal => WithdrawProcess::OPERATION.name,
    }
}
