//! Ways to break the machines on purpose, so that the simulation can show that it would notice. For tests only: without
//! the feature `seeded-faults` nothing of this can be chosen, and every question about it is `false`.

#[cfg(feature = "seeded-faults")]
use crate::endpoint::Reply;
#[cfg(feature = "seeded-faults")]
use crate::error::{Effect, ErrorKind};
#[cfg(feature = "seeded-faults")]
use crate::verdict::{Failure, Next};

/// One way to break them.
#[cfg_attr(
    not(feature = "seeded-faults"),
    expect(
        unreachable_pub,
        dead_code,
        reason = "the sites name their fault in any build, and only the feature uses it"
    )
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeededFault {
    /// An answer that limits the resends does not.
    AllowanceIgnored,
    /// A missing answer is not remembered.
    AmbiguityForgotten,
    /// The number of attempts has no end.
    AttemptsUnbounded,
    /// A cancelled call goes on after its pause.
    CancelIgnored,
    /// "The state changed meanwhile" counts as proof that nothing happened.
    ConflictIsHarmless,
    /// Wrong credentials are tried again by everybody.
    CredentialsTriedAgain,
    /// A pause may be longer than the time left.
    DeadlineIgnoredByPause,
    /// Fetching a token may take longer than the time left.
    DeadlineIgnoredByRefresh,
    /// Waiting for somebody else's fetch may take longer than the time left.
    DeadlineIgnoredByWaiter,
    /// A process that has ended, the server says, and is running, a read says, is withdrawn again.
    FinishedResent,
    /// "Ended already" and no read: reported as no effect.
    FinishedUnreadIsHarmless,
    /// A caller that is dropped keeps its flight.
    FlightKept,
    /// A web page counts as a success.
    HtmlIsSuccess,
    /// One app's cached token is everybody's.
    KeyOfEverybody,
    /// A rejection of an old token evicts the new one.
    LateRejectionEvicts,
    /// "Ended already" is reported without a read.
    NotWithdrawableUnread,
    /// What is presumably ours is reported as ours.
    PresumedIsOurs,
    /// One call more than the quota.
    QuotaOffByOne,
    /// A read of a running process ends all doubt.
    ReadClearsDoubt,
    /// A token is renewed as often as it is refused.
    RefreshesForever,
    /// A refused token stays.
    RejectedTokenKept,
    /// Sends again without reading.
    ResentUnread,
    /// The server's word on how long to wait does not count.
    ResetIgnored,
    /// A refused token that comes back is sent again.
    SameTokenAgain,
    /// A server error that carries code 0 is a success.
    ServerErrorIsSuccess,
    /// The server's wish for silence is not passed on to the other calls.
    SilenceForgotten,
    /// A timeout counts as proof that nothing happened.
    TimeoutIsHarmless,
    /// A turn from before a silence still counts.
    TurnOutlivesSilence,
    /// A write that may have arrived is repeated.
    UnknownRepeated,
    /// A resend without a read is not told.
    UnreadUntold,
    /// Nobody is woken when the token situation changes.
    WakersForgotten,
    /// A token lives as long as the wall clock says, even when that was set back.
    WallClockOnly,
}

#[cfg(feature = "seeded-faults")]
impl SeededFault {
    /// All of them.
    pub const ALL: [Self; 32] = [
        Self::AllowanceIgnored,
        Self::AmbiguityForgotten,
        Self::AttemptsUnbounded,
        Self::CancelIgnored,
        Self::ConflictIsHarmless,
        Self::CredentialsTriedAgain,
        Self::DeadlineIgnoredByPause,
        Self::DeadlineIgnoredByRefresh,
        Self::DeadlineIgnoredByWaiter,
        Self::FinishedResent,
        Self::FinishedUnreadIsHarmless,
        Self::FlightKept,
        Self::HtmlIsSuccess,
        Self::KeyOfEverybody,
        Self::LateRejectionEvicts,
        Self::NotWithdrawableUnread,
        Self::PresumedIsOurs,
        Self::QuotaOffByOne,
        Self::ReadClearsDoubt,
        Self::RefreshesForever,
        Self::RejectedTokenKept,
        Self::ResentUnread,
        Self::ResetIgnored,
        Self::SameTokenAgain,
        Self::ServerErrorIsSuccess,
        Self::SilenceForgotten,
        Self::TimeoutIsHarmless,
        Self::TurnOutlivesSilence,
        Self::UnknownRepeated,
        Self::UnreadUntold,
        Self::WakersForgotten,
        Self::WallClockOnly,
    ];
}

/// A judgement as it would be with that fault.
#[cfg(feature = "seeded-faults")]
pub(crate) fn misjudged(
    fault: Option<SeededFault>,
    mut judgement: Result<Reply, Box<Failure>>,
) -> Result<Reply, Box<Failure>> {
    let Err(failure) = &mut judgement else { return judgement };
    let is_success = match fault {
        Some(SeededFault::AllowanceIgnored) => {
            if let Next::Again { resends, .. } = &mut failure.next {
                *resends = u32::MAX;
            }
            false
        }
        Some(SeededFault::HtmlIsSuccess) => failure.error.kind == ErrorKind::NotAnApiAnswer,
        Some(SeededFault::ServerErrorIsSuccess) => {
            failure.error.code == Some(0) && failure.error.http_status >= Some(500)
        }
        Some(SeededFault::TimeoutIsHarmless) => {
            if failure.error.kind == ErrorKind::Timeout {
                failure.error.effect = Effect::None;
            }
            false
        }
        Some(_) | None => false,
    };
    if is_success { Ok(Reply { data: "{}".to_owned(), http_status: 200, log_id: None }) } else { judgement }
}
