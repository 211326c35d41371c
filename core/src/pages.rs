//! One walk for every list: which page is asked for next, and when the walk ends.

use crate::endpoint::Endpoint;
use crate::error::{Advice, Error, ErrorKind, Problem};
use crate::key;

/// In bytes. No page documents a length; those seen have 19 digits.
const LONGEST_PAGE_TOKEN: usize = 4096;

/// How many items a page may have.
pub(crate) const LARGEST_PAGE: u32 = 100;

/// The size of a page that nobody has said.
pub(crate) const fn largest_page() -> u32 {
    LARGEST_PAGE
}

/// What is wrong with the size of a page.
pub(crate) fn size_problem(size: u32) -> Option<Problem> {
    let is_wrong = !(1..=LARGEST_PAGE).contains(&size);
    is_wrong.then(|| Problem::new("page_size", format!("is {size}; the server takes 1 to {LARGEST_PAGE}")))
}

/// An operation that answers a page at a time.
pub trait List: Endpoint + Clone {
    /// What the list has.
    type Item: Clone;

    /// How long a span of time one request may ask for, in milliseconds; a longer one is walked through in windows of
    /// this length. A list that is not asked for by time has one window.
    const WINDOW: i64 = i64::MAX;

    /// The first and the last moment that is asked for, in milliseconds since 1970-01-01 UTC.
    fn span(&self) -> (i64, i64) {
        (0, 0)
    }

    /// Where the request goes on; none for the first page.
    fn page_token(&self) -> Option<&str>;

    /// Every rule that the request breaks, but for the length of its span.
    fn problems_of_any_span(&self) -> Vec<Problem> {
        self.problems()
    }

    /// The same request for one page: of this span, from this token on.
    #[must_use]
    fn at(&self, span: (i64, i64), page_token: Option<String>) -> Self;

    /// What an answer has.
    fn page(answer: &Self::Response) -> Page<'_, Self::Item>;
}

/// A page of a list, as it was answered.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a, T> {
    /// What it has.
    pub items: &'a [T],
    /// Whether there are more pages.
    pub has_more: bool,
    /// Where to go on, while there are more pages.
    pub page_token: Option<&'a str>,
    /// The log id of the answer.
    pub log_id: Option<&'a str>,
}

/// What is wrong with the page token of a request.
pub fn token_problems(token: &str) -> Vec<Problem> {
    match token {
        "" => vec![Problem::new("page_token", "is empty; leave it out for the first page")],
        token => key::problems("page_token", token, LONGEST_PAGE_TOKEN),
    }
}

/// Walks all pages of a span of any length: ask for [`next_request`](Self::next_request), hand the answer to [`take`](Self::take),
/// until there is no next.
///
/// A span that is longer than one request may ask for is cut into windows that do not overlap, oldest first. What is
/// modified during the walk may move to a later window, so that it may come twice. The walk always ends: a window is
/// over when the server says so, and where it says that there is more, and how to go on is not to be had from it, the
/// walk ends with an error after the items of that page.
#[derive(Clone, Debug)]
pub struct Pages<L> {
    /// The request, its span the whole one.
    all: L,
    position: Position,
}

/// How far a walk has come, whatever the list: compiled once for all of them.
#[derive(Clone, Debug)]
struct Position {
    operation: &'static str,
    /// How long a window is.
    window: i64,
    /// The last moment of the whole span.
    last: i64,
    /// The first moment of the current window; none when the walk is over.
    from: Option<i64>,
    /// Where to go on in the window.
    token: Option<String>,
    /// An earlier token of the window, which must not come again. It is replaced after 1, 2, 4, 8 … pages, and so
    /// lies in the circle, if there is one, and far enough back (Brent's algorithm).
    mark: Option<String>,
    /// How many pages of the window have been taken.
    pages: u64,
    /// Why the walk cannot go on from the page that was taken last.
    stuck: Option<Error>,
}

impl<L: List> Pages<L> {
    /// The pages of `request`, whose span may be of any length.
    ///
    /// Its `page_token` is what [`cursor`](Self::cursor) gave, in an earlier walk with the same span, or a plain token
    /// of Feishu's, which belongs to the first window.
    pub fn new(request: L) -> Result<Self, Error> {
        let mut problems = request.problems_of_any_span();
        let (first, last) = request.span();
        let (from, token) = match request.page_token().and_then(parts) {
            Some((from, token)) => {
                let offset = from.saturating_sub(first);
                if offset < 0 || offset % L::WINDOW != 0 || from > last {
                    problems.push(Problem::new("page_token", "belongs to a walk through another span of time"));
                }
                (from, Some(token.to_owned()).filter(|token| !token.is_empty()))
            }
            None => (first, request.page_token().map(str::to_owned)),
        };
        Error::check(L::OPERATION.name, problems)?;
        let (operation, window) = (L::OPERATION.name, L::WINDOW);
        let position = Position { operation, window, last, from: Some(from), token, mark: None, pages: 0, stuck: None };
        Ok(Self { all: request, position })
    }

