//! HTTP as data, for callers with an HTTP stack of their own.

use feishu_corehr::{Error, Given, Header, Method, Problem};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::error::raise;

/// A request as data: send it once, follow no redirect, resend nothing by yourself.
#[pyclass(frozen, eq, module = "feishu_corehr")]
#[derive(Clone, PartialEq)]
pub(crate) struct HttpRequest(pub(crate) feishu_corehr::HttpRequest);

#[pymethods]
impl HttpRequest {
    /// `GET`, `POST` or `PUT`.
    #[getter]
    fn method(&self) -> &'static str {
        self.0.method.as_str()
    }

    /// The absolute URL, encoded.
    #[getter]
    fn url(&self) -> &str {
        &self.0.url
    }

    /// The headers, names in lower case. `authorization` is a secret: do not log it.
    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.0.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect()
    }

    /// The body; `None` for a read. The body of a token request is a secret.
    #[getter]
    fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }

    /// How long the whole request may take, in seconds.
    #[getter]
    fn timeout(&self) -> f64 {
        self.0.budget as f64 / 1_000.0
    }

    /// The largest answer to read, in bytes after decompression.
    #[getter]
    fn max_response(&self) -> u64 {
        self.0.max_response
    }

    /// Whether a connection that was used before may not be used, because the last request on it went wrong.
    #[getter]
    fn fresh_connection(&self) -> bool {
        self.0.fresh_connection
    }

    /// The request as a `curl` command line, secrets replaced by `[redacted]`.
    fn curl(&self) -> String {
        self.0.curl()
    }

    fn __repr__(&self) -> String {
        format!("<HttpRequest {}>", self.0.curl())
    }

    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    // What cannot change is its own deep copy.
    fn __deepcopy__<'py>(this: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        this
    }

    /// A request with a token or with credentials does not go into a pickle, which is kept and sent in plain text.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let request = &self.0;
        if request.sensitive_body || request.headers.iter().any(|header| header.sensitive) {
            return Err(PyTypeError::new_err(
                "a request that holds a secret cannot be pickled; ask for it without `token`",
            ));
        }
        let numbers = (request.budget, request.connect_budget, request.max_response, request.fresh_connection);
        let arguments = (self.method(), self.url(), self.headers(), self.body(), numbers).into_pyobject(py)?;
        Ok((py.import("feishu_corehr._native")?.getattr("restore_request")?, arguments))
    }
}

/// The request that was pickled.
#[pyfunction]
pub(crate) fn restore_request(
    method: Given<String>,
    url: Given<String>,
    headers: Vec<(Given<String>, Given<String>)>,
    body: Option<Vec<u8>>,
    numbers: (u64, u64, u64, bool),
) -> PyResult<HttpRequest> {
    let foreign = || PyTypeError::new_err("no request of this library was pickled");
    let text = |given: Given<String>| given.take("request", &mut Vec::new())?.ok_or_else(foreign);
    let method = text(method)?;
    let method = Method::ALL.into_iter().find(|known| known.as_str() == method);
    let (method, url) = (method.ok_or_else(foreign)?, text(url)?);
    let (budget, connect_budget, max_response, fresh_connection) = numbers;
    let headers = headers.into_iter().map(|(name, value)| Ok(Header::new(&text(name)?, text(value)?)));
    let headers = headers.collect::<PyResult<_>>()?;
    let sensitive_body = false;
    Ok(HttpRequest(feishu_corehr::HttpRequest {
        method,
        url,
        headers,
        body,
        sensitive_body,
        budget,
        connect_budget,
        max_response,
        fresh_connection,
    }))
}

/// An answer as data: what a custom transport returns.
#[pyclass(frozen, eq, module = "feishu_corehr")]
#[derive(Clone, PartialEq)]
pub(crate) struct HttpResponse(pub(crate) feishu_corehr::HttpResponse);

#[pymethods]
impl HttpResponse {
    /// `headers` is a mapping or an iterable of pairs; `body` is bytes, or text to be encoded as UTF-8.
    #[new]
    #[pyo3(signature = (
        status: "int",
        headers: "dict[str, str] | list[tuple[str, str]] | None" = None,
        body: "bytes | str | None" = None,
    ))]
    fn new(
        py: Python<'_>,
        status: Given<u16>,
        headers: Option<&Bound<'_, PyAny>>,
        body: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut problems = Vec::new();
        let response = response(status, headers, body, &mut problems)?;
        Error::check("HttpResponse", problems).map_err(|error| raise(py, error, None))?;
        Ok(Self(response))
    }

    /// The HTTP status.
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    /// The headers as received.
    #[getter]
    fn headers(&self) -> Vec<(&str, &str)> {
        self.0.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect()
    }

    /// The body.
    #[getter]
    fn body(&self) -> &[u8] {
        &self.0.body
    }

    fn __repr__(&self) -> String {
        // The body of a token answer is a secret.
        format!("<HttpResponse {}, {} bytes>", self.0.status, self.0.body.len())
    }

    fn __reduce__<'py>(this: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = this.py();
        let response = this.get();
        let arguments = (response.status(), response.headers(), PyBytes::new(py, response.body())).into_pyobject(py)?;
        Ok((this.get_type().into_any(), arguments))
    }
}

/// Headers in a mapping or in pairs.
pub(crate) fn pairs(headers: &Bound<'_, PyAny>, problems: &mut Vec<Problem>) -> PyResult<Vec<(String, String)>> {
    let wrong = || PyTypeError::new_err("argument 'headers': must be a mapping or pairs of texts");
    let mut list = Vec::new();
    let pairs = headers.call_method0("items").unwrap_or_else(|_| headers.clone());
    for pair in pairs.try_iter().map_err(|_| wrong())? {
        let (name, value): (Given<String>, Given<String>) = pair?.extract().map_err(|_| wrong())?;
        list.extend(name.take("headers", problems)?.zip(value.take("headers", problems)?));
    }
    Ok(list)
}

/// Reads what Python programs have in place of an answer.
pub(crate) fn response(
    status: Given<u16>,
    headers: Option<&Bound<'_, PyAny>>,
    body: Option<&Bound<'_, PyAny>>,
    problems: &mut Vec<Problem>,
) -> PyResult<feishu_corehr::HttpResponse> {
    let status = status.take("status", problems)?.unwrap_or_default();
    let pairs = headers.map(|headers| pairs(headers, problems)).transpose()?.unwrap_or_default();
    let list = pairs.into_iter().map(|(name, value)| Header::new(&name, value)).collect();
    let body = match body {
        None => Vec::new(),
        Some(body) => match body.extract::<PyBackedBytes>() {
            Ok(bytes) => bytes.to_vec(),
            Err(_) if !body.is_instance_of::<PyString>() => {
                return Err(PyTypeError::new_err("argument 'body': must be bytes or str"));
            }
            Err(_) => body.extract::<Given<String>>()?.take("body", problems)?.unwrap_or_default().into_bytes(),
        },
    };
    Ok(feishu_corehr::HttpResponse { status, headers: list, body })
}
