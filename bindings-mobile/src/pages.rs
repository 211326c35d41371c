//! The walk through all pages of a list, or through the candidates of a start; the core decides how it goes on and when it
//! ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use feishu_corehr::{CandidateRequest, Candidates, Error, Problem, StartCandidates, lists};

use crate::clock::now;
use crate::failure::{Failure, guarded};
use crate::handles::Handle;
use crate::operations::{Output, Request};

/// A walk through a list of any kind. Each page is a call of its own.
#[derive(uniffi::Object)]
pub struct Pages {
    walk: Mutex<Box<dyn Walk>>,
    _handle: Handle,
}

#[uniffi::export]
impl Pages {
    /// A walk through all pages of a list, from the request for it; nothing is sent. A span of time may be of any
    /// length, and the request's `page_token` the cursor of an earlier walk.
    #[uniffi::constructor]
    pub fn new(request: Request) -> Result<Arc<Self>, Failure> {
        guarded(|| Ok(Self::over(begun(&request)?)))
    }

    /// A walk through the candidates of a start; nothing is sent. What it asks for is a page of ids, or one process.
    #[uniffi::constructor]
    pub fn candidates(start: StartCandidates) -> Result<Arc<Self>, Failure> {
        guarded(|| Ok(Self::over(Box::new(Candidates::new(start, now())?))))
    }

    /// The page to ask for; nothing at the end.
    pub fn next(&self) -> Result<Option<Request>, Failure> {
        guarded(|| Ok(self.walk().next()?))
    }

    /// Takes the answer to such a request, whose items the host has, and says whether they are given. A page may be empty, and
    /// the walk goes on.
    pub fn take(&self, request: Request, page: Output) -> Result<bool, Failure> {
        guarded(|| Ok(self.walk().take(&request, &page)))
    }

    /// Where another walk can go on from here; nothing at the end.
    pub fn cursor(&self) -> Result<Option<String>, Failure> {
        guarded(|| Ok(self.walk().cursor()))
    }
}

impl Pages {
    fn over(walk: Box<dyn Walk>) -> Arc<Self> {
        Arc::new(Self { walk: Mutex::new(walk), _handle: Handle::open() })
    }

    fn walk(&self) -> MutexGuard<'_, Box<dyn Walk>> {
        self.walk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A walk whose list's type is forgotten.
trait Walk: Send {
    fn next(&mut self) -> Result<Option<Request>, Error>;
    fn take(&mut self, request: &Request, page: &Output) -> bool;
    fn cursor(&self) -> Option<String>;
}

macro_rules! walks {
    ($($name:ident: $request:ident,)*) => {
        $(impl Walk for feishu_corehr::Pages<feishu_corehr::$request> {
            fn next(&mut self) -> Result<Option<Request>, Error> {
                Ok(self.next_request()?.map(|request| Request::$request { request }))
            }

            fn take(&mut self, request: &Request, page: &Output) -> bool {
                // Somebody else may have taken the page meanwhile, and must not have it taken twice.
                if let (Request::$request { request }, Output::$request { value }) = (request, page)
                    && self.is_at(request)
                {
                    self.take(value);
                }
                true
            }

            fn cursor(&self) -> Option<String> {
                self.cursor()
            }
        })*

        /// The walk of the list that `request` is of.
        fn begun(request: &Request) -> Result<Box<dyn Walk>, Error> {
            $(if let Request::$request { request } = request {
                return Ok(Box::new(feishu_corehr::Pages::new(request.clone())?));
            })*
            let operation = request.erased().operation().name;
            Err(Error::invalid(operation, vec![Problem::new("request", "is of no list")]))
        }
    };
}

lists!(walks);

impl Walk for Candidates {
    fn next(&mut self) -> Result<Option<Request>, Error> {
        Ok(self.next_request()?.map(|asked| match asked {
            CandidateRequest::List(request) => Request::ListProcesses { request },
            CandidateRequest::Read(request) => Request::GetProcess { request },
        }))
    }

    fn take(&mut self, request: &Request, page: &Output) -> bool {
        match (request, page) {
            (Request::ListProcesses { request }, Output::ListProcesses { value })
                if self.is_at(&CandidateRequest::List(request.clone())) =>
            {
                self.take_page(value);
                false
            }
            (Request::GetProcess { request }, Output::GetProcess { value })
                if self.is_at(&CandidateRequest::Read(request.clone())) =>
            {
                self.take_process(&value.raw)
            }
            _ => false,
        }
    }

    /// A walk has no place by which another one could go on.
    fn cursor(&self) -> Option<String> {
        None
    }
}
