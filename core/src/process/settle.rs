//! GET /open-apis/corehr/v2/processes/{process_id}, now and later: how a write has ended whose answer was lost.

use feishu_corehr_macros::wire;

use super::get_process::{GetProcess, Process};
use super::types::Status;
use super::{revoke_process, withdraw_process};
use crate::endpoint::{Endpoint, Operation, Outcome, Prepared, Reply};
use crate::error::{Error, Problem};
use crate::moment;
use crate::proof::{Attribution, Sign};
use crate::retry;
use crate::until::{Goal, SettledAs, Until};

/// Finds out how a withdrawal or a revocation has ended that ended with effect unknown.
///
/// It reads the process. Where it still is where the act starts from, the request may still be on its way: it is read
/// again, with growing pauses, until 120 s have passed since `since`, the longest that a request is taken to live (an
/// assumption: Feishu does not say), and a last time then. Where reads fail, it goes on for 120 s more. The app needs the
/// scope `corehr:process:read`.
#[wire(request)]
#[derive(Eq)]
pub struct Settle {
    /// The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
    pub process_id: String,
    /// When that call sent its last request, or later: when its error came. In milliseconds since 1970-01-01 UTC; at most
    /// 5 s ahead, for clocks that differ.
    pub since: i64,
    /// Where the call was to lead: `withdrawn`, the default, or `revoked`.
    pub goal: Option<Status>,
}

/// How a write has ended.
#[wire(reply)]
#[derive(Eq)]
pub struct Settled {
    /// The process.
    pub process_id: String,
    /// How.
    pub settled: SettledAs,
    /// Where it is done, how sure it is that it was that call: `presumed`; or `unattributed`, where the process ended more
    /// than 120 s after `since`.
    pub attribution: Option<Attribution>,
    /// Where the process is.
    pub status: Status,
    /// Where the process is, as the number that was received.
    pub status_number: Option<i64>,
    /// The log id of the answer that decided.
    pub log_id: Option<String>,
}

impl Settle {
    fn read(&self) -> GetProcess {
        GetProcess { process_id: self.process_id.clone(), user_id_type: None }
    }

    /// What tells that the goal is reached; none where nothing leads there.
    fn sign(&self) -> Option<Sign> {
        let goal = self.goal.unwrap_or(Status::Withdrawn) as i64;
        let leads = |sign: &Sign| matches!(sign, Sign::Status { goals, .. } if goals[0] == goal);
        [revoke_process::SIGN, withdraw_process::SIGN].into_iter().find(leads)
    }
}

impl Endpoint for Settle {
    const OPERATION: Operation = Operation { name: "settle", ..GetProcess::OPERATION };

    const ENDS_WITH_ANSWER: bool = false;

    type Response = Process;
    type Output = Settled;

    fn output(outcome: Outcome) -> Result<Settled, Error> {
        let Outcome { process_id, status: status_number, settled, attribution, reply, .. } = outcome;
        let settled = settled.unwrap_or_default();
        let attribution = (settled == SettledAs::Done).then_some(attribution);
        let status = status_number.map(Status::from_number).unwrap_or_default();
        Ok(Settled { process_id, settled, attribution, status, status_number, log_id: reply.log_id })
    }

    fn path(&self) -> String {
        self.read().path()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.read().problems();
        problems.extend(moment::unit_problem("since", self.since));
        if self.sign().is_none() {
            problems.push(Problem::new("goal", "is neither `withdrawn` nor `revoked`"));
        }
        problems
    }

    /// The read, with its own name: so it has the one quota of all reads.
    fn prepare(&self) -> Result<Prepared, Error> {
        self.validate()?;
        self.read().prepare()
    }

    fn until(&self) -> Option<Until> {
        Some(Until {
            process_id: self.process_id.clone(),
            goal: Goal::Settled { sign: self.sign()?, since: self.since },
            timeout: retry::SETTLING + retry::SETTLING_READS,
        })
    }

    fn decode(reply: &Reply) -> Result<Process, Error> {
        GetProcess::decode(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let fields = |goal, since| -> Vec<String> {
            let request = Settle { process_id: "7".into(), since, goal };
            request.problems().into_iter().map(|problem| problem.field).collect()
        };
        for goal in [None, Some(Status::Withdrawn), Some(Status::Revoked)] {
            assert_eq!(fields(goal, 1_766_000_000_000), [""; 0]);
        }
        let others = [Status::Completed, Status::InProgress, Status::Rejected, Status::Revoking, Status::Unknown];
        for goal in others {
            assert_eq!(fields(Some(goal), -1), ["since", "goal"]);
        }
        assert_eq!(Settle { process_id: "".into(), since: 0, goal: None }.problems()[0].field, "process_id");
    }
}
