use super::*;
use crate::act::ReadBack;
use crate::base_url::{BaseUrl, BaseUrlRules};
use crate::bulk::Bulk;
use crate::error::Effect;
use crate::http::HttpResponse;
use crate::machine::{Answer, Machine, Step};
use crate::process::{Actor, RevokeProcess, WithdrawProcess};
use crate::session::Config;

const EPOCH: u64 = 1_766_000_000_000;

fn session() -> Session {
    let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
    let quotas = vec![
        ("list_processes".to_owned(), crate::limit::Quota::per_second(1_000)),
        ("get_process".to_owned(), crate::limit::Quota::per_second(1_000)),
    ];
    Session::new(Config { quotas, ..Config::new(base_url, Credentials::Backend) }, 7).expect("valid")
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("7328345170959{number:05}")).collect()
}

fn withdrawals(count: usize, read_back: ReadBack) -> Bulk {
    let actor = Actor::System { user: None };
    let template = WithdrawProcess { process_id: String::new(), actor, reason: None };
    let act = ActOptions { read_back, ..ActOptions::default() };
    in_doubt(Bulk::new(&session(), template, ids(count), BulkOptions { act, ..BulkOptions::default() }), count)
}

/// The run, as it is when all its items are in doubt.
fn in_doubt(bulk: Result<Bulk, Error>, count: usize) -> Bulk {
    let bulk = bulk.expect("valid");
    let mut run = bulk.run();
    (0..count).for_each(|number| run.doubt(number, None));
    run.first_intent = Some(EPOCH);
    drop(run);
    bulk
}

/// Everything that the run asks for, and what it tells, against a server that answers so.
struct Played {
    asked: Vec<String>,
    told: Vec<BulkResult>,
    report: BulkReport,
}

impl Played {
    fn lists(&self) -> Vec<&str> {
        self.asked.iter().filter_map(|url| url.split_once("/processes?").map(|(_, query)| query)).collect()
    }

    fn reads(&self) -> usize {
        self.asked.iter().filter(|url| url.contains("/processes/")).count()
    }

    fn of(&self, outcome: BulkOutcome) -> usize {
        self.told.iter().filter(|result| result.outcome == outcome).count()
    }
}

fn play(bulk: &Bulk, mut server: impl FnMut(&str) -> String) -> Played {
    let (mut asked, mut told) = (Vec::new(), Vec::new());
    let mut now = Instant { monotonic: 0, wall: EPOCH + 60_000 };
    loop {
        match bulk.poll(now) {
            BulkStep::Begin(numbers) => {
                for number in numbers {
                    let mut call = Action::of_bulk(bulk, number).expect("it was asked for");
                    loop {
                        match call.poll(now) {
                            Step::Send(request) => {
                                let body = server(&request.url).into_bytes();
                                asked.push(request.url);
                                let answer = HttpResponse { status: 200, body, ..HttpResponse::default() };
                                call.handle(now, Answer::Http(Ok(answer)));
                            }
                            Step::Wait(pause) => now = now.after(pause.delay),
                            Step::Done(_) => break,
                            Step::Ask(..) => panic!("nobody has a token to ask for"),
                        }
                    }
                }
            }
            BulkStep::Done(report) => return Played { asked, told, report: *report },
            BulkStep::Tell(results) => told.extend(results),
            BulkStep::Wait(delay) => now = now.after(delay),
            BulkStep::Abandon(_) | BulkStep::Query(_) | BulkStep::Refused(_) | BulkStep::Store(_) => {
                panic!("a run that keeps no journal and waits for its calls asks for nothing else")
            }
        }
    }
}

