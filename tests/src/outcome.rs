//! What a call ended with, built field by field from what a Rust caller sees.

use feishu_corehr::{
    AbstractLine, Comment, CopiedTask, DoneTask, Error, I18nText, Link, PendingTask, Process, ProcessPage, Withdrawn,
};
use serde_json::{Value, json};

/// An object of the fields that are named; their values are texts, numbers and the like.
macro_rules! object {
    ($of:expr; $($field:ident),* $(,)?) => { json!({ $(stringify!($field): $of.$field),* }) };
}

/// A call that failed.
pub fn error(error: &Error, process_ids: &[String]) -> Value {
    json!({ "error": fields(error), "process_ids": process_ids })
}

fn fields(error: &Error) -> Value {
    let mut fields = object!(error;
        operation, retryable, retry_after_ms, http_status, code, msg, summary, log_id, scopes, troubleshooter, status,
        location_host, same_token, attempts);
    fields["kind"] = error.kind.as_str().into();
    fields["effect"] = error.effect.as_str().into();
    fields["advice"] = error.advice.as_ref().map(|advice| object!(advice; en, zh)).into();
    fields["field_violations"] =
        error.field_violations.iter().map(|violation| object!(violation; field, value, description)).collect();
    fields["helps"] = error.helps.iter().map(|help| object!(help; url, description)).collect();
    fields["problems"] = error.problems.iter().map(|problem| object!(problem; field, rule)).collect();
    fields
}

/// A withdrawal that succeeded.
pub fn withdrawn(withdrawn: &Withdrawn) -> Value {
    let mut value = object!(withdrawn; process_id, attempts, resent_unread, log_id);
    value["attribution"] = withdrawn.attribution.as_str().into();
    json!({ "value": value })
}

/// A process that was read.
pub fn process(process: &Process) -> Value {
    let mut value = object!(process;
        process_id, status_number, flow_template_id, flow_definition_id, initiator_id, create_time, complete_time,
        properties_number, original_process_id, is_last_completed_correct_process, log_id);
    value["status"] = process.status.as_str().into();
    value["properties"] = process.properties.as_str().into();
    value["flow_template_name"] = text(&process.flow_template_name);
    value["flow_definition_name"] = text(&process.flow_definition_name);
    value["initiator_name"] = text(&process.initiator_name);
    value["process_name"] = text(&process.process_name);
    value["start_links"] = link(&process.start_links);
    value["abstracts"] = process.abstracts.iter().map(abstract_line).collect();
    value["todos"] = process.todos.iter().map(pending).collect();
    value["cc_list"] = process.cc_list.iter().map(copied).collect();
    value["done_list"] = process.done_list.iter().map(done).collect();
    value["system_todos"] = process.system_todos.iter().map(pending).collect();
    value["system_done_list"] = process.system_done_list.iter().map(done).collect();
    value["comment_infos"] = process.comment_infos.iter().map(comment).collect();
    json!({ "value": value })
}

/// One page of a list.
pub fn page(page: &ProcessPage) -> Value {
    json!({ "value": object!(page; process_ids, has_more, page_token, log_id) })
}

/// A walk through a list: its ids, and where another one would go on.
pub fn walk(process_ids: &[String], page_token: Option<&str>) -> Value {
    json!({ "value": { "process_ids": process_ids, "page_token": page_token } })
}

/// A success that says nothing more.
pub fn empty() -> Value {
    json!({ "value": {} })
}

fn text(text: &I18nText) -> Value {
    object!(text; zh_cn, en_us)
}

fn link(link: &Link) -> Value {
    object!(link; web_link, pc_link, mobile_link)
}

fn abstract_line(line: &AbstractLine) -> Value {
    json!({ "name": text(&line.name), "value": text(&line.value) })
}

fn pending(task: &PendingTask) -> Value {
    let mut value = object!(task; approver_id, type_number, operator_id, create_time, node_definition_id);
    value["type"] = task.r#type.as_str().into();
    value["links"] = link(&task.links);
    value["operator_name"] = text(&task.operator_name);
    value["node_name"] = text(&task.node_name);
    value
}

fn copied(task: &CopiedTask) -> Value {
    let mut value = object!(task; approver_id, operator_id, create_time, node_definition_id);
    value["links"] = link(&task.links);
    value["operator_name"] = text(&task.operator_name);
    value["node_name"] = text(&task.node_name);
    value
}

fn done(task: &DoneTask) -> Value {
    let mut value = object!(task;
        approver_id, type_number, status_number, operator_id, create_time, complete_time, node_definition_id,
        approval_opinion);
    value["type"] = task.r#type.as_str().into();
    value["status"] = task.status.as_str().into();
    value["links"] = link(&task.links);
    value["operator_name"] = text(&task.operator_name);
    value["node_name"] = text(&task.node_name);
    value
}

fn comment(comment: &Comment) -> Value {
    let mut value = object!(comment;
        commentor_id, comment_time, comment_msg, at_user_ids, file_count, image_count, comment_id);
    value["commentor_name"] = text(&comment.commentor_name);
    value
}
