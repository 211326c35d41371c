//! The walk through all pages of a list; the core decides how it goes on and when it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use feishu_corehr::{CallOptions, Error, ListProcesses, Pages};

use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::{Failure, guarded};
use crate::handles::Handle;

/// A walk through the ids of processes.
#[derive(uniffi::Object)]
pub struct ProcessPages {
    client: Arc<NativeClient>,
    pages: Mutex<Pages>,
    _handle: Handle,
}

#[uniffi::export]
impl ProcessPages {
    /// The ids of the next page; nothing at the end. A page may be empty, and the walk goes on.
    pub async fn next(
        &self,
        options: CallOptions,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<Option<Vec<String>>, Failure> {
        let Some(request) = self.pages().next() else { return Ok(None) };
        let page = self.client.read(&request, options, cancellation.as_deref()).await?;
        let mut pages = self.pages();
        // Somebody else may have taken the page meanwhile, and must not have it taken twice.
        if pages.next().as_ref() == Some(&request) {
            pages.take(&page);
        }
        Ok(Some(page.process_ids))
    }

    /// Where another walk can go on from here; nothing at the end.
    pub fn cursor(&self) -> Result<Option<String>, Failure> {
        guarded(|| Ok(self.pages().cursor()))
    }
}

impl ProcessPages {
    pub(crate) fn new(client: Arc<NativeClient>, request: ListProcesses) -> Result<Arc<Self>, Error> {
        Ok(Arc::new(Self { client, pages: Mutex::new(Pages::new(request)?), _handle: Handle::open() }))
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