/// The process that a read asks for has this status.
fn details(url: &str, status: i64) -> String {
    let id = url.split_once("/processes/").map_or("", |(_, rest)| rest.split('?').next().unwrap_or_default());
    format!(r#"{{"code":0,"data":{{"process_id":"{id}","status":{status}}}}}"#)
}

fn page(ids: &[String], token: Option<&str>) -> String {
    let data = serde_json::json!({"process_ids": ids, "has_more": token.is_some(), "page_token": token});
    serde_json::json!({"code": 0, "data": data}).to_string()
}

fn is_list(url: &str) -> bool {
    url.contains("/processes?")
}

#[test]
fn whoever_is_listed_is_presumed_and_the_others_are_read() {
    let all = ids(150);
    let played = play(&withdrawals(150, ReadBack::BestEffort), |url| match url {
        url if !is_list(url) => details(url, 4),
        url if url.contains("page_token") => page(&[all[70..110].to_vec(), vec!["9".to_owned()]].concat(), None),
        _ => page(&all[..70], Some("t")),
    });
    let span = format!("page_size=100&modify_time_from={}&modify_time_to={}", EPOCH - 300_000, EPOCH + 60_000);
    assert_eq!(played.lists(), [format!("statuses=4&{span}"), format!("statuses=4&page_token=t&{span}")]);
    assert_eq!(played.reads(), 5 + 40, "five of those listed, and those that are not");
    assert_eq!((played.report.presumed, played.report.ended), (150, BulkEnd::Complete));
    assert!(played.told.iter().all(|it| it.status == Some(4) && it.effect == Effect::Applied && it.kind.is_none()));
}

#[test]
fn so_few_that_reading_is_as_good_are_not_listed() {
    let played = play(&withdrawals(60, ReadBack::BestEffort), |url| details(url, 4));
    assert_eq!((played.lists().len(), played.reads()), (0, 60));
    let mut lists = 0;
    let played = play(&withdrawals(61, ReadBack::BestEffort), |url| {
        if is_list(url) {
            lists += 1;
            return page(&[], Some(&format!("t{lists}")));
        }
        details(url, 9)
    });
    assert_eq!((played.lists().len(), played.reads()), (12, 61), "a page for five that could be read meanwhile");
    assert_eq!(played.report.not_withdrawable[0].count, 61);
}

#[test]
fn a_list_that_is_refused_broken_or_goes_round_in_a_circle_only_means_more_reads() {
    let all = ids(100);
    let circle = page(&all[..10], Some("t"));
    for (answer, believed) in [
        (r#"{"code":99991672,"msg":"x"}"#.to_owned(), 0),
        (r#"{"code":1160101,"msg":"x"}"#.to_owned(), 0),
        (r#"{"code":0,"data":{"process_ids":7}}"#.to_owned(), 0),
        ("<html>".to_owned(), 0),
        (page(&[], None), 0),
        (page(&["x".repeat(9)], None), 0),
        (page(&all[..10], Some("")), 5),
        (circle, 5),
    ] {
        let played =
            play(
                &withdrawals(100, ReadBack::BestEffort),
                |url| {
                    if is_list(url) { answer.clone() } else { details(url, 4) }
                },
            );
        assert_eq!((played.report.presumed, played.reads()), (100, 100 - believed), "{answer}");
        assert_eq!(played.report.ended, BulkEnd::Complete);
    }
}

#[test]
fn a_list_that_names_whoever_stands_elsewhere_is_not_believed() {
    let all = ids(100);
    for status in [1, 9] {
        let played = play(&withdrawals(100, ReadBack::BestEffort), |url| match url {
            url if is_list(url) => page(&all, None),
            url if url.contains("/process_withdraw/") => r#"{"code":0}"#.to_owned(),
            url => details(url, status),
        });
        assert_eq!((played.lists().len(), played.reads()), (1, 100), "{status}");
        let outcome = if status == 1 { BulkOutcome::Ours } else { BulkOutcome::NotWithdrawable };
        assert_eq!(played.of(outcome), 100);
    }
}

#[test]
fn nothing_is_listed_where_nothing_is_to_be_read() {
    let played = play(&withdrawals(100, ReadBack::Never), |url| panic!("{url}"));
    assert_eq!(played.report.unresolved, 100);
}

#[test]
fn a_revocation_is_listed_in_each_status_that_it_may_reach_and_told_with_it() {
    let all = ids(100);
    let template = RevokeProcess { process_id: String::new(), actor: Actor::System { user: None }, reason: None };
    let run = in_doubt(Bulk::new(&session(), template, all.clone(), BulkOptions::default()), 100);
    let played = play(&run, |url| match url {
        url if !is_list(url) => details(url, 8),
        url if url.contains("statuses=8&") => page(&all[..60], None),
        _ => page(&all[60..], None),
    });
    assert_eq!((played.lists().len(), played.reads(), played.report.presumed), (2, 5, 100));
    let revoking = played.told.iter().filter(|result| result.status == Some(15)).count();
    assert!((35..=40).contains(&revoking), "{revoking}");
}

#[test]
fn a_run_that_is_cancelled_while_it_lists_believes_nothing() {
    let all = ids(100);
    let bulk = withdrawals(100, ReadBack::BestEffort);
    let cancelled = bulk.clone();
    let played = play(&bulk, |_| {
        cancelled.cancel();
        page(&all, Some("t"))
    });
    assert_eq!((played.asked.len(), played.report.ended), (1, BulkEnd::Cancelled));
    assert_eq!((played.of(BulkOutcome::Unresolved), played.report.presumed), (100, 0));
}
