//! GET /open-apis/corehr/v2/approvers: [list a person's tasks](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/approver/list) (获取指定人员审批任务列表).

use feishu_corehr_macros::wire;

use super::actor::UserIdType;
use super::rules::id_problems;
use crate::codes::{Code, refused, unhelpful};
use crate::endpoint::{Endpoint, Operation, Outcome, Replay, Reply};
use crate::error::{Error, ErrorKind, Problem};
use crate::http::Method;
use crate::limit::Quota;
#[cfg(doc)]
use crate::pages::Pages;
use crate::pages::{LARGEST_PAGE, List, Page, largest_page, size_problem, token_problems};
use crate::parameter::{Kind, Parameter};

/// Asks for one page of the tasks of one person.
///
/// GET `/open-apis/corehr/v2/approvers`
/// ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/approver/list)).
/// The app needs the scope `corehr:process:read`. At most 10 calls a second. For more than one page use [`Pages`].
#[wire(request)]
#[derive(Eq)]
pub struct ListTasks {
    /// The person, by an id of the kind that `user_id_type` names.
    pub user_id: String,
    /// The kind of `user_id`; Feishu's default is `open_id`.
    pub user_id_type: Option<UserIdType>,
    /// Only tasks with this status; all if absent. Feishu filters by `started`, `in_progress`, `rejected`, `approved`,
    /// `copied`, `failed` and `rolled_back`.
    pub approver_status: Option<TaskStatus>,
    /// How many tasks a page may have: 1 to 100, by default 100.
    #[serde(default = "largest_page")]
    #[cfg_attr(feature = "mobile", uniffi(default = 100))]
    pub page_size: u32,
    /// Where to go on; none for the first page.
    pub page_token: Option<String>,
}

impl ListTasks {
    /// All tasks of the person with that `open_id`.
    pub fn new(open_id: &str) -> Self {
        Self {
            user_id: open_id.to_owned(),
            user_id_type: None,
            approver_status: None,
            page_size: LARGEST_PAGE,
            page_token: None,
        }
    }
}

/// Where a task stands. Its numbers are those of no other status.
#[wire(number)]
pub enum TaskStatus {
    /// Approved.
    Approved = 3,
    /// A copy for information.
    Copied = 5,
    /// Failed, at a node for electronic signatures.
    Failed = 12,
    /// A form was submitted. Whoever filters asks for `approved`.
    FormSubmitted = 6,
    /// To do.
    InProgress = 1,
    /// Somebody else has intervened (已干预).
    Intervened = 18,
    /// Not started.
    NotStarted = 0,
    /// Rejected.
    Rejected = 2,
    /// A revocation was started.
    RevocationStarted = 16,
    /// Rolled back.
    RolledBack = 14,
    /// Skipped.
    Skipped = -2,
    /// Started.
    Started = -1,
    /// A number that no page lists; it stands in `approver_status_number`.
    Unknown = -99,
    /// Withdrawn.
    Withdrawn = 4,
}

/// A page of tasks.
#[wire(reply)]
#[derive(Eq)]
pub struct TaskPage {
    /// The tasks, in no documented order. Older versions of the API called the list `approvers`.
    #[wire(alias = "approvers")]
    pub approver_list: Vec<ListedTask>,
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

/// A task of a person.
#[wire(reply)]
#[derive(Eq)]
pub struct ListedTask {
    /// The task.
    pub approver_id: String,
    /// The process that it belongs to.
    pub process_id: String,
    /// Where it stands.
    pub approver_status: TaskStatus,
    /// Where it stands, as the number that was received.
    pub approver_status_number: Option<i64>,
}

impl Endpoint for ListTasks {
    const OPERATION: Operation = Operation {
        name: "list_tasks",
        method: Method::Get,
        path: "/open-apis/corehr/v2/approvers",
        replay: Replay::Read,
        quota: Quota::per_second(10),
        scope: "corehr:process:read",
        codes: CODES,
        parameters: &[
            Parameter::Query("user_id", Kind::Text),
            Parameter::Query("user_id_type", Kind::Text),
            Parameter::Query("approver_status", Kind::Number(TaskStatus::NUMBERS)),
            Parameter::Query("page_size", Kind::Integer),
            Parameter::Query("page_token", Kind::Text),
        ],
    };

