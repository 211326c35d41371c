//! Where an approval is added: to one task, or to a node.

use feishu_corehr_macros::wire;
use serde::Serialize;
use serde_json::Value;

use super::rules::{id_problems, only};
use crate::error::Problem;
use crate::wire::FromJson;

/// One task, or a whole node, of a process. In JSON `{"approver_id": "…"}` or `{"node_id": "…"}`.
#[wire(request)]
pub enum Target {
    /// A task: an `approver_id` of the process's `todos`.
    ApproverId(String),
    /// A node's instance. An approver's event names it (`node_id_str`); the details of a process do not.
    NodeId(String),
}

impl Target {
    /// Its two fields in a body, of which one is there.
    pub(super) fn fields(&self) -> Fields<'_> {
        match self {
            Self::ApproverId(id) => Fields { node_id: None, approver_id: Some(id) },
            Self::NodeId(id) => Fields { node_id: Some(id), approver_id: None },
        }
    }

    /// What is wrong with the id.
    pub(super) fn problems(&self) -> Vec<Problem> {
        match self {
            Self::ApproverId(id) => id_problems("approver_id", id),
            Self::NodeId(id) => id_problems("node_id", id),
        }
    }
}

/// A target as it stands in a body.
#[derive(Serialize)]
pub(super) struct Fields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approver_id: Option<&'a str>,
}

impl FromJson for Target {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        match only(value) {
            Some((name, Value::String(id))) if name == "approver_id" => return Some(Self::ApproverId(id)),
            Some((name, Value::String(id))) if name == "node_id" => return Some(Self::NodeId(id)),
            _ => {}
        }
        let rule = "cannot be read: a target is `{\"approver_id\": \"…\"}` or `{\"node_id\": \"…\"}`";
        *problem = Some(Problem::new("", rule));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_task_or_a_node_and_never_both_or_none() {
        let read = |json: &str| Target::read(json.parse().expect("JSON"));
        assert_eq!(read(r#"{"approver_id":"7"}"#), Ok(Target::ApproverId("7".into())));
        assert_eq!(read(r#"{"node_id":"7"}"#), Ok(Target::NodeId("7".into())));
        for json in
            ["null", "{}", r#""7""#, r#"{"node_id":7}"#, r#"{"node_id":"7","approver_id":"8"}"#, r#"{"id":"7"}"#]
        {
            assert!(read(json).expect_err(json).rule.contains("a target is"), "{json}");
        }
    }
}
