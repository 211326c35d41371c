//! The walk through all pages of a list; the core decides how it goes on and when it ends.

use feishu_corehr::{Error, Form, FromForm, Instant, List, Pages, StartCandidates, UserIdType, lists, no_operation};
use serde::Serialize;

use crate::text;

/// Where a walk stands.
#[derive(Serialize)]
struct Place<L> {
    /// Where another walk can go on from here.
    cursor: Option<String>,
    /// The page to ask for.
    request: Option<L>,
}

/// A walk whose list's type is forgotten.
pub(crate) trait Walk {
    /// Where it stands, as JSON.
    fn next(&mut self) -> String;

    /// Goes on to the next page, and tells where that is, as JSON.
    fn go_on(&mut self, has_more: bool, page_token: Option<&str>, log_id: Option<&str>) -> String;
}

impl<L: List + Serialize> Walk for Pages<L> {
    fn next(&mut self) -> String {
        text::result(self.next_request().map(|request| Place { cursor: self.cursor(), request }))
    }

    fn go_on(&mut self, has_more: bool, page_token: Option<&str>, log_id: Option<&str>) -> String {
        Self::go_on(self, has_more, page_token, log_id);
        text::result(Ok(self.cursor()))
    }
}

macro_rules! walks {
    ($($name:ident: $request:ident,)*) => {
        /// A walk of the list with that name.
        pub(crate) fn new(operation: &str, request: &str, wall: u64) -> Result<Box<dyn Walk>, Error> {
            match operation {
                CANDIDATES => Ok(Box::new(read::<StartCandidates>(CANDIDATES, request)?.pages(Instant { monotonic: 0, wall })?)),
                $(stringify!($name) => begun::<feishu_corehr::$request>(request),)*
                _ => Err(Error::invalid(operation, vec![no_operation()])),
            }
        }
    };
}

lists!(walks);

fn begun<L: List + FromForm + Serialize + 'static>(request: &str) -> Result<Box<dyn Walk>, Error> {
    Ok(Box::new(Pages::new(read::<L>(L::OPERATION.name, request)?)?))
}

const CANDIDATES: &str = "list_start_candidates";

/// Of a walk through candidates: by which kind of user ids each process is read, and with what was read, something if it is
/// a candidate.
pub(crate) fn candidate(request: &str, raw: Option<&str>) -> Result<Option<&'static str>, Error> {
    let start = read::<StartCandidates>(CANDIDATES, request)?;
    Ok(match raw {
        Some(raw) => start.is_candidate(raw).then_some(""),
        None => start.user_id_type().map(UserIdType::as_str),
    })
}

fn read<R: FromForm>(operation: &str, request: &str) -> Result<R, Error> {
    let mut form = Form::read("request", request);
    let request = R::from_form(&mut form);
    let problems = form.problems();
    // Without a problem there is a request.
    request.filter(|_| problems.is_empty()).ok_or_else(|| Error::invalid(operation, problems))
}
