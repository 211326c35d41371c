//! What the classes of the Python binding have in common: how an argument is read, how an object prints, and what it is
//! made of again in a copy or in another process.

use std::any::TypeId;
use std::convert::Infallible;
use std::fmt;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple, PyType};

use crate::error::{Error, Problem};
use crate::http::Method;

/// What a caller passed for one argument. What is wrong with it is kept until the argument's name is known.
pub struct Given<T>(Result<T, Refused>);

enum Refused {
    /// The type is right, the content is not.
    Content(&'static str),
    Raised(PyErr),
    Type(String),
}

impl<T> Given<T> {
    /// The value; nothing if its content is refused, which is then among the problems. A wrong type is raised here.
    pub fn take(self, name: &str, problems: &mut Vec<Problem>) -> PyResult<Option<T>> {
        match self.0 {
            Ok(value) => Ok(Some(value)),
            Err(Refused::Content(rule)) => {
                problems.push(Problem::new(name, rule));
                Ok(None)
            }
            Err(Refused::Raised(raised)) => Err(raised),
            Err(Refused::Type(text)) => Err(PyTypeError::new_err(format!("argument '{name}': {text}"))),
        }
    }
}

impl<T> From<T> for Given<T> {
    fn from(value: T) -> Self {
        Self(Ok(value))
    }
}

impl<T: Default> Default for Given<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Given")
    }
}

impl<'a, 'py, T: FromPyObject<'a, 'py> + 'static> FromPyObject<'a, 'py> for Given<T> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = T::INPUT_TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        // Python's booleans are integers; as a number of something one is a mistake.
        if object.is_instance_of::<PyBool>() && TypeId::of::<T>() != TypeId::of::<bool>() {
            return Ok(Self(Err(Refused::Type("'bool' object is neither a text nor a number here".to_owned()))));
        }
        Ok(Self(object.extract::<T>().map_err(|error| {
            let raised: PyErr = error.into();
            if raised.is_instance_of::<PyTypeError>(py) {
                Refused::Type(raised.value(py).to_string())
            } else if raised.is_instance_of::<PyOverflowError>(py) {
                Refused::Content("is a number out of range")
            } else if raised.is_instance_of::<PyUnicodeError>(py) {
                Refused::Content("has half a surrogate pair, which is no character")
            } else {
                Refused::Raised(raised)
            }
        })))
    }
}

/// The id in a user's class: a text, whose refusal says that it was the argument `id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Id {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <String as FromPyObject<'a, 'py>>::INPUT_TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let mut problems = Vec::new();
        let text = object.extract::<Given<String>>()?.take("id", &mut problems)?;
        text.map(Self).ok_or_else(|| raise(object.py(), Error::invalid("user", problems), None))
    }
}

impl<'py> IntoPyObject<'py> for Id {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = Infallible;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = <String as IntoPyObject<'py>>::OUTPUT_TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        self.0.into_pyobject(py)
    }
}

/// The value in the class of an enum's variant: its refusal says that it was the argument `value`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Plain<T>(pub(crate) T);

impl<T> From<T> for Plain<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<'a, 'py, T: FromPyObject<'a, 'py> + 'static> FromPyObject<'a, 'py> for Plain<T> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = T::INPUT_TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let mut problems = Vec::new();
        let value = object.extract::<Given<T>>()?.take("value", &mut problems)?;
        value.map(Self).ok_or_else(|| raise(object.py(), Error::invalid("value", problems), None))
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for Plain<T> {
    type Target = T::Target;
    type Output = T::Output;
    type Error = T::Error;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = T::OUTPUT_TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        self.0.into_pyobject(py)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Method {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <String as FromPyObject<'a, 'py>>::INPUT_TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let text: String = object.extract()?;
        Self::ALL.into_iter().find(|method| method.as_str() == text).ok_or_else(|| {
            let rule = format!("is none of `{}`", Self::ALL.map(Self::as_str).join("`, `"));
            raise(object.py(), Error::invalid("call", vec![Problem::new("method", rule)]), None)
        })
    }
}

