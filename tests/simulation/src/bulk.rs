//! Runs over many processes, with a journal, in a world where answers get lost and machines stop at any moment.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use feishu_corehr::{
    ActOptions, Action, Actor, Already, Answer, BaseUrl, BaseUrlRules, Bulk, BulkEnd, BulkOptions, BulkOutcome,
    BulkReport, BulkStep, Config, Credentials, Effect, Header, HttpResponse, Instant, Machine, ReadBack, Session, Step,
    TransportError, TransportErrorKind, WithdrawProcess,
};

use crate::database::Database;
use crate::dice::Dice;

const RUNNING: i64 = 1;
const REJECTED: i64 = 2;
const WITHDRAWN: i64 = 4;
const COMPLETED: i64 = 9;
/// How late a request may still arrive, in milliseconds.
const LATEST: u64 = 90_000;
/// How many ids a page has here, so that there are several.
const PAGE: usize = 25;
/// A run that takes longer than this never ends, in milliseconds.
const FOREVER: u64 = 24 * 3_600_000;
/// When the world begins, in milliseconds since 1970.
const EPOCH: u64 = 1_760_000_000_000;

/// What a run has visited.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visited {
    /// How many items were planned.
    pub items: u64,
    /// How many writes were sent.
    pub writes: u64,
    /// How often the machine stopped in the midst of a run.
    pub crashes: u64,
    /// How many runs did not come to their end.
    pub unfinished: u64,
    /// How many pages of lists were asked for.
    pub pages: u64,
}

/// Plays the run of one seed; the text says which invariant it breaks.
pub fn simulate_run(seed: u64, visited: &mut Visited) -> Result<(), String> {
    World::new(seed).play(visited)
}

struct Process {
    status: i64,
    /// Whether a request of the run has withdrawn it.
    is_ours: bool,
    statuses: HashSet<i64>,
    /// Requests of the run that may still arrive.
    on_their_way: u32,
    /// When it was modified last, by the server's clock.
    modified: u64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// Somebody else acts on a process.
    Change(usize, i64),
    /// A write arrives; the answer goes to that call of that incarnation, or to nobody.
    Arrives(usize, Option<(u64, usize)>),
    Answered(u64, usize, Reply),
    /// A call's pause is over.
    Wake(u64, usize),
    /// The run looks again.
    Look(u64),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reply {
    Code(u16, i64),
    Status(usize, i64),
    Throttled,
    /// Nothing came back, and the request was or was not written.
    Lost(bool),
    /// A page of a list, and where it goes on.
    Page(Vec<usize>, Option<usize>),
}

struct World {
    dice: Dice,
    ids: Vec<String>,
    processes: Vec<Process>,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    count: u64,
    database: Database,
    incarnation: u64,
    calls: HashMap<usize, Action>,
    /// Per process: whether a read of this incarnation has shown that it runs still.
    was_read: Vec<bool>,
    /// What was in doubt when this incarnation began.
    in_doubt: Vec<bool>,
    told: BTreeMap<u64, BulkOutcome>,
    has_journal: bool,
    may_read: bool,
    faults: u64,
    /// Until then hardly anything gets through.
    outage_until: u64,
    /// How far the server's clock is ahead.
    skew: u64,
    /// Whether lists name whoever has ended elsewhere, in place of those that are asked for.
    lists_lie: bool,
    pages: u64,
    throttled_until: u64,
    crashes_left: u64,
    writes: u64,
    max_in_flight: u32,
    is_cancelled: bool,
    is_full: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let has_outage = dice.chance(20);
        let is_long = has_outage || dice.chance(20);
        let count = if is_long { dice.between(60, 140) } else { dice.between(1, 12) } as usize;
        let ids: Vec<String> = (0..count).map(|number| format!("73283451709596{number:05}")).collect();
        let processes = ids.iter().map(|_| {
            let status = if dice.chance(800) { RUNNING } else { dice.pick(&[REJECTED, WITHDRAWN, COMPLETED]) };
            let modified = EPOCH - LATEST;
            Process { status, is_ours: false, statuses: HashSet::from([status]), on_their_way: 0, modified }
        });
        let processes: Vec<Process> = processes.collect();
        let faults = if has_outage { 100 } else { dice.pick(&[0, 20, 100, 300]) };
        let has_journal = dice.chance(850);
        let mut world = Self {
            ids,
            now: 0,
            events: BinaryHeap::new(),
            count: 0,
            database: Database::default(),
            incarnation: 0,
            calls: HashMap::new(),
            was_read: vec![false; count],
            in_doubt: vec![false; count],
            told: BTreeMap::new(),
            has_journal,
            may_read: dice.chance(900),
            faults,
            outage_until: if has_outage { dice.between(20_000, 200_000) } else { 0 },
            skew: dice.pick(&[0, 0, 1_000, 400_000]),
            lists_lie: dice.chance(250),
            pages: 0,
            throttled_until: 0,
            crashes_left: if has_journal && faults > 0 { dice.between(0, 3) } else { 0 },
            writes: 0,
            max_in_flight: dice.pick(&[1, 3, 256]),
            is_cancelled: false,
            is_full: false,
            processes,
            dice,
        };
        if faults > 0 {
            for process in 0..count {
                if world.dice.chance(100) {
                    let at = world.dice.between(0, 30_000);
                    let status = world.dice.pick(&[REJECTED, WITHDRAWN, COMPLETED]);
                    world.at(at, Event::Change(process, status));
                }
            }
        }
        world
    }

