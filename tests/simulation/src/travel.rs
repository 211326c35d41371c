//! How a request gets to the server and its answer back, or does not.

use feishu_corehr::{HttpRequest, Instant};

use crate::call::State;
use crate::client::Source;
use crate::coverage::Asked;
use crate::ending::ODD_STATUS;
use crate::invariant::{Checked, Invariant, check};
use crate::mishap::Mishap;
use crate::returned::Returned;
use crate::schedule::{Event, Schedule, trace};

use std::fmt::Write as _;

/// How late a request may still arrive, in milliseconds.
const LATEST: u64 = 90_000;
/// How long a connection may take to fail, in milliseconds.
const CONNECTING: u64 = 5_000;

/// A request on its way.
pub(crate) struct Sent {
    pub(crate) call: usize,
    pub(crate) asked: Asked,
    pub(crate) token: Option<String>,
    /// When it was sent, in true time and as the caller reads it.
    pub(crate) at: u64,
    pub(crate) instant: Instant,
    mishap: Option<Mishap>,
    /// Which copy is answered; 0 for none.
    answered_copy: u8,
    pub(crate) returned: Option<Returned>,
}

impl Schedule<'_> {
    /// A call sends a request: may it?
    pub(crate) fn send(&mut self, number: usize, request: &HttpRequest) -> Checked {
        let now = self.clock.instant();
        let asked = if request.url.contains("/tenant_access_token/") {
            Asked::Token
        } else if request.url.contains("/process_withdraw/") {
            Asked::Withdrawal
        } else {
            Asked::Read
        };
        let token = bearer(request).map(str::to_owned);
        trace!(self, "call {number} sends {asked:?}, token {token:?}, budget {}", request.budget);
        self.addressed(number, asked, request, token.as_deref())?;
        self.with_a_good_token(number, asked, token.as_deref())?;
        self.calls[number].moments.clear();

        let call = &mut self.calls[number];
        let longest = if asked == Asked::Withdrawal { 20_000 } else { 10_000 };
        let left = call.started.map_or(0, |started| started.after(call.deadline).remaining(now));
        check((1..=longest.min(left)).contains(&request.budget), Invariant::I5, || {
            format!("a budget of {} ms with {left} ms left", request.budget)
        })?;
        let last = call.log.last;
        if asked == Asked::Read {
            call.reads_rarely(now)?;
        }
        call.log.send(asked, call.kind, now)?;
        if asked == Asked::Withdrawal {
            call.wrote = Some((now.wall, self.clock.offset));
            self.may_be_killed(number);
        }
        let call = &mut self.calls[number];
        let client = &mut self.clients[call.client];
        client.paced(asked, now)?;
        client.paid(asked, &mut call.log)?;
        if asked == Asked::Token {
            let calls = &self.calls;
            let is_retry = last.is_some_and(|(asked, _)| asked == Asked::Token);
            client.fetches(number, is_retry, now, self.clock.is_unsettled(), |other| calls[other].is_alive())?;
        }
        self.coverage.requests += 1;
        self.travel(number, asked, token, request.budget);
        Ok(())
    }

    /// It goes to the right host, about the right process, with a token of the right app, or of the call's own.
    fn addressed(&self, number: usize, asked: Asked, request: &HttpRequest, token: Option<&str>) -> Checked {
        let call = &self.calls[number];
        let client = &self.clients[call.client];
        let path = request.url.strip_prefix(&client.base_url);
        let is_right = path.is_some_and(|path| {
            path.starts_with("/open-apis/")
                && (asked == Asked::Token || path.ends_with(&self.processes[call.process].id))
        });
        check(is_right, Invariant::I11, || format!("it goes to {}", request.url))?;
        let expected = match (asked, &call.given, client.source) {
            (Asked::Token, ..) | (Asked::Read | Asked::Withdrawal, None, Source::Backend) => token.is_none(),
            (_, Some(given), _) => token == Some(given),
            (_, None, Source::App | Source::Host) => {
                token.is_some_and(|token| self.issuers[client.tenancy].knows(token))
            }
        };
        check(expected, Invariant::I11, || {
            format!("token {token:?} does not belong to tenancy {}, or is not the call's own", client.tenancy)
        })
    }

    /// Neither the token that was just refused, nor one whose life is over.
    fn with_a_good_token(&self, number: usize, asked: Asked, token: Option<&str>) -> Checked {
        let call = &self.calls[number];
        let Some(token) = token.filter(|_| call.given.is_none() && asked != Asked::Token) else { return Ok(()) };
        check(call.log.rejected.as_deref() != Some(token), Invariant::I10, || {
            format!("{token} is sent again after it was refused")
        })?;
        let is_over = self.clients[call.client].is_over(token, &call.moments, self.clock.jumps_about());
        check(!is_over, Invariant::I5, || format!("{token} is used after its life"))
    }

    fn travel(&mut self, number: usize, asked: Asked, token: Option<String>, budget: u64) {
        let now = self.clock.now;
        let mishap = match asked {
            Asked::Read => self.weather.get(&mut self.dice, now),
            Asked::Token => self.weather.token(&mut self.dice, now),
            Asked::Withdrawal => self.weather.put(&mut self.dice, now),
        };
        if let Some(mishap) = mishap {
            trace!(self, "  mishap: {mishap:?}");
        }
        let distance = self.weather.distance;
        let there = self.dice.between(1, distance);
        let back = there + self.dice.between(1, 50) + self.dice.between(1, distance);
        let early = self.dice.between(1, budget);
        let index = self.sent.len();
        let instant = self.clock.instant();
        let mut sent = Sent { call: number, asked, token, at: now, instant, mishap, answered_copy: 1, returned: None };
        self.calls[number].state = State::Sending(index);
        // When it arrives, when a copy of it does, and when the caller is told.
        let (arrives, again, told) = match mishap {
            Some(Mishap::Unreachable | Mishap::Unstarted | Mishap::Untrusted) => {
                sent.answered_copy = 0;
                sent.returned = Some(match mishap {
                    Some(Mishap::Unreachable) => Returned::unreachable(&mut self.dice),
                    Some(Mishap::Unstarted) => Returned::unstarted(),
                    _ => Returned::untrusted(&mut self.dice),
                });
                let longest = if mishap == Some(Mishap::Unreachable) { CONNECTING.min(budget) } else { 50.min(budget) };
                // What was never written is told as such, and not as a timeout.
                (None, None, self.dice.between(0, longest).min(budget - 1))
            }
            Some(Mishap::LostAfter | Mishap::LostBefore) => {
                sent.answered_copy = 0;
                let told = if self.dice.chance(500) { early } else { budget };
                ((mishap == Some(Mishap::LostAfter)).then_some(there), None, told)
            }
            Some(Mishap::Delayed) => {
                let arrives = self.dice.between(there, LATEST);
                let told = if self.dice.chance(500) { arrives + back } else { early };
                (Some(arrives), None, told)
            }
            Some(Mishap::Duplicated) => {
                let longest = self.dice.pick(&[500, LATEST]);
                let again = there + self.dice.between(0, longest);
                sent.answered_copy = if self.dice.chance(500) { 1 } else { 2 };
                (Some(there), Some(again), if sent.answered_copy == 1 { back } else { again + back })
            }
            Some(Mishap::HalfApplied) => {
                sent.answered_copy = 0;
                sent.returned = Some(Returned::server_error(true, &mut self.dice));
                (None, Some(there + self.dice.between(0, LATEST)), back)
            }
            Some(Mishap::Slow) => {
                let told = self.dice.between(1_000, 40_000);
                (Some(self.dice.between(1, told - 1)), None, told)
            }
            _ => (Some(there), None, back),
        };
        self.sent.push(sent);
        if mishap.is_some() {
            self.settled = self.settled.max(now + told.min(budget));
        }
        if let Some(arrives) = arrives {
            self.afterwards(arrives, Event::Arrive(index, 1));
        }
        if let Some(again) = again {
            self.afterwards(again, Event::Arrive(index, 2));
        }
        if told < budget {
            self.afterwards(told, Event::Deliver(index));
        } else {
            self.later(budget, Event::TimeOut(number, index));
        }
    }

    /// Whether a withdrawal of that call may arrive still.
    pub(crate) fn is_on_its_way(&self, call: usize) -> bool {
        self.coming().any(|sent| self.sent[sent].call == call && self.sent[sent].asked == Asked::Withdrawal)
    }

    /// The request, or a copy of it, has arrived.
    pub(crate) fn arrive(&mut self, index: usize, copy: u8) {
        let returned = match self.sent[index].asked {
            Asked::Read => self.read(index),
            Asked::Token => self.issue(index),
            Asked::Withdrawal => self.withdraw(index, copy),
        };
        let sent = &mut self.sent[index];
        if copy == sent.answered_copy {
            sent.returned = returned;
        }
    }

    fn withdraw(&mut self, index: usize, copy: u8) -> Option<Returned> {
        let (now, dice) = (self.clock.now, &mut self.dice);
        let sent = &self.sent[index];
        let call = &self.calls[sent.call];
        let client = &self.clients[call.client];
        let mishap = sent.mishap.filter(|_| copy == 1);
        let refusal = match mishap {
            Some(Mishap::ConflictBefore) => Some(Returned::conflict()),
            Some(Mishap::EdgeRefused) => Some(Returned::edge_refused(dice)),
            Some(Mishap::Forbidden) => Some(Returned::forbidden(dice)),
            Some(Mishap::GarbledBefore) => Some(Returned::garbled(dice)),
            Some(Mishap::HopelessBefore) => Some(Returned::hopeless(dice)),
            Some(Mishap::Refused) => Some(Returned::refused(true, dice)),
            Some(Mishap::Rejected) => Some(Returned::rejected(dice)),
            Some(Mishap::ServerErrorBefore) => Some(Returned::server_error(true, dice)),
            Some(Mishap::Throttled) => Some(Returned::throttled(dice)),
            _ => None,
        };
        if refusal.is_some() {
            return refusal;
        }
        if let Some(token) = &sent.token
            && !self.issuers[client.tenancy].accepts(token, now)
        {
            // A copy that is refused says nothing about the first one: nobody hears of it.
            return (copy == 1).then(|| Returned::rejected(dice));
        }
        let number = sent.call;
        let process = &mut self.processes[call.process];
        let returned = process.withdraw(now, number, dice);
        let status = process.status();
        let returned = match mishap {
            Some(Mishap::ConflictAfter) => Returned::conflict(),
            Some(Mishap::GarbledAfter) => Returned::garbled(dice),
            Some(Mishap::HopelessAfter) => Returned::hopeless(dice),
            Some(Mishap::ServerErrorAfter) => Returned::server_error(true, dice),
            _ => returned,
        };
        trace!(self, "  copy {copy} of call {number}'s withdrawal arrives: the status is {status}");
        Some(returned)
    }

    fn read(&mut self, index: usize) -> Option<Returned> {
        let (now, dice) = (self.clock.now, &mut self.dice);
        let sent = &self.sent[index];
        let call = &self.calls[sent.call];
        let process = &self.processes[call.process];
        let may_read = self.weather.may_read || !self.weather.is_stormy(now);
        Some(match sent.mishap {
            Some(Mishap::EdgeRefused) => Returned::edge_refused(dice),
            Some(Mishap::GarbledBefore) => Returned::garbled(dice),
            Some(Mishap::HopelessBefore) => Returned::hopeless(dice),
            Some(Mishap::OddStatus) => Returned::shown(&process.id, ODD_STATUS, None),
            Some(Mishap::Refused) => Returned::refused(false, dice),
            Some(Mishap::Rejected) => Returned::rejected(dice),
            Some(Mishap::ServerErrorBefore) => Returned::server_error(false, dice),
            Some(Mishap::Throttled) => Returned::throttled(dice),
            Some(Mishap::Forbidden) => Returned::forbidden(dice),
            _ => match &sent.token {
                Some(token) if !self.issuers[self.clients[call.client].tenancy].accepts(token, now) => {
                    Returned::rejected(dice)
                }
                _ if !may_read => Returned::forbidden(dice),
                _ => {
                    let seen = now.saturating_sub(dice.between(0, self.weather.lag));
                    Returned::shown(&process.id, process.status_at(seen), process.ended_at(seen))
                }
            },
        })
    }

    fn issue(&mut self, index: usize) -> Option<Returned> {
        let (now, dice) = (self.clock.now, &mut self.dice);
        let sent = &self.sent[index];
        let client = &self.clients[self.calls[sent.call].client];
        Some(match sent.mishap {
            Some(Mishap::BadCredentials) => Returned::bad_credentials(dice),
            Some(Mishap::BadToken) => Returned::bad_token(dice),
            Some(Mishap::EdgeRefused) => Returned::edge_refused(dice),
            Some(Mishap::GarbledBefore) => Returned::garbled(dice),
            Some(Mishap::HopelessBefore) => Returned::hopeless(dice),
            Some(Mishap::ServerErrorBefore) => Returned::server_error(false, dice),
            Some(Mishap::Throttled) => Returned::throttled(dice),
            _ => {
                let hands_back = self.weather.hands_back_revoked && self.weather.is_stormy(now);
                self.issuers[client.tenancy].issue(now, self.weather.token_life, hands_back, client.tenancy)
            }
        })
    }
}

/// The token that a request carries.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let header = request.headers.iter().find(|header| header.name == "authorization");
    header.map(|header| header.value.trim_start_matches("Bearer "))
}