impl<'py> IntoPyObject<'py> for Method {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = Infallible;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = <&'static str as IntoPyObject<'py>>::OUTPUT_TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        self.as_str().into_pyobject(py)
    }
}

/// The error for an object that is none of what is `wanted`.
pub(crate) fn no_instance(object: &Bound<'_, PyAny>, wanted: &str) -> PyErr {
    match object.get_type().name() {
        Ok(found) => PyTypeError::new_err(format!("{wanted}, not '{found}'")),
        Err(raised) => raised,
    }
}

/// The exception for `error`, raised from `cause` where an exception of the host's code stands behind it.
pub fn raise(py: Python<'_>, error: Error, cause: Option<PyErr>) -> PyErr {
    let (word, text) = (error.kind.as_str(), error.to_string());
    match make(py).and_then(|make| make.call1((word, text, error.into_fields()))) {
        Ok(exception) => {
            let raised = PyErr::from_value(exception);
            if cause.is_some() {
                raised.set_cause(py, cause);
            }
            raised
        }
        Err(failure) => failure,
    }
}

/// Loads what [`raise`] needs: at the moment of a failure it may be too late, for want of a file descriptor.
pub fn load_errors(py: Python<'_>) -> PyResult<()> {
    make(py).map(drop)
}

/// `feishu_corehr.errors.from_native`: the exception classes are Python's, so that they have stubs and can be pickled.
fn make(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make =
        MAKE.get_or_try_init(py, || py.import("feishu_corehr.errors")?.getattr("from_native").map(Bound::unbind))?;
    Ok(make.bind(py))
}

/// A function and its arguments: what an object is made of again.
pub(crate) type Reduced<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

/// `getattr(Status, "COMPLETED")`.
pub(crate) fn reduce_word<'py>(object: &Bound<'py, PyAny>, word: &str) -> PyResult<Reduced<'py>> {
    let py = object.py();
    let arguments = (object.get_type(), word.to_ascii_uppercase()).into_pyobject(py)?;
    Ok((py.import("builtins")?.getattr("getattr")?, arguments))
}

/// The class with all fields by keyword, or, of an enum, the variant's class with its values.
pub(crate) fn reduce<'py>(object: &Bound<'py, PyAny>, names: Option<&[&str]>) -> PyResult<Reduced<'py>> {
    let (py, class) = (object.py(), object.get_type());
    let Some(names) = names else {
        let values = fields(object, &class)?.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        return Ok((class.into_any(), PyTuple::new(py, values)?));
    };
    let keywords = PyDict::new(py);
    for name in names {
        keywords.set_item(name, object.getattr(*name)?)?;
    }
    let arguments = (class, PyTuple::empty(py), keywords).into_pyobject(py)?;
    Ok((py.import("copyreg")?.getattr("__newobj_ex__")?, arguments))
}

/// `Process(process_id='…', …)`, or `User.OpenId('…')` of an enum, whose variants know the names of their fields.
///
/// An answer's `raw` text is left out: it says everything a second time.
pub(crate) fn repr(object: &Bound<'_, PyAny>, names: Option<&[&str]>) -> PyResult<String> {
    let class = object.get_type();
    let fields = match names {
        Some(names) => {
            let shown = names.iter().filter(|name| **name != "raw");
            shown.map(|name| Ok(((*name).to_owned(), object.getattr(*name)?))).collect::<PyResult<Vec<_>>>()?
        }
        None => fields(object, &class)?,
    };
    let mut shown = Vec::new();
    for (name, value) in fields {
        let label = if name.starts_with('_') { String::new() } else { format!("{name}=") };
        shown.push(format!("{label}{}", value.repr()?));
    }
    Ok(format!("{}({})", class.qualname()?, shown.join(", ")))
}

/// The fields of an enum's variant.
fn fields<'py>(object: &Bound<'py, PyAny>, class: &Bound<'py, PyType>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let names = class.getattr("__match_args__")?.extract::<Vec<String>>()?;
    names.into_iter().map(|name| Ok((name.clone(), object.getattr(name)?))).collect()
}