    type Response = TaskPage;
    type Output = TaskPage;

    fn output(outcome: Outcome) -> Result<TaskPage, Error> {
        Self::decode(&outcome.reply)
    }

    fn path(&self) -> String {
        Self::OPERATION.path.to_owned()
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = id_problems("user_id", &self.user_id);
        problems.extend(self.approver_status.and_then(filter_problem));
        problems.extend(size_problem(self.page_size));
        problems.extend(self.page_token.as_deref().map(token_problems).unwrap_or_default());
        problems
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("user_id", self.user_id.clone())];
        if let Some(kind) = self.user_id_type {
            query.push(("user_id_type", kind.as_str().to_owned()));
        }
        if let Some(status) = self.approver_status {
            query.push(("approver_status", (status as i64).to_string()));
        }
        query.push(("page_size", self.page_size.to_string()));
        if let Some(token) = &self.page_token {
            query.push(("page_token", token.clone()));
        }
        query
    }

    fn decode(reply: &Reply) -> Result<TaskPage, Error> {
        let mut page: TaskPage = reply.read(&Self::OPERATION)?;
        page.log_id.clone_from(&reply.log_id);
        page.raw.clone_from(&reply.data);
        Ok(page)
    }
}

impl List for ListTasks {
    type Item = ListedTask;

    fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    fn at(&self, _: (i64, i64), page_token: Option<String>) -> Self {
        Self { page_token, ..self.clone() }
    }

    fn page(answer: &TaskPage) -> Page<'_, ListedTask> {
        Page {
            items: &answer.approver_list,
            has_more: answer.has_more,
            page_token: answer.page_token.as_deref(),
            log_id: answer.log_id.as_deref(),
        }
    }
}

/// Why a status is no filter, and what to ask for instead.
fn filter_problem(status: TaskStatus) -> Option<Problem> {
    let word = status.as_str();
    let rule = match status {
        TaskStatus::Approved
        | TaskStatus::Copied
        | TaskStatus::Failed
        | TaskStatus::InProgress
        | TaskStatus::Rejected
        | TaskStatus::RolledBack
        | TaskStatus::Started => return None,
        TaskStatus::FormSubmitted => {
            format!("is `{word}` (6), which Feishu asks not to filter by any more; use `approved` (3)")
        }
        TaskStatus::NotStarted | TaskStatus::RevocationStarted | TaskStatus::Skipped | TaskStatus::Withdrawn => {
            let number = status as i64;
            format!(
                "is `{word}` ({number}), which Feishu has retired as a filter; leave it out and look at each task's \
                 `approver_status`"
            )
        }
        TaskStatus::Intervened => {
            format!("is `{word}` (18), which is no filter; leave it out and look at each task's `approver_status`")
        }
        TaskStatus::Unknown => format!("is `{word}`, which is not a status of Feishu's"),
    };
    Some(Problem::new("approver_status", rule))
}

