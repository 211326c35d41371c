//! HTTP as data, for callers with an HTTP stack of their own.

use feishu_corehr::Header;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

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
    fn new(status: u16, headers: Option<&Bound<'_, PyAny>>, body: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(Self(response(status, headers, body)?))
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
}

/// Reads what Python programs have in place of an answer.
pub(crate) fn response(
    status: u16,
    headers: Option<&Bound<'_, PyAny>>,
    body: Option<&Bound<'_, PyAny>>,
) -> PyResult<feishu_corehr::HttpResponse> {
    let mut list = Vec::new();
    if let Some(headers) = headers {
        let pairs = headers.call_method0("items").unwrap_or_else(|_| headers.clone());
        for pair in pairs.try_iter()? {
            let (name, value): (String, String) = pair?.extract()?;
            list.push(Header::new(&name, value));
        }
    }
    let body = match body {
        None => Vec::new(),
        Some(body) => match (body.extract::<PyBackedBytes>(), body.extract::<String>()) {
            (Ok(bytes), _) => bytes.to_vec(),
            (Err(_), Ok(text)) => text.into_bytes(),
            (Err(_), Err(_)) => return Err(PyTypeError::new_err("body must be bytes or str")),
        },
    };
    Ok(feishu_corehr::HttpResponse { status, headers: list, body })
}
