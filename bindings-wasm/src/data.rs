//! Requests and answers as data, for transports and for callers with an HTTP stack of their own.

use feishu_corehr::{Error, Fields, Form, FormVariable, HttpRequest, HttpResponse, plain_values};
use serde::{Serialize, Serializer};

use crate::client::Client;
use crate::door::Door;

/// A request as a transport is given it.
#[derive(Serialize)]
pub(crate) struct Sendable {
    method: &'static str,
    url: String,
    #[serde(serialize_with = "pairs")]
    headers: Vec<feishu_corehr::Header>,
    /// Every body is JSON, and so text.
    body: Option<String>,
    sensitive_body: bool,
    budget: u64,
    connect_budget: u64,
    max_response: u64,
    fresh_connection: bool,
    /// The line for a shell, where a person asked for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    curl: Option<String>,
}

impl Sendable {
    pub(crate) fn new(request: HttpRequest) -> Self {
        Self {
            method: request.method.as_str(),
            url: request.url,
            headers: request.headers,
            body: request.body.map(|body| String::from_utf8(body).unwrap_or_default()),
            sensitive_body: request.sensitive_body,
            budget: request.budget,
            connect_budget: request.connect_budget,
            max_response: request.max_response,
            fresh_connection: request.fresh_connection,
            curl: None,
        }
    }
}

pub(crate) fn request(client: &Client, operation: &str, request: &str, options: &str) -> Result<Sendable, Error> {
    let mut more = Form::read("options", options);
    let (call, _) = client.call(&mut more, None);
    let entered = Door::of(operation)?.enter(request, more)?;
    let request = feishu_corehr::show(&client.session, &*entered, &call)?;
    let curl = Some(request.curl());
    Ok(Sendable { curl, ..Sendable::new(request) })
}

/// The answer's data as JSON.
pub(crate) fn decode(operation: &str, response: &HttpResponse) -> Result<String, Error> {
    let door = Door::of(operation)?;
    let reply = feishu_corehr::read(door.operation, response)?;
    (door.decode)(&reply)
}

/// The variables as plain data, by the answer's data as received.
pub(crate) fn plain(raw: &str) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
    let mut problem = None;
    let mut fields = Fields::of(raw, &mut problem);
    let mut variables: Vec<FormVariable> = fields.take("field_variable_values");
    variables.append(&mut fields.take("field_values"));
    Error::check("plain_values", problem.into_iter().collect())?;
    plain_values(&variables)
}

fn pairs<S: Serializer>(headers: &[feishu_corehr::Header], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(headers.iter().map(|header| (&header.name, &header.value)))
}
