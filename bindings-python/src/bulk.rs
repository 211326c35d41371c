//! Runs over many processes: the core's steps as Python's, and a thread that drives the sockets meanwhile.

use std::sync::Arc;

use feishu_corehr::{
    ActOptions, Already, BulkOptions, BulkProgress, BulkReport, BulkStep, Endpoint, Error, Given, Operation, Problem,
    ReadBack, Secret, SqlValue, Statement, bulks,
};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use tokio::sync::oneshot;

use crate::call::{Job, optional};
use crate::client::Client;
use crate::error::{raise, scarce};
use crate::options::milliseconds;
use crate::runtime::{Engine, OwnProcess};
use crate::transport::now;

/// A run over many processes.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Bulk {
    bulk: feishu_corehr::Bulk,
    pub(crate) engine: Arc<OwnProcess<Engine>>,
    is_heard: bool,
}

#[pymethods]
impl Bulk {
    #[new]
    #[pyo3(signature = (client, request, process_ids, *, deadline, token, read_back, already, check_first, max_in_flight,
        max_failures, expect_count, allow_any_id, keep_reasons, has_journal))]
    #[allow(clippy::too_many_arguments, reason = "one for each option, and all by keyword")]
    fn new(
        client: &Bound<'_, Client>,
        request: &Bound<'_, PyAny>,
        process_ids: Vec<Bound<'_, PyAny>>,
        deadline: Option<Given<f64>>,
        token: Option<Given<String>>,
        read_back: Given<ReadBack>,
        already: Given<Already>,
        check_first: Given<bool>,
        max_in_flight: Option<Given<u32>>,
        max_failures: Option<Given<u64>>,
        expect_count: Option<Given<u64>>,
        allow_any_id: Given<bool>,
        keep_reasons: Given<bool>,
        has_journal: bool,
    ) -> PyResult<Self> {
        let py = client.py();
        let mut problems = Vec::new();
        let mut ids = Vec::with_capacity(process_ids.len());
        for (place, id) in process_ids.iter().enumerate() {
            if !id.is_instance_of::<PyString>() {
                let class = id.get_type().name().map_or_else(|_| "?".into(), |name| name.to_string());
                return Err(PyTypeError::new_err(format!("argument 'process_ids[{place}]': must be str, not {class}")));
            }
            match id.extract() {
                Ok(text) => ids.push(text),
                Err(_) => problems.push(Problem::new(&format!("process_ids[{place}]"), "has half a surrogate pair")),
            }
        }
        let (request, already_name) = Template::enter(request)?;
        let deadline = optional(deadline, "deadline", &mut problems)?;
        if deadline.is_some_and(|seconds| milliseconds(seconds) == 0) {
            problems.push(Problem::new("deadline", "must be above 0 seconds"));
        }
        let options = BulkOptions {
            deadline: deadline.map(milliseconds),
            token: optional(token, "token", &mut problems)?.map(Secret::new),
            headers: client.get().additions.headers.clone(),
            act: ActOptions {
                read_back: read_back.take("read_back", &mut problems)?.unwrap_or_default(),
                already: already.take(already_name, &mut problems)?.unwrap_or_default(),
                check_first: check_first.take("check_first", &mut problems)?.unwrap_or_default(),
            },
            max_in_flight: optional(max_in_flight, "max_in_flight", &mut problems)?,
            max_failures: optional(max_failures, "max_failures", &mut problems)?,
            expect_count: optional(expect_count, "expect_count", &mut problems)?,
            allow_any_id: allow_any_id.take("allow_any_id", &mut problems)?.unwrap_or_default(),
            keep_reasons: keep_reasons.take("keep_reasons", &mut problems)?.unwrap_or_default(),
            has_journal,
        };
        let refused = |error| raise(py, error, None);
        Error::check(request.operation().name, problems).map_err(refused)?;
        let engine = client.get().engine(py)?;
        let bulk = request.begin(&engine, ids, options).map_err(refused)?;
        Ok(Self { bulk, engine, is_heard: client.get().additions.is_heard })
    }

    /// What to do now: a word, and what belongs to it.
    #[pyo3(signature = () -> "tuple[str, Any]")]
    fn poll<'py>(&self, py: Python<'py>) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
        Ok(match self.bulk.poll(now()) {
            BulkStep::Abandon(numbers) => ("abandon", numbers.into_bound_py_any(py)?),
            BulkStep::Begin(numbers) => ("begin", numbers.into_bound_py_any(py)?),
            BulkStep::Done(report) => ("done", report.into_bound_py_any(py)?),
            BulkStep::Query(statement) => ("query", told(statement).into_bound_py_any(py)?),
            BulkStep::Refused(error) => ("refused", raise(py, error, None).into_value(py).into_bound(py).into_any()),
            BulkStep::Store(statements) => {
                let statements: Vec<_> = statements.into_iter().map(told).collect();
                ("store", statements.into_bound_py_any(py)?)
            }
            BulkStep::Tell(results) => ("tell", results.into_bound_py_any(py)?),
            BulkStep::Wait(delay) => ("wait", (delay as f64 / 1_000.0).into_bound_py_any(py)?),
        })
    }

    /// Hands in the rows of a query.
    fn rows(&self, rows: Vec<Vec<Bound<'_, PyAny>>>) {
        let read = |value: Bound<'_, PyAny>| {
            let number = value.extract().map(SqlValue::Integer);
            // What is neither a number nor a text is none of the run's.
            number.or_else(|_| value.extract().map(SqlValue::Text)).unwrap_or(SqlValue::Null)
        };
        self.bulk.rows(rows.into_iter().map(|row| row.into_iter().map(read).collect()).collect());
    }

    /// What was to be stored is durable.
    fn stored(&self) {
        self.bulk.stored(now());
    }

    /// The journal failed, in the database's words.
    fn failed(&self, words: &str) {
        self.bulk.failed(words);
    }

    /// Begins nothing more.
    fn cancel(&self) {
        self.bulk.cancel();
    }

    /// How far it has come.
    fn progress(&self) -> BulkProgress {
        self.bulk.progress(now())
    }

    /// What it has come to so far.
    fn report(&self) -> BulkReport {
        self.bulk.report()
    }

    /// From now on a thread of its own drives the sockets of a `Client`, until the returned object is dropped.
    fn drive(&self, py: Python<'_>) -> PyResult<Driver> {
        let (stop, stopped) = oneshot::channel::<()>();
        let engine = self.engine.clone();
        let run = move || {
            engine.block_on(stopped);
        };
        let thread = std::thread::Builder::new().name("feishu-corehr-bulk".to_owned()).spawn(run);
        thread.map_err(|error| raise(py, scarce("no thread can be started", &error), None))?;
        Ok(Driver { _stop: stop })
    }
}

