//! Tasks: decided, handed over, added; and processes that are started.

use feishu_corehr_sandbox::{Node, Operation, Process, Sandbox, Task, User};
use serde_json::{Value, json};

use crate::client::{Reply, exchange, get_request, last, request, sandbox, token};
use crate::operations::refusal;

const PROCESSES: &str = "/open-apis/corehr/v2/processes";
const START: &str = "/open-apis/corehr/v2/process_start";

/// A sandbox with one process, and a token.
struct Stage {
    sandbox: Sandbox,
    token: String,
    process: String,
}

impl Stage {
    /// The process has these nodes: whether one approval is enough, and the tasks' ids with their users' roles.
    async fn new(nodes: &[(bool, &[(&str, &str)])]) -> Self {
        let sandbox = sandbox().await;
        let token = token(&sandbox).await;
        let users = sandbox.demo().users;
        let made = nodes.iter().zip(1..).map(|((any_of, tasks), number)| Node {
            node_id: format!("n{number}"),
            any_of: *any_of,
            tasks: tasks
                .iter()
                .map(|(id, role)| Task { approver_id: (*id).into(), user: users[*role].clone(), ..Task::default() })
                .collect(),
        });
        let process = sandbox.add_process(Process { nodes: made.collect(), ..Process::default() });
        Self { sandbox, token, process }
    }

    fn user(&self, role: &str) -> User {
        self.sandbox.demo().users[role].clone()
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        let path = format!("{PROCESSES}/{}/{path}", self.process);
        exchange(&self.sandbox, &request("PUT", &path, Some(&self.token), &body.to_string())).await
    }

    async fn review(&self, task: &str, body: Value) -> (u16, i64) {
        refusal(&self.put(&format!("approvers/{task}"), body).await)
    }

    async fn detail(&self) -> Value {
        exchange(&self.sandbox, &get_request(&self.process, &self.token)).await.json()["data"].clone()
    }

    /// The status, and the tasks of a list with what `name` says of each.
    async fn seen(&self, list: &str, name: &str) -> (i64, Vec<(String, Value)>) {
        let detail = self.detail().await;
        let tasks = detail[list].as_array().expect("a list").iter();
        let id = |task: &Value| task["approver_id"].as_str().expect("a text").to_owned();
        (detail["status"].as_i64().expect("a number"), tasks.map(|task| (id(task), task[name].clone())).collect())
    }

    async fn todos(&self) -> Vec<String> {
        self.seen("todos", "type").await.1.into_iter().map(|(id, _)| id).collect()
    }
}

fn approve() -> Value {
    json!({"status": 3, "system_approval": true})
}

fn reject() -> Value {
    json!({"status": 2, "system_approval": true, "reason": "no"})
}

#[tokio::test]
async fn an_approved_task_moves_to_the_done_list_and_the_process_on() {
    let stage = Stage::new(&[
        (true, &[("1", "initiator"), ("2", "stranger")]),
        (false, &[("3", "initiator"), ("4", "stranger")]),
    ])
    .await;
    assert_eq!(stage.todos().await, ["1", "2"]);
    let reply = stage.put("approvers/2", approve()).await;
    assert_eq!(reply.json(), json!({"code": 0, "msg": "success", "data": {"code": 0, "msg": "success"}}));
    assert!(last(&stage.sandbox, Operation::ReviewTask).applied);
    assert_eq!(stage.todos().await, ["3", "4"]);
    assert_eq!(stage.seen("done_list", "status").await, (1, vec![("1".into(), json!(4)), ("2".into(), json!(3))]));
    assert_eq!(stage.review("3", approve()).await, (200, 0));
    assert_eq!(stage.todos().await, ["4"]);
    assert_eq!(stage.review("4", approve()).await, (200, 0));
    assert_eq!(stage.seen("todos", "type").await, (9, vec![]));
    assert_eq!(stage.review("4", approve()).await, (400, 1_161_001));
}

#[tokio::test]
async fn a_rejected_task_ends_the_process() {
    let stage = Stage::new(&[(false, &[("1", "initiator"), ("2", "stranger")]), (false, &[("3", "stranger")])]).await;
    assert_eq!(stage.review("1", reject()).await, (200, 0));
    let (status, done) = stage.seen("done_list", "status").await;
    assert_eq!((status, done), (2, vec![("1".into(), json!(2)), ("2".into(), json!(4)), ("3".into(), json!(4))]));
    assert_eq!(stage.detail().await["done_list"][0]["approval_opinion"], "no");
    assert_eq!(stage.review("2", approve()).await, (400, 1_161_001));
}

