//! GET /open-apis/corehr/v2/processes, and each process of it: which ones a start may have made whose answer was lost.

use feishu_corehr_macros::wire;

use super::actor::{Actor, User, UserIdType};
use super::get_process::GetProcess;
use super::list_processes::{ListProcesses, ProcessPage};
use super::rules::id_problems;
#[cfg(doc)]
use super::start_process::StartProcess;
use super::types::milliseconds;
use crate::error::Error;
use crate::moment;
use crate::pages::Pages;
use crate::retry;
use crate::time::Instant;
use crate::wire::Fields;

/// Asks which processes a [`StartProcess`] may have started that ended with effect unknown.
///
/// No read proves a start as this one, and the request may still take effect: a caller judges, by name, status and moment.
/// The app needs the scope `corehr:process:read`. The list takes its turn among 20 calls a minute, and each process on it
/// is read, among 100 a minute.
#[wire(request)]
#[derive(Eq)]
pub struct StartCandidates {
    /// The flow definition that was to be started: `people_<digits>_<digits>`. At most 128 bytes, without spaces and
    /// control characters.
    pub flow_definition_id: String,
    /// Who was to start it.
    pub actor: Actor,
    /// A moment before that call sent its first request: one's own clock before it, or the moment that its error tells. In
    /// milliseconds since 1970-01-01 UTC; at most 5 s ahead, for clocks that differ.
    pub since: i64,
}

/// What a walk through candidates asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CandidateRequest {
    /// A page of ids, which [`Candidates::take_page`] takes.
    List(ListProcesses),
    /// One process, which [`Candidates::take_process`] takes.
    Read(GetProcess),
}

/// Walks through the candidates of a start: ask for [`next_request`](Self::next_request), hand the answer to
/// [`take_page`](Self::take_page) or [`take_process`](Self::take_process), until there is no next.
///
/// A candidate is of the same definition, was created 5 s before `since` or later, for clocks that differ, and has the actor
/// as its initiator, or none where the system started it; where the system names a user, both will do, since it is not
/// documented which of the two counts. What an answer does not have excludes nothing. Each process is read once.
#[derive(Clone, Debug)]
pub struct Candidates {
    start: StartCandidates,
    pages: Pages<ListProcesses>,
    /// Every id that was listed, once. There are few, as a minute has room for the reads of a hundred.
    ids: Vec<String>,
    /// How many of them have been read.
    read: usize,
}

impl Candidates {
    /// A walk through all that has been modified since then, until a minute after `now`.
    pub fn new(start: StartCandidates, now: Instant) -> Result<Self, Error> {
        let pages = start.pages(now)?;
        Ok(Self { start, pages, ids: Vec::new(), read: 0 })
    }

    /// What to ask for; none when all have been read. An error says that the page that was taken last does not lead on; the
    /// next step then asks for that page again.
    pub fn next_request(&mut self) -> Result<Option<CandidateRequest>, Error> {
        Ok(match self.ids.get(self.read) {
            Some(process_id) => Some(CandidateRequest::Read(GetProcess {
                process_id: process_id.clone(),
                user_id_type: self.start.user_id_type(),
            })),
            None => self.pages.next_request()?.map(CandidateRequest::List),
        })
    }

    /// Whether this is what to ask for.
    pub fn is_at(&self, request: &CandidateRequest) -> bool {
        match (request, self.ids.get(self.read)) {
            (CandidateRequest::List(list), None) => self.pages.is_at(list),
            (CandidateRequest::Read(read), Some(process_id)) => *process_id == read.process_id,
            (CandidateRequest::List(_), Some(_)) | (CandidateRequest::Read(_), None) => false,
        }
    }

    /// Takes a page of ids, which are read one by one.
    pub fn take_page(&mut self, page: &ProcessPage) {
        for process_id in self.pages.take(page) {
            // In another part of a long span, or on a later page, since it was modified meanwhile.
            if !self.ids.contains(&process_id) {
                self.ids.push(process_id);
            }
        }
    }

    /// Takes the process that was read, as the answer's `data`, goes on to the next, and says whether it is a candidate.
    pub fn take_process(&mut self, data: &str) -> bool {
        self.read += 1;
        self.start.is_candidate(data)
    }
}

