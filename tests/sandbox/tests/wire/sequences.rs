//! Faults that show only over several requests.

use std::io::Read;
use std::time::Duration;

use feishu_corehr_sandbox::{FaultOrder, Operation, Outcome, Sandbox};

use crate::client::{
    Connection, End, eventually, exchange, get_request, last, read_status, sandbox, token, token_request,
    withdraw_request,
};

fn order(sandbox: &Sandbox, on: Operation, fault: &str) {
    sandbox.order_fault(&FaultOrder::once(on, fault)).expect("the fault is in the catalogue");
}

fn running(sandbox: &Sandbox) -> String {
    sandbox.demo().processes["running"].clone()
}

#[tokio::test]
async fn a_used_connection_is_closed_as_the_next_request_begins() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    order(&sandbox, Operation::GetProcess, "fin-races-write");
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&get_request(&id, &token)).await;
    assert_eq!(connection.reply().await.status, 200, "a fresh connection is spared");
    connection.send(&get_request(&id, &token)).await;
    assert_eq!(connection.read_to_end().await, End::Fin);
    assert!(connection.bytes.is_empty());
    let entry = last(&sandbox, Operation::GetProcess);
    assert_eq!((entry.fault.as_deref(), entry.outcome), (Some("fin-races-write"), Some(Outcome::Cut)));
    assert_eq!(exchange(&sandbox, &get_request(&id, &token)).await.status, 200, "it struck once");
}

#[tokio::test]
async fn a_late_effect_comes_after_the_client_has_left() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    let late = FaultOrder { ms: Some(30), ..FaultOrder::once(Operation::WithdrawProcess, "applied-45s-late") };
    sandbox.order_fault(&late).expect("the fault is in the catalogue");
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&withdraw_request(&id, &token)).await;
    eventually(&sandbox, Operation::WithdrawProcess, |entry| entry.outcome == Some(Outcome::Stalled)).await;
    drop(connection);
    eventually(&sandbox, Operation::WithdrawProcess, |entry| entry.applied).await;
    assert_eq!(sandbox.process(&id).expect("it is there").status, 4);
}

#[tokio::test]
async fn a_refused_token_is_replaced_by_a_new_one() {
    let sandbox = sandbox().await;
    let (id, first) = (running(&sandbox), token(&sandbox).await);
    order(&sandbox, Operation::WithdrawProcess, "99991663-http400");
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &first)).await.code(), 99_991_663);
    assert_eq!(exchange(&sandbox, &get_request(&id, &first)).await.code(), 99_991_663);
    let second = token(&sandbox).await;
    assert_ne!(second, first);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &second)).await.code(), 0);
}

#[tokio::test]
async fn the_same_void_token_comes_back_for_good() {
    let sandbox = sandbox().await;
    let (id, first) = (running(&sandbox), token(&sandbox).await);
    order(&sandbox, Operation::WithdrawProcess, "99991663-same-token");
    for _ in 0..2 {
        assert_eq!(exchange(&sandbox, &withdraw_request(&id, &first)).await.code(), 99_991_663);
        assert_eq!(token(&sandbox).await, first);
    }
}

#[tokio::test]
async fn a_long_token_is_a_good_token() {
    let sandbox = sandbox().await;
    for (fault, length) in [("4kb-jwt", 4096), ("token-9kb", 9 * 1024)] {
        order(&sandbox, Operation::Token, fault);
        let token = token(&sandbox).await;
        assert_eq!(token.len(), length);
        assert_eq!(read_status(&sandbox, &running(&sandbox), &token).await, 1);
    }
}

#[tokio::test]
async fn a_lost_effect_is_hidden_from_readers_until_the_next_attempt() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    order(&sandbox, Operation::WithdrawProcess, "own-lost-then-finished");
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&withdraw_request(&id, &token)).await;
    assert_eq!(connection.read_to_end().await, End::Reset);
    assert_eq!(read_status(&sandbox, &id, &token).await, 1);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &token)).await.code(), 1_161_006);
    assert_eq!(read_status(&sandbox, &id, &token).await, 4);
    let log = sandbox.log();
    let withdrawals: Vec<_> = log.iter().filter(|entry| entry.operation == Operation::WithdrawProcess).collect();
    assert_eq!(
        withdrawals.iter().map(|entry| (entry.attempt, entry.applied)).collect::<Vec<_>>(),
        [(1, true), (2, false)]
    );
}