#[tokio::test]
async fn a_decision_is_checked_as_it_is_documented() {
    let stage = Stage::new(&[(false, &[("1", "initiator")]), (false, &[("2", "stranger")])]).await;
    let long = |count| "程".repeat(count);
    for (task, body, expected) in [
        ("1", json!({"status": 1, "system_approval": true}), (400, 1_161_002)),
        ("1", json!({"system_approval": true}), (400, 1_161_002)),
        ("1", json!({"status": "3", "system_approval": true}), (400, 99_992_402)),
        ("1", json!({"status": 2, "system_approval": true}), (400, 1_161_002)),
        ("1", json!({"status": 2, "system_approval": true, "reason": ""}), (400, 1_161_002)),
        ("1", json!({"status": 3, "system_approval": true, "reason": long(1001)}), (400, 1_161_002)),
        ("1", json!({"status": 3}), (400, 1_161_002)),
        ("1", json!({"status": 3, "user_id": stage.user("stranger").open_id}), (403, 1_161_003)),
        ("7", approve(), (400, 1_161_002)),
        ("2", approve(), (400, 1_161_005)),
        ("1", json!({"status": 3, "user_id": stage.user("initiator").open_id, "reason": long(1000)}), (200, 0)),
    ] {
        assert_eq!(stage.review(task, body.clone()).await, expected, "{task} {body}");
    }
}

