//! The walk through all pages of a list; the core decides how it goes on and when it ends.

use feishu_corehr::{Endpoint, Error, Form, FromForm, FromJson, ListProcesses, Pages, ProcessPage};
use serde::Serialize;

use crate::text;

/// Where a walk stands.
#[derive(Serialize)]
struct Place {
    /// Where another walk can go on from here.
    cursor: Option<String>,
    /// The page to ask for.
    request: Option<ListProcesses>,
}

pub(crate) fn new(request: &str) -> Result<Pages<ListProcesses>, Error> {
    let mut form = Form::read("request", request);
    let request = ListProcesses::from_form(&mut form);
    Error::check(ListProcesses::OPERATION.name, form.problems())?;
    // Without a problem there is a request.
    request.map_or_else(|| Err(Error::invalid(ListProcesses::OPERATION.name, Vec::new())), Pages::new)
}

pub(crate) fn next(pages: &mut Pages<ListProcesses>) -> String {
    text::result(pages.next_request().map(|request| Place { cursor: pages.cursor(), request }))
}

/// A page that cannot be read would be one that this instance has not written; the walk then ends.
pub(crate) fn take(pages: &mut Pages<ListProcesses>, page: &str, log_id: Option<String>) -> String {
    let page = serde_json::from_str(page).ok().and_then(|page| ProcessPage::read(page).ok()).unwrap_or_default();
    pages.take(&ProcessPage { log_id, ..page });
    String::new()
}
