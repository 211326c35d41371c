//! One withdrawal, built and decoded, against serde_json writing and reading the same bytes.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use feishu_corehr::verdict::judge;
use feishu_corehr::{Actor, Endpoint, Header, HttpResponse, User, WithdrawProcess};
use serde::Serialize;
use serde_json::Value;

const REPLY: &str = r#"{"code":0,"msg":"success","data":{}}"#;

#[derive(Serialize)]
struct Body<'a> {
    user_id: &'a str,
    reason: &'a str,
    system_user: bool,
}

fn withdrawal(criterion: &mut Criterion) {
    let request = WithdrawProcess {
        process_id: "7328345170959681068".to_owned(),
        actor: Actor::System { user: Some(User::OpenId("ou_91791271921729102012".to_owned())) },
        reason: Some("原因自定义字符串".to_owned()),
    };
    let body = Body { user_id: "ou_91791271921729102012", reason: "原因自定义字符串", system_user: true };
    let response = HttpResponse {
        status: 200,
        headers: vec![
            Header::new("content-type", "application/json; charset=utf-8"),
            Header::new("x-tt-logid", "20260101000000ABCDEF"),
        ],
        body: REPLY.into(),
    };

    let mut group = criterion.benchmark_group("withdrawal");
    group.bench_function("feishu-corehr", |bencher| {
        bencher.iter(|| {
            let prepared = black_box(&request).prepare().expect("a good request");
            let reply = judge(prepared.operation, Ok(black_box(&response))).expect("a success");
            (prepared, WithdrawProcess::decode(&reply).expect("nothing to decode"))
        });
    });
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| {
            let written = serde_json::to_vec(black_box(&body)).expect("plain strings");
            (written, serde_json::from_slice::<Value>(black_box(REPLY.as_bytes())).expect("plain JSON"))
        });
    });
    group.finish();
}

criterion_group!(benches, withdrawal);
criterion_main!(benches);
