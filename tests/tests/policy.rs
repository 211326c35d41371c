//! The failure table of `docs/policy.md` 2.3 says what the core does: every row is judged, and compared word by word.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use feishu_corehr::token::custom_app::TENANT_ACCESS_TOKEN;
use feishu_corehr::verdict::{self, NOT_SENT, Next};
use feishu_corehr::{
    Actor, Answer, BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Effect, Endpoint, Error, ErrorKind,
    Exchange, GetProcess, Header, HttpResponse, Instant, Machine, Operation, Secret, Session, Step, TransportError,
    TransportErrorKind, WithdrawProcess,
};
use feishu_corehr_tests::source::root;

/// The words of a row's cells. A true page has one in each, but for kinds, of which a row may have several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    effects: BTreeSet<String>,
    writes: BTreeSet<String>,
    reads: BTreeSet<String>,
    kinds: BTreeSet<String>,
}

#[test]
fn every_row_of_the_table_is_what_the_core_does() {
    assert_eq!(differences(&written(), &done()), Vec::<String>::new());
}

#[test]
fn a_cell_that_is_not_true_is_found_and_so_is_a_row_too_few_or_too_many() {
    let (written, done) = (written(), done());
    let places: [fn(&mut Row) -> &mut BTreeSet<String>; 4] =
        [|row| &mut row.effects, |row| &mut row.writes, |row| &mut row.reads, |row| &mut row.kinds];
    for number in written.keys() {
        for place in places {
            let mut altered = written.clone();
            *place(altered.get_mut(number).unwrap()) = words(["something else"]);
            assert_eq!(differences(&altered, &done).len(), 1, "row {number}");
        }
        let mut fewer = written.clone();
        fewer.remove(number);
        assert_eq!(differences(&fewer, &done).len(), 1, "without row {number}");
        assert_eq!(differences(&written, &fewer).len(), 1, "row {number} is not judged");
    }
}

/// The rows of the page's one table that begins with `| row |`, by number.
fn written() -> BTreeMap<String, Row> {
    let page = fs::read_to_string(root().join("docs/policy.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| row |")).skip(2);
    rows.take_while(|line| line.starts_with('|')).map(row).collect()
}

fn row(line: &str) -> (String, Row) {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [number, _, effect, write, read, kinds] = cells[..] else { panic!("six cells: {line}") };
    let kinds = kinds.split(',').map(|kind| kind.trim().trim_matches('`')).filter(|kind| !kind.is_empty());
    let row = Row {
        effects: words([effect]),
        writes: words([write]),
        reads: words([read]),
        kinds: kinds.map(str::to_owned).collect(),
    };
    (number.to_owned(), row)
}

/// Every row that the page and the core do not have alike.
fn differences(written: &BTreeMap<String, Row>, done: &BTreeMap<String, Row>) -> Vec<String> {
    let numbers: BTreeSet<&String> = written.keys().chain(done.keys()).collect();
    let differing = numbers.into_iter().filter(|number| written.get(*number) != done.get(*number));
    let told = |number: &String| {
        format!("row {number}: the page says {:?}, the core does {:?}", written.get(number), done.get(number))
    };
    differing.map(told).collect()
}

/// What the core does, by row.
fn done() -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (number, answer) in answers() {
        let row = rows.entry(number.to_owned()).or_default();
        judge(row, &WithdrawProcess::OPERATION, &answer);
        judge(row, &GetProcess::OPERATION, &answer);
        // A request for a token carries none that could be renewed: the page says so below the table.
        if number == "17" {
            let mut of_token = Row::default();
            judge(&mut of_token, &TENANT_ACCESS_TOKEN, &answer);
            assert_eq!(of_token.reads, words(["never"]), "as in row 16");
        } else {
            judge(row, &TENANT_ACCESS_TOKEN, &answer);
        }
    }
    rows.insert("6".to_owned(), refused_before_it_is_sent());
    rows.insert("12".to_owned(), ended_under_way());
    rows
}

/// Adds what the verdict on this answer is.
fn judge(row: &mut Row, operation: &'static Operation, answer: &Result<HttpResponse, TransportError>) {
    let is_write = operation.replay.is_write();
    let (effect, next) = match verdict::judge(operation, answer.as_ref()) {
        Ok(_) => (if is_write { Effect::Applied } else { Effect::None }, None),
        Err(failure) => {
            row.kinds.insert(failure.error.kind.as_str().to_owned());
            (failure.error.effect, Some(failure.next))
        }
    };
    if is_write {
        row.effects.insert(effect.as_str().to_owned());
        row.writes.insert(next.map_or("done".to_owned(), |next| write_after(next, effect)));
    } else {
        assert_eq!(effect, Effect::None, "a read has none");
        row.reads.insert(next.map_or("done".to_owned(), read_after));
    }
}

