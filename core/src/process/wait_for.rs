//! GET /open-apis/corehr/v2/processes/{process_id}, again and again: wait for a process to come to an end.

use feishu_corehr_macros::wire;

use super::actor::UserIdType;
use super::get_process::{GetProcess, Process};
use super::types::Status;
use crate::endpoint::{Endpoint, Operation, Outcome, Prepared, Reply};
use crate::error::{Error, Problem};
use crate::retry;
use crate::until::{Goal, Until};

/// Reads one process until it has come to one of some statuses.
///
/// It reads at once, then after 2 s, and after pauses that double up to 30 s (each up to a quarter shorter, so that many
/// waiting calls do not come together), within the quota that all reads of a process share, and a last time 1 s before its
/// time is over. A read that fails and may succeed later is repeated after the next pause; any other failure ends it. The
/// app needs the scope `corehr:process:read`.
#[wire(request)]
#[derive(Eq)]
pub struct WaitFor {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// The statuses to wait for; by default those in which a process has ended: completed, rejected, revoked, withdrawn.
    pub until: Option<Vec<Status>>,
    /// How long to wait in all, in milliseconds; by default 600,000: ten minutes. There is no upper limit.
    pub timeout: Option<u64>,
    /// The kind of the users' ids in the answer; Feishu's default is `open_id`.
    pub user_id_type: Option<UserIdType>,
}

impl WaitFor {
    fn read(&self) -> GetProcess {
        GetProcess { process_id: self.process_id.clone(), user_id_type: self.user_id_type }
    }
}

impl Endpoint for WaitFor {
    const OPERATION: Operation = Operation { name: "wait_for", ..GetProcess::OPERATION };

    type Response = Process;
    type Output = Process;

    fn output(outcome: Outcome) -> Result<Process, Error> {
        GetProcess::output(outcome)
    }

    fn path(&self) -> String {
        self.read().path()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.read().problems();
        let statuses = self.until.as_deref();
        if statuses.is_some_and(<[Status]>::is_empty) {
            problems.push(Problem::new("until", "names no status; without it, every end is waited for"));
        }
        if statuses.is_some_and(|statuses| statuses.contains(&Status::Unknown)) {
            problems.push(Problem::new("until", "has `unknown`, which is not a status of Feishu's"));
        }
        if self.timeout == Some(0) {
            problems.push(Problem::new("timeout", "must be at least 1 millisecond"));
        }
        problems
    }

    /// The read, with its own name: so it has the one quota of all reads.
    fn prepare(&self) -> Result<Prepared, Error> {
        self.validate()?;
        self.read().prepare()
    }

    fn until(&self) -> Option<Until> {
        let statuses = self.until.as_deref().unwrap_or(Status::ENDS);
        Some(Until {
            process_id: self.process_id.clone(),
            goal: Goal::Statuses(statuses.iter().map(|status| *status as i64).collect()),
            timeout: self.timeout.unwrap_or(retry::WAIT),
        })
    }

    fn decode(reply: &Reply) -> Result<Process, Error> {
        GetProcess::decode(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid() -> WaitFor {
        WaitFor { process_id: "7".into(), until: None, timeout: None, user_id_type: None }
    }

    #[test]
    fn every_end_is_waited_for_ten_minutes_unless_one_says_otherwise() {
        let until = |request: WaitFor| match request.until() {
            Some(Until { goal: Goal::Statuses(statuses), timeout, .. }) => Some((statuses, timeout)),
            Some(Until { goal: Goal::Settled { .. }, .. }) | None => None,
        };
        assert_eq!(until(valid()), Some((vec![9, 2, 8, 4], 600_000)));
        let chosen = WaitFor { until: Some(vec![Status::Revoking]), timeout: Some(u64::MAX), ..valid() };
        assert_eq!(until(chosen), Some((vec![15], u64::MAX)));
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let wrong = WaitFor {
            process_id: "a/b".into(),
            until: Some(vec![Status::Unknown]),
            timeout: Some(0),
            user_id_type: None,
        };
        let fields =
            |request: WaitFor| -> Vec<String> { request.problems().into_iter().map(|problem| problem.field).collect() };
        assert_eq!(fields(wrong), ["process_id", "until", "timeout"]);
        assert_eq!(fields(WaitFor { until: Some(Vec::new()), ..valid() }), ["until"]);
        assert_eq!(fields(valid()), [""; 0]);
    }

    #[test]
    fn it_reads_with_the_quota_of_every_read() {
        let request = WaitFor { user_id_type: Some(UserIdType::UnionId), ..valid() };
        let prepared = request.prepare().expect("valid");
        assert_eq!(prepared.target, "/open-apis/corehr/v2/processes/7?user_id_type=union_id");
        assert_eq!((prepared.operation.name, prepared.reads.as_deref()), ("get_process", Some("7")));
    }
}