    fn play(mut self, visited: &mut Visited) -> Result<(), String> {
        visited.items += self.ids.len() as u64;
        loop {
            self.incarnation += 1;
            let end = self.incarnation()?;
            // The machine stopped; what it has sent goes on its way.
            self.calls.clear();
            match end {
                None => visited.crashes += 1,
                Some(report) => {
                    self.ended(&report)?;
                    visited.unfinished += u64::from(report.ended != BulkEnd::Complete);
                    let goes_on = self.has_journal && report.ended != BulkEnd::Complete && self.crashes_left > 0;
                    if !goes_on {
                        break;
                    }
                    self.crashes_left -= 1;
                }
            }
            self.now += self.dice.between(0, 200_000);
        }
        visited.writes += self.writes;
        visited.pages += self.pages;
        // Whatever is on its way arrives at last.
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.now = self.now.max(at);
            if let Event::Arrives(process, _) = event {
                self.arrive(process);
            }
        }
        self.settled()
    }

    /// One life of the program: it ends with a report, or with nothing where the machine stops.
    fn incarnation(&mut self) -> Result<Option<BulkReport>, String> {
        self.told.clear();
        for (number, row) in self.database.items.values().enumerate() {
            self.in_doubt[number] = row.is_in_doubt();
            self.was_read[number] = false;
        }
        let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
        let session = Session::new(Config::new(base_url, Credentials::Backend), self.dice.next()).expect("valid");
        let template = WithdrawProcess {
            process_id: String::new(),
            actor: Actor::System { user: None },
            reason: Some("x".into()),
        };
        let options = BulkOptions {
            act: ActOptions {
                check_first: self.dice.chance(50) && self.may_read,
                already: self.dice.pick(&[Already::Success, Already::Success, Already::Error]),
                read_back: match self.dice.between(0, 19) {
                    0 => ReadBack::Never,
                    1 => ReadBack::Required,
                    _ => ReadBack::BestEffort,
                },
            },
            has_journal: self.has_journal,
            max_in_flight: Some(self.max_in_flight),
            max_failures: self.dice.chance(100).then(|| self.dice.between(1, 3)),
            ..BulkOptions::default()
        };
        let mut list = self.ids.clone();
        list.push(self.ids[0].clone());
        let bulk = Bulk::new(&session, template, list, options).expect("a valid run");
        let cancelled_at = self.dice.chance(50).then(|| self.now + self.dice.between(0, 5_000));
        (self.is_cancelled, self.is_full) = (false, false);
        loop {
            if self.now > FOREVER {
                return Err("the run never ends".to_owned());
            }
            if self.crashes_left > 0 && self.dice.chance(10) {
                self.crashes_left -= 1;
                return Ok(None);
            }
            if !self.is_cancelled && cancelled_at.is_some_and(|at| at <= self.now) {
                self.is_cancelled = true;
                bulk.cancel();
            }
            match bulk.poll(self.instant()) {
                BulkStep::Abandon(numbers) => {
                    for number in numbers {
                        let mut call = self.calls.remove(&number).ok_or("a call is abandoned that does not go on")?;
                        call.cancel();
                    }
                }
                BulkStep::Begin(numbers) => {
                    for number in numbers {
                        self.may_begin(number)?;
                        let call = Action::of_bulk(&bulk, number).map_err(|error| error.to_string())?;
                        if self.calls.insert(number, call).is_some() {
                            return Err(format!("item {number} is begun twice at once"));
                        }
                        self.drive(number)?;
                    }
                    if self.calls.len() > self.max_in_flight as usize {
                        return Err(format!("{} calls at once", self.calls.len()));
                    }
                }
                BulkStep::Done(report) => {
                    return if self.calls.is_empty() {
                        Ok(Some(*report))
                    } else {
                        Err("it ends with calls going".to_owned())
                    };
                }
                BulkStep::Query(statement) => bulk.rows(self.database.query(&statement)),
                // A disk that is full when the journal is made; there is room when it is tried again.
                BulkStep::Refused(_) if self.is_full => return Ok(None),
                BulkStep::Refused(error) => return Err(format!("J5: its own journal is refused: {error}")),
                BulkStep::Store(statements) => {
                    if self.crashes_left > 0 && self.dice.chance(60) {
                        self.crashes_left -= 1;
                        if self.dice.chance(500) {
                            self.database.store(&statements);
                        }
                        return Ok(None);
                    }
                    let is_end = statements[0].sql.starts_with("UPDATE run");
                    if self.faults > 0 && self.crashes_left > 0 && !is_end && self.dice.chance(10) {
                        self.is_full = true;
                        bulk.failed("database or disk is full");
                    } else {
                        self.database.store(&statements);
                        bulk.stored(self.instant());
                    }
                }
                BulkStep::Tell(results) => {
                    for result in results {
                        self.tell(result.position, result.outcome, result.effect, result.status)?;
                    }
                }
                BulkStep::Wait(delay) => {
                    let look = self.now + delay;
                    self.at(look, Event::Look(self.incarnation));
                    self.wait()?;
                }
            }
        }
    }

    fn instant(&self) -> Instant {
        Instant { monotonic: self.now, wall: EPOCH + self.now }
    }

    fn at(&mut self, time: u64, event: Event) {
        self.count += 1;
        self.events.push(Reverse((time, self.count, event)));
    }

    /// Lets time pass until something happens that the run may care for.
    fn wait(&mut self) -> Result<(), String> {
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            self.now = self.now.max(at);
            let current = self.incarnation;
            match event {
                Event::Change(process, status) => {
                    if self.processes[process].status == RUNNING {
                        self.set(process, status);
                    }
                }
                Event::Arrives(process, answered) => {
                    let reply = self.arrive(process);
                    if let Some((incarnation, number)) = answered {
                        let back = self.now + self.dice.between(10, 200);
                        self.at(back, Event::Answered(incarnation, number, reply));
                    }
                }
                Event::Answered(incarnation, number, reply) if incarnation == current => {
                    self.answer(number, &reply)?;
                    return Ok(());
                }
                Event::Wake(incarnation, number) if incarnation == current => {
                    self.drive(number)?;
                    return Ok(());
                }
                Event::Look(incarnation) if incarnation == current => return Ok(()),
                Event::Answered(..) | Event::Look(_) | Event::Wake(..) => {}
            }
        }
        Ok(())
    }

    fn set(&mut self, process: usize, status: i64) {
        self.processes[process].status = status;
        self.processes[process].statuses.insert(status);
        self.processes[process].modified = EPOCH + self.now + self.skew;
    }

    /// A write arrives at the server.
    fn arrive(&mut self, process: usize) -> Reply {
        self.processes[process].on_their_way -= 1;
        if self.now < self.throttled_until {
            return Reply::Throttled;
        }
        if self.processes[process].status == RUNNING {
            self.set(process, WITHDRAWN);
            self.processes[process].is_ours = true;
            return Reply::Code(200, 0);
        }
        Reply::Code(200, 1_161_006)
    }

    /// A call takes a step, and what it sends goes on its way.
    fn drive(&mut self, number: usize) -> Result<(), String> {
        let now = self.instant();
        let Some(call) = self.calls.get_mut(&number) else { return Ok(()) };
        match call.poll(now) {
            Step::Ask(..) => Err("nobody has a token to ask for".to_owned()),
            Step::Done(_) => {
                self.calls.remove(&number);
                Ok(())
            }
            Step::Send(request) if request.url.contains("/processes?") => {
                self.list(&request.url, number);
                Ok(())
            }
            Step::Send(request) => {
                let id = request.url.rsplit('/').next().unwrap_or_default();
                let id = id.split('?').next().unwrap_or_default();
                let process = self.ids.iter().position(|known| known == id).ok_or("an unknown process")?;
                if request.url.contains("/process_withdraw/") {
                    self.write(process, number)
                } else {
                    self.read(process, number)
                }
            }
            Step::Wait(pause) => {
                let wake = self.now + pause.delay;
                self.at(wake, Event::Wake(self.incarnation, number));
                Ok(())
            }
        }
    }

    /// May this item be begun at all?
    fn may_begin(&self, number: usize) -> Result<(), String> {
        let Some(row) = self.database.items.values().nth(number).filter(|_| self.has_journal) else { return Ok(()) };
        if row.is_final() {
            return Err(format!("J2: item {number} is begun after its result is durable"));
        }
        if row.state == "planned" {
            return Err(format!("J3: item {number} is begun before its intent is durable"));
        }
        Ok(())
    }

    fn write(&mut self, process: usize, number: usize) -> Result<(), String> {
        self.writes += 1;
        self.may_begin(number)?;
        if self.is_cancelled {
            return Err(format!("I6: item {process} is written after the run was cancelled"));
        }
        if self.in_doubt[process] && !self.was_read[process] {
            return Err(format!("J3: item {process} is in doubt, and is written before it was read"));
        }
        let call = (self.incarnation, number);
        let there = self.now + self.dice.between(10, 200);
        self.processes[process].on_their_way += 1;
        let is_out = self.is_out();
        if !is_out && !self.dice.chance(self.faults) {
            self.at(there, Event::Arrives(process, Some(call)));
            return Ok(());
        }
        let lost = self.now + self.dice.between(200, 20_000);
        let stays = |world: &mut Self| world.processes[process].on_their_way -= 1;
        match if is_out { self.dice.between(1, 4) } else { self.dice.between(0, 7) } {
            0 => {
                stays(self);
                self.at(there, Event::Answered(call.0, call.1, Reply::Lost(false)));
            }
            1 => {
                stays(self);
                self.at(lost, Event::Answered(call.0, call.1, Reply::Lost(true)));
            }
            2 => {
                self.at(there, Event::Arrives(process, None));
                self.at(lost, Event::Answered(call.0, call.1, Reply::Lost(true)));
            }
            3 => {
                let late = self.now + self.dice.between(200, LATEST);
                self.at(late, Event::Arrives(process, None));
                self.at(lost, Event::Answered(call.0, call.1, Reply::Lost(true)));
            }
            4 => {
                self.at(there, Event::Arrives(process, None));
                self.at(there + 10, Event::Answered(call.0, call.1, Reply::Code(500, 1_663)));
            }
            5 => {
                stays(self);
                self.throttled_until = self.now + self.dice.between(500, 90_000);
                self.at(there, Event::Answered(call.0, call.1, Reply::Throttled));
            }
            6 => {
                stays(self);
                self.at(there, Event::Answered(call.0, call.1, Reply::Code(400, 1_161_003)));
            }
            _ => {
                stays(self);
                let code = if self.dice.chance(200) { 99_991_401 } else { 1_160_101 };
                self.at(there, Event::Answered(call.0, call.1, Reply::Code(400, code)));
            }
        }
        Ok(())
    }

    fn read(&mut self, process: usize, number: usize) -> Result<(), String> {
        let back = self.now + self.dice.between(20, 400);
        let reply = if !self.may_read {
            Reply::Code(400, 99_991_672)
        } else if !self.is_out() && !self.dice.chance(self.faults) {
            self.was_read[process] |= self.processes[process].status == RUNNING;
            Reply::Status(process, self.processes[process].status)
        } else if self.dice.chance(500) {
            Reply::Lost(true)
        } else {
            Reply::Code(500, 1_663)
        };
        self.at(back, Event::Answered(self.incarnation, number, reply));
        Ok(())
    }

    /// Whether this request meets the outage, as nearly all do.
    fn is_out(&mut self) -> bool {
        self.now < self.outage_until && self.dice.chance(900)
    }

    /// A page is asked for. It may miss what belongs to it, lead nowhere or in a circle, or not come at all.
    fn list(&mut self, url: &str, number: usize) {
        self.pages += 1;
        let value = |name: &str| {
            let mut pairs = url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).and_then(|(_, value)| value.parse::<u64>().ok())
        };
        let (from, to) = (value("modify_time_from").unwrap_or_default(), value("modify_time_to").unwrap_or_default());
        let start = value("page_token").unwrap_or_default() as usize;
        let back = self.now + self.dice.between(20, 400);
        let is_faulty = self.dice.chance(self.faults);
        let reply = match self.dice.between(0, 4) {
            _ if !self.may_read => Reply::Code(400, 99_991_672),
            0 if is_faulty => Reply::Lost(true),
            1 if is_faulty => Reply::Code(500, 1_160_500),
            fault => {
                let is_asked_for = |process: &Process| match self.lists_lie {
                    true => [REJECTED, COMPLETED].contains(&process.status),
                    false => {
                        Some(process.status) == value("statuses").map(|status| status as i64)
                            && (from..=to).contains(&process.modified)
                    }
                };
                let matching = (0..).zip(&self.processes).filter(|(_, process)| is_asked_for(process));
                let mut rest: Vec<usize> = matching.map(|(it, _)| it).filter(|it| *it >= start).collect();
                let next = rest.get(PAGE).copied();
                rest.truncate(PAGE);
                let next = match fault {
                    2 if is_faulty => Some(start),
                    3 if is_faulty => None,
                    _ => next,
                };
                if fault == 4 && is_faulty {
                    rest.retain(|_| self.dice.chance(500));
                }
                Reply::Page(rest, next)
            }
        };
        self.at(back, Event::Answered(self.incarnation, number, reply));
    }

    fn answer(&mut self, number: usize, reply: &Reply) -> Result<(), String> {
        let now = self.instant();
        let mut headers = vec![Header::new("x-tt-logid", "log")];
        let answered = |status, headers, body: String| Ok(HttpResponse { status, headers, body: body.into_bytes() });
        let result = match reply {
            Reply::Code(status, code) => {
                answered(*status, headers, format!(r#"{{"code":{code},"msg":"x","data":{{}}}}"#))
            }
            Reply::Lost(is_written) => {
                let kind = if *is_written { TransportErrorKind::Timeout } else { TransportErrorKind::Connect };
                Err(TransportError::new(kind, *is_written, "lost"))
            }
            Reply::Status(process, status) => {
                let id = &self.ids[*process];
                answered(200, headers, format!(r#"{{"code":0,"data":{{"process_id":"{id}","status":{status}}}}}"#))
            }
            Reply::Page(processes, next) => {
                let ids: Vec<&str> = processes.iter().map(|process| self.ids[*process].as_str()).collect();
                let token = next.map_or_else(String::new, |next| format!(r#","page_token":"{next}""#));
                let data = format!(r#"{{"process_ids":{ids:?},"has_more":{}{token}}}"#, next.is_some());
                answered(200, headers, format!(r#"{{"code":0,"data":{data}}}"#))
            }
            Reply::Throttled => {
                let left = self.throttled_until.saturating_sub(self.now).div_ceil(1_000).max(1);
                headers.push(Header::new("x-ogw-ratelimit-reset", left.to_string()));
                answered(429, headers, r#"{"code":99991400,"msg":"x"}"#.to_owned())
            }
        };
        if let Some(call) = self.calls.get_mut(&number) {
            call.handle(now, Answer::Http(result));
            self.drive(number)?;
        }
        Ok(())
    }

    /// The caller hears of a result.
    fn tell(&mut self, position: u64, outcome: BulkOutcome, effect: Effect, status: Option<i64>) -> Result<(), String> {
        if self.told.insert(position, outcome).is_some() {
            return Err(format!("item {position} is told twice"));
        }
        if self.has_journal {
            let row = self.database.items.get(&(position as i64)).ok_or("J6: an item that is not in the journal")?;
            if row.state != "ended" || row.outcome() != outcome.as_str() {
                return Err(format!("J6: {outcome} of item {position} is told, and the journal has {row:?}"));
            }
        }
        let process = &self.processes[position as usize];
        let holds = match outcome {
            BulkOutcome::Ours => process.is_ours && process.status == WITHDRAWN,
            BulkOutcome::Presumed | BulkOutcome::Unattributed => process.status == WITHDRAWN,
            BulkOutcome::NotWithdrawable => status.is_some_and(|status| process.statuses.contains(&status)),
            BulkOutcome::Rejected | BulkOutcome::Unresolved => true,
            BulkOutcome::NotAttempted => false,
        };
        if !holds {
            return Err(format!("{outcome} of item {position}, whose status is {}", process.status));
        }
        if effect == Effect::None && (process.is_ours || (process.on_their_way > 0 && process.status == RUNNING)) {
            return Err(format!("I2: {outcome} without effect of item {position}, and a request of the run acts"));
        }
        if self.faults == 0 && process.statuses.len() == 1 && process.status == RUNNING {
            return Err(format!("I8: {outcome} of item {position} without a fault"));
        }
        Ok(())
    }

    fn ended(&self, report: &BulkReport) -> Result<(), String> {
        let sum = report.ours
            + report.presumed
            + report.unattributed
            + report.not_withdrawable.iter().map(|row| row.count).sum::<u64>()
            + report.rejected.iter().map(|row| row.count).sum::<u64>()
            + report.unresolved
            + report.not_attempted;
        if report.planned != self.ids.len() as u64 || sum != report.planned || report.doubled != 1 {
            return Err(format!("J1: the totals do not add up: {report:?}"));
        }
        // What was not durable is not told, and the report counts it.
        let forgotten = (0..).zip(&self.processes).find(|(position, process)| {
            let may_act = process.is_ours || (process.on_their_way > 0 && process.status == RUNNING);
            may_act && !self.is_full && !self.told.contains_key(position)
        });
        if let Some((position, _)) = forgotten {
            return Err(format!("J1: item {position} may have been withdrawn by the run, and nobody is told of it"));
        }
        let is_complete = report.ended == BulkEnd::Complete;
        if is_complete && (self.told.len() != self.ids.len() || report.not_attempted > 0) {
            return Err(format!("J1: {} of {} items are told: {report:?}", self.told.len(), self.ids.len()));
        }
        if is_complete == report.reason.is_some() || report.ended == BulkEnd::Running {
            return Err(format!("an end without a reason, or a reason without need: {report:?}"));
        }
        if self.has_journal && is_complete && self.database.ended.as_deref() != Some("complete") {
            return Err("the journal does not say how the run ended".to_owned());
        }
        if self.faults == 0 && is_complete && self.crashes_left == 0 && report.requests > report.planned {
            return Err(format!("I8: {} writes of {} items without a fault", report.requests, report.planned));
        }
        Ok(())
    }

    /// What the journal says to whoever goes on with it, once everything has arrived.
    fn settled(&self) -> Result<(), String> {
        for (position, row) in &self.database.items {
            let process = &self.processes[*position as usize];
            if row.state == "planned" && process.is_ours {
                return Err(format!(
                    "item {position} was withdrawn by the run, and the journal says that it was never sent"
                ));
            }
            let without_effect = matches!(row.outcome(), "not_withdrawable" | "rejected" | "unattributed");
            if without_effect && process.is_ours {
                return Err(format!(
                    "I2: item {position} was withdrawn by the run, and the journal says {}",
                    row.outcome()
                ));
            }
        }
        Ok(())
    }
}
