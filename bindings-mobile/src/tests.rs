//! What can be tested without a host: the steps of calls, taken by hand.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use feishu_corehr::error::fields;
use feishu_corehr::{
    ActOptions, Action, Actor, Already, Attribution, BaseUrlRules, BulkEnd, BulkOptions, BulkOutcome, CallOptions,
    Config, Credentials, Effect, ErrorKind, GetProcess, Header, HttpRequest, HttpResponse, ListProcesses, NameValue,
    Observation, Process, ProcessPage, Quota, ReadBack, Secret, Session, StartCandidates, TransportErrorKind,
    WithdrawProcess,
};
use uniffi::UnexpectedUniFFICallbackError;

use crate::{
    BaseUrl, Begun, Call, ClientOptions, Failure, HostAnswer, HostError, HostStep, NativeClient, NewCall, Output,
    Pages, Request, RunStep, Waker, decode_reply, describe, journal_pragmas, open_handles, operations,
};

#[test]
fn every_operation_reads_an_answer_and_no_other_name_does() {
    let answer = |body: &str| HttpResponse {
        status: 200,
        headers: vec![Header::new("content-type", "application/json")],
        body: body.into(),
    };
    for name in operations().unwrap() {
        let read = decode_reply(name.clone(), answer(r#"{"code":0,"msg":"success","data":{"process_id":"7"}}"#));
        assert!(read.is_ok(), "{name}: {read:?}");
    }
    let failure = decode_reply("withdrawProcess".to_owned(), answer("{}")).expect_err("no operation has that name");
    assert!(failure.to_string().contains("`operation` is not one of add_approvers, "), "{failure}");
}

#[test]
fn a_cancellation_says_what_the_call_has_done_until_then() {
    let _turn = turn();
    let client = client();
    let begun = client.begin(withdrawal(CallOptions::default())).unwrap();
    assert!(matches!(begun.step, HostStep::AskToken { refused: false, limit: 10_000 }), "{:?}", begun.step);
    assert_eq!(open_handles().unwrap(), 2, "the client and its call");
    let error = begun.call.cancel().unwrap();
    assert_eq!((error.kind, error.effect), (ErrorKind::Cancelled, Effect::None));
    drop(begun);
    let begun = client.begin(withdrawal(own_token())).unwrap();
    assert!(matches!(begun.step, HostStep::Send { .. }), "{:?}", begun.step);
    let error = begun.call.cancel().unwrap();
    assert_eq!((error.kind, error.effect), (ErrorKind::Cancelled, Effect::Unknown));
    let late = begun.call.next(answered(SUCCESS)).unwrap();
    assert!(matches!(late.step, HostStep::Failed { .. }), "a cancelled call has ended: {:?}", late.step);
    drop((client, begun));
    assert_eq!(open_handles().unwrap(), 0);
}

#[test]
fn a_call_ends_by_a_step_and_the_last_observation_comes_with_it() {
    let _turn = turn();
    let played = play(&client(), withdrawal(own_token()), |_| answered(SUCCESS));
    let Ok(Output::WithdrawProcess { value }) = played.end else { panic!("{:?}", played.end) };
    assert_eq!((value.attribution, value.attempts), (Attribution::Ours, 1));
    assert_eq!(played.observations.len(), 1);
    let failed = play(&client(), withdrawal(own_token()), |_| answered(r#"{"code":1160101,"msg":"no"}"#));
    assert_eq!(failed.end.unwrap_err().code, Some(1_160_101));
    assert_eq!(failed.observations.iter().map(|told| told.code).collect::<Vec<_>>(), [Some(1_160_101)]);
}

#[test]
fn a_run_begins_calls_stores_tells_and_ends() {
    let _turn = turn();
    let client = client();
    let request =
        || Request::WithdrawProcess { request: WithdrawProcess { process_id: "".into(), actor: SYSTEM, reason: None } };
    let options = BulkOptions { token: own_token().token, has_journal: true, ..BulkOptions::default() };
    let run = client.run(request(), vec!["7".into(), "8".into(), "7".into()], options).unwrap();
    let (mut told, mut stores, mut begun) = (Vec::new(), 0, 0);
    loop {
        match run.poll().unwrap() {
            RunStep::Begin { numbers } => {
                for number in numbers {
                    let Begun { call, step } = run.begin(number).unwrap();
                    assert!(matches!(step, HostStep::Send { .. }), "{step:?}");
                    begun += 1;
                    // The second one is forgotten by its host, which cancels it.
                    if number == 0 {
                        call.next(answered(SUCCESS)).unwrap();
                    }
                    if begun == 2 {
                        run.cancel().unwrap();
                    }
                }
            }
            RunStep::Done => break,
            RunStep::Query { statement } => {
                assert!(statement.sql.starts_with("SELECT"), "{statement:?}");
                run.rows(Vec::new()).unwrap();
            }
            RunStep::Store { .. } => {
                stores += 1;
                run.stored().unwrap();
            }
            RunStep::Tell { results } => told.extend(results.into_iter().map(|it| (it.process_id, it.outcome))),
            RunStep::Wait { .. } => thread::sleep(Duration::from_millis(1)),
            step @ (RunStep::Abandon { .. } | RunStep::Refused { .. }) => panic!("{step:?}"),
        }
    }
    assert!(stores >= 3, "{stores}");
    assert_eq!(told, [("7".to_owned(), BulkOutcome::Ours), ("8".to_owned(), BulkOutcome::Unresolved)]);
    let report = run.report().unwrap();
    assert_eq!((report.planned, report.doubled, report.ours, report.unresolved), (2, 1, 1, 1));
    assert_eq!((report.ended, run.progress().unwrap().done), (BulkEnd::Cancelled, 2));
    let wrong = Request::GetProcess { request: get() };
    let error = error_of(client.run(wrong, vec!["7".into()], BulkOptions::default()));
    assert_eq!(error.problems[0].field, "request");
    let broken =
        client.run(request(), vec!["7".into()], BulkOptions { has_journal: true, ..Default::default() }).unwrap();
    broken.failed("database is locked".into()).unwrap();
    let RunStep::Refused { error } = broken.poll().unwrap() else { panic!("the journal is in use") };
    assert!(error.problems[0].rule.starts_with("is in use"), "{:?}", error.problems);
    assert!(journal_pragmas().unwrap().iter().any(|pragma| pragma.ends_with("synchronous = FULL")));
    drop((client, run, broken));
    assert_eq!(open_handles().unwrap(), 0);
}

#[test]
fn all_that_is_wrong_with_a_client_stands_in_one_error() {
    let quota = Quota { calls: 1, window: 1 };
    let options = ClientOptions {
        base_url: BaseUrl::Other { url: "https://elsewhere.test".into() },
        deadline: Some(0),
        rate_share: 2.0,
        quotas: HashMap::from([("withdraw".to_owned(), quota)]),
        ..options()
    };
    let app = Credentials::App { app_id: "".into(), app_secret: Secret::new("a b".into()) };
    let error = error_of(NativeClient::new(app, options, true));
    let mut fields: Vec<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["app_id", "app_secret", "base_url", "deadline", "quotas", "rate_share", "token_source"]);
    assert_eq!(error.kind, ErrorKind::InvalidArgument);
    let text = describe(error).unwrap();
    assert!(text.starts_with("client: invalid request: `") && text.contains("`deadline` must be"), "{text}");
    assert!(!text.contains("a b"), "{text}");
}

#[test]
fn a_request_and_its_options_are_judged_together() {
    let _turn = turn();
    let request = WithdrawProcess { process_id: "".into(), actor: SYSTEM, reason: None };
    let own = NameValue { name: "cookie".into(), value: "a=1".into() };
    let wrong = CallOptions {
        deadline: Some(0),
        token: Some(Secret::new("".into())),
        request_id: Some("".into()),
        headers: vec![own],
    };
    let new = NewCall { request: Request::WithdrawProcess { request }, options: wrong, ..withdrawal(own_token()) };
    let error = error_of(client().begin(new));
    let mut fields: Vec<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["deadline", "headers.cookie", "process_id", "request_id", "token"]);
    assert_eq!((open_handles().unwrap(), error.effect), (0, Effect::None));
}

#[test]
fn every_option_reaches_the_request() {
    let _turn = turn();
    let other = BaseUrl::Other { url: "http://127.0.0.1:1/hr".into() };
    let options = ClientOptions { base_url: other, allow_insecure_loopback: true, deadline: Some(7_000), ..options() };
    let client = NativeClient::new(Credentials::Host, options, true).unwrap();
    let first = sent(&client, withdrawal(CallOptions::default()));
    let call = CallOptions {
        deadline: Some(3_000),
        token: Some(Secret::new("t-own".into())),
        request_id: Some("mine".into()),
        headers: vec![NameValue { name: "x-trace".into(), value: "1".into() }],
    };
    let second = sent(&client, withdrawal(call));
    assert!(first.url.starts_with("http://127.0.0.1:1/hr/open-apis/"), "{}", first.url);
    assert!((6_000..=7_000).contains(&first.budget), "{}", first.budget);
    assert!((2_000..=3_000).contains(&second.budget), "{}", second.budget);
    assert_eq!(header(&first, "authorization"), Some("Bearer t-source"));
    assert_eq!(header(&second, "authorization"), Some("Bearer t-own"));
    assert_eq!((header(&first, "x-trace"), header(&second, "x-trace")), (None, Some("1")));
    assert_eq!((header(&first, "oapi-sdk-request-id"), header(&second, "oapi-sdk-request-id")), (None, Some("mine")));
}

#[test]
fn another_host_must_be_allowed() {
    let _turn = turn();
    let options = || ClientOptions { base_url: BaseUrl::Other { url: "https://hr.test".into() }, ..options() };
    let refused = error_of(NativeClient::new(Credentials::Host, options(), true));
    assert_eq!(refused.problems[0].field, "base_url");
    let allowed = ClientOptions { allow_other_hosts: true, ..options() };
    let lark = ClientOptions { base_url: BaseUrl::Lark, ..options() };
    for (options, host) in [(allowed, "https://hr.test/open"), (lark, "https://open.larksui")] {
        let client = NativeClient::new(Credentials::Host, options, true).unwrap();
        assert!(sent(&client, withdrawal(own_token())).url.starts_with(host), "{host}");
    }
}

#[test]
fn quotas_and_the_share_of_them_are_kept() {
    let _turn = turn();
    let once = HashMap::from([("withdraw_process".to_owned(), Quota { calls: 1, window: 30_000 })]);
    for (options, pause) in [
        (options(), None),
        (ClientOptions { quotas: once, ..options() }, Some(25_000..=35_000)),
        (ClientOptions { rate_share: 0.02, ..options() }, Some(500..=1_500)),
    ] {
        let client = NativeClient::new(Credentials::Host, options, true).unwrap();
        sent(&client, withdrawal(own_token()));
        let second = client.begin(withdrawal(own_token())).unwrap();
        match (second.step, pause) {
            (HostStep::Send { .. }, None) => {}
            (HostStep::Wait { delay, wakes: false }, Some(pause)) => assert!(pause.contains(&delay), "{delay}"),
            (step, pause) => panic!("{step:?} and not a pause of {pause:?}"),
        }
    }
}

#[test]
fn a_transport_that_does_not_return_is_left_alone_a_little_after_its_budget() {
    let _turn = turn();
    let soon = CallOptions { deadline: Some(1_500), ..own_token() };
    let played = play(&client(), withdrawal(soon), |step| {
        let HostStep::Send { request, limit } = step else { panic!("{step:?}") };
        assert!(limit > request.budget && limit <= request.budget + 1_000, "{limit}, {}", request.budget);
        HostAnswer::Late
    });
    let error = played.end.unwrap_err();
    assert_eq!((error.kind, error.effect), (ErrorKind::Timeout, Effect::Unknown));
    assert!(played.observations.iter().all(|told| told.kind == Some(ErrorKind::Timeout)), "{:?}", played.observations);
}

#[test]
fn a_panic_in_here_is_a_failed_step_that_claims_no_more_than_is_known() {
    let _turn = turn();
    let write = WithdrawProcess { process_id: "7".into(), actor: SYSTEM, reason: None };
    for (call, effect) in [(broken(&get()), Effect::None), (broken(&write), Effect::Unknown)] {
        assert!(matches!(call.begin(), HostStep::Send { .. }));
        let turn = call.next(answered(SUCCESS)).unwrap();
        let HostStep::Failed { error } = turn.step else { panic!("{:?}", turn.step) };
        assert_eq!((error.kind, error.effect), (ErrorKind::Transport, effect));
        assert!(error.summary.starts_with("internal error at "), "{}", error.summary);
        assert!(error.summary.contains("tests.rs:"), "{}", error.summary);
        assert_eq!(error.operation.as_deref(), Some(call_name(effect)));
    }
    assert_eq!(open_handles().unwrap(), 0);
}

#[test]
fn a_token_function_learns_of_a_refusal_and_its_failure_is_told() {
    let _turn = turn();
    let client = client();
    let mut asked = Vec::new();
    let played = play(&client, withdrawal(CallOptions::default()), |step| {
        let HostStep::AskToken { refused, .. } = step else {
            return answered(r#"{"code":99991663,"msg":"token invalid"}"#);
        };
        asked.push(refused);
        HostAnswer::Token { token: Secret::new("t-source".into()) }
    });
    assert_eq!((played.end.unwrap_err().kind, asked), (ErrorKind::Unauthorized, vec![false, true]));
    for (answer, told) in [
        (HostAnswer::TokenFailed { error: HostError::Failed { detail: "the vault is closed".into() } }, "the vault"),
        (HostAnswer::Late, "in time"),
    ] {
        let mut answer = Some(answer);
        let played = play(&client, withdrawal(CallOptions::default()), |_| answer.take().unwrap());
        let error = played.end.unwrap_err();
        assert_eq!((error.kind, error.effect), (ErrorKind::TokenSource, Effect::None));
        assert!(error.summary.contains(told), "{}", error.summary);
    }
}

#[test]
fn read_back_decides_whether_the_process_is_read() {
    let _turn = turn();
    for (read_back, reads) in [(ReadBack::Never, false), (ReadBack::Required, true)] {
        let options = CallOptions { deadline: Some(1_500), ..own_token() };
        let mut urls = Vec::new();
        let new = NewCall { read_back: Some(read_back), ..withdrawal(options) };
        let played = play(&client(), new, |step| {
            let HostStep::Send { request, .. } = step else { panic!("{step:?}") };
            urls.push(request.url);
            failed(None)
        });
        assert_eq!(played.end.unwrap_err().effect, Effect::Unknown);
        assert_eq!(urls.iter().any(|url| url.contains("/processes/")), reads, "{read_back:?}");
    }
}

#[test]
fn a_call_that_checks_first_reads_and_writes_nothing() {
    let _turn = turn();
    for (already, is_error) in [(None, false), (Some(Already::Success), false), (Some(Already::Error), true)] {
        let mut methods = Vec::new();
        let new = NewCall { check_first: true, already, ..withdrawal(own_token()) };
        let played = play(&client(), new, |step| {
            let HostStep::Send { request, .. } = step else { panic!("{step:?}") };
            methods.push(request.method.as_str());
            answered(r#"{"code":0,"msg":"","data":{"status":4}}"#)
        });
        assert_eq!((methods, played.end.is_err()), (vec!["GET"], is_error), "{already:?}");
    }
}

#[test]
fn the_head_of_a_lost_answer_is_handed_on() {
    let _turn = turn();
    let headers = vec![Header::new("x-tt-logid", "LOG")];
    let head = HttpResponse { status: 502, headers, ..HttpResponse::default() };
    let new = NewCall { read_back: Some(ReadBack::Never), ..withdrawal(own_token()) };
    let error = play(&client(), new, |_| failed(Some(head.clone()))).end.unwrap_err();
    assert_eq!((error.http_status, error.log_id.as_deref()), (Some(502), Some("LOG")));
}

#[test]
fn whoever_waits_for_another_call_is_woken_however_that_one_goes_on() {
    let _turn = turn();
    let endings: [fn(Begun); 3] = [
        |holder| drop(holder.call.next(answered(r#"{"code":0,"msg":"","tenant_access_token":"t-1","expire":7200}"#))),
        |holder| drop(holder.call.cancel()),
        drop,
    ];
    for (index, end) in endings.into_iter().enumerate() {
        let app = Credentials::App { app_id: "cli_a".into(), app_secret: Secret::new("secret".into()) };
        let client = NativeClient::new(app, options(), false).unwrap();
        let holder = client.begin(withdrawal(CallOptions::default())).unwrap();
        let HostStep::Send { request, .. } = &holder.step else { panic!("{:?}", holder.step) };
        assert!(request.url.ends_with("/tenant_access_token/internal") && request.sensitive_body);
        let waiter = client.begin(withdrawal(CallOptions::default())).unwrap();
        assert!(matches!(waiter.step, HostStep::Wait { wakes: true, .. }), "{:?}", waiter.step);
        let woken = Arc::new(Woken(AtomicU32::new(0)));
        waiter.call.wake(woken.clone()).unwrap();
        assert_eq!(woken.0.load(Ordering::SeqCst), 0);
        end(holder);
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
        let next = waiter.call.next(HostAnswer::Late).unwrap().step;
        let HostStep::Send { request, .. } = next else { panic!("{next:?}") };
        assert_eq!(request.sensitive_body, index > 0, "with the token, or else it fetches one itself");
    }
}

#[test]
fn a_walk_goes_page_by_page_and_a_page_asked_for_twice_is_taken_once() {
    let _turn = turn();
    let client = client();
    let list = Request::ListProcesses { request: ListProcesses::new(0, 1_000) };
    let pages = Pages::new(list).unwrap();
    let again = |request: &Request| {
        let Request::ListProcesses { request } = request else { panic!("{request:?}") };
        Request::ListProcesses { request: request.clone() }
    };
    let read = |request: &Request, body: &'static str| {
        let new = NewCall { request: again(request), ..withdrawal(own_token()) };
        let mut url = String::new();
        let played = play(&client, new, |step| {
            let HostStep::Send { request, .. } = step else { panic!("{step:?}") };
            url = request.url;
            answered(body)
        });
        (played.end.unwrap(), url.contains("page_token=next"))
    };
    let first = pages.next().unwrap().unwrap();
    for _ in 0..2 {
        let (page, goes_on) =
            read(&first, r#"{"code":0,"msg":"","data":{"process_ids":["1","2"],"has_more":true,"page_token":"next"}}"#);
        assert!(!goes_on);
        pages.take(again(&first), page).unwrap();
        assert!(pages.cursor().unwrap().is_some_and(|cursor| cursor.contains("next")));
    }
    let second = pages.next().unwrap().unwrap();
    let (page, goes_on) = read(&second, r#"{"code":0,"msg":"","data":{"process_ids":["3"],"has_more":false}}"#);
    assert!(goes_on);
    pages.take(second, page).unwrap();
    assert!(pages.next().unwrap().is_none() && pages.cursor().unwrap().is_none());
}

#[test]
fn what_is_no_list_has_no_pages() {
    let _turn = turn();
    let refused = Pages::new(Request::GetProcess { request: get() });
    assert!(refused.is_err_and(|failure| failure.to_string().contains("`request` is of no list")));
}

#[test]
fn candidates_are_read_one_by_one_and_the_walk_says_which_are_given() {
    let _turn = turn();
    let start = |since| StartCandidates { flow_definition_id: "people_7_8".into(), actor: SYSTEM, since };
    let walk = Pages::candidates(start(1_766_000_000_000)).unwrap();
    let list = walk.next().unwrap().unwrap();
    assert!(matches!(list, Request::ListProcesses { .. }), "{list:?}");
    let page = ProcessPage { process_ids: vec!["1".into(), "2".into()], ..ProcessPage::default() };
    assert!(!walk.take(list, Output::ListProcesses { value: page }).unwrap());
    for (id, raw, is_given) in [("1", r#"{"initiator_id":""}"#, true), ("2", r#"{"initiator_id":"ou_a"}"#, false)] {
        let next = walk.next().unwrap().unwrap();
        let Request::GetProcess { request } = &next else { panic!("{next:?}") };
        assert_eq!(request.process_id, id);
        let value = Process { raw: raw.into(), ..Process::default() };
        assert_eq!(walk.take(next, Output::GetProcess { value }).unwrap(), is_given, "{raw}");
    }
    // An answer that was not asked for is not taken.
    let late = walk.take(Request::GetProcess { request: get() }, Output::GetProcess { value: Process::default() });
    assert!(!late.unwrap() && walk.cursor().unwrap().is_none());
    let refused = Pages::candidates(start(0));
    assert!(refused.is_err_and(|failure| failure.to_string().contains("`since` is 0: seconds, not milliseconds")));
}

#[test]
fn what_crosses_shows_no_token_in_its_text() {
    let _turn = turn();
    for request in [
        Request::WithdrawProcess { request: WithdrawProcess { process_id: "7".into(), actor: SYSTEM, reason: None } },
        Request::GetProcess { request: get() },
        Request::ListProcesses { request: ListProcesses::new(0, 1) },
    ] {
        let request = client().request(request, own_token()).unwrap();
        assert_eq!(header(&request, "authorization"), Some("Bearer t-own"));
        let text = format!("{request:?}");
        assert!(text.starts_with("curl -X ") && !text.contains("t-own"), "{text}");
    }
    let step = client().begin(withdrawal(own_token())).unwrap().step;
    let token = HostAnswer::Token { token: Secret::new("t-own".into()) };
    for text in [format!("{:?}", own_token()), format!("{step:?}"), format!("{token:?}")] {
        assert!(!text.contains("t-own"), "{text}");
    }
    let thrown = HostError::from(UnexpectedUniFFICallbackError::new("t-own"));
    assert!(!thrown.to_string().contains("t-own"));
}

const SUCCESS: &str = r#"{"code":0,"msg":"success","data":{}}"#;
const SYSTEM: Actor = Actor::System { user: None };

/// Tests go one after the other, since they count what is open.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Played {
    end: Result<Output, fields::Error>,
    observations: Vec<Observation>,
}

/// Takes a call's steps to the end; pauses are made, and what else comes is answered by `host`.
fn play(client: &NativeClient, new: NewCall, mut host: impl FnMut(HostStep) -> HostAnswer) -> Played {
    let Begun { call, mut step } = client.begin(new).unwrap();
    let mut observations = Vec::new();
    loop {
        let answer = match step {
            HostStep::Done { output } => return Played { end: Ok(output), observations },
            HostStep::Failed { error } => return Played { end: Err(error), observations },
            HostStep::Wait { delay, .. } => {
                thread::sleep(Duration::from_millis(delay));
                HostAnswer::Late
            }
            HostStep::AskToken { .. } | HostStep::Send { .. } => host(step),
        };
        let turn = call.next(answer).unwrap();
        observations.extend(turn.observation);
        step = turn.step;
    }
}

/// The one request of a call that succeeds.
fn sent(client: &NativeClient, new: NewCall) -> HttpRequest {
    let mut sent = None;
    let played = play(client, new, |step| {
        let HostStep::Send { request, .. } = step else {
            return HostAnswer::Token { token: Secret::new("t-source".into()) };
        };
        sent = Some(request);
        answered(SUCCESS)
    });
    played.end.unwrap();
    sent.unwrap()
}

/// A call that panics as soon as it reads a successful answer.
fn broken(request: &dyn feishu_corehr::Request) -> Arc<Call> {
    let base_url = feishu_corehr::BaseUrl::parse(feishu_corehr::BaseUrl::FEISHU, BaseUrlRules::default()).unwrap();
    let session = Session::new(Config::new(base_url, Credentials::Backend), 1).unwrap();
    let action = Action::new(&session, request, CallOptions::default(), ActOptions::default()).unwrap();
    Call::new(request.operation(), action, |_| panic!("on purpose"))
}

const fn call_name(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "get_process",
        Effect::Applied | Effect::Unknown => "withdraw_process",
    }
}

struct Woken(AtomicU32);

impl Waker for Woken {
    fn wake(&self) -> Result<(), HostError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn client() -> Arc<NativeClient> {
    NativeClient::new(Credentials::Host, options(), true).unwrap()
}

fn options() -> ClientOptions {
    ClientOptions {
        base_url: BaseUrl::Feishu,
        allow_other_hosts: false,
        allow_insecure_loopback: false,
        deadline: None,
        rate_share: 1.0,
        quotas: HashMap::new(),
    }
}

fn withdrawal(options: CallOptions) -> NewCall {
    let request = WithdrawProcess { process_id: "7".into(), actor: SYSTEM, reason: None };
    NewCall {
        request: Request::WithdrawProcess { request },
        options,
        read_back: None,
        already: None,
        check_first: false,
    }
}

fn get() -> GetProcess {
    GetProcess { process_id: "7".into(), user_id_type: None }
}

fn own_token() -> CallOptions {
    CallOptions { token: Some(Secret::new("t-own".into())), ..CallOptions::default() }
}

fn answered(body: &str) -> HostAnswer {
    HostAnswer::Answered { response: HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() } }
}

fn failed(head: Option<HttpResponse>) -> HostAnswer {
    HostAnswer::Failed { kind: TransportErrorKind::Disconnected, bytes_written: true, detail: "cut".into(), head }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

fn error_of<T>(result: Result<T, Failure>) -> fields::Error {
    let Err(Failure::Failed { error }) = result else { panic!("it succeeded") };
    error
}
