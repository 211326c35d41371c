//! What can be tested without a host: a transport, an alarm and an ear made of Rust.

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use feishu_corehr::error::fields;
use feishu_corehr::{
    Actor, Attribution, CallOptions, Credentials, Effect, ErrorKind, GetProcess, HttpRequest, HttpResponse,
    ListProcesses, Observation, Quota, ReadBack, Secret, TransportErrorKind, WithdrawProcess, Withdrawn,
};
use uniffi::UnexpectedUniFFICallbackError;

use crate::{
    Alarm, BaseUrl, Cancellation, ClientOptions, Failure, HostError, NativeClient, Observer, TokenSource, Transport,
    TransportError, describe, open_handles,
};

#[test]
fn a_cancellation_ends_the_call_and_drops_what_was_sent() {
    let stage = Stage::new(Sending::Hangs);
    let cancellation = Cancellation::new().unwrap();
    let client = stage.client();
    {
        let mut call = pin!(client.withdraw_process(
            withdrawal(),
            CallOptions::default(),
            ReadBack::default(),
            Some(cancellation.clone())
        ));
        assert!(poll(call.as_mut()).is_pending());
        assert_eq!(stage.sent_and_dropped(), (1, 0));
        cancellation.cancel().unwrap();
        let Poll::Ready(Err(Failure::Failed { error })) = poll(call.as_mut()) else { panic!("it did not end") };
        assert_eq!((error.kind, error.effect), (ErrorKind::Cancelled, Effect::Unknown));
        assert_eq!(stage.sent_and_dropped(), (1, 1), "the host's task is cancelled");
        assert_eq!(stage.log().cancelled, [error]);
    }
    let late = run(client.withdraw_process(
        withdrawal(),
        CallOptions::default(),
        ReadBack::default(),
        Some(cancellation.clone()),
    ));
    assert_eq!(error_of(late).effect, Effect::None);
    assert_eq!(stage.log().sent.len(), 1, "a call that begins after it sends nothing");
    drop((client, cancellation));
    assert_eq!(open_handles().unwrap(), 0);
}

#[test]
fn a_dropped_call_tells_the_observer_what_it_has_done() {
    let stage = Stage::new(Sending::Hangs);
    let client = stage.client();
    {
        let mut call = pin!(client.withdraw_process(withdrawal(), CallOptions::default(), ReadBack::default(), None));
        assert!(poll(call.as_mut()).is_pending());
        assert_eq!(open_handles().unwrap(), 2, "the client and its call");
    }
    let told = stage.log().cancelled.clone();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kind, told[0].effect), (ErrorKind::Cancelled, Effect::Unknown));
    assert_eq!(stage.log().dropped, 1);
    drop(client);
    assert_eq!(open_handles().unwrap(), 0);
}

#[test]
fn a_call_that_ends_is_not_told_as_cancelled() {
    let stage = Stage::new(Sending::Answers(SUCCESS));
    let done = withdraw(&stage.client()).unwrap();
    assert_eq!((done.attribution, done.attempts), (Attribution::Ours, 1));
    assert!(stage.log().cancelled.is_empty());
    assert_eq!(stage.log().attempted.len(), 1);
}

#[test]
fn all_that_is_wrong_with_a_client_stands_in_one_error() {
    let stage = Stage::new(Sending::Hangs);
    let quota = Quota { calls: 1, window: 1 };
    let options = ClientOptions {
        base_url: BaseUrl::Other { url: "https://elsewhere.test".into() },
        deadline: Some(0),
        rate_share: 2.0,
        quotas: HashMap::from([("withdraw".to_owned(), quota)]),
        ..options()
    };
    let app = Credentials::App { app_id: "".into(), app_secret: Secret::new("a b".into()) };
    let error = error_of(stage.open(app, options));
    let fields: Vec<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["deadline", "quotas", "token_source", "base_url", "app_id", "app_secret", "rate_share"]);
    assert_eq!(error.kind, ErrorKind::InvalidArgument);
    let text = describe(error).unwrap();
    assert!(text.starts_with("client: invalid request: `deadline` must be"), "{text}");
    assert!(!text.contains("a b"), "{text}");
}

