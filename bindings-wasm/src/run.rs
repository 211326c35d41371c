//! A run over many processes, and its steps as JSON. The host keeps the journal, begins calls, tells and waits.

use std::rc::Rc;

use feishu_corehr::{
    Bulk, BulkOptions, BulkReport, BulkResult, BulkStep, Error, Form, FromForm, PerProcess, Problem, SqlValue,
    Statement, bulks, no_operation,
};
use serde::Serialize;
use serde_json::Value;

use crate::client::{Client, act};
use crate::text::Told;

/// A run under way. Cloning gives another handle to the same.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) bulk: Bulk,
    pub(crate) client: Rc<Client>,
}

impl Run {
    /// A run of that name; list and options are checked, all together.
    pub(crate) fn new(
        client: Rc<Client>,
        name: &str,
        process_ids: &str,
        options: &str,
        has_journal: bool,
    ) -> Result<Self, Error> {
        let bulk = begun(&client, name, process_ids, options, has_journal)?;
        Ok(Self { bulk, client })
    }
}

/// What the host shall do.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Cancel these calls.
    Abandon(Vec<usize>),
    /// Begin these calls.
    Begin(Vec<usize>),
    /// The end.
    Done(Box<BulkReport>),
    /// Ask the journal.
    Query(Sql),
    /// The journal is not one to go on with.
    Refused(Told),
    /// Run these in one transaction.
    Store(Vec<Sql>),
    /// Tell the caller.
    Tell(Vec<BulkResult>),
    /// Poll when a call has ended, and after so many milliseconds at the latest.
    Wait(u64),
}

/// A statement as a store is given it.
#[derive(Serialize)]
pub(crate) struct Sql {
    sql: String,
    values: Vec<Value>,
}

impl From<BulkStep> for Step {
    fn from(step: BulkStep) -> Self {
        match step {
            BulkStep::Abandon(numbers) => Self::Abandon(numbers),
            BulkStep::Begin(numbers) => Self::Begin(numbers),
            BulkStep::Done(report) => Self::Done(report),
            BulkStep::Query(statement) => Self::Query(statement.into()),
            BulkStep::Refused(error) => Self::Refused(Told::new(error)),
            BulkStep::Store(statements) => Self::Store(statements.into_iter().map(Sql::from).collect()),
            BulkStep::Tell(results) => Self::Tell(results),
            BulkStep::Wait(milliseconds) => Self::Wait(milliseconds),
        }
    }
}

impl From<Statement> for Sql {
    fn from(Statement { sql, values }: Statement) -> Self {
        let told = |value| match value {
            SqlValue::Null => Value::Null,
            SqlValue::Integer(number) => number.into(),
            SqlValue::Text(text) => text.into(),
        };
        Self { sql, values: values.into_iter().map(told).collect() }
    }
}

macro_rules! runs {
    ($($name:ident: $request:ident,)*) => {
        /// A run of that name.
        fn begun(
            client: &Client,
            name: &str,
            process_ids: &str,
            options: &str,
            has_journal: bool,
        ) -> Result<Bulk, Error> {
            let form = Form::read("options", options);
            match name {
                $(stringify!($name) => begin::<feishu_corehr::$request>(client, form, process_ids, has_journal),)*
                _ => Err(Error::invalid(name, vec![no_operation()])),
            }
        }
    };
}

bulks!(runs);

fn begin<T: PerProcess + FromForm>(
    client: &Client,
    mut form: Form,
    process_ids: &str,
    has_journal: bool,
) -> Result<Bulk, Error> {
    let options = BulkOptions {
        deadline: form.option("deadline"),
        headers: form.option("headers").unwrap_or_default(),
        token: client.token(&mut form),
        act: act(&mut form, T::ALREADY),
        max_in_flight: form.option("max_in_flight"),
        max_failures: form.option("max_failures"),
        expect_count: form.option("expect_count"),
        allow_any_id: form.option("allow_any_id").unwrap_or_default(),
        keep_reasons: form.option("keep_reasons").unwrap_or_default(),
        has_journal,
    };
    let request = T::from_form(&mut form);
    let mut problems = form.problems();
    let ids = ids(process_ids, &mut problems);
    match request.filter(|_| problems.is_empty()) {
        Some(request) => Bulk::new(&client.session, request, ids, options),
        None => Err(Error::invalid(T::OPERATION.name, problems)),
    }
}

/// The ids; what is no text is a problem with its place.
fn ids(list: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(list).unwrap_or_default();
    let mut ids = Vec::with_capacity(list.len());
    for (place, id) in list.into_iter().enumerate() {
        match id {
            Value::String(id) => ids.push(id),
            Value::Number(_) => problems.push(Problem::new(
                &format!("process_ids[{place}]"),
                "must be a text: as a number it has lost its last digits",
            )),
            Value::Array(_) | Value::Bool(_) | Value::Null | Value::Object(_) => {
                problems.push(Problem::new(&format!("process_ids[{place}]"), "must be a text"))
            }
        }
    }
    ids
}
