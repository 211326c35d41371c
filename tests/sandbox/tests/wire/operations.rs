//! The operations as the documents have them.

use feishu_corehr_sandbox::{Operation, Process, Settings, SettingsChange, Source, User};
use serde_json::{Value, json};

use crate::client::{
    Connection, Reply, exchange, get_request, last, read_status, request, sandbox, start, token, token_request,
    withdraw_request,
};

pub(crate) const LIST: &str = "/open-apis/corehr/v2/processes";
pub(crate) const REVOKE: &str = "/open-apis/corehr/v2/process_revoke";
pub(crate) const WITHDRAW: &str = "/open-apis/corehr/v2/process_withdraw";
const DAY_MS: i64 = 86_400_000;

pub(crate) fn refusal(reply: &Reply) -> (u16, i64) {
    (reply.status, reply.code())
}

#[tokio::test]
async fn the_sample_request_withdraws() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let path = format!("{WITHDRAW}/7328345170959681068?user_id_type=open_id");
    let body = r#"{"user_id":"ou_91791271921729102012","reason":"原因自定义字符串","system_user":true}"#;
    let reply = exchange(&sandbox, &request("PUT", &path, Some(&token), body)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json(), json!({"code": 0, "msg": "success", "data": {}}));
    assert!(reply.header("x-tt-logid").is_some());
    let entry = last(&sandbox, Operation::WithdrawProcess);
    assert!(entry.applied);
    assert_eq!((entry.attempt, entry.source), (1, Some(Source::Official)));
    assert_eq!(entry.query, "user_id_type=open_id");
    assert_eq!(entry.body, body);
    assert_eq!(read_status(&sandbox, "7328345170959681068", &token).await, 4);
}

#[tokio::test]
async fn only_the_parties_of_a_process_may_withdraw_it() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let demo = sandbox.demo();
    let initiator = &demo.users["initiator"];
    let stranger = User::from_open_id("ou_nobody");
    for (situation, user, expected) in [
        ("running", initiator, (200, 0)),
        ("running_administered", initiator, (200, 0)),
        ("running_document_administered", initiator, (200, 0)),
        ("running_of_another", initiator, (403, 1_161_003)),
        ("running_of_the_system", &stranger, (403, 1_161_003)),
    ] {
        let path = format!("{WITHDRAW}/{}", demo.processes[situation]);
        let body = json!({"user_id": user.open_id}).to_string();
        let reply = exchange(&sandbox, &request("PUT", &path, Some(&token), &body)).await;
        assert_eq!(refusal(&reply), expected, "{situation}");
    }
}

#[tokio::test]
async fn only_what_is_completed_is_revoked_and_only_by_an_administrator() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let demo = sandbox.demo();
    let revoke = async |process_id: &str, body: Value| {
        let path = format!("{REVOKE}/{process_id}");
        exchange(&sandbox, &request("PUT", &path, Some(&token), &body.to_string())).await
    };
    for (situation, user, expected, status) in [
        ("completed", "initiator", (403, 1_161_003), 9),
        ("completed", "stranger", (403, 1_161_003), 9),
        ("completed", "process_administrator", (200, 0), 8),
        ("completed", "process_administrator", (400, 1_161_007), 8),
        ("running", "document_administrator", (400, 1_161_007), 1),
        ("rejected", "document_administrator", (400, 1_161_007), 2),
        ("revoking", "process_administrator", (400, 1_161_007), 15),
    ] {
        let process_id = &demo.processes[situation];
        let reply = revoke(process_id, json!({"user_id": demo.users[user].open_id})).await;
        assert_eq!(refusal(&reply), expected, "{situation} by {user}");
        assert_eq!(last(&sandbox, Operation::RevokeProcess).applied, expected.0 == 200);
        assert_eq!(read_status(&sandbox, process_id, &token).await, status, "{situation} by {user}");
    }
    let completed = sandbox.add_process(Process { status: 9, ..Process::default() });
    assert_eq!(refusal(&revoke(&completed, json!({"system_user": true})).await), (200, 0));
}

