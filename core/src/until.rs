//! Which read a call repeats, and what it waits for.

/// Reading one process again and again, until it is where the caller waits for it.
#[derive(Clone, Debug)]
pub struct Until {
    /// The process.
    pub process_id: String,
    /// The status numbers that end the waiting.
    pub statuses: Vec<i64>,
    /// How long to wait in all, in milliseconds from the first poll.
    pub timeout: u64,
}