/// Page of 2025-12-12.
const CODES: &[Code] = &[
    refused(
        1160001,
        ErrorKind::Rejected,
        "the ids of tenant and user could not be found",
        "check `user_id`, and that it is of the kind that `user_id_type` names and of this app and tenant",
        "无法获取租户或用户 ID，请检查 user_id 及其类型 user_id_type，以及是否属于当前应用与租户",
    ),
    refused(
        1160101,
        ErrorKind::Rejected,
        "a parameter is wrong",
        "check `user_id`, `user_id_type`, `approver_status`, `page_size` and `page_token`",
        "参数有误，请检查 user_id、user_id_type、approver_status、page_size 与 page_token",
    ),
    refused(
        1160121,
        ErrorKind::Rejected,
        "there is no such type of list",
        "contact Feishu support with the log id",
        "列表类型不存在，请携带 log id 联系飞书客服",
    ),
    unhelpful(1160500),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Pages;

    fn problems(request: &ListTasks) -> Vec<String> {
        request.problems().into_iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect()
    }

    #[test]
    fn every_parameter_stands_in_the_query() {
        let target = |request: ListTasks| request.prepare().expect("valid").target;
        let path = "/open-apis/corehr/v2/approvers";
        assert_eq!(target(ListTasks::new("ou_a")), format!("{path}?user_id=ou_a&page_size=100"));
        let request = ListTasks {
            user_id_type: Some(UserIdType::UserId),
            approver_status: Some(TaskStatus::Started),
            page_size: 7,
            page_token: Some("2".into()),
            ..ListTasks::new("a")
        };
        assert_eq!(
            target(request),
            format!("{path}?user_id=a&user_id_type=user_id&approver_status=-1&page_size=7&page_token=2")
        );
    }

    #[test]
    fn what_is_no_filter_any_more_is_refused_and_says_what_to_do() {
        for status in TaskStatus::ALL {
            let found = problems(&ListTasks { approver_status: Some(*status), ..ListTasks::new("ou_a") });
            match *status as i64 {
                -1 | 1 | 2 | 3 | 5 | 12 | 14 => assert_eq!(found, [""; 0]),
                6 => assert!(found[0].contains("use `approved` (3)"), "{found:?}"),
                -2 | 0 | 4 | 16 => assert!(found[0].contains("retired as a filter; leave it out"), "{found:?}"),
                18 => assert!(found[0].contains("is no filter; leave it out"), "{found:?}"),
                _ => assert!(found[0].contains("not a status of Feishu's"), "{found:?}"),
            }
        }
        let all = ListTasks { page_size: 0, page_token: Some(String::new()), ..ListTasks::new("") };
        assert_eq!(
            problems(&all),
            [
                "user_id is empty",
                "page_size is 0; the server takes 1 to 100",
                "page_token is empty; leave it out for the first page",
            ]
        );
    }

    #[test]
    fn both_names_of_the_list_are_read_and_the_newer_one_wins() {
        let read = |data: &str| {
            let reply = Reply { data: data.into(), http_status: 200, ..Reply::default() };
            let page = ListTasks::decode(&reply).expect("as documented");
            page.approver_list.into_iter().map(|task| task.approver_id).collect::<Vec<_>>()
        };
        assert_eq!(read(r#"{"approver_list":[{"approver_id":"1"}]}"#), ["1"]);
        assert_eq!(read(r#"{"approvers":[{"approver_id":"2"}]}"#), ["2"]);
        assert_eq!(read(r#"{"approvers":[{"approver_id":"2"}],"approver_list":null}"#), ["2"]);
        assert_eq!(read(r#"{"approver_list":[{"approver_id":"1"}],"approvers":[{"approver_id":"2"}]}"#), ["1"]);
        assert_eq!(read("{}"), [""; 0]);
    }

    #[test]
    fn an_unknown_status_keeps_its_number() {
        let data = r#"{"approver_list":[{"approver_id":"1","process_id":"7","approver_status":77}]}"#;
        let page = ListTasks::decode(&Reply { data: data.into(), ..Reply::default() }).expect("as documented");
        let expected = ListedTask {
            approver_id: "1".into(),
            process_id: "7".into(),
            approver_status: TaskStatus::Unknown,
            approver_status_number: Some(77),
        };
        assert_eq!(page.approver_list, [expected]);
    }

    #[test]
    fn a_walk_ends_with_the_last_page() {
        let page = |token: Option<&str>| TaskPage {
            approver_list: vec![ListedTask::default()],
            has_more: token.is_some(),
            page_token: token.map(str::to_owned),
            ..TaskPage::default()
        };
        let mut pages = Pages::new(ListTasks::new("ou_a")).expect("valid");
        assert_eq!(pages.take(&page(Some("2"))).len(), 1);
        let next = pages.next_request().expect("goes on").expect("a page");
        assert_eq!(next.page_token.as_deref(), Some("2"));
        pages.take(&page(None));
        assert_eq!(pages.next_request(), Ok(None));
    }
}