    /// The page to ask for; none when all have been taken. An error says that the page that was taken last does not lead
    /// on; the next step then asks for that page again.
    pub fn next_request(&mut self) -> Result<Option<L>, Error> {
        self.position.stuck.take().map_or_else(|| Ok(self.here()), Err)
    }

    /// Whether this is the page to ask for.
    pub fn is_at(&self, request: &L) -> bool
    where
        L: PartialEq,
    {
        self.here().as_ref() == Some(request)
    }

    fn here(&self) -> Option<L> {
        let span = self.position.window()?;
        Some(self.all.at(span, self.position.token.clone()))
    }

    /// Takes the answer, goes on to the next page, and gives the items.
    pub fn take(&mut self, answer: &L::Response) -> Vec<L::Item> {
        let page = L::page(answer);
        self.go_on(page.has_more, page.page_token, page.log_id);
        page.items.to_vec()
    }

    /// Goes on to the next page by what the answer says of it, for who has the items already.
    pub fn go_on(&mut self, has_more: bool, page_token: Option<&str>, log_id: Option<&str>) {
        self.position.go_on(has_more, page_token, log_id);
    }

    /// What to give as `page_token` to go on from here in another walk with the same span; none when all pages have
    /// been taken.
    ///
    /// It is `<first moment of the window>~<Feishu's token>`, since a token of Feishu's is good in its window only.
    /// How long such a token lives is not documented.
    pub fn cursor(&self) -> Option<String> {
        self.position.cursor()
    }
}

impl Position {
    /// The first and the last moment of the current window; none when the walk is over.
    fn window(&self) -> Option<(i64, i64)> {
        let from = self.from?;
        Some((from, from.saturating_add(self.window - 1).min(self.last)))
    }

    fn cursor(&self) -> Option<String> {
        Some(format!("{}~{}", self.from?, self.token.as_deref().unwrap_or_default()))
    }

    fn go_on(&mut self, has_more: bool, page_token: Option<&str>, log_id: Option<&str>) {
        match (has_more, page_token) {
            (false, _) => self.next_window(),
            (true, token) => match self.problem(token) {
                Some(problem) => self.stuck = Some(stuck(self.operation, &problem, log_id)),
                None => self.next_page(token),
            },
        }
    }

    fn next_window(&mut self) {
        let next = self.from.and_then(|from| from.checked_add(self.window));
        self.from = next.filter(|from| *from <= self.last);
        (self.token, self.mark, self.pages) = (None, None, 0);
    }

    fn next_page(&mut self, token: Option<&str>) {
        self.token = token.map(str::to_owned);
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.mark.clone_from(&self.token);
        }
    }

    /// Why the walk cannot go on with a token that the server has given.
    fn problem(&self, token: Option<&str>) -> Option<String> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Some("the answer says that there are more pages, and has no `page_token`".to_owned());
        };
        if Some(token) == self.token.as_deref() || Some(token) == self.mark.as_deref() {
            return Some("the answer's `page_token` has come before: the pages go round in a circle".to_owned());
        }
        let problems = token_problems(token).into_iter().map(|problem| problem.rule);
        problems.reduce(|all, rule| all + ", " + &rule).map(|rules| format!("the answer's `page_token` {rules}"))
    }
}

fn stuck(operation: &str, problem: &str, log_id: Option<&str>) -> Error {
    let mut error = Error::new(ErrorKind::NotAnApiAnswer, problem);
    error.operation = Some(operation.to_owned());
    error.log_id = log_id.map(str::to_owned);
    error.advice = Some(Advice {
        en: "go on later from where the walk stands, and check any proxy; the list is not complete".to_owned(),
        zh: "列表不完整；请稍后从当前位置继续，并检查网络代理".to_owned(),
    });
    error
}

