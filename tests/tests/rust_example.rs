//! The example that a Rust program starts from, against the sandbox.

#![allow(clippy::unwrap_used, reason = "a test may")]

use feishu_corehr::{
    Attribution, BaseUrl, BaseUrlRules, Config, Credentials, Effect, Error, ErrorKind, Secret, Session, Withdrawn,
};
use feishu_corehr_sandbox::{FaultOrder, Options, Sandbox, Settings};
use feishu_corehr_tests::reqwest_client::{Reqwest, withdraw};

#[test]
fn a_running_process_is_withdrawn_by_this_call() {
    let (result, sandbox) = withdraw_one("running", None, None);
    let done = result.unwrap();
    assert_eq!((done.attribution, done.attempts), (Attribution::Ours, 1));
    assert_eq!(status(&sandbox, "running"), 4);
    assert!(done.log_id.is_some());
}

#[test]
fn a_withdrawal_whose_answer_was_lost_is_presumed() {
    let (result, sandbox) = withdraw_one("running", Some("rst-after-applied"), None);
    let done = result.unwrap();
    assert_eq!((done.attribution, done.attempts), (Attribution::Presumed, 1));
    assert_eq!(status(&sandbox, "running"), 4);
}

#[test]
fn a_completed_process_cannot_be_withdrawn() {
    let (result, sandbox) = withdraw_one("completed", None, None);
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.effect, error.status), (ErrorKind::NotWithdrawable, Effect::None, Some(9)));
    assert_eq!(status(&sandbox, "completed"), 9);
}

#[test]
fn a_wrong_secret_is_bad_credentials() {
    let (result, sandbox) = withdraw_one("running", None, Some("another-secret"));
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::BadCredentials, Effect::None));
    assert_eq!(status(&sandbox, "running"), 1);
    assert!(!error.to_string().contains("another-secret"));
}

/// Withdraws the demo process of that situation with the example's own function.
fn withdraw_one(situation: &str, fault: Option<&str>, secret: Option<&str>) -> (Result<Withdrawn, Error>, Sandbox) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let settings = Settings { limits: false, ..Settings::default() };
        let sandbox = Sandbox::start(Options { settings, ..Options::default() }).await.unwrap();
        if let Some(fault) = fault {
            let order = serde_json::json!({ "on": "withdraw_process", "fault": fault }).to_string();
            sandbox.order_fault(&serde_json::from_str::<FaultOrder>(&order).unwrap()).unwrap();
        }
        let rules = BaseUrlRules { allow_insecure_loopback: true, ..BaseUrlRules::default() };
        let credentials = Credentials::App {
            app_id: sandbox.app_id().to_owned(),
            app_secret: Secret::new(secret.unwrap_or(sandbox.app_secret()).to_owned()),
        };
        let config = Config::new(BaseUrl::parse(&sandbox.http_url(), rules).unwrap(), credentials);
        let session = Session::new(config, 1).unwrap();
        let transport = Reqwest::new(|builder| builder).unwrap();
        let id = sandbox.demo().processes[situation].clone();
        (withdraw(&session, &transport, &id, "a reason").await, sandbox)
    })
}

fn status(sandbox: &Sandbox, situation: &str) -> i64 {
    sandbox.process(&sandbox.demo().processes[situation]).unwrap().status
}