#[test]
fn a_request_and_its_options_are_judged_together() {
    let stage = Stage::new(Sending::Hangs);
    let request = WithdrawProcess { process_id: "".into(), ..withdrawal() };
    let wrong = CallOptions { deadline: Some(0), token: Some(Secret::new("".into())), request_id: Some("".into()) };
    let error = error_of(run(stage.client().withdraw_process(request, wrong, ReadBack::Never, None)));
    let mut fields: Vec<&str> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["deadline", "process_id", "request_id", "token"]);
    assert!(stage.log().sent.is_empty());
}

#[test]
fn every_option_reaches_the_request() {
    let stage = Stage::new(Sending::Answers(SUCCESS));
    let other = BaseUrl::Other { url: "http://127.0.0.1:1/hr".into() };
    let client = stage
        .open(
            Credentials::Host,
            ClientOptions { base_url: other, allow_insecure_loopback: true, deadline: Some(7_000), ..options() },
        )
        .unwrap();
    withdraw(&client).unwrap();
    let call = CallOptions {
        deadline: Some(3_000),
        token: Some(Secret::new("t-own".into())),
        request_id: Some("mine".into()),
    };
    run(client.withdraw_process(withdrawal(), call, ReadBack::Never, None)).unwrap();
    let sent = &stage.log().sent;
    assert!(sent[0].url.starts_with("http://127.0.0.1:1/hr/open-apis/"), "{}", sent[0].url);
    assert!((6_000..=7_000).contains(&sent[0].budget), "{}", sent[0].budget);
    assert!((2_000..=3_000).contains(&sent[1].budget), "{}", sent[1].budget);
    assert_eq!(header(&sent[0], "authorization"), Some("Bearer t-source"));
    assert_eq!(header(&sent[1], "authorization"), Some("Bearer t-own"));
    assert_eq!(
        (header(&sent[0], "oapi-sdk-request-id"), header(&sent[1], "oapi-sdk-request-id")),
        (None, Some("mine"))
    );
}

#[test]
fn another_host_must_be_allowed() {
    let stage = Stage::new(Sending::Answers(SUCCESS));
    let options = || ClientOptions { base_url: BaseUrl::Other { url: "https://hr.test".into() }, ..options() };
    assert_eq!(error_of(stage.open(Credentials::Host, options())).problems[0].field, "base_url");
    let client = stage.open(Credentials::Host, ClientOptions { allow_other_hosts: true, ..options() }).unwrap();
    withdraw(&client).unwrap();
    let lark = ClientOptions { base_url: BaseUrl::Lark, ..options() };
    withdraw(&stage.open(Credentials::Host, lark).unwrap()).unwrap();
    let hosts: Vec<String> = stage.log().sent.iter().map(|sent| sent.url.chars().take(20).collect()).collect();
    assert_eq!(hosts, ["https://hr.test/open", "https://open.larksui"]);
}

#[test]
fn quotas_and_the_share_of_them_are_kept() {
    let once = HashMap::from([("withdraw_process".to_owned(), Quota { calls: 1, window: 30_000 })]);
    for (options, sent, pause) in [
        (options(), 2, 0..=u64::MAX),
        (ClientOptions { quotas: once, ..options() }, 1, 25_000..=35_000),
        (ClientOptions { rate_share: 0.02, ..options() }, 1, 500..=1_500),
    ] {
        let stage = Stage::new(Sending::Answers(SUCCESS));
        let client = stage.open(Credentials::Host, options).unwrap();
        withdraw(&client).unwrap();
        let mut second = pin!(client.withdraw_process(withdrawal(), CallOptions::default(), ReadBack::default(), None));
        assert_eq!(poll(second.as_mut()).is_ready(), sent == 2);
        let log = stage.log();
        assert_eq!(log.sent.len(), sent);
        assert!(log.slept.last().is_none_or(|slept| pause.contains(slept)), "{pause:?}: {:?}", log.slept);
    }
}

