//! The truth log: every request, what it did, and how it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::Source;
use crate::delivery::{Delivery, Outcome};
use crate::operations::Operation;
use crate::request::Received;

/// One request, as it came and as it was answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LogEntry {
    /// The number of the request, from 1.
    pub n: u64,
    /// When it had arrived, in milliseconds since the start of the sandbox.
    pub at_ms: u64,
    /// The number of its connection, from 1.
    pub connection: u64,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// What it asked for.
    pub operation: Operation,
    /// Its method.
    pub method: String,
    /// Its path, as written in the request line.
    pub path: String,
    /// Its query, as written, without the question mark; empty if there is none.
    pub query: String,
    /// Its headers as received, in order. Secrets are not hidden: this is a test server.
    pub headers: Vec<(String, String)>,
    /// Its body; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// The process that its path names.
    pub process_id: Option<String>,
    /// Whether this request withdrew the process.
    pub applied: bool,
    /// The how many-th request of this operation for this process it is, from 1.
    pub attempt: u64,
    /// The status that was put on the wire, if any.
    pub status: Option<u16>,
    /// The `code` that was put on the wire, if any.
    pub code: Option<i64>,
    /// Where the shape of the answer is known from.
    pub source: Option<Source>,
    /// The named fault that struck, if one did.
    pub fault: Option<String>,
    /// Whether an ordered script did not expect it.
    pub unexpected: bool,
    /// How it ended on the wire.
    pub outcome: Option<Outcome>,
    /// When the client's socket closed, if that was before we had answered.
    pub client_closed_at_ms: Option<u64>,
}

/// The handle to one line of the log. It outlives a reset without harm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    epoch: u64,
    index: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    epoch: u64,
    entries: Vec<LogEntry>,
    attempts: BTreeMap<(Operation, Option<String>), u64>,
}

impl Log {
    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    /// Forgets everything; tickets given out before have no line any more.
    pub(crate) fn clear(&mut self) {
        *self = Self { epoch: self.epoch + 1, ..Self::default() };
    }

    pub(crate) fn open(
        &mut self,
        at_ms: u64,
        operation: Operation,
        process_id: Option<String>,
        received: &Received,
    ) -> Ticket {
        let attempt = self.attempts.entry((operation, process_id.clone())).or_default();
        *attempt += 1;
        let index = self.entries.len();
        self.entries.push(LogEntry {
            n: index as u64 + 1,
            at_ms,
            connection: received.connection,
            tls: received.tls,
            operation,
            method: received.method.clone(),
            path: received.path.clone(),
            query: received.query.clone(),
            headers: received.headers.clone(),
            body: String::from_utf8_lossy(&received.body).into_owned(),
            process_id,
            applied: false,
            attempt: *attempt,
            status: None,
            code: None,
            source: None,
            fault: None,
            unexpected: false,
            outcome: None,
            client_closed_at_ms: None,
        });
        Ticket { epoch: self.epoch, index }
    }

    /// Says what is going to be put on the wire, before the first byte of it.
    pub(crate) fn note(&mut self, ticket: Ticket, delivery: &Delivery) {
        self.change(ticket, |entry| {
            entry.status = delivery.status;
            entry.code = delivery.code;
            entry.source = Some(delivery.source);
            entry.outcome = Some(delivery.outcome);
        });
    }

    /// The client's socket closed at this time, before it was answered.
    pub(crate) fn client_closed(&mut self, ticket: Ticket, at_ms: u64) {
        self.change(ticket, |entry| {
            entry.client_closed_at_ms = Some(at_ms);
            if entry.outcome != Some(Outcome::Stalled) {
                entry.outcome = Some(Outcome::ClientGone);
            }
        });
    }

    pub(crate) fn change(&mut self, ticket: Ticket, change: impl FnOnce(&mut LogEntry)) {
        if ticket.epoch == self.epoch
            && let Some(entry) = self.entries.get_mut(ticket.index)
        {
            change(entry);
        }
    }
}