/// The words for what a withdrawal does next.
fn write_after(next: Next, effect: Effect) -> String {
    match (next, effect) {
        (Next::Again { resends: 0, .. }, Effect::Unknown) => "reads, never sends again".to_owned(),
        (Next::Again { resends: 1, .. }, Effect::Unknown) => "reads, sends again once".to_owned(),
        (Next::Again { resends: u32::MAX, .. }, Effect::Unknown) => "reads, sends again".to_owned(),
        (Next::Again { resends: u32::MAX, .. }, Effect::None) => "sends again".to_owned(),
        (Next::Finished, Effect::Unknown) => "reads, the status decides".to_owned(),
        (Next::Refresh, Effect::None) => "renews the token, sends again".to_owned(),
        (Next::Stop, Effect::None) => "never".to_owned(),
        (Next::Throttle { .. }, Effect::None) => "waits, sends again".to_owned(),
        (Next::Unstarted, Effect::None) => "sends again at once".to_owned(),
        (next, effect) => format!("{next:?} with effect {}", effect.as_str()),
    }
}

/// The words for what a read does next.
fn read_after(next: Next) -> String {
    match next {
        Next::Again { resends: 0, .. } | Next::Finished | Next::Stop => "never".to_owned(),
        Next::Again { resends: 1, .. } => "again once".to_owned(),
        Next::Again { resends: u32::MAX, .. } => "again".to_owned(),
        Next::Refresh => "renews the token, again".to_owned(),
        Next::Throttle { .. } => "waits, again".to_owned(),
        Next::Unstarted => "again at once".to_owned(),
        Next::Again { .. } | Next::Conflict => format!("{next:?}"),
    }
}

