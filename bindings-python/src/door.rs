//! How each call comes in as a Python object and goes out as one: one table, made of the one list.

use feishu_corehr::{Endpoint, Error, OPERATIONS, Operation, Outcome, Reply, Request, calls};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{IntoPyObjectExt, PyTypeInfo};

/// One call's way in and out.
pub(crate) struct Door {
    pub(crate) operation: &'static Operation,
    /// The name of the option that says how a call ends whose work is done already.
    pub(crate) already: Option<&'static str>,
    class: for<'py> fn(Python<'py>) -> Bound<'py, PyType>,
    enter: for<'a> fn(&'a Bound<'_, PyAny>) -> Option<&'a dyn Request>,
    /// What a call ends with. It is read here, before anybody waits for it.
    pub(crate) leave: fn(Outcome) -> Result<Box<dyn Object>, Error>,
    /// An answer by itself.
    pub(crate) decode: fn(&Reply) -> Result<Box<dyn Object>, Error>,
}

macro_rules! doors {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        static DOORS: &[Door] = &[$(Door {
            operation: &feishu_corehr::$request::OPERATION,
            already: feishu_corehr::$request::ALREADY,
            class: |py| feishu_corehr::$request::type_object(py),
            enter: |request| request.cast::<feishu_corehr::$request>().ok().map(|request| request.get() as &dyn Request),
            leave: |outcome| Ok(Box::new(feishu_corehr::$request::output(outcome)?)),
            decode: |reply| Ok(Box::new(feishu_corehr::$request::decode(reply)?)),
        }),*];
    };
}

calls!(doors);

impl Door {
    /// The request in a Python object, and its door.
    pub(crate) fn enter<'a>(request: &'a Bound<'_, PyAny>) -> PyResult<(&'static Self, &'a dyn Request)> {
        let found = DOORS.iter().find_map(|door| Some((door, (door.enter)(request)?)));
        found.ok_or_else(|| {
            let py = request.py();
            let name = |class: Bound<'_, PyType>| class.name().map_or_else(|_| "?".into(), |name| name.to_string());
            let names: Vec<String> = DOORS.iter().map(|door| name((door.class)(py))).collect();
            PyTypeError::new_err(format!(
                "request must be one of {}, not {}",
                names.join(", "),
                name(request.get_type())
            ))
        })
    }

    /// The door of the operation with that name.
    pub(crate) fn of(operation: &str) -> Option<&'static Self> {
        let is_one = OPERATIONS.iter().any(|known| known.name == operation);
        DOORS.iter().find(|door| is_one && door.operation.name == operation)
    }
}

/// A result that becomes a Python object.
pub(crate) trait Object: Send + Sync {
    /// Makes the object.
    fn into_object(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

impl<T> Object for T
where
    T: for<'py> IntoPyObject<'py, Error = PyErr> + Send + Sync,
{
    fn into_object(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        (*self).into_bound_py_any(py)
    }
}

impl<'py> IntoPyObject<'py> for Box<dyn Object> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.into_object(py)
    }
}
