//! What can go wrong with the sandbox itself.

use std::io;

/// A sandbox that could not start, or was asked for something that it does not have.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate could not be made.
    #[error("certificate could not be made: {0}")]
    Certificate(String),
    /// A script, a fault or a setting is not valid.
    #[error("{0}")]
    Invalid(String),
    /// A socket or a file failed.
    #[error("{0}")]
    Io(#[from] io::Error),
}
