//! How each call comes in as JSON and goes out as JSON: one table, made of the one list.

use feishu_corehr::{
    Endpoint, Error, Form, FromForm, OPERATIONS, Operation, Outcome, Reply, Request, Shaped, calls, no_operation,
};
use serde::Serialize;

use crate::text;

/// One call's way in and out.
pub(crate) struct Door {
    pub(crate) operation: &'static Operation,
    /// The name of the option that says how a call ends whose work is done already.
    pub(crate) already: Option<&'static str>,
    enter: fn(&mut Form) -> Option<Box<dyn Request>>,
    /// What a call ends with, as JSON.
    pub(crate) leave: fn(Outcome) -> Result<String, Error>,
    /// An answer by itself, as JSON.
    pub(crate) decode: fn(&Reply) -> Result<String, Error>,
}

macro_rules! doors {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        static DOORS: &[Door] = &[$(Door {
            operation: &feishu_corehr::$request::OPERATION,
            already: feishu_corehr::$request::ALREADY,
            enter: enter::<feishu_corehr::$request>,
            leave: leave::<feishu_corehr::$request>,
            decode: decode::<feishu_corehr::$request>,
        }),*];
    };
}

calls!(doors);

impl Door {
    /// The door of the operation with that name.
    pub(crate) fn of(operation: &str) -> Result<&'static Self, Error> {
        let is_one = OPERATIONS.iter().any(|known| known.name == operation);
        if is_one { Self::of_call(operation) } else { Err(Error::invalid(operation, vec![no_operation()])) }
    }

    /// The door of an operation, or of what is made of one.
    pub(crate) fn of_call(name: &str) -> Result<&'static Self, Error> {
        let known = DOORS.iter().find(|door| door.operation.name == name);
        known.ok_or_else(|| Error::invalid(name, vec![no_operation()]))
    }

    /// The request, or one error with the problems of the request and of what else was read.
    pub(crate) fn enter(&self, request: &str, more: Form) -> Result<Box<dyn Request>, Error> {
        let mut form = Form::read("request", request);
        let request = (self.enter)(&mut form);
        let mut problems = form.problems();
        problems.extend(more.problems());
        request.filter(|_| problems.is_empty()).ok_or_else(|| Error::invalid(self.operation.name, problems))
    }
}

fn enter<E: Endpoint + FromForm + 'static>(form: &mut Form) -> Option<Box<dyn Request>> {
    E::from_form(form).map(|request| Box::new(request) as Box<dyn Request>)
}

/// A read ends with its answer, which its type's shape tells without a line of code for each field.
fn leave<E: Endpoint<Output: Serialize, Response: Shaped>>(outcome: Outcome) -> Result<String, Error> {
    if E::ENDS_WITH_ANSWER { decode::<E>(&outcome.reply) } else { E::output(outcome).map(|output| text::json(&output)) }
}

fn decode<E: Endpoint<Response: Shaped>>(reply: &Reply) -> Result<String, Error> {
    // What a write's answer proves, its own reading knows.
    if E::OPERATION.replay.is_write() {
        E::decode(reply)?;
    }
    reply.shaped(const { &E::OPERATION }, const { &E::Response::SHAPE }).map(|answer| text::json(&answer))
}
