//! The walk through all pages of a list, or through the candidates of a start; the core decides how it goes on and when it
//! ends.

use feishu_corehr::{CandidateRequest, Candidates, Endpoint, List, Process, ProcessPage, StartCandidates, lists};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::{IntoPyObjectExt, PyClass};

use crate::error::raise;
use crate::transport::now;

/// A walk through a list of any kind.
#[pyclass(module = "feishu_corehr._native")]
pub(crate) struct Pages(Box<dyn Walk>);

#[pymethods]
impl Pages {
    #[new]
    #[pyo3(signature = (request: "ListProcesses | ListTasks | StartCandidates"))]
    fn new(request: &Bound<'_, PyAny>) -> PyResult<Self> {
        begun(request).map(Self)
    }

    /// The page to ask for; `None` when all have been taken.
    #[pyo3(signature = () -> "Any")]
    fn next<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.next(py)
    }

    /// Takes a page, goes on to the next, and gives the items.
    #[pyo3(signature = (page: "Any") -> "list[Any]")]
    fn take<'py>(&mut self, page: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.0.take(page)
    }

    /// Where another walk can go on from here; `None` when all pages have been taken.
    fn cursor(&self) -> Option<String> {
        self.0.cursor()
    }
}

/// A walk whose list's type is forgotten.
trait Walk: Send + Sync {
    fn next<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>>;
    fn take<'py>(&mut self, page: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>>;
    fn cursor(&self) -> Option<String>;
}

impl<L> Walk for feishu_corehr::Pages<L>
where
    L: List<Item: for<'py> IntoPyObject<'py>> + for<'py> IntoPyObject<'py> + Send + Sync,
    <L as Endpoint>::Response: PyClass<Frozen = True> + Sync,
{
    fn next<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let request = self.next_request().map_err(|error| raise(py, error, None))?;
        request.map(|request| request.into_bound_py_any(py)).transpose()
    }

    fn take<'py>(&mut self, page: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let items = self.take(page.cast::<L::Response>()?.get());
        items.into_iter().map(|item| item.into_bound_py_any(page.py())).collect()
    }

    fn cursor(&self) -> Option<String> {
        self.cursor()
    }
}

/// The processes on a page of ids come one by one, each by a read of its own: a page that has one item, or none.
impl Walk for Candidates {
    fn next<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.next_request().map_err(|error| raise(py, error, None))? {
            Some(CandidateRequest::List(request)) => Ok(Some(request.into_bound_py_any(py)?)),
            Some(CandidateRequest::Read(request)) => Ok(Some(request.into_bound_py_any(py)?)),
            None => Ok(None),
        }
    }

    fn take<'py>(&mut self, page: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        if let Ok(process) = page.cast::<Process>() {
            let is_candidate = self.take_process(&process.get().raw);
            return Ok(is_candidate.then(|| page.clone()).into_iter().collect());
        }
        self.take_page(page.cast::<ProcessPage>()?.get());
        Ok(Vec::new())
    }

    /// A walk has no place by which another one could go on.
    fn cursor(&self) -> Option<String> {
        None
    }
}

macro_rules! walks {
    ($($name:ident: $request:ident,)*) => {
        /// The walk of the list that `request` is of.
        fn begun(request: &Bound<'_, PyAny>) -> PyResult<Box<dyn Walk>> {
            $(if let Ok(request) = request.cast::<feishu_corehr::$request>() {
                let pages = feishu_corehr::Pages::new(request.get().clone());
                return Ok(Box::new(pages.map_err(|error| raise(request.py(), error, None))?));
            })*
            if let Ok(start) = request.cast::<StartCandidates>() {
                let candidates = Candidates::new(start.get().clone(), now());
                return Ok(Box::new(candidates.map_err(|error| raise(request.py(), error, None))?));
            }
            Err(PyTypeError::new_err(concat!("request must be one of", $(" ", stringify!($request)),*)))
        }
    };
}

lists!(walks);
