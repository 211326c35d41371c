//! The processes: who began them, who may end them, and what a reader sees of them at this moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::demo;
use crate::operations::Act;
use crate::users::{Text, User, UserIdType};

/// Still in approval.
pub(crate) const RUNNING: i64 = 1;
/// Ended by a withdrawal.
pub(crate) const WITHDRAWN: i64 = 4;

/// A process as it is, and as it is given to be added.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Process {
    /// The id; one is made if this is empty.
    pub process_id: String,
    /// 1 running, 2 rejected, 4 withdrawn, 8 revoked, 9 completed, 15 revoking. Others are kept as they are.
    pub status: i64,
    /// Who began it; the demo initiator unless said otherwise, and `null` for the system.
    pub initiator: Option<User>,
    /// Its process administrators (流程管理员).
    pub process_administrators: Vec<User>,
    /// Its document administrators (审批单管理员).
    pub document_administrators: Vec<User>,
    /// Unix milliseconds; now, if 0.
    pub create_time: i64,
    /// Unix milliseconds; now, if 0.
    pub modify_time: i64,
    /// Unix milliseconds; if absent, now for an ended process.
    pub complete_time: Option<i64>,
    /// The flow definition, of the form `people_<digits>_<digits>`.
    pub flow_definition_id: String,
    /// The name of the instance.
    pub process_name: Text,
    /// Whether its detail has an item in every list and a value in every field.
    pub rich: bool,
    /// Fields that replace those of its detail, whatever they are.
    pub detail: Map<String, Value>,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            process_id: String::new(),
            status: RUNNING,
            initiator: Some(demo::initiator()),
            process_administrators: vec![demo::process_administrator()],
            document_administrators: vec![demo::document_administrator()],
            create_time: 0,
            modify_time: 0,
            complete_time: None,
            flow_definition_id: demo::FLOW_DEFINITION.into(),
            process_name: Text::new("年假", "Annual leave"),
            rich: false,
            detail: Map::new(),
        }
    }
}

impl Process {
    /// Whether this user is the initiator.
    pub(crate) fn is_initiated_by(&self, kind: UserIdType, id: &str) -> bool {
        self.initiator.as_ref().is_some_and(|user| user.id(kind) == id)
    }

    /// Whether this user is a process administrator or a document administrator.
    pub(crate) fn is_administered_by(&self, kind: UserIdType, id: &str) -> bool {
        let mut administrators = self.process_administrators.iter().chain(&self.document_administrators);
        administrators.any(|user| user.id(kind) == id)
    }
}

/// Until when readers see an older state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// The next request to act on it arrives.
    NextAct,
    /// This many milliseconds after the start of the sandbox.
    Time(u64),
}

#[derive(Clone, Debug)]
struct Held {
    process: Process,
    /// The older state, where reads lag behind.
    seen: Option<(Process, Until)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Processes {
    held: BTreeMap<String, Held>,
    made: u64,
}

impl Processes {
    /// Adds or replaces a process, and returns its id.
    pub(crate) fn add(&mut self, mut process: Process) -> String {
        if process.process_id.is_empty() {
            self.made += 1;
            process.process_id = format!("75{:017}", self.made);
        }
        let now = clock::wall_ms();
        for time in [&mut process.create_time, &mut process.modify_time] {
            if *time == 0 {
                *time = now;
            }
        }
        if process.complete_time.is_none() && matches!(process.status, 2 | 4 | 8 | 9) {
            process.complete_time = Some(process.modify_time);
        }
        let id = process.process_id.clone();
        self.held.insert(id.clone(), Held { process, seen: None });
        id
    }

    /// The process as it truly is.
    pub(crate) fn truth(&self, process_id: &str) -> Option<&Process> {
        self.held.get(process_id).map(|held| &held.process)
    }

    /// The process as a reader sees it now.
    pub(crate) fn read(&self, process_id: &str, now_ms: u64) -> Option<&Process> {
        self.held.get(process_id).map(|held| held.read(now_ms))
    }

    /// All processes as a reader sees them now, by id.
    pub(crate) fn read_all(&self, now_ms: u64) -> impl Iterator<Item = &Process> {
        self.held.values().map(move |held| held.read(now_ms))
    }

    /// Acts on a process. False if it was not in the status that the act starts from.
    pub(crate) fn act(&mut self, process_id: &str, act: Act, lag: Option<Until>) -> bool {
        self.truth(process_id).is_some_and(|process| process.status == act.from)
            && self.set_status(process_id, act.to, lag)
    }

    /// Sets a status, as somebody else may do. False if there is no such process.
    pub(crate) fn set_status(&mut self, process_id: &str, status: i64, lag: Option<Until>) -> bool {
        let Some(held) = self.held.get_mut(process_id) else { return false };
        let before = held.process.clone();
        let now = clock::wall_ms();
        held.process.status = status;
        held.process.modify_time = now;
        held.process.complete_time = (status != RUNNING && status != 15).then_some(now);
        held.seen = lag.map(|until| (before, until));
        true
    }

    /// A request to act on it has arrived: reads that lagged until then lag no more.
    pub(crate) fn act_arrived(&mut self, process_id: &str) {
        if let Some(held) = self.held.get_mut(process_id)
            && matches!(held.seen, Some((_, Until::NextAct)))
        {
            held.seen = None;
        }
    }
}

impl Held {
    fn read(&self, now_ms: u64) -> &Process {
        match &self.seen {
            Some((before, Until::NextAct)) => before,
            Some((before, Until::Time(until))) if now_ms < *until => before,
            Some((_, Until::Time(_))) | None => &self.process,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHDRAW: Act = Act { from: RUNNING, to: WITHDRAWN, refused: (1_161_006, "") };

    #[test]
    fn a_running_process_is_withdrawn_once() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        assert!(processes.act(&id, WITHDRAW, None));
        assert!(!processes.act(&id, WITHDRAW, None));
        assert_eq!(processes.truth(&id).map(|process| process.status), Some(WITHDRAWN));
        assert!(!processes.act("no such process", WITHDRAW, None));
    }

    #[test]
    fn reads_lag_until_their_time() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        processes.act(&id, WITHDRAW, Some(Until::Time(100)));
        assert_eq!(processes.read(&id, 99).map(|process| process.status), Some(RUNNING));
        assert_eq!(processes.read(&id, 100).map(|process| process.status), Some(WITHDRAWN));
    }

    #[test]
    fn reads_lag_until_the_next_act() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        processes.act(&id, WITHDRAW, Some(Until::NextAct));
        assert_eq!(processes.read(&id, 0).map(|process| process.status), Some(RUNNING));
        processes.act_arrived(&id);
        assert_eq!(processes.read(&id, 0).map(|process| process.status), Some(WITHDRAWN));
    }
}
