//! The tasks of a process, node by node: whose turn it is, and how a node and then the process ends.

use serde::{Deserialize, Serialize};

use crate::users::User;

/// Still to do.
pub(crate) const TO_DO: i64 = 1;
/// Ended by a rejection; the number is that of a rejection in a request, too.
pub(crate) const REJECTED: i64 = 2;
/// Ended by an approval; the number is that of an approval in a request, too.
pub(crate) const COMPLETED: i64 = 3;
/// Ended without anybody's decision.
pub(crate) const CANCELLED: i64 = 4;

/// One person's part in a node.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Task {
    /// Its id.
    pub approver_id: String,
    /// Whose it is; the demo's process administrator unless said otherwise.
    pub user: User,
    /// 1 to do, 2 rejected, 3 completed, 4 cancelled.
    pub status: i64,
    /// What was said when it was decided.
    pub opinion: String,
    /// When it ended, in Unix milliseconds.
    pub complete_time: Option<i64>,
}

impl Default for Task {
    fn default() -> Self {
        Self {
            approver_id: String::new(),
            user: crate::demo::process_administrator(),
            status: TO_DO,
            opinion: String::new(),
            complete_time: None,
        }
    }
}

/// One step of a process. Its tasks are to do when all nodes before it have ended.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Node {
    /// The id of this instance of the node.
    pub node_id: String,
    /// Whether one approval passes it (或签); else all must approve (会签).
    pub any_of: bool,
    /// Its tasks.
    pub tasks: Vec<Task>,
}

impl Node {
    /// Whether a task of it is still to do.
    pub(crate) fn is_open(&self) -> bool {
        self.tasks.iter().any(|task| task.status == TO_DO)
    }

    pub(crate) fn has(&self, user: &User) -> bool {
        self.tasks.iter().any(|task| task.status == TO_DO && task.user.open_id == user.open_id)
    }

    /// Ends what is still to do in it.
    fn end(&mut self, status: i64, now: i64) {
        for task in self.tasks.iter_mut().filter(|task| task.status == TO_DO) {
            task.status = status;
            task.complete_time = Some(now);
        }
    }
}

/// The node whose turn it is.
pub(crate) fn current(nodes: &[Node]) -> Option<&Node> {
    nodes.iter().find(|node| node.is_open())
}

/// Where a task stands: its node and its place there.
pub(crate) fn find(nodes: &[Node], approver_id: &str) -> Option<(usize, usize)> {
    let place = |node: &Node| node.tasks.iter().position(|task| task.approver_id == approver_id);
    nodes.iter().enumerate().find_map(|(at, node)| Some((at, place(node)?)))
}

/// Decides a task, and tells the process's status that follows, if one does.
pub(crate) fn decide(
    nodes: &mut [Node],
    (at, place): (usize, usize),
    status: i64,
    opinion: &str,
    now: i64,
) -> Option<i64> {
    let node = nodes.get_mut(at)?;
    let any_of = node.any_of;
    let task = node.tasks.get_mut(place)?;
    task.status = status;
    opinion.clone_into(&mut task.opinion);
    task.complete_time = Some(now);
    if status == REJECTED {
        end_all(nodes, CANCELLED, now);
        return Some(2);
    }
    if any_of {
        node.end(CANCELLED, now);
    }
    current(nodes).is_none().then_some(9)
}

/// Ends all that is still to do.
pub(crate) fn end_all(nodes: &mut [Node], status: i64, now: i64) {
    nodes.iter_mut().for_each(|node| node.end(status, now));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(any_of: bool, ids: &[&str]) -> Node {
        let task = |id: &&str| Task { approver_id: (*id).into(), ..Task::default() };
        Node { node_id: String::new(), any_of, tasks: ids.iter().map(task).collect() }
    }

    fn statuses(nodes: &[Node]) -> Vec<i64> {
        nodes.iter().flat_map(|node| &node.tasks).map(|task| task.status).collect()
    }

    #[test]
    fn one_approval_passes_an_any_of_node_and_all_are_needed_elsewhere() {
        let mut nodes = [node(true, &["1", "2"]), node(false, &["3", "4"])];
        assert_eq!(decide(&mut nodes, (0, 1), COMPLETED, "", 7), None);
        assert_eq!(statuses(&nodes), [CANCELLED, COMPLETED, TO_DO, TO_DO]);
        assert_eq!(decide(&mut nodes, (1, 0), COMPLETED, "", 7), None);
        assert_eq!(current(&nodes).map(|node| node.tasks.len()), Some(2));
        assert_eq!(decide(&mut nodes, (1, 1), COMPLETED, "", 7), Some(9));
    }

    #[test]
    fn one_rejection_ends_the_process() {
        let mut nodes = [node(false, &["1", "2"]), node(false, &["3"])];
        assert_eq!(decide(&mut nodes, (0, 0), REJECTED, "no", 7), Some(2));
        assert_eq!(statuses(&nodes), [REJECTED, CANCELLED, CANCELLED]);
        assert_eq!(nodes[0].tasks[0].opinion, "no");
    }
}