#[tokio::test]
async fn stale_reads_show_the_truth_after_their_time() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    let stale = FaultOrder { ms: Some(60_000), ..FaultOrder::once(Operation::WithdrawProcess, "stale-read-2.5s") };
    sandbox.order_fault(&stale).expect("the fault is in the catalogue");
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &token)).await.code(), 1_161_006);
    assert_eq!(read_status(&sandbox, &id, &token).await, 1);
    assert_eq!(sandbox.process(&id).expect("it is there").status, 4);

    sandbox.reset();
    let token = crate::client::token(&sandbox).await;
    let short = FaultOrder { ms: Some(1), ..stale };
    sandbox.order_fault(&short).expect("the fault is in the catalogue");
    exchange(&sandbox, &withdraw_request(&id, &token)).await;
    while read_status(&sandbox, &id, &token).await != 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_lasting_fault_ends_by_time_and_not_by_count() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    let lasting = FaultOrder { ms: Some(50), ..FaultOrder::once(Operation::GetProcess, "verify-429-20s") };
    sandbox.order_fault(&lasting).expect("the fault is in the catalogue");
    let request = get_request(&id, &token);
    let first = exchange(&sandbox, &request).await;
    assert_eq!((first.status, first.header("x-ogw-ratelimit-reset")), (429, Some("1")));
    while exchange(&sandbox, &request).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn whoever_follows_a_redirect_is_seen() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    order(&sandbox, Operation::WithdrawProcess, "307-same-host");
    let reply = exchange(&sandbox, &withdraw_request(&id, &token)).await;
    let location = reply.header("location").expect("a location").to_owned();
    assert_eq!(sandbox.redirects_followed(), 0);
    let tempting = exchange(&sandbox, &crate::client::request("PUT", &location, Some(&token), "{}")).await;
    assert_eq!(tempting.code(), 0);
    assert_eq!(sandbox.redirects_followed(), 1);
    assert_eq!(sandbox.process(&id).expect("it is there").status, 1);
}

#[tokio::test]
async fn the_bomb_is_a_bomb() {
    let sandbox = sandbox().await;
    order(&sandbox, Operation::Token, "gzip-bomb");
    let reply = exchange(&sandbox, &token_request(&sandbox)).await;
    assert!(reply.body.len() < 400_000, "{} bytes", reply.body.len());
    let mut inflated = flate2::read::GzDecoder::new(reply.body.as_slice());
    let mut piece = vec![0; 1 << 20];
    for _ in 0..16 {
        inflated.read_exact(&mut piece).expect("there is more");
        assert!(piece.iter().all(|byte| *byte == b' '));
    }
}

#[tokio::test]
async fn a_fault_strikes_as_often_as_ordered() {
    let sandbox = sandbox().await;
    let (id, token) = (running(&sandbox), token(&sandbox).await);
    let twice = FaultOrder { times: 2, ..FaultOrder::once(Operation::GetProcess, "404-text") };
    let always = FaultOrder { times: 0, ..FaultOrder::once(Operation::GetProcess, "403-html") };
    sandbox.order_fault(&twice).expect("the fault is in the catalogue");
    sandbox.order_fault(&always).expect("the fault is in the catalogue");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(exchange(&sandbox, &get_request(&id, &token)).await.status);
    }
    assert_eq!(statuses, [404, 404, 403, 403]);
    sandbox.clear_faults();
    assert_eq!(exchange(&sandbox, &get_request(&id, &token)).await.status, 200);
}

#[tokio::test]
async fn a_fault_that_does_not_fit_is_refused() {
    let sandbox = sandbox().await;
    for (on, fault) in [
        (Operation::WithdrawProcess, "no-such-fault"),
        (Operation::WithdrawProcess, "expire-0"),
        (Operation::Token, "completed"),
        (Operation::Unknown, "204"),
    ] {
        assert!(sandbox.order_fault(&FaultOrder::once(on, fault)).is_err(), "{fault}");
    }
}