#[tokio::test]
async fn users_are_named_in_four_ways() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let user = sandbox.demo().users["initiator"].clone();
    for (kind, id) in [
        ("open_id", &user.open_id),
        ("union_id", &user.union_id),
        ("user_id", &user.user_id),
        ("people_corehr_id", &user.people_corehr_id),
    ] {
        let process_id = sandbox.add_process(Process::default());
        let path = format!("{LIST}/{process_id}?user_id_type={kind}");
        let detail = exchange(&sandbox, &request("GET", &path, Some(&token), "")).await.json();
        assert_eq!(detail["data"]["initiator_id"], json!(id), "{kind}");
        let path = format!("{WITHDRAW}/{process_id}?user_id_type={kind}");
        let body = json!({"user_id": id}).to_string();
        assert_eq!(exchange(&sandbox, &request("PUT", &path, Some(&token), &body)).await.code(), 0, "{kind}");
    }
}

#[tokio::test]
async fn what_has_ended_is_not_withdrawn() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let demo = sandbox.demo();
    for situation in ["rejected", "withdrawn", "revoked", "completed", "revoking"] {
        let reply = exchange(&sandbox, &withdraw_request(&demo.processes[situation], &token)).await;
        assert_eq!(refusal(&reply), (400, 1_161_006), "{situation}");
    }
    let unknown = exchange(&sandbox, &withdraw_request("1", &token)).await;
    assert_eq!(refusal(&unknown), (400, 1_160_100));
    assert_eq!(last(&sandbox, Operation::WithdrawProcess).source, Some(Source::Invented));
    let unknown = exchange(&sandbox, &get_request("1", &token)).await;
    assert_eq!(refusal(&unknown), (400, 1_160_100));
}

