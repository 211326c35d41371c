//! What can go wrong with one request.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The token endpoint says that app id or secret is wrong.
    BadCredentials,
    /// The token endpoint answers a token that cannot be used.
    BadToken,
    /// "The state changed meanwhile", to a request that was applied.
    ConflictAfter,
    /// The same, to one that was not.
    ConflictBefore,
    /// It arrives up to 90 seconds late; the caller hears nothing good until then.
    Delayed,
    /// Something between sends it twice.
    Duplicated,
    /// Refused before routing, without an envelope.
    EdgeRefused,
    /// The app may not do this.
    Forbidden,
    /// An answer that is no envelope, though the request was applied.
    GarbledAfter,
    /// The same, and it was not.
    GarbledBefore,
    /// An error at once, and it is applied later all the same.
    HalfApplied,
    /// An answer that forbids to send again, though the request was applied.
    HopelessAfter,
    /// The same, and it was not.
    HopelessBefore,
    /// Applied, and the answer is lost.
    LostAfter,
    /// Written, and never arrived.
    LostBefore,
    /// A status that no page lists.
    OddStatus,
    /// Refused by a rule of the server.
    Refused,
    /// The token is said to be invalid.
    Rejected,
    /// A server error, though the request was applied.
    ServerErrorAfter,
    /// The same, and it was not.
    ServerErrorBefore,
    /// All goes well, and takes very long.
    Slow,
    /// Too many calls.
    Throttled,
    /// No connection: nothing was written.
    Unreachable,
    /// A pooled connection was closed before anything was written.
    Unstarted,
    /// A connection that may not be used: nothing was written.
    Untrusted,
}

/// What can happen to a withdrawal.
pub(crate) const PUT: &[Mishap] = &[
    Mishap::ConflictAfter,
    Mishap::ConflictBefore,
    Mishap::Delayed,
    Mishap::Duplicated,
    Mishap::EdgeRefused,
    Mishap::Forbidden,
    Mishap::GarbledAfter,
    Mishap::GarbledBefore,
    Mishap::HalfApplied,
    Mishap::HopelessAfter,
    Mishap::HopelessBefore,
    Mishap::LostAfter,
    Mishap::LostBefore,
    Mishap::Refused,
    Mishap::Rejected,
    Mishap::ServerErrorAfter,
    Mishap::ServerErrorBefore,
    Mishap::Slow,
    Mishap::Throttled,
    Mishap::Unreachable,
    Mishap::Unstarted,
    Mishap::Untrusted,
];

/// What can happen to a read.
pub(crate) const GET: &[Mishap] = &[
    Mishap::EdgeRefused,
    Mishap::Forbidden,
    Mishap::GarbledBefore,
    Mishap::HopelessBefore,
    Mishap::LostAfter,
    Mishap::LostBefore,
    Mishap::OddStatus,
    Mishap::Refused,
    Mishap::Rejected,
    Mishap::ServerErrorBefore,
    Mishap::Slow,
    Mishap::Throttled,
    Mishap::Unreachable,
    Mishap::Unstarted,
    Mishap::Untrusted,
];

/// What can happen to a request for a token.
pub(crate) const TOKEN: &[Mishap] = &[
    Mishap::BadCredentials,
    Mishap::BadToken,
    Mishap::EdgeRefused,
    Mishap::GarbledBefore,
    Mishap::HopelessBefore,
    Mishap::LostAfter,
    Mishap::LostBefore,
    Mishap::ServerErrorBefore,
    Mishap::Slow,
    Mishap::Throttled,
    Mishap::Unreachable,
    Mishap::Unstarted,
    Mishap::Untrusted,
];
