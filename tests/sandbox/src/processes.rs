//! The processes: who began them, who may end them, and what a reader sees of them at this moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::demo;
use crate::tasks::{self, Node, Task};
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
    /// Its nodes, in order; one with a task of the process administrator if there are none.
    pub nodes: Vec<Node>,
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
            nodes: Vec::new(),
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

/// The task of a process that was added without any.
const FIRST_TASK: &str = "7300000000000000011";
const FIRST_NODE: &str = "7300000000000000001";

/// How tasks end that are to do when the process ends with this status.
fn ended(status: i64) -> i64 {
    match status {
        2 => tasks::REJECTED,
        WITHDRAWN => tasks::CANCELLED,
        _ => tasks::COMPLETED,
    }
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
        if process.nodes.is_empty() {
            let task = Task { approver_id: FIRST_TASK.into(), ..Task::default() };
            process.nodes = vec![Node { node_id: FIRST_NODE.into(), any_of: false, tasks: vec![task] }];
            if process.status != RUNNING {
                tasks::end_all(&mut process.nodes, ended(process.status), process.modify_time);
            }
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
    pub(crate) fn act(&mut self, process_id: &str, from: i64, to: i64, lag: Option<Until>) -> bool {
        self.truth(process_id).is_some_and(|process| process.status == from) && self.set_status(process_id, to, lag)
    }

    /// An id that no task and no node has had.
    pub(crate) fn new_id(&mut self) -> String {
        self.made += 1;
        format!("77{:017}", self.made)
    }

    /// Sets a status, as somebody else may do. False if there is no such process.
    pub(crate) fn set_status(&mut self, process_id: &str, status: i64, lag: Option<Until>) -> bool {
        self.change(process_id, lag, |process| {
            process.status = status;
            if status != RUNNING {
                tasks::end_all(&mut process.nodes, ended(status), process.modify_time);
            }
        })
    }

    /// Changes a process, and is done now. False if there is no such process.
    pub(crate) fn change(&mut self, process_id: &str, lag: Option<Until>, change: impl FnOnce(&mut Process)) -> bool {
        let Some(held) = self.held.get_mut(process_id) else { return false };
        let before = held.process.clone();
        let now = clock::wall_ms();
        held.process.modify_time = now;
        change(&mut held.process);
        let status = held.process.status;
        if status != before.status {
            held.process.complete_time = (status != RUNNING && status != 15).then_some(now);
        }
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

    #[test]
    fn a_running_process_is_withdrawn_once() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        assert!(processes.act(&id, RUNNING, WITHDRAWN, None));
        assert!(!processes.act(&id, RUNNING, WITHDRAWN, None));
        assert_eq!(processes.truth(&id).map(|process| process.status), Some(WITHDRAWN));
        assert!(!processes.act("no such process", RUNNING, WITHDRAWN, None));
    }

    #[test]
    fn reads_lag_until_their_time() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        processes.act(&id, RUNNING, WITHDRAWN, Some(Until::Time(100)));
        assert_eq!(processes.read(&id, 99).map(|process| process.status), Some(RUNNING));
        assert_eq!(processes.read(&id, 100).map(|process| process.status), Some(WITHDRAWN));
    }

    #[test]
    fn reads_lag_until_the_next_act() {
        let mut processes = Processes::default();
        let id = processes.add(Process::default());
        processes.act(&id, RUNNING, WITHDRAWN, Some(Until::NextAct));
        assert_eq!(processes.read(&id, 0).map(|process| process.status), Some(RUNNING));
        processes.act_arrived(&id);
        assert_eq!(processes.read(&id, 0).map(|process| process.status), Some(WITHDRAWN));
    }
}