/// What may come back, under the row that speaks of it.
fn answers() -> Vec<(&'static str, Result<HttpResponse, TransportError>)> {
    use TransportErrorKind as Kind;

    let mut answers = Vec::new();
    for (row, kind, bytes_written) in [
        ("1", Kind::Dns, false),
        ("1", Kind::Connect, false),
        ("2", Kind::TlsIo, false),
        ("3", Kind::TlsUntrusted, false),
        ("4", Kind::ProxyAuth, false),
        ("5", Kind::Proxy, false),
        ("7", Kind::Closed, false),
        ("8", Kind::Closed, false),
        ("9", Kind::Disconnected, true),
        ("9", Kind::Closed, true),
        ("10", Kind::Timeout, true),
        ("11", Kind::BadBody, true),
        ("11b", Kind::Disconnected, true),
        ("23", Kind::TooLarge, true),
    ] {
        answers.push((row, Err(TransportError::new(kind, bytes_written, ""))));
    }
    let mut answer = |row, status, headers: &[(&str, &str)], body: &str| {
        let headers = headers.iter().map(|(name, value)| Header::new(name, *value)).collect();
        answers.push((row, Ok(HttpResponse { status, headers, body: body.into() })));
    };
    let no_envelope = [
        ("", ""),
        ("text/html", "<html></html>"),
        ("text/plain", "404 page not found"),
        ("text/html", r#"{"code":0}"#),
    ];
    for (content_type, body) in no_envelope {
        let headers = [("content-type", content_type)];
        for (row, statuses) in [
            ("13", &[408][..]),
            ("14", &[429]),
            ("15", &[500, 502, 503, 504]),
            ("16", &[501, 505, 507, 511, 599]),
            ("17", &[401]),
            ("18", &[400, 403, 404, 405, 413, 414, 415, 431]),
            (
                "18b",
                &[101, 402, 406, 407, 409, 410, 411, 412, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 451, 499],
            ),
            ("19", &[300, 301, 302, 303, 304, 307, 308]),
            ("22", &[200, 201, 202, 204, 206]),
        ] {
            for status in statuses {
                answer(row, *status, &headers, body);
            }
        }
        for (row, statuses) in [
            ("26", &[400, 402, 403, 404, 408, 409, 500, 502, 504][..]),
            ("26b", &[401]),
            ("26c", &[429]),
            ("26d", &[503]),
        ] {
            for status in statuses {
                answer(row, *status, &[("content-type", content_type), (NOT_SENT, "the user is not signed in")], body);
            }
        }
    }
    for body in [
        r#"{"code":0"#,
        r#"{"code":0,"code":0}"#,
        r#"{"code":"0"}"#,
        r#"{"code":0.0}"#,
        r#"{"code":1180591620717411303424}"#,
        r#"{"msg":"success"}"#,
        "[]",
        &"[".repeat(100_000),
        "\u{feff}{\"code\":0}",
    ] {
        for status in [200, 204, 400, 401, 403, 404, 408, 409, 500, 503, 599] {
            answer("21", status, &[], body);
        }
        answer("14", 429, &[], body);
        answer("19", 307, &[], body);
    }
    for status in [200, 400, 429, 500] {
        answer("14", status, &[], r#"{"code":99991400}"#);
        answer("14", status, &[("x-ogw-ratelimit-reset", "2")], r#"{"code":99991400}"#);
    }
    for (status, retry_after) in [(503, "1"), (504, "2.5"), (503, "soon")] {
        answer("15", status, &[("retry-after", retry_after)], "");
    }
    for body in [r#"{"code":0}"#, r#"{"code":0,"msg":null,"data":null}"#, r#" {"msg":"success","data":{},"code":0} "#] {
        answer("20", 200, &[], body);
        answer("20", 201, &[("content-type", "text/plain")], body);
        answer("19", 302, &[("location", "https://elsewhere.test/")], body);
    }
    let header = "x".repeat(70_000);
    answer("23", 200, &[("x-long", &header)], r#"{"code":0}"#);
    answer("23", 200, &[("x", "y"); 101], r#"{"code":0}"#);
    answer("23", 200, &[], &format!(r#"{{"code":0,"msg":"{}"}}"#, " ".repeat(8 << 20)));
    for status in [400, 403, 404, 409] {
        answer("24", status, &[], r#"{"code":99990001,"msg":"m"}"#);
    }
    for status in [200, 400, 403, 500, 503] {
        answer("24b", status, &[], r#"{"code":1169999,"msg":"m"}"#);
        answer("25", status, &[], r#"{"code":42,"msg":"m"}"#);
    }
    for status in [200, 500] {
        answer("25", status, &[], r#"{"code":99990001,"msg":"m"}"#);
    }
    // Not UTF-8.
    answers.push((
        "21",
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: b"{\"code\":0,\"msg\":\"\xff\"}".to_vec() }),
    ));
    answers
}

/// Row 6: no machine comes into being, so that nothing can be sent.
fn refused_before_it_is_sent() -> Row {
    let errors = [
        Exchange::new(
            &session(),
            &GetProcess { process_id: "../a".into(), user_id_type: None },
            CallOptions::default(),
        )
        .expect_err("a bad id"),
        Exchange::new(&session(), &withdrawal("a/b"), CallOptions::default()).expect_err("a bad id"),
    ];
    let kinds = errors.iter().map(|error| error.kind.as_str().to_owned()).collect();
    let effects = errors.iter().map(|error| error.effect.as_str().to_owned()).collect();
    Row { effects, writes: words(["never"]), reads: words(["never"]), kinds }
}

/// Row 12: whatever ends the call while its request is under way, nothing more is sent.
fn ended_under_way() -> Row {
    let options =
        || CallOptions { deadline: Some(1_000), token: Some(Secret::new("t-1".into())), ..CallOptions::default() };
    let mut row = Row::default();
    for is_write in [true, false] {
        for is_cancelled in [true, false] {
            let mut exchange = if is_write {
                Exchange::new(&session(), &withdrawal("7"), options())
            } else {
                Exchange::new(&session(), &GetProcess { process_id: "7".into(), user_id_type: None }, options())
            }
            .expect("valid");
            assert!(matches!(exchange.poll(at(0)), Step::Send(_)), "a request is under way");
            let error = if is_cancelled {
                exchange.cancel()
            } else {
                let late = TransportError::new(TransportErrorKind::Timeout, true, "");
                exchange.handle(at(1_000), Answer::Http(Err(late)));
                ended(exchange.poll(at(1_000)))
            };
            row.kinds.insert(error.kind.as_str().to_owned());
            let next = match exchange.poll(at(2_000)) {
                Step::Done(_) => "never".to_owned(),
                step @ (Step::Ask(..) | Step::Send(_) | Step::Wait(_)) => format!("{step:?}"),
            };
            if is_write {
                row.effects.insert(error.effect.as_str().to_owned());
                row.writes.insert(next);
            } else {
                assert_eq!(error.effect, Effect::None, "a read has none");
                row.reads.insert(next);
            }
        }
    }
    row
}

fn ended<T: std::fmt::Debug>(step: Step<Result<T, Error>>) -> Error {
    if let Step::Done(Err(error)) = step { error } else { Error::new(ErrorKind::Transport, format!("{step:?}")) }
}

fn session() -> Session {
    let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).unwrap();
    Session::new(Config::new(base_url, Credentials::Host), 1).unwrap()
}

fn withdrawal(process_id: &str) -> WithdrawProcess {
    WithdrawProcess { process_id: process_id.into(), actor: Actor::System { user: None }, reason: None }
}

fn at(milliseconds: u64) -> Instant {
    Instant::default().after(milliseconds)
}

fn words<const N: usize>(words: [&str; N]) -> BTreeSet<String> {
    words.map(str::to_owned).into()
}
