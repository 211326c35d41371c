//! GET /open-apis/corehr/v2/processes: [list processes](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/list) (查询流程实例列表).

use feishu_corehr_macros::wire;

use super::rules::id_problems;
use super::types::Status;
use crate::codes::{Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::Method;
use crate::limit::Quota;
#[cfg(doc)]
use crate::pages::Pages;
use crate::pages::{LARGEST_PAGE, List, Page, largest_page, size_problem, token_problems};
use crate::parameter::{Kind, Parameter};

/// Asks for one page of the ids of the processes that were modified in a span of time.
///
/// GET `/open-apis/corehr/v2/processes`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/list)).
/// "Modified" means that an approver acted, data or status changed, and the like. The app needs the scope
/// `corehr:process:read`. At most 20 calls a minute. For more than one page, or a longer span, use [`Pages`].
#[wire(request)]
#[derive(Eq)]
pub struct ListProcesses {
    /// Only processes with one of these statuses; all when empty.
    pub statuses: Vec<Status>,
    /// How many ids a page may have: 1 to 100, by default 100.
    #[serde(default = "largest_page")]
    #[cfg_attr(feature = "mobile", uniffi(default = 100))]
    pub page_size: u32,
    /// Where to go on; none for the first page.
    pub page_token: Option<String>,
    /// The first moment of the span, itself included, in milliseconds since 1970-01-01 UTC.
    pub modify_time_from: i64,
    /// The last moment of the span, itself included, in milliseconds since 1970-01-01 UTC: less than 31 days after
    /// the first.
    pub modify_time_to: i64,
    /// Only processes of this flow definition: `people_<digits>_<digits>`.
    pub flow_definition_id: Option<String>,
}

impl ListProcesses {
    /// All processes modified in that span, both ends included, in milliseconds since 1970-01-01 UTC.
    pub const fn new(modify_time_from: i64, modify_time_to: i64) -> Self {
        Self {
            statuses: Vec::new(),
            page_size: LARGEST_PAGE,
            page_token: None,
            modify_time_from,
            modify_time_to,
            flow_definition_id: None,
        }
    }
}

/// A page of ids.
#[wire(reply)]
#[derive(Eq)]
pub struct ProcessPage {
    /// The processes, in no documented order.
    pub process_ids: Vec<String>,
    /// Whether there are more pages.
    pub has_more: bool,
    /// Where to go on, while there are more pages.
    pub page_token: Option<String>,
    /// The log id of the answer.
    #[wire(skip)]
    pub log_id: Option<String>,
    /// The answer's `data` as received, as JSON: with fields that this version does not know.
    #[wire(skip)]
    pub raw: String,
}

impl Endpoint for ListProcesses {
    const OPERATION: Operation = Operation {
        name: "list_processes",
        method: Method::Get,
        path: "/open-apis/corehr/v2/processes",
        replay: Replay::Read,
        quota: Quota::per_minute(20),
        scope: "corehr:process:read",
        codes: CODES,
        parameters: &[
            Parameter::Query("statuses", Kind::Numbers(Status::NUMBERS)),
            Parameter::Query("page_token", Kind::Text),
            Parameter::Query("page_size", Kind::Integer),
            Parameter::Query("modify_time_from", Kind::Integer),
            Parameter::Query("modify_time_to", Kind::Integer),
            Parameter::Query("flow_definition_id", Kind::Text),
        ],
    };

    type Response = ProcessPage;
    type Output = ProcessPage;

    fn output(outcome: Outcome) -> Result<ProcessPage, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        Self::OPERATION.path.to_owned()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems_of_any_span();
        let span = self.modify_time_to.saturating_sub(self.modify_time_from);
        if span >= SPAN {
            let rule = format!("is {span} ms after `modify_time_from`; the server takes less than 31 days, {SPAN} ms");
            problems.push(Problem::new("modify_time_to", rule));
        }
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        for status in &self.statuses {
            query.push(("statuses", (*status as i64).to_string()));
        }
        if let Some(token) = &self.page_token {
            query.push(("page_token", token.clone()));
        }
        query.push(("page_size", self.page_size.to_string()));
        query.push(("modify_time_from", self.modify_time_from.to_string()));
        query.push(("modify_time_to", self.modify_time_to.to_string()));
        if let Some(id) = &self.flow_definition_id {
            query.push(("flow_definition_id", id.clone()));
        }
        query
    }

    fn decode(reply: &Reply) -> Result<Self::Response, Error> {
        let mut page: ProcessPage = reply.read(&Self::OPERATION)?;
        page.log_id.clone_from(&reply.log_id);
        page.raw.clone_from(&reply.data);
        Ok(page)
    }
}

