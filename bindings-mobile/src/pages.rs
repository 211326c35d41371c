//! The walk through all pages of a list; the core decides how it goes on and when it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use feishu_corehr::{ListProcesses, Pages, ProcessPage};

use crate::failure::{Failure, guarded};
use crate::handles::Handle;

/// A walk through the ids of processes. Each page is a call of its own.
#[derive(uniffi::Object)]
pub struct ProcessPages {
    pages: Mutex<Pages<ListProcesses>>,
    _handle: Handle,
}

#[uniffi::export]
impl ProcessPages {
    /// A walk through the ids of all processes that were modified in a span of time of any length; nothing is sent.
    /// The request's `page_token` may be the cursor of an earlier walk.
    #[uniffi::constructor]
    pub fn new(request: ListProcesses) -> Result<Arc<Self>, Failure> {
        guarded(|| Ok(Arc::new(Self { pages: Mutex::new(Pages::new(request)?), _handle: Handle::open() })))
    }

    /// The page to ask for; nothing at the end.
    pub fn next(&self) -> Result<Option<ListProcesses>, Failure> {
        guarded(|| Ok(self.pages().next_request()?))
    }

    /// Takes the answer to such a request, and gives its ids. A page may be empty, and the walk goes on.
    pub fn take(&self, request: ListProcesses, page: ProcessPage) -> Result<Vec<String>, Failure> {
        guarded(|| {
            let mut pages = self.pages();
            // Somebody else may have taken the page meanwhile, and must not have it taken twice.
            if pages.is_at(&request) {
                pages.take(&page);
            }
            Ok(page.process_ids)
        })
    }

    /// Where another walk can go on from here; nothing at the end.
    pub fn cursor(&self) -> Result<Option<String>, Failure> {
        guarded(|| Ok(self.pages().cursor()))
    }
}

impl ProcessPages {
    fn pages(&self) -> MutexGuard<'_, Pages<ListProcesses>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