impl Bulk {
    /// The call of one item.
    pub(crate) fn job(&self, py: Python<'_>, number: usize) -> PyResult<Job> {
        Job::of_bulk(&self.bulk, number, self.is_heard).map_err(|error| raise(py, error, None))
    }
}

/// Keeps a thread that drives sockets, as long as it lives.
#[pyclass(frozen, module = "feishu_corehr._native")]
pub(crate) struct Driver {
    _stop: oneshot::Sender<()>,
}

/// A statement as Python's database module takes it.
fn told(Statement { sql, values }: Statement) -> (String, Vec<Value>) {
    (sql, values.into_iter().map(Value).collect())
}

struct Value(SqlValue);

impl<'py> IntoPyObject<'py> for Value {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0 {
            SqlValue::Null => Ok(py.None().into_bound(py)),
            SqlValue::Integer(number) => number.into_bound_py_any(py),
            SqlValue::Text(text) => text.into_bound_py_any(py),
        }
    }
}

macro_rules! templates {
    ($($name:ident: $request:ident,)*) => {
        /// The request of a run, of any operation that can be one.
        enum Template {
            $($request(feishu_corehr::$request),)*
        }

        impl Template {
            /// The request in a Python object, and the name of its option about what is done already.
            fn enter(request: &Bound<'_, PyAny>) -> PyResult<(Self, &'static str)> {
                $(if let Ok(request) = request.cast::<feishu_corehr::$request>() {
                    let already = feishu_corehr::$request::ALREADY.unwrap_or_default();
                    return Ok((Self::$request(request.get().clone()), already));
                })*
                Err(PyTypeError::new_err(concat!("request must be one of", $(" ", stringify!($request)),*)))
            }

            fn operation(&self) -> &'static Operation {
                match self {
                    $(Self::$request(request) => request.called(),)*
                }
            }

            fn begin(
                self,
                engine: &Engine,
                process_ids: Vec<String>,
                options: BulkOptions,
            ) -> Result<feishu_corehr::Bulk, Error> {
                match self {
                    $(Self::$request(request) => feishu_corehr::Bulk::new(&engine.session, request, process_ids, options),)*
                }
            }
        }
    };
}

bulks!(templates);