impl List for ListProcesses {
    type Item = String;

    const WINDOW: i64 = SPAN;

    fn span(&self) -> (i64, i64) {
        (self.modify_time_from, self.modify_time_to)
    }

    fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    fn problems_of_any_span(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |field: &str, rule: String| problems.push(Problem::new(field, rule));
        if self.statuses.contains(&Status::Unknown) {
            problem("statuses", "has `unknown`, which is not a status of Feishu's".into());
        }
        for (index, status) in self.statuses.iter().enumerate() {
            if self.statuses[..index].contains(status) {
                problem("statuses", format!("has `{}` more than once", status.as_str()));
            }
        }
        if let Some(found) = size_problem(self.page_size) {
            problem("page_size", found.rule);
        }
        if let Some(token) = &self.page_token {
            token_problems(token).into_iter().for_each(|found| problem("page_token", found.rule));
        }
        for (field, time) in [("modify_time_from", self.modify_time_from), ("modify_time_to", self.modify_time_to)] {
            if time < 0 {
                problem(field, format!("is {time} ms, before 1970"));
            }
        }
        if self.modify_time_from > self.modify_time_to {
            let rule =
                format!("is {} ms, before `modify_time_from`, {} ms", self.modify_time_to, self.modify_time_from);
            problem("modify_time_to", rule);
        }
        if let Some(id) = &self.flow_definition_id {
            problems.extend(id_problems("flow_definition_id", id));
        }
        problems
    }

    fn at(&self, (modify_time_from, modify_time_to): (i64, i64), page_token: Option<String>) -> Self {
        Self { page_token, modify_time_from, modify_time_to, ..self.clone() }
    }

    fn page(answer: &ProcessPage) -> Page<'_, String> {
        Page {
            items: &answer.process_ids,
            has_more: answer.has_more,
            page_token: answer.page_token.as_deref(),
            log_id: answer.log_id.as_deref(),
        }
    }
}

/// 31 days in milliseconds. The page of 2025-12-25 wants less; older texts take exactly so many, too.
const SPAN: i64 = 31 * 24 * 60 * 60 * 1_000;