impl StartCandidates {
    /// The pages of the ids: of all that has been modified since then, until a minute after `now`.
    pub fn pages(&self, now: Instant) -> Result<Pages<ListProcesses>, Error> {
        let (id, since) = (&self.flow_definition_id, self.since);
        let mut problems = id_problems("flow_definition_id", id);
        problems.extend(self.actor.problems("initiator_id"));
        problems.extend(moment::unit_problem("since", since).or_else(|| moment::ahead_problem("since", since, now)));
        Error::check("list_start_candidates", problems)?;
        let latest = i64::try_from(now.wall).unwrap_or(i64::MAX).saturating_add(MINUTE);
        Pages::new(ListProcesses {
            flow_definition_id: Some(id.clone()),
            ..ListProcesses::new(self.earliest(), latest)
        })
    }

    /// The kind of the ids that a process must be read with; none where no user is named.
    pub fn user_id_type(&self) -> Option<UserIdType> {
        self.actor.user().map(User::id_type)
    }

    /// Whether a process that was read, as the answer's `data`, is a candidate; see [`Candidates`].
    pub fn is_candidate(&self, data: &str) -> bool {
        let mut ignored = None;
        let mut process = Fields::of(data, &mut ignored);
        let definition: Option<String> = process.take("flow_definition_id");
        let initiator: Option<String> = process.take("initiator_id");
        let created = process.take_with("create_time", milliseconds);
        definition.is_none_or(|id| id.is_empty() || id == self.flow_definition_id)
            && initiator.is_none_or(|id| self.is_by(&id))
            && created.is_none_or(|time| time >= self.earliest())
    }

    const fn earliest(&self) -> i64 {
        self.since.saturating_sub(retry::CLOCKS_DIFFER)
    }

    /// Whether that is the initiator; an empty one stands for the system.
    fn is_by(&self, initiator: &str) -> bool {
        if initiator.is_empty() { self.actor.is_system() } else { self.actor.id() == Some(initiator) }
    }
}