#[tokio::test]
async fn a_wrong_body_is_refused() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let path = format!("{WITHDRAW}/{}", sandbox.demo().processes["running"]);
    let reason = |count| json!({"system_user": true, "reason": "字".repeat(count)}).to_string();
    for (body, expected) in [
        (String::new(), (400, 1_160_101)),
        ("{}".into(), (400, 1_160_101)),
        (r#"{"system_user":false}"#.into(), (400, 1_160_101)),
        (r#"{"user_id":"","reason":"x"}"#.into(), (400, 1_160_101)),
        (reason(501), (400, 1_160_101)),
        ("[]".into(), (400, 9499)),
        ("{".into(), (400, 9499)),
        (r#"{"system_user":"true"}"#.into(), (400, 99_992_402)),
        (r#"{"system_user":true,"reason":1}"#.into(), (400, 99_992_402)),
        (reason(500), (200, 0)),
    ] {
        let reply = exchange(&sandbox, &request("PUT", &path, Some(&token), &body)).await;
        assert_eq!(refusal(&reply), expected, "{body}");
    }
    let path = format!("{path}?user_id_type=name");
    let reply = exchange(&sandbox, &request("PUT", &path, Some(&token), r#"{"system_user":true}"#)).await;
    assert_eq!(refusal(&reply), (400, 1_160_101));
}

#[tokio::test]
async fn the_content_type_may_have_a_charset_or_not_but_must_be_json() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    for (content_type, status) in [
        ("Content-Type: application/json\r\n", 200),
        ("Content-Type: application/json; charset=utf-8\r\n", 200),
        ("Content-Type: text/plain\r\n", 400),
        ("", 400),
    ] {
        let id = sandbox.add_process(Process::default());
        let all = withdraw_request(&id, &token);
        let raw = all.replace("Content-Type: application/json; charset=utf-8\r\n", content_type);
        assert_eq!(exchange(&sandbox, &raw).await.status, status, "{content_type}");
    }
    // The token request of the official Python SDK has none, and the reads of the official Node SDK have a body.
    let raw = token_request(&sandbox).replace("Content-Type: application/json; charset=utf-8\r\n", "");
    assert_eq!(exchange(&sandbox, &raw).await.code(), 0);
    let path = format!("{LIST}/{}", sandbox.demo().processes["running"]);
    assert_eq!(exchange(&sandbox, &request("GET", &path, Some(&token), "{}")).await.code(), 0);
}

#[tokio::test]
async fn the_rich_process_has_every_documented_field() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let id = sandbox.add_process(Process { rich: true, status: 9, ..Process::default() });
    let done = exchange(&sandbox, &get_request(&id, &token)).await.json();
    let todo = exchange(&sandbox, &get_request(&sandbox.demo().processes["rich"], &token)).await.json();
    for field in [
        "process_id",
        "status",
        "flow_template_id",
        "flow_template_name",
        "flow_definition_id",
        "flow_definition_name",
        "initiator_id",
        "initiator_name",
        "create_time",
        "complete_time",
        "start_links",
        "abstracts",
        "todos",
        "cc_list",
        "done_list",
        "properties",
        "system_todos",
        "system_done_list",
        "comment_infos",
        "original_process_id",
        "is_last_completed_correct_process",
        "process_name",
    ] {
        assert!(done["data"].get(field).is_some(), "{field}");
    }
    let fields = |detail: &Value, list: &str| {
        let Value::Object(item) = &detail["data"][list][0] else { panic!("{list} has no item") };
        item.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let common = |more: &str| {
        let mut names: Vec<_> = "approver_id links operator_name node_name create_time node_definition_id"
            .split(' ')
            .chain(more.split(' '))
            .collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(fields(&todo, "todos"), common("type operator_id"));
    assert_eq!(fields(&done, "cc_list"), common("operator_id"));
    assert_eq!(fields(&done, "done_list"), common("type status operator_id complete_time approval_opinion"));
    assert_eq!(fields(&done, "system_todos"), common("type"));
    assert_eq!(fields(&done, "system_done_list"), common("type status complete_time approval_opinion"));
    assert_eq!(
        fields(&done, "comment_infos"),
        "at_user_ids comment_id comment_msg comment_time commentor_id commentor_name file_count image_count"
    );
}

#[tokio::test]
async fn a_list_is_filtered_and_comes_in_pages() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let time = 1_700_000_000_000;
    for (number, status) in [(1, 1), (2, 4), (3, 1), (4, 9), (5, 1)] {
        sandbox.add_process(Process {
            process_id: format!("80000000000000000{number:02}"),
            status,
            modify_time: time + number,
            ..Process::default()
        });
    }
    let list = async |more: &str| {
        let path = format!("{LIST}?modify_time_from={}&modify_time_to={}&{more}", time + 1, time + 5);
        exchange(&sandbox, &request("GET", &path, Some(&token), "")).await.json()["data"].clone()
    };
    let first = list("page_size=2&statuses=1&statuses=9").await;
    assert_eq!(first["process_ids"], json!(["8000000000000000001", "8000000000000000003"]));
    assert_eq!(first["has_more"], json!(true));
    let page_token = first["page_token"].as_str().expect("a page token");
    let second = list(&format!("page_size=2&statuses=1&statuses=9&page_token={page_token}")).await;
    assert_eq!(second, json!({"process_ids": ["8000000000000000004", "8000000000000000005"], "has_more": false}));
    assert_eq!(list("page_size=100").await["process_ids"].as_array().map(Vec::len), Some(5));
    assert_eq!(list("page_size=5&flow_definition_id=people_1_1").await["process_ids"], json!([]));
}

#[tokio::test]
async fn a_wrong_list_request_is_refused() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let days = |days: i64| format!("modify_time_from=0&modify_time_to={}", days * DAY_MS);
    for (query, status) in [
        (format!("page_size=1&{}", days(30)), 200),
        (format!("page_size=100&modify_time_from=0&modify_time_to={}", 31 * DAY_MS - 1), 200),
        (format!("page_size=1&{}", days(31)), 400),
        ("page_size=1&modify_time_from=2&modify_time_to=1".into(), 400),
        (days(1), 400),
        ("page_size=1&modify_time_to=1".into(), 400),
        ("page_size=1&modify_time_from=1".into(), 400),
        (format!("page_size=0&{}", days(1)), 400),
        (format!("page_size=101&{}", days(1)), 400),
        (format!("page_size=x&{}", days(1)), 400),
        (format!("page_size=1&statuses=3&{}", days(1)), 400),
        (format!("page_size=1&statuses=1,2&{}", days(1)), 400),
        (format!("page_size=1&page_token=made-up&{}", days(1)), 400),
    ] {
        let reply = exchange(&sandbox, &request("GET", &format!("{LIST}?{query}"), Some(&token), "")).await;
        let code = if status == 200 { 0 } else { 1_160_101 };
        assert_eq!(refusal(&reply), (status, code), "{query}");
    }
}

#[tokio::test]
async fn too_many_requests_are_refused_until_the_window_ends() {
    let sandbox = start(Settings::default()).await;
    let token = token(&sandbox).await;
    let path = format!("{LIST}?page_size=1&modify_time_from=0&modify_time_to=1");
    let raw = request("GET", &path, Some(&token), "");
    for _ in 0..20 {
        assert_eq!(exchange(&sandbox, &raw).await.status, 200);
    }
    let reply = exchange(&sandbox, &raw).await;
    assert_eq!(refusal(&reply), (429, 99_991_400));
    assert_eq!(reply.json()["msg"], json!("request trigger frequency limit"));
    assert_eq!(reply.header("x-ogw-ratelimit-limit"), Some("20"));
    let reset: u64 = reply.header("x-ogw-ratelimit-reset").expect("a reset").parse().expect("seconds");
    assert!((1..=60).contains(&reset));
    sandbox.change_settings(SettingsChange { limit_status: Some(400), ..SettingsChange::default() });
    assert_eq!(refusal(&exchange(&sandbox, &raw).await), (400, 99_991_400));
    sandbox.change_settings(SettingsChange { clock_offset_ms: Some(60_000), ..SettingsChange::default() });
    assert_eq!(exchange(&sandbox, &raw).await.status, 200);
}

#[tokio::test]
async fn reads_lag_when_set_so() {
    let sandbox = start(Settings { read_lag_ms: 600_000, limits: false, ..Settings::default() }).await;
    let token = token(&sandbox).await;
    let id = sandbox.demo().processes["running"].clone();
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &token)).await.code(), 0);
    assert_eq!(read_status(&sandbox, &id, &token).await, 1);
    assert_eq!(sandbox.process(&id).expect("it is there").status, 4);
}

#[tokio::test]
async fn a_wrong_path_or_method_is_a_plain_404() {
    let sandbox = sandbox().await;
    for (method, path) in
        [("POST", LIST), ("GET", "/open-apis/none"), ("PUT", "/open-apis/corehr/v2/process_withdraw/")]
    {
        let reply = exchange(&sandbox, &request(method, path, None, "")).await;
        assert_eq!((reply.status, reply.body.as_slice()), (404, b"404 page not found".as_slice()));
        assert_eq!(reply.header("content-type"), Some("text/plain"));
        assert!(reply.header("x-tt-logid").is_some());
        assert_eq!(last(&sandbox, Operation::Unknown).path, path);
    }
}

#[tokio::test]
async fn requests_may_follow_each_other_on_one_connection_without_waiting() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let id = sandbox.demo().processes["running"].clone();
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&[withdraw_request(&id, &token), get_request(&id, &token)].concat()).await;
    assert_eq!(connection.reply().await.code(), 0);
    assert_eq!(connection.reply().await.json()["data"]["status"], json!(4));
    let log = sandbox.log();
    assert_eq!(log[log.len() - 1].connection, log[log.len() - 2].connection);
}