const CODES: &[Code] = &[
    refused(
        1160101,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check statuses, page size, page token and span, and that the token belongs to the other parameters",
        "参数有误，请检查状态、分页参数与时间范围，并确认 page_token 与其他参数一致",
    ),
    unhelpful(1160102),
    unhelpful(1160500),
];

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: i64 = 1_766_000_000_000;

    fn target(request: &ListProcesses) -> String {
        request.prepare().expect("valid").target
    }

    fn page(ids: &[&str], token: Option<&str>) -> ProcessPage {
        ProcessPage {
            process_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            has_more: token.is_some(),
            page_token: token.map(str::to_owned),
            ..ProcessPage::default()
        }
    }

    fn summary(request: ListProcesses) -> Option<String> {
        request.validate().err().map(|error| error.summary.replace("invalid request: ", ""))
    }

    #[test]
    fn arrays_are_written_by_repeating_the_name() {
        assert_eq!(
            target(&ListProcesses::new(1, 2)),
            "/open-apis/corehr/v2/processes?page_size=100&modify_time_from=1&modify_time_to=2"
        );
        let request = ListProcesses {
            statuses: vec![Status::Revoking, Status::InProgress],
            page_size: 7,
            page_token: Some("a+b=".into()),
            flow_definition_id: Some("people_7_7".into()),
            ..ListProcesses::new(1, 2)
        };
        assert_eq!(
            target(&request),
            "/open-apis/corehr/v2/processes?statuses=15&statuses=1&page_token=a%2Bb%3D&page_size=7\
             &modify_time_from=1&modify_time_to=2&flow_definition_id=people_7_7"
        );
    }

    #[test]
    fn every_rule_is_kept_and_says_what_it_wants() {
        let valid = || ListProcesses::new(FROM, FROM);
        for (request, expected) in [
            (valid(), None),
            (ListProcesses::new(0, SPAN - 1), None),
            (
                ListProcesses::new(0, SPAN),
                Some(
                    "`modify_time_to` is 2678400000 ms after `modify_time_from`; \
                     the server takes less than 31 days, 2678400000 ms",
                ),
            ),
            (
                ListProcesses::new(0, SPAN + 1),
                Some(
                    "`modify_time_to` is 2678400001 ms after `modify_time_from`; \
                     the server takes less than 31 days, 2678400000 ms",
                ),
            ),
            (ListProcesses::new(2, 1), Some("`modify_time_to` is 1 ms, before `modify_time_from`, 2 ms")),
            (ListProcesses::new(-1, 0), Some("`modify_time_from` is -1 ms, before 1970")),
            (ListProcesses { page_size: 1, ..valid() }, None),
            (ListProcesses { page_size: 0, ..valid() }, Some("`page_size` is 0; the server takes 1 to 100")),
            (ListProcesses { page_size: 101, ..valid() }, Some("`page_size` is 101; the server takes 1 to 100")),
            (
                ListProcesses { page_token: Some(String::new()), ..valid() },
                Some("`page_token` is empty; leave it out for the first page"),
            ),
            (
                ListProcesses { page_token: Some("7\u{200b}".into()), ..valid() },
                Some("`page_token` has a zero-width space (U+200B) at character 2"),
            ),
            (
                ListProcesses { flow_definition_id: Some("people\u{ff3f}7".into()), ..valid() },
                Some("`flow_definition_id` has a full-width character (U+FF3F) at character 7"),
            ),
            (
                ListProcesses { statuses: vec![Status::Unknown], ..valid() },
                Some("`statuses` has `unknown`, which is not a status of Feishu's"),
            ),
            (
                ListProcesses { statuses: vec![Status::Revoked, Status::InProgress, Status::Revoked], ..valid() },
                Some("`statuses` has `revoked` more than once"),
            ),
            (
                ListProcesses { flow_definition_id: Some(String::new()), ..valid() },
                Some("`flow_definition_id` is empty"),
            ),
            (
                ListProcesses { flow_definition_id: Some("7".repeat(129)), ..valid() },
                Some("`flow_definition_id` has 129 bytes; at most 128 are taken"),
            ),
            (
                ListProcesses { page_size: 0, ..ListProcesses::new(-1, -2) },
                Some(
                    "`page_size` is 0; the server takes 1 to 100; `modify_time_from` is -1 ms, before 1970; \
                     `modify_time_to` is -2 ms, before 1970; `modify_time_to` is -2 ms, before `modify_time_from`, -1 ms",
                ),
            ),
        ] {
            assert_eq!(summary(request).as_deref(), expected);
        }
        assert!(summary(ListProcesses::new(i64::MIN, i64::MAX)).is_some(), "no overflow");
    }

    #[test]
    fn a_page_is_read_and_nothing_in_it_is_required() {
        let read = |data: &str| {
            ListProcesses::decode(&Reply {
                data: data.into(),
                http_status: 200,
                log_id: Some("L".into()),
                ..Reply::default()
            })
        };
        let data = r#"{"process_ids":["1","2"],"has_more":true,"page_token":"2"}"#;
        let expected = ProcessPage { log_id: Some("L".into()), raw: data.into(), ..page(&["1", "2"], Some("2")) };
        assert_eq!(read(data), Ok(expected));
        for data in ["{}", r#"{"process_ids":null,"has_more":null,"page_token":null}"#] {
            let expected = ProcessPage { log_id: Some("L".into()), raw: data.into(), ..ProcessPage::default() };
            assert_eq!(read(data), Ok(expected));
        }
        for data in ["[]", r#"{"process_ids":[7]}"#, r#"{"has_more":"true"}"#] {
            assert_eq!(read(data).map_err(|error| error.kind), Err(ErrorKind::BadEnvelope), "{data}");
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let read = serde_json::from_str::<ListProcesses>;
        assert_eq!(read(r#"{"modify_time_from":1,"modify_time_to":2}"#).expect("valid"), ListProcesses::new(1, 2));
        let statuses = read(r#"{"statuses":["in_progress"],"modify_time_from":1,"modify_time_to":2}"#);
        assert_eq!(statuses.expect("valid").statuses, [Status::InProgress]);
        assert!(read(r#"{"modify_time_from":1}"#).is_err());
    }
}