/// The parts of a cursor; nothing if it is a plain token of Feishu's.
fn parts(cursor: &str) -> Option<(i64, &str)> {
    let (from, token) = cursor.split_once('~')?;
    from.bytes().all(|byte| byte.is_ascii_digit()).then(|| from.parse().ok())?.map(|from| (from, token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{Operation, Outcome, Replay};
    use crate::http::Method;
    use crate::limit::Quota;
    use crate::wire::FromJson;

    const FROM: i64 = 1_766_000_000_000;
    const WINDOW: i64 = 1_000;

    /// A list that is asked for by time.
    #[derive(Clone, Debug, PartialEq)]
    struct Changes {
        span: (i64, i64),
        page_token: Option<String>,
    }

    impl Changes {
        const fn new(from: i64, to: i64) -> Self {
            Self { span: (from, to), page_token: None }
        }
    }

    #[derive(Clone, Default)]
    struct Sheet {
        items: Vec<u32>,
        has_more: bool,
        page_token: Option<String>,
    }

    impl FromJson for Sheet {
        fn from_json(_: serde_json::Value, _: &mut Option<Problem>) -> Option<Self> {
            None
        }
    }

    impl Endpoint for Changes {
        const OPERATION: Operation = Operation {
            name: "list_changes",
            method: Method::Get,
            path: "/changes",
            replay: Replay::Read,
            quota: Quota::per_second(50),
            scope: "",
            codes: &[],
            parameters: &[],
        };
        type Response = Sheet;
        type Output = ();

        fn output(_: Outcome) -> Result<(), Error> {
            Ok(())
        }

        fn path(&self) -> String {
            String::new()
        }

        fn problems(&self) -> Vec<Problem> {
            self.page_token.as_deref().map(token_problems).unwrap_or_default()
        }
    }

    impl List for Changes {
        type Item = u32;

        const WINDOW: i64 = WINDOW;

        fn span(&self) -> (i64, i64) {
            self.span
        }

        fn page_token(&self) -> Option<&str> {
            self.page_token.as_deref()
        }

        fn at(&self, span: (i64, i64), page_token: Option<String>) -> Self {
            Self { span, page_token }
        }

        fn page(answer: &Sheet) -> Page<'_, u32> {
            Page {
                items: &answer.items,
                has_more: answer.has_more,
                page_token: answer.page_token.as_deref(),
                log_id: Some("L"),
            }
        }
    }

    fn sheet(items: &[u32], token: Option<&str>) -> Sheet {
        Sheet { items: items.to_vec(), has_more: token.is_some(), page_token: token.map(str::to_owned) }
    }

    fn walk(from: i64, to: i64) -> Pages<Changes> {
        Pages::new(Changes::new(from, to)).expect("valid")
    }

    #[test]
    fn a_long_span_is_cut_into_windows_that_touch_and_do_not_overlap() {
        for (length, expected) in
            [(0, 1), (WINDOW - 1, 1), (WINDOW, 2), (WINDOW + 1, 2), (2 * WINDOW - 1, 2), (2 * WINDOW, 3)]
        {
            let mut pages = walk(FROM, FROM + length);
            let (mut windows, mut from) = (0, FROM);
            while let Some(request) = pages.next_request().expect("goes on") {
                assert_eq!(request.span.0, from, "the windows touch");
                assert!(request.span.1 - request.span.0 < WINDOW, "each window is short enough");
                from = request.span.1 + 1;
                windows += 1;
                pages.take(&sheet(&[], None));
            }
            assert_eq!((windows, from), (expected, FROM + length + 1), "{length} ms");
        }
    }

    #[test]
    fn the_end_of_time_ends_the_walk() {
        let mut pages = walk(i64::MAX - 1, i64::MAX);
        assert_eq!(pages.next_request().expect("goes on").map(|request| request.span.1), Some(i64::MAX));
        pages.take(&sheet(&[], None));
        assert_eq!((pages.next_request(), pages.cursor()), (Ok(None), None));
    }

    #[test]
    fn a_window_ends_when_the_server_says_so_whatever_the_token() {
        for token in [None, Some(String::new()), Some("t".to_owned()), Some("\n".to_owned())] {
            let mut pages = walk(1, 2);
            assert_eq!(pages.take(&sheet(&[1], Some("t"))), [1]);
            assert_eq!(
                pages.next_request().expect("goes on").and_then(|request| request.page_token).as_deref(),
                Some("t")
            );
            pages.take(&Sheet { page_token: token, ..Sheet::default() });
            assert_eq!(pages.next_request(), Ok(None));
            pages.take(&sheet(&[2], Some("u")));
            assert_eq!(pages.next_request(), Ok(None), "what is over stays over");
        }
    }

    #[test]
    fn more_without_a_way_to_it_is_an_error_after_the_items_and_the_page_is_asked_for_again() {
        let long = "7".repeat(4097);
        for (token, rule) in [
            (None, "the answer says that there are more pages, and has no `page_token`"),
            (Some(""), "the answer says that there are more pages, and has no `page_token`"),
            (Some("t"), "the answer's `page_token` has come before: the pages go round in a circle"),
            (Some("a\nb"), "the answer's `page_token` has a control character (U+000A, line feed) at character 2"),
            (Some("\u{200b}"), "the answer's `page_token` has a zero-width space (U+200B) at character 1"),
            (Some(long.as_str()), "the answer's `page_token` has 4097 bytes; at most 4096 are taken"),
        ] {
            let mut pages = walk(1, 5 * WINDOW);
            pages.take(&sheet(&[1], Some("t")));
            let asked = pages.next_request().expect("goes on").expect("a page");
            let cursor = pages.cursor();
            assert_eq!(
                pages.take(&Sheet { has_more: true, page_token: token.map(str::to_owned), items: vec![2] }),
                [2]
            );
            let error = pages.next_request().expect_err("stuck");
            assert_eq!((error.kind, error.summary.as_str()), (ErrorKind::NotAnApiAnswer, rule));
            assert_eq!((error.operation.as_deref(), error.log_id.as_deref()), (Some("list_changes"), Some("L")));
            assert!(pages.is_at(&asked) && pages.cursor() == cursor);
            assert_eq!(pages.next_request(), Ok(Some(asked)));
            pages.take(&sheet(&[2], Some("u")));
            assert_eq!(
                pages.next_request().expect("goes on").and_then(|request| request.page_token).as_deref(),
                Some("u")
            );
        }
    }

    #[test]
    fn tokens_in_a_circle_end_the_walk() {
        for (lead, circle) in (0..20).flat_map(|lead| (1..20).map(move |circle| (lead, circle))) {
            let mut pages = walk(1, 2);
            let mut asked = 0;
            while let Ok(page) = pages.next_request() {
                assert!(page.is_some(), "it is not over");
                let token = if asked < lead { asked } else { lead + (asked - lead) % circle };
                pages.take(&sheet(&[], Some(&token.to_string())));
                asked += 1;
                assert!(asked < 5 * (lead + circle) + 5, "it goes round and round: {lead} and {circle}");
            }
            assert!(asked > lead + circle - 1, "every page was asked for: {lead} and {circle}");
            if circle == 1 {
                assert_eq!(asked, lead + 2, "a token that comes twice in a row is noticed at once");
            }
        }
    }

    #[test]
    fn a_walk_goes_on_where_a_cursor_says() {
        let whole = Changes::new(FROM, FROM + 2 * WINDOW);
        let mut pages = Pages::new(whole.clone()).expect("valid");
        let answers = [Some("t"), None, Some("a~b"), None, None];
        for token in answers {
            let page_token = Some(pages.cursor().expect("not over"));
            let mut resumed = Pages::new(Changes { page_token, ..whole.clone() }).expect("valid");
            assert_eq!(resumed.next_request(), pages.next_request());
            pages.take(&sheet(&[], token));
        }
        assert_eq!(pages.next_request(), Ok(None));
    }

    #[test]
    fn a_plain_token_belongs_to_the_first_window_and_a_foreign_cursor_is_refused() {
        let resume =
            |token: &str| Pages::new(Changes { page_token: Some(token.into()), ..Changes::new(FROM, FROM + WINDOW) });
        for token in ["7400000000000000002", "a~b", "99999999999999999999~b"] {
            let request = resume(token).expect("valid").next_request().expect("goes on").expect("a page");
            assert_eq!((request.page_token.as_deref(), request.span.0), (Some(token), FROM));
        }
        for from in [0, FROM - WINDOW, FROM + 1, FROM + 2 * WINDOW] {
            assert!(resume(&format!("{from}~t")).is_err(), "{from}");
        }
        assert!(resume(&format!("{}~t", FROM + WINDOW)).is_ok());
        assert!(resume("").is_err() && resume("a b").is_err());
    }

    /// A list that is not asked for by time.
    #[derive(Clone, Debug, PartialEq)]
    struct Things(Option<String>);

    impl Endpoint for Things {
        const OPERATION: Operation = Changes::OPERATION;
        type Response = Sheet;
        type Output = ();

        fn output(_: Outcome) -> Result<(), Error> {
            Ok(())
        }

        fn path(&self) -> String {
            String::new()
        }

        fn problems(&self) -> Vec<Problem> {
            Vec::new()
        }
    }

    impl List for Things {
        type Item = u32;

        fn page_token(&self) -> Option<&str> {
            self.0.as_deref()
        }

        fn at(&self, _: (i64, i64), page_token: Option<String>) -> Self {
            Self(page_token)
        }

        fn page(answer: &Sheet) -> Page<'_, u32> {
            Changes::page(answer)
        }
    }

    #[test]
    fn a_list_without_a_span_has_one_window() {
        let mut pages = Pages::new(Things(None)).expect("valid");
        assert_eq!(pages.next_request(), Ok(Some(Things(None))));
        pages.take(&sheet(&[1], Some("2")));
        let mut resumed = Pages::new(Things(pages.cursor())).expect("valid");
        for pages in [&mut pages, &mut resumed] {
            assert_eq!(pages.next_request(), Ok(Some(Things(Some("2".to_owned())))));
            assert_eq!(pages.take(&sheet(&[2], None)), [2]);
            assert_eq!((pages.next_request(), pages.cursor()), (Ok(None), None));
        }
    }
}