#[test]
fn a_transport_that_does_not_return_is_cut_unless_it_is_trusted() {
    let stage = Stage::new(Sending::Hangs);
    *stage.alarm.0.lock().unwrap() = Ringing::AtOnce;
    let soon = CallOptions { deadline: Some(1_500), ..CallOptions::default() };
    let error = error_of(run(stage.client().withdraw_process(withdrawal(), soon, ReadBack::default(), None)));
    assert_eq!((error.kind, error.effect), (ErrorKind::Timeout, Effect::Unknown));
    let (sent, dropped) = stage.sent_and_dropped();
    assert_eq!(sent, dropped);
    let client = stage.open(Credentials::Host, ClientOptions { transport_keeps_budget: true, ..options() }).unwrap();
    let own = CallOptions { token: Some(Secret::new("t".into())), ..CallOptions::default() };
    let mut call = pin!(client.withdraw_process(withdrawal(), own, ReadBack::default(), None));
    assert!(poll(call.as_mut()).is_pending());
}

#[test]
fn a_failing_alarm_ends_the_call_with_its_effect() {
    let stage = Stage::new(Sending::Hangs);
    *stage.alarm.0.lock().unwrap() = Ringing::Fails;
    let own = CallOptions { token: Some(Secret::new("t".into())), ..CallOptions::default() };
    let error = error_of(run(stage.client().withdraw_process(withdrawal(), own, ReadBack::default(), None)));
    assert_eq!((error.kind, error.effect), (ErrorKind::Transport, Effect::Unknown));
    assert!(error.summary.contains("the alarm failed"), "{}", error.summary);
}

#[test]
fn a_panic_in_here_is_an_error_of_unknown_effect() {
    let stage = Stage::new(Sending::Panics);
    let error = error_of(withdraw(&stage.client()));
    assert_eq!((error.kind, error.effect), (ErrorKind::Transport, Effect::Unknown));
    assert!(error.summary.starts_with("internal error at "), "{}", error.summary);
    assert!(error.summary.contains("tests.rs:"), "{}", error.summary);
}

#[test]
fn of_what_a_host_throws_undeclared_only_the_class_is_told() {
    for (reason, told) in [
        ("java.lang.IllegalStateException: Bearer t-secret", "java.lang.IllegalStateException"),
        ("Wrong(token: \"t-secret\")", "Wrong"),
        ("t-secret", "something undeclared"),
        ("t1secret", "something undeclared"),
        ("", "something undeclared"),
        ("{t-secret}", "something undeclared"),
    ] {
        let thrown = || UnexpectedUniFFICallbackError::new(reason);
        assert_eq!(HostError::from(thrown()).to_string(), format!("it threw {told}"));
        let TransportError::Failed { kind, bytes_written, detail } = thrown().into();
        assert_eq!((kind, bytes_written), (TransportErrorKind::Other, true));
        assert_eq!(detail, format!("the transport threw {told}"));
    }
}

#[test]
fn a_token_function_learns_of_a_refusal_and_its_failure_is_told() {
    let stage = Stage::new(Sending::Answers(TOKEN_REFUSED));
    let error = error_of(withdraw(&stage.client()));
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert_eq!(stage.log().asked, [false, true]);
    *stage.source.0.lock().unwrap() = Err("the vault is closed");
    let error = error_of(withdraw(&stage.client()));
    assert_eq!((error.kind, error.effect), (ErrorKind::TokenSource, Effect::None));
    assert!(error.summary.contains("the vault is closed"), "{}", error.summary);
}

#[test]
fn read_back_decides_whether_the_process_is_read() {
    for (read_back, reads) in [(ReadBack::Never, false), (ReadBack::Required, true)] {
        let stage = Stage::new(Sending::Fails);
        *stage.alarm.0.lock().unwrap() = Ringing::AtOnce;
        let call = CallOptions { deadline: Some(1_500), ..CallOptions::default() };
        let error = error_of(run(stage.client().withdraw_process(withdrawal(), call, read_back, None)));
        assert_eq!(error.effect, Effect::Unknown);
        assert_eq!(stage.log().sent.iter().any(|sent| sent.url.contains("/processes/")), reads, "{read_back:?}");
    }
}

