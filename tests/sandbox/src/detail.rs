//! The detail of a process as `GET /processes/{process_id}` answers it. Source: official, field by field.

use serde_json::{Map, Value, json};

use crate::demo;
use crate::processes::{Process, RUNNING};
use crate::tasks::{self, Task};
use crate::users::{Text, User, UserIdType};

/// The `data` of the answer.
pub(crate) fn of(process: &Process, kind: UserIdType) -> Value {
    let running = process.status == RUNNING;
    let manager = demo::process_administrator();
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    put("process_id", json!(process.process_id));
    put("status", json!(process.status));
    put("flow_template_id", json!("leave"));
    put("flow_template_name", i18n(&Text::new("休假", "Leave")));
    put("flow_definition_id", json!(process.flow_definition_id));
    put("flow_definition_name", i18n(&Text::new("年假", "Annual leave")));
    // Documented: empty when the system started the flow.
    put("initiator_id", json!(process.initiator.as_ref().map_or("", |user| user.id(kind))));
    put("initiator_name", i18n(&process.initiator.as_ref().map_or_else(Text::default, |user| user.name.clone())));
    put("create_time", json!(process.create_time.to_string()));
    if let Some(time) = process.complete_time {
        put("complete_time", json!(time.to_string()));
    }
    put("start_links", links("start"));
    put("abstracts", abstracts());
    // Nobody is asked before the nodes before have ended.
    let todos = tasks::current(&process.nodes).into_iter().flat_map(|node| &node.tasks);
    let todos = todos.filter(|task| running && task.status == tasks::TO_DO);
    put("todos", todos.map(|task| item(process, &task.user, kind, Form::Todo(task))).collect());
    put("cc_list", list(process.rich, || item(process, &manager, kind, Form::Copy)));
    let example = Task { approver_id: id(13), status: tasks::COMPLETED, opinion: "同意".into(), ..Task::default() };
    let done = process.nodes.iter().flat_map(|node| &node.tasks).filter(|task| task.status != tasks::TO_DO);
    let done = done.chain(process.rich.then_some(&example));
    put("done_list", done.map(|task| item(process, &task.user, kind, Form::Done(task))).collect());
    put("properties", json!(if process.rich { 3 } else { 1 }));
    put("system_todos", list(process.rich, || item(process, &manager, kind, Form::SystemTodo)));
    put("system_done_list", list(process.rich, || item(process, &manager, kind, Form::SystemDone)));
    put("comment_infos", list(process.rich, || comment(process, &manager, kind)));
    if process.rich {
        put("original_process_id", json!("7400000000000000010"));
    }
    put("is_last_completed_correct_process", json!(process.rich && process.status == 9));
    put("process_name", i18n(&process.process_name));
    data.extend(process.detail.clone());
    Value::Object(data)
}

/// The five forms of an item, each with its own fields.
#[derive(Clone, Copy, PartialEq)]
enum Form<'a> {
    Copy,
    Done(&'a Task),
    SystemDone,
    SystemTodo,
    Todo(&'a Task),
}

fn id(number: i64) -> String {
    format!("73{number:017}")
}

fn item(process: &Process, user: &User, kind: UserIdType, form: Form<'_>) -> Value {
    let system = matches!(form, Form::SystemDone | Form::SystemTodo);
    let approver_id = match form {
        Form::Copy => id(12),
        Form::Done(task) | Form::Todo(task) => task.approver_id.clone(),
        Form::SystemDone => id(15),
        Form::SystemTodo => id(14),
    };
    let name = if system { Text::new("系统", "System") } else { user.name.clone() };
    let mut item = json!({
        "approver_id": approver_id,
        "links": links("item"),
        "operator_name": i18n(&name),
        "node_name": i18n(&Text::new("直属上级", "Manager")),
        "create_time": (process.create_time + 1000).to_string(),
        "node_definition_id": "approval_0a1b2c3d4e5",
    });
    if form != Form::Copy {
        item["type"] = json!(1);
    }
    if !system {
        item["operator_id"] = json!(user.id(kind));
    }
    // An item's own status: 2 rejected, 3 completed, 4 cancelled.
    let done = match form {
        Form::Done(task) => Some((task.status, task.complete_time, task.opinion.as_str())),
        Form::SystemDone => Some((tasks::COMPLETED, None, "同意")),
        Form::Copy | Form::SystemTodo | Form::Todo(_) => None,
    };
    if let Some((status, time, opinion)) = done {
        item["status"] = json!(status);
        item["complete_time"] = json!(time.unwrap_or(process.modify_time).to_string());
        item["approval_opinion"] = json!(opinion);
    }
    item
}

fn comment(process: &Process, user: &User, kind: UserIdType) -> Value {
    json!({
        "commentor_id": user.id(kind),
        "commentor_name": i18n(&user.name),
        "comment_time": (process.create_time + 2000).to_string(),
        "comment_msg": "请补充说明",
        "at_user_ids": [demo::initiator().id(kind)],
        "file_count": 1,
        "image_count": 2,
        "comment_id": "7300000000000000021",
    })
}

fn abstracts() -> Value {
    json!([{"name": i18n(&Text::new("天数", "Days")), "value": i18n(&Text::new("2", "2"))}])
}

fn links(what: &str) -> Value {
    json!({
        "web_link": format!("https://example.test/web/{what}"),
        "pc_link": format!("https://example.test/pc/{what}"),
        "mobile_link": format!("https://example.test/mobile/{what}"),
    })
}

fn i18n(text: &Text) -> Value {
    json!({"zh_cn": text.zh_cn, "en_us": text.en_us})
}

fn list(filled: bool, item: impl FnOnce() -> Value) -> Value {
    if filled { json!([item()]) } else { json!([]) }
}
