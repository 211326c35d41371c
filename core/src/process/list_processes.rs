//! GET /open-apis/corehr/v2/processes: [list processes](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/list) (查询流程实例列表).

use feishu_corehr_macros::wire;

use super::rules::id_problems;
use super::types::Status;
use crate::codes::{Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::Method;
use crate::key;
use crate::limit::Quota;
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

    /// Every rule that is broken, but for the length of the span.
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
        if !(1..=LARGEST_PAGE).contains(&self.page_size) {
            problem("page_size", format!("is {}; the server takes 1 to {LARGEST_PAGE}", self.page_size));
        }
        match self.page_token.as_deref() {
            Some("") => problem("page_token", "is empty; leave it out for the first page".into()),
            Some(token) => {
                key::problems("page_token", token, LONGEST_PAGE_TOKEN)
                    .into_iter()
                    .for_each(|found| problem("page_token", found.rule));
            }
            None => {}
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

/// Walks all pages of a span of any length: ask for [`next`](Self::next), hand the answer to [`take`](Self::take),
/// until there is no next.
///
/// A span of 31 days or more is cut into windows below 31 days that do not overlap, oldest first. A process that is
/// modified during the walk moves to a later window, so that its id may come twice. The walk always ends: a window is
/// over when the server says so, gives no token, or gives tokens in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The request, its span the whole one.
    all: ListProcesses,
    /// The first moment of the current window; none when the walk is over.
    from: Option<i64>,
    /// Where to go on in the window.
    token: Option<String>,
    /// An earlier token of the window, which must not come again. It is replaced after 1, 2, 4, 8 … pages, and so
    /// lies in the circle, if there is one, and far enough back (Brent's algorithm).
    mark: Option<String>,
    /// How many pages of the window have been taken.
    pages: u64,
}

impl Pages {
    /// The pages of `request`, whose span may be of any length.
    ///
    /// Its `page_token` is what [`cursor`](Self::cursor) gave, in an earlier walk with the same span, or a plain token
    /// of Feishu's, which belongs to the first window.
    pub fn new(request: ListProcesses) -> Result<Self, Error> {
        let mut problems = request.problems_of_any_span();
        let (from, token) = match request.page_token.as_deref().and_then(position) {
            Some((from, token)) => {
                let offset = from.saturating_sub(request.modify_time_from);
                if offset < 0 || offset % SPAN != 0 || from > request.modify_time_to {
                    problems.push(Problem::new("page_token", "belongs to a walk through another span of time"));
                }
                (from, Some(token.to_owned()).filter(|token| !token.is_empty()))
            }
            None => (request.modify_time_from, request.page_token.clone()),
        };
        Error::check(ListProcesses::OPERATION.name, problems)?;
        Ok(Self { all: request, from: Some(from), token, mark: None, pages: 0 })
    }

    /// The page to ask for; none when all have been taken.
    pub fn next(&self) -> Option<ListProcesses> {
        let from = self.from?;
        Some(ListProcesses {
            page_token: self.token.clone(),
            modify_time_from: from,
            modify_time_to: from.saturating_add(SPAN - 1).min(self.all.modify_time_to),
            ..self.all.clone()
        })
    }

    /// Takes the answer, goes on to the next page, and gives the ids.
    pub fn take(&mut self, page: &ProcessPage) -> Vec<String> {
        let token = page.page_token.clone().filter(|token| page.has_more && !token.is_empty());
        if token.is_none() || token == self.token || token == self.mark {
            let next = self.from.and_then(|from| from.checked_add(SPAN));
            self.from = next.filter(|from| *from <= self.all.modify_time_to);
            (self.token, self.mark, self.pages) = (None, None, 0);
        } else {
            self.pages += 1;
            if self.pages.is_power_of_two() {
                self.mark.clone_from(&token);
            }
            self.token = token;
        }
        page.process_ids.clone()
    }

    /// What to give as `page_token` to go on from here in another walk with the same span; none when all pages have
    /// been taken.
    ///
    /// It is `<first moment of the window>~<Feishu's token>`, since a token of Feishu's is good in its window only.
    /// How long such a token lives is not documented.
    pub fn cursor(&self) -> Option<String> {
        Some(format!("{}~{}", self.from?, self.token.as_deref().unwrap_or_default()))
    }
}

/// The parts of a cursor; nothing if it is a plain token of Feishu's.
fn position(cursor: &str) -> Option<(i64, &str)> {
    let (from, token) = cursor.split_once('~')?;
    from.bytes().all(|byte| byte.is_ascii_digit()).then(|| from.parse().ok())?.map(|from| (from, token))
}

const LARGEST_PAGE: u32 = 100;
/// In bytes. No page documents a length; those seen have 19 digits.
const LONGEST_PAGE_TOKEN: usize = 4096;
/// 31 days in milliseconds. The page of 2025-12-25 wants less; older texts take exactly so many, too.
const SPAN: i64 = 31 * 24 * 60 * 60 * 1_000;

const fn largest_page() -> u32 {
    LARGEST_PAGE
}

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
            ListProcesses::decode(&Reply { data: data.into(), http_status: 200, log_id: Some("L".into()) })
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

    #[test]
    fn a_long_span_is_cut_into_windows_that_touch_and_do_not_overlap() {
        for (length, expected) in [(0, 1), (SPAN - 1, 1), (SPAN, 2), (SPAN + 1, 2), (2 * SPAN - 1, 2), (2 * SPAN, 3)] {
            let mut pages = Pages::new(ListProcesses::new(FROM, FROM + length)).expect("valid");
            let (mut windows, mut from) = (0, FROM);
            while let Some(request) = pages.next() {
                assert_eq!(summary(request.clone()), None, "each window is a valid request");
                assert_eq!(request.modify_time_from, from, "the windows touch");
                from = request.modify_time_to + 1;
                windows += 1;
                pages.take(&page(&[], None));
            }
            assert_eq!((windows, from), (expected, FROM + length + 1), "{length} ms");
        }
    }

    #[test]
    fn the_end_of_time_ends_the_walk() {
        let mut pages = Pages::new(ListProcesses::new(i64::MAX - 1, i64::MAX)).expect("valid");
        assert_eq!(pages.next().map(|request| request.modify_time_to), Some(i64::MAX));
        pages.take(&page(&[], None));
        assert_eq!((pages.next(), pages.cursor()), (None, None));
    }

    #[test]
    fn a_window_ends_when_the_server_says_so_or_has_no_token() {
        let more_without_token = ProcessPage { has_more: true, ..ProcessPage::default() };
        let empty_token = ProcessPage { page_token: Some(String::new()), ..more_without_token.clone() };
        let token_without_more = ProcessPage { has_more: false, ..page(&[], Some("t")) };
        for last in [page(&[], None), more_without_token, empty_token, token_without_more] {
            let mut pages = Pages::new(ListProcesses::new(1, 2)).expect("valid");
            assert_eq!(pages.take(&page(&["1"], Some("t"))), ["1"]);
            assert_eq!(pages.next().and_then(|request| request.page_token).as_deref(), Some("t"));
            pages.take(&last);
            assert_eq!(pages.next(), None);
            pages.take(&page(&["2"], Some("t")));
            assert_eq!(pages.next(), None, "what is over stays over");
        }
    }

    #[test]
    fn tokens_in_a_circle_end_the_window() {
        for (lead, circle) in (0..20).flat_map(|lead| (1..20).map(move |circle| (lead, circle))) {
            let mut pages = Pages::new(ListProcesses::new(1, 2)).expect("valid");
            let mut asked = 0;
            while pages.next().is_some() {
                let token = if asked < lead { asked } else { lead + (asked - lead) % circle };
                pages.take(&page(&[], Some(&token.to_string())));
                asked += 1;
                assert!(asked < 5 * (lead + circle) + 5, "it goes round and round: {lead} and {circle}");
            }
            assert!(asked > lead + circle - 1, "every page was asked for: {lead} and {circle}");
            if circle == 1 {
                assert_eq!(asked, lead + 2, "a token that comes twice in a row ends the window at once");
            }
        }
    }

    #[test]
    fn a_walk_goes_on_where_a_cursor_says() {
        let whole = ListProcesses::new(FROM, FROM + 2 * SPAN);
        let mut pages = Pages::new(whole.clone()).expect("valid");
        let answers = [page(&[], Some("t")), page(&[], None), page(&[], Some("a~b")), page(&[], None), page(&[], None)];
        for answer in answers {
            let cursor = pages.cursor().expect("not over");
            let resumed = Pages::new(ListProcesses { page_token: Some(cursor), ..whole.clone() }).expect("valid");
            assert_eq!(resumed.next(), pages.next());
            pages.take(&answer);
        }
        assert_eq!(pages.next(), None);
    }

    #[test]
    fn a_plain_token_belongs_to_the_first_window_and_a_foreign_cursor_is_refused() {
        let resume = |token: &str| {
            Pages::new(ListProcesses { page_token: Some(token.into()), ..ListProcesses::new(FROM, FROM + SPAN) })
        };
        for token in ["7400000000000000002", "a~b", "99999999999999999999~b"] {
            let request = resume(token).expect("valid").next().expect("a page");
            assert_eq!((request.page_token.as_deref(), request.modify_time_from), (Some(token), FROM));
        }
        for from in [0, FROM - SPAN, FROM + 1, FROM + 2 * SPAN] {
            assert!(resume(&format!("{from}~t")).is_err(), "{from}");
        }
    }
}