#[test]
fn a_walk_goes_page_by_page_and_a_page_asked_for_twice_is_taken_once() {
    let stage = Stage::new(Sending::AnswersLater(
        r#"{"code":0,"msg":"","data":{"process_ids":["1","2"],"has_more":true,"page_token":"next"}}"#,
    ));
    let pages = stage.client().list_processes(ListProcesses::new(0, 1_000)).unwrap();
    {
        let mut first = pin!(pages.next(CallOptions::default(), None));
        let mut second = pin!(pages.next(CallOptions::default(), None));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        for call in [first.as_mut(), second.as_mut()] {
            let Poll::Ready(Ok(Some(ids))) = poll(call) else { panic!("no page") };
            assert_eq!(ids, ["1", "2"]);
        }
    }
    assert!(pages.cursor().unwrap().is_some_and(|cursor| cursor.contains("next")));
    *stage.transport.0.lock().unwrap() =
        Sending::Answers(r#"{"code":0,"msg":"","data":{"process_ids":["3"],"has_more":false}}"#);
    assert_eq!(run(pages.next(CallOptions::default(), None)).unwrap(), Some(vec!["3".to_owned()]));
    assert_eq!(run(pages.next(CallOptions::default(), None)).unwrap(), None);
    assert_eq!(pages.cursor().unwrap(), None);
    let on = |sent: &HttpRequest| sent.url.contains("page_token=next");
    assert_eq!(stage.log().sent.iter().map(on).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn a_request_as_data_shows_no_token_in_its_text() {
    let stage = Stage::new(Sending::Hangs);
    let own = || CallOptions { token: Some(Secret::new("t-secret".into())), ..CallOptions::default() };
    assert!(!format!("{:?}", own()).contains("t-secret"));
    let get = GetProcess { process_id: "7".into(), user_id_type: None };
    for request in [
        stage.client().withdraw_process_request(withdrawal(), own()).unwrap(),
        stage.client().get_process_request(get, own()).unwrap(),
        stage.client().list_processes_request(ListProcesses::new(0, 1), own()).unwrap(),
    ] {
        assert_eq!(header(&request, "authorization"), Some("Bearer t-secret"));
        let text = format!("{request:?}");
        assert!(text.starts_with("curl -X ") && !text.contains("t-secret"), "{text}");
    }
    assert!(stage.log().sent.is_empty());
}

const SUCCESS: &str = r#"{"code":0,"msg":"success","data":{}}"#;
const TOKEN_REFUSED: &str = r#"{"code":99991663,"msg":"token invalid"}"#;

/// One test's host. Tests go one after the other, since they count what is open.
struct Stage {
    transport: Arc<Wire>,
    alarm: Arc<Bell>,
    source: Arc<Vault>,
    log: Arc<Mutex<Log>>,
    _turn: MutexGuard<'static, ()>,
}

#[derive(Default)]
struct Log {
    asked: Vec<bool>,
    attempted: Vec<Observation>,
    cancelled: Vec<fields::Error>,
    dropped: usize,
    sent: Vec<HttpRequest>,
    slept: Vec<u64>,
}

impl Stage {
    fn new(sending: Sending) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let log = Arc::new(Mutex::new(Log::default()));
        Self {
            transport: Arc::new(Wire(Mutex::new(sending), log.clone())),
            alarm: Arc::new(Bell(Mutex::new(Ringing::Never), log.clone())),
            source: Arc::new(Vault(Mutex::new(Ok("t-source")), log.clone())),
            log,
            _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn open(&self, credentials: Credentials, options: ClientOptions) -> Result<Arc<NativeClient>, Failure> {
        let ear = Arc::new(Ear(self.log.clone()));
        let (transport, alarm) = (self.transport.clone(), self.alarm.clone());
        NativeClient::new(credentials, options, transport, alarm, Some(self.source.clone()), Some(ear))
    }

    fn client(&self) -> Arc<NativeClient> {
        self.open(Credentials::Host, options()).unwrap()
    }

    /// How many requests were sent, and how many of them the call did not wait for.
    fn sent_and_dropped(&self) -> (usize, usize) {
        let log = self.log();
        (log.sent.len(), log.dropped)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }
}

#[derive(Clone, Copy)]
enum Sending {
    Answers(&'static str),
    /// When it is asked a second time.
    AnswersLater(&'static str),
    Fails,
    Hangs,
    Panics,
}

struct Wire(Mutex<Sending>, Arc<Mutex<Log>>);

#[async_trait::async_trait]
impl Transport for Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.1.lock().unwrap().sent.push(request);
        let sending = *self.0.lock().unwrap();
        match sending {
            Sending::Answers(body) => Ok(answer(body)),
            Sending::AnswersLater(body) => {
                let mut asked = 0;
                poll_fn(|_| {
                    asked += 1;
                    if asked == 1 { Poll::Pending } else { Poll::Ready(()) }
                })
                .await;
                Ok(answer(body))
            }
            Sending::Fails => Err(TransportError::Failed {
                kind: TransportErrorKind::Disconnected,
                bytes_written: true,
                detail: "cut".into(),
            }),
            Sending::Hangs => {
                let _dropped = Dropped(self.1.clone());
                pending().await
            }
            Sending::Panics => panic!("on purpose"),
        }
    }
}

fn answer(body: &str) -> HttpResponse {
    HttpResponse { status: 200, body: body.into(), ..HttpResponse::default() }
}

struct Dropped(Arc<Mutex<Log>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.lock().unwrap().dropped += 1;
    }
}

#[derive(Clone, Copy)]
enum Ringing {
    AtOnce,
    Fails,
    Never,
}

struct Bell(Mutex<Ringing>, Arc<Mutex<Log>>);

#[async_trait::async_trait]
impl Alarm for Bell {
    async fn sleep(&self, milliseconds: u64) -> Result<(), HostError> {
        self.1.lock().unwrap().slept.push(milliseconds);
        let ringing = *self.0.lock().unwrap();
        match ringing {
            Ringing::AtOnce => Ok(()),
            Ringing::Fails => Err(HostError::Failed { detail: "no timer".into() }),
            Ringing::Never => pending().await,
        }
    }
}

struct Vault(Mutex<Result<&'static str, &'static str>>, Arc<Mutex<Log>>);

#[async_trait::async_trait]
impl TokenSource for Vault {
    async fn token(&self, refused: bool) -> Result<String, HostError> {
        self.1.lock().unwrap().asked.push(refused);
        let token = *self.0.lock().unwrap();
        token.map(str::to_owned).map_err(|detail| HostError::Failed { detail: detail.to_owned() })
    }
}

struct Ear(Arc<Mutex<Log>>);

impl Observer for Ear {
    fn attempted(&self, observation: Observation) -> Result<(), HostError> {
        self.0.lock().unwrap().attempted.push(observation);
        Ok(())
    }

    fn cancelled(&self, error: fields::Error) -> Result<(), HostError> {
        self.0.lock().unwrap().cancelled.push(error);
        Ok(())
    }
}

fn options() -> ClientOptions {
    ClientOptions {
        base_url: BaseUrl::Feishu,
        allow_other_hosts: false,
        allow_insecure_loopback: false,
        deadline: None,
        rate_share: 1.0,
        quotas: HashMap::new(),
        transport_keeps_budget: false,
    }
}

fn withdrawal() -> WithdrawProcess {
    WithdrawProcess { process_id: "7".into(), actor: Actor::System { user: None }, reason: None }
}

fn withdraw(client: &NativeClient) -> Result<Withdrawn, Failure> {
    run(client.withdraw_process(withdrawal(), CallOptions::default(), ReadBack::default(), None))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

fn error_of<T>(result: Result<T, Failure>) -> fields::Error {
    let Err(Failure::Failed { error }) = result else { panic!("it succeeded") };
    error
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until the end; what waits for a bell that never rings would wait for ever.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..60_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("the call does not end")
}