#[tokio::test]
async fn tasks_are_handed_over_to_somebody_else() {
    let stage = Stage::new(&[(false, &[("1", "initiator"), ("2", "process_administrator")])]).await;
    let (owner, stranger) = (stage.user("initiator"), stage.user("stranger"));
    let transfer = |operator: &User, to: &str, ids: Value| json!({"operator": operator.open_id, "to_user_id": to, "approver_ids": ids});
    for (body, expected) in [
        (json!({"to_user_id": stranger.open_id, "approver_ids": ["1"]}), (400, 1_160_101)),
        (transfer(&owner, "", json!(["1"])), (400, 1_160_101)),
        (transfer(&owner, &stranger.open_id, json!([])), (400, 1_160_101)),
        (transfer(&owner, &stranger.open_id, json!(vec!["1"; 21])), (400, 1_160_101)),
        (transfer(&owner, &stranger.open_id, json!(["7"])), (400, 1_160_101)),
        (transfer(&owner, &stranger.open_id, json!([7])), (400, 99_992_402)),
        (transfer(&owner, "ou_nobody", json!(["1"])), (400, 1_160_117)),
        (transfer(&stranger, &stage.user("document_administrator").open_id, json!(["1"])), (400, 1_161_003)),
        (transfer(&owner, &stage.user("process_administrator").open_id, json!(["1"])), (400, 1_160_245)),
        (transfer(&owner, &stranger.open_id, json!(["1"])), (200, 0)),
    ] {
        assert_eq!(refusal(&stage.put("transfer", body.clone()).await), expected, "{body}");
    }
    let others = stage.user("process_administrator").open_id;
    assert_eq!(
        stage.seen("todos", "operator_id").await.1,
        [("1".to_owned(), json!(stranger.open_id)), ("2".to_owned(), json!(others))]
    );
    let withdraw = format!("/open-apis/corehr/v2/process_withdraw/{}", stage.process);
    let withdrawn = request("PUT", &withdraw, Some(&stage.token), r#"{"system_user":true}"#);
    assert_eq!(refusal(&exchange(&stage.sandbox, &withdrawn).await), (200, 0));
    let late = transfer(&owner, &stranger.open_id, json!(["1"]));
    assert_eq!(refusal(&stage.put("transfer", late).await), (400, 1_160_221));
}

#[tokio::test]
async fn approvers_are_added_before_beside_and_after() {
    for (extra_type, expected) in [(0, [["5"].as_slice(), &["1"]]), (1, [&["1", "5"], &[]]), (2, [&["1"], &["5"]])] {
        let stage = Stage::new(&[(false, &[("1", "initiator")])]).await;
        let body = json!({"system_user": true, "approver_id": "1", "extra_type": extra_type, "extra_user_ids": [stage.user("stranger").open_id]});
        assert_eq!(refusal(&stage.put("extra", body.clone()).await), (200, 0), "{extra_type}");
        for tasks in expected {
            let todos = stage.todos().await;
            let is_added = |id: &String| id.starts_with("77");
            let named: Vec<&str> = todos.iter().map(|id| if is_added(id) { "5" } else { id.as_str() }).collect();
            assert_eq!(named, *tasks, "{extra_type}");
            for task in &todos {
                assert_eq!(stage.review(task, approve()).await, (200, 0));
            }
        }
        assert_eq!(stage.seen("todos", "type").await.0, 9);
        assert_eq!(refusal(&stage.put("extra", body).await), (400, 1_160_015));
    }
}

#[tokio::test]
async fn adding_is_checked_as_it_is_documented() {
    let stage = Stage::new(&[(false, &[("1", "initiator"), ("2", "stranger")]), (false, &[("3", "stranger")])]).await;
    assert_eq!(stage.review("1", approve()).await, (200, 0));
    let (new, there) = (stage.user("document_administrator").open_id, stage.user("stranger").open_id);
    let by_system = |target: Value, more: Value| {
        let mut body = json!({"system_user": true, "extra_type": 1, "extra_user_ids": [new]});
        for (name, value) in target.as_object().into_iter().chain(more.as_object()).flatten() {
            body[name] = value.clone();
        }
        body
    };
    let node = || json!({"node_id": "n1"});
    for (body, expected) in [
        (json!({"node_id": "n1", "extra_type": 1, "extra_user_ids": [new]}), (400, 1_160_101)),
        (by_system(json!({}), json!({})), (400, 1_160_101)),
        (by_system(json!({"node_id": "n7"}), json!({})), (400, 1_160_101)),
        (by_system(node(), json!({"extra_type": 3})), (400, 1_160_101)),
        (by_system(node(), json!({"approval_type": 0})), (400, 1_160_101)),
        (by_system(node(), json!({"approval_type": 2})), (400, 1_160_101)),
        (by_system(node(), json!({"extra_user_ids": []})), (400, 1_160_101)),
        (by_system(node(), json!({"extra_user_ids": vec![&new; 21]})), (400, 1_160_101)),
        (by_system(node(), json!({"extra_user_ids": ["ou_nobody"]})), (400, 1_160_001)),
        (by_system(node(), json!({"extra_user_ids": [there]})), (400, 1_160_114)),
        (by_system(json!({"approver_id": "1"}), json!({})), (400, 1_160_129)),
        (
            by_system(
                json!({"approver_id": "2"}),
                json!({"system_user": false, "operator": stage.user("initiator").open_id}),
            ),
            (400, 1_161_003),
        ),
        (by_system(json!({"node_id": "n1", "approver_id": "7"}), json!({"approval_type": 1})), (200, 0)),
    ] {
        assert_eq!(refusal(&stage.put("extra", body.clone()).await), expected, "{body}");
    }
    for task in stage.todos().await {
        assert_eq!(stage.review(&task, approve()).await, (200, 0));
    }
    assert_eq!(refusal(&stage.put("extra", by_system(node(), json!({}))).await), (400, 1_160_016));
}

#[tokio::test]
async fn a_started_process_runs_and_each_request_starts_another() {
    let stage = Stage::new(&[]).await;
    let initiator = stage.user("initiator").open_id;
    let start = |definition: &str, who: Value| {
        let mut body = json!({"flow_definition_id": definition});
        who.as_object().into_iter().flatten().for_each(|(name, value)| body[name] = value.clone());
        request("POST", START, Some(&stage.token), &body.to_string())
    };
    let definition = "people_7000000000000000000_7100000000000000000";
    let mut ids = Vec::new();
    for (who, expected) in
        [(json!({"initiator_id": initiator}), initiator.as_str()), (json!({"system_initiator": true}), "")]
    {
        let reply = exchange(&stage.sandbox, &start(definition, who)).await.json();
        let id = reply["data"]["process_id"].as_str().expect("a process").to_owned();
        let detail = exchange(&stage.sandbox, &get_request(&id, &stage.token)).await.json()["data"].clone();
        assert_eq!((&detail["status"], &detail["initiator_id"]), (&json!(1), &json!(expected)));
        assert_eq!(detail["todos"].as_array().map(Vec::len), Some(1));
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1]);
    for (definition, who, expected) in [
        (definition, json!({}), (400, 1_161_001)),
        ("people_7_7", json!({"system_initiator": true}), (400, 1_161_001)),
        ("people_7000000000000000000_7100000000000000001", json!({"system_initiator": true}), (400, 1_161_059)),
        (definition, json!({"initiator_id": "ou_nobody"}), (400, 1_161_060)),
    ] {
        assert_eq!(refusal(&exchange(&stage.sandbox, &start(definition, who)).await), expected);
    }
}