/// How far ahead of one's own the server's clock may be, in milliseconds.
const MINUTE: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: i64 = 1_766_000_000_000;
    const NOW: Instant = Instant { monotonic: 7, wall: 1_766_000_090_000 };

    fn user() -> Actor {
        User::UserId("a".into()).into()
    }

    fn system(user: Option<User>) -> Actor {
        Actor::System { user }
    }

    fn start(actor: Actor) -> StartCandidates {
        StartCandidates { flow_definition_id: "people_7_8".into(), actor, since: SINCE }
    }

    fn walk(actor: Actor) -> Candidates {
        Candidates::new(start(actor), NOW).expect("valid")
    }

    fn page(ids: &[&str], token: Option<&str>) -> ProcessPage {
        ProcessPage {
            process_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            has_more: token.is_some(),
            page_token: token.map(str::to_owned),
            ..ProcessPage::default()
        }
    }

    fn read(walk: &mut Candidates) -> Option<String> {
        match walk.next_request().expect("goes on")? {
            CandidateRequest::Read(GetProcess { process_id, .. }) => Some(process_id),
            CandidateRequest::List(_) => None,
        }
    }

    #[test]
    fn the_list_is_of_that_definition_and_of_all_that_changed_since_then() {
        let list = CandidateRequest::List(ListProcesses {
            flow_definition_id: Some("people_7_8".into()),
            ..ListProcesses::new(SINCE - 5_000, 1_766_000_150_000)
        });
        let mut walk = walk(user());
        assert_eq!(walk.next_request(), Ok(Some(list.clone())));
        assert!(walk.is_at(&list));
    }

    #[test]
    fn each_process_is_read_once_by_the_actors_kind_of_id() {
        for (actor, user_id_type) in [
            (user(), Some(UserIdType::UserId)),
            (User::OpenId("ou_a".into()).into(), Some(UserIdType::OpenId)),
            (system(Some(User::PeopleCorehrId("7".into()))), Some(UserIdType::PeopleCorehrId)),
            (system(None), None),
        ] {
            let mut walk = walk(actor);
            walk.next_request().expect("goes on");
            walk.take_page(&page(&["7", "8", "7"], Some("t")));
            let request = CandidateRequest::Read(GetProcess { process_id: "7".into(), user_id_type });
            // A read that fails is asked for again.
            for _ in 0..2 {
                assert_eq!(walk.next_request(), Ok(Some(request.clone())));
                assert!(walk.is_at(&request));
            }
            walk.take_process("{}");
            assert!(!walk.is_at(&request));
            assert_eq!(read(&mut walk).as_deref(), Some("8"));
            walk.take_process("{}");
            let Ok(Some(CandidateRequest::List(list))) = walk.next_request() else { panic!("the next page") };
            assert_eq!(list.page_token.as_deref(), Some("t"));
            walk.take_page(&page(&["8", "9"], None));
            assert!(!walk.is_at(&CandidateRequest::List(list)));
            assert_eq!(read(&mut walk).as_deref(), Some("9"));
            walk.take_process("{}");
            assert_eq!(walk.next_request(), Ok(None));
        }
    }

    #[test]
    fn a_long_span_is_walked_in_parts_and_what_comes_twice_is_read_once() {
        let mut walk = Candidates::new(start(user()), NOW.after(31 * 24 * 60 * 60 * 1_000)).expect("valid");
        let Ok(Some(CandidateRequest::List(first))) = walk.next_request() else { panic!("a part") };
        walk.take_page(&page(&["7"], None));
        walk.take_process("{}");
        let Ok(Some(CandidateRequest::List(second))) = walk.next_request() else { panic!("the other") };
        assert_eq!(second.modify_time_from, first.modify_time_to + 1);
        walk.take_page(&page(&["7"], None));
        assert_eq!(walk.next_request(), Ok(None));
    }

    #[test]
    fn pages_that_do_not_lead_on_end_the_walk_after_their_processes() {
        let mut walk = walk(user());
        walk.next_request().expect("goes on");
        walk.take_page(&page(&["7"], Some("")));
        assert_eq!(read(&mut walk).as_deref(), Some("7"));
        walk.take_process("{}");
        let error = walk.next_request().expect_err("stuck");
        assert_eq!(error.operation.as_deref(), Some("list_processes"));
    }

    #[test]
    fn a_candidate_is_what_nothing_excludes() {
        let named = || system(Some(User::UserId("a".into())));
        for (actor, data, expected) in [
            (user(), r#"{"flow_definition_id":"people_7_8","initiator_id":"a","create_time":"1766000000000"}"#, true),
            // Of another definition.
            (user(), r#"{"flow_definition_id":"people_7_9","initiator_id":"a","create_time":"1766000000000"}"#, false),
            // Older, to the millisecond.
            (user(), r#"{"create_time":"1765999994999"}"#, false),
            (user(), r#"{"create_time":"1765999995000"}"#, true),
            (user(), r#"{"create_time":1765999994999}"#, false),
            (user(), r#"{"create_time":"1790000000000"}"#, true),
            // Of another initiator, and of the system.
            (user(), r#"{"initiator_id":"b"}"#, false),
            (user(), r#"{"initiator_id":"A"}"#, false),
            (user(), r#"{"initiator_id":""}"#, false),
            (system(None), r#"{"initiator_id":""}"#, true),
            (system(None), r#"{"initiator_id":"a"}"#, false),
            (named(), r#"{"initiator_id":""}"#, true),
            (named(), r#"{"initiator_id":"a"}"#, true),
            (named(), r#"{"initiator_id":"b"}"#, false),
            // What is not there excludes nothing.
            (user(), "{}", true),
            (system(None), "{}", true),
            (user(), r#"{"flow_definition_id":null,"initiator_id":null,"create_time":null}"#, true),
            (user(), r#"{"flow_definition_id":"","create_time":""}"#, true),
            (user(), r#"{"create_time":"soon"}"#, true),
        ] {
            let mut walk = walk(actor.clone());
            assert_eq!(walk.take_process(data), expected, "{actor:?} {data}");
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_once() {
        let summary = |start| Candidates::new(start, NOW).err().map(|error| error.summary.clone());
        assert_eq!(summary(start(system(None))), None);
        let wrong = StartCandidates {
            flow_definition_id: String::new(),
            actor: User::OpenId("a b".into()).into(),
            since: SINCE / 1_000,
        };
        assert_eq!(
            summary(wrong).expect("three problems"),
            "invalid request: `flow_definition_id` is empty; `initiator_id` has a space (U+0020) at character 2; \
             `since` is 1766000000: seconds, not milliseconds"
        );
        for (since, rule) in [
            (1_766_000_095_000, None),
            (1_766_000_095_001, Some("lies 5001 ms ahead; it is a moment that is past, in milliseconds since 1970")),
            (i64::MIN, Some("is -9223372036854775808 ms, before 1970")),
            (i64::MAX, Some("is 9223372036854775807: smaller units than milliseconds")),
        ] {
            let found = summary(StartCandidates { since, ..start(user()) });
            let expected = rule.map(|rule| format!("invalid request: `since` {rule}"));
            assert_eq!(found, expected, "{since}");
        }
    }
}
