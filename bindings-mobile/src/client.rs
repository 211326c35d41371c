//! One client: what all its calls share, and where they begin.

use std::sync::Arc;

use feishu_corehr::{
    ActOptions, Action, Already, BulkOptions, CallOptions, Credentials, Error, HttpRequest, ReadBack, Session, show,
};

use crate::bulk::NativeBulk;
use crate::call::{Begun, Call};
use crate::failure::{Failure, guarded};
use crate::handles::Handle;
use crate::operations::Request;
use crate::options::ClientOptions;

/// A client, as Kotlin's and Swift's `Client` hold it.
#[derive(uniffi::Object)]
pub struct NativeClient {
    session: Session,
    _handle: Handle,
}

/// What a call is made of.
#[derive(Debug, uniffi::Record)]
pub struct NewCall {
    /// The operation and its arguments.
    pub request: Request,
    /// What may be set for any call.
    pub options: CallOptions,
    /// Whether to read the process where an answer proves nothing; only a call that acts reads back.
    #[uniffi(default = None)]
    pub read_back: Option<ReadBack>,
    /// How a call that acts ends where its work is done already; by default with a success.
    #[uniffi(default = None)]
    pub already: Option<Already>,
    /// Whether a call that acts reads the process first, and writes nothing unless it is in the status to act on.
    #[uniffi(default = false)]
    pub check_first: bool,
}

#[uniffi::export]
impl NativeClient {
    /// Checks everything; nothing is sent. A token function belongs to [`Credentials::Host`] and to nothing else.
    #[uniffi::constructor]
    pub fn new(credentials: Credentials, options: ClientOptions, has_token_source: bool) -> Result<Arc<Self>, Failure> {
        guarded(|| {
            let session = options.session(credentials, has_token_source)?;
            Ok(Arc::new(Self { session, _handle: Handle::open() }))
        })
    }

    /// Checks all that is asked for, and gives the first step.
    pub fn begin(&self, new: NewCall) -> Result<Begun, Failure> {
        guarded(|| {
            let NewCall { request, options, read_back, already, check_first } = new;
            let (read_back, already) = (read_back.unwrap_or_default(), already.unwrap_or_default());
            let (erased, act) = (request.erased(), ActOptions { read_back, already, check_first });
            let action = Action::new(&self.session, erased, options, act)?;
            let call = Call::new(erased.operation(), action, request.leave());
            Ok(Begun { step: call.begin(), call })
        })
    }

    /// Judges what may be set for any call by itself; nothing is sent.
    pub fn check(&self, options: CallOptions) -> Result<(), Failure> {
        guarded(|| Ok(Error::check("client", options.problems())?))
    }

    /// A run over many processes by a request like this one, whose own process is of no account. List and options are
    /// checked, all together; nothing is sent.
    pub fn run(
        &self,
        request: Request,
        process_ids: Vec<String>,
        options: BulkOptions,
    ) -> Result<Arc<NativeBulk>, Failure> {
        guarded(|| Ok(NativeBulk::new(&self.session, request, process_ids, options)?))
    }

    /// A request as data; nothing is sent.
    pub fn request(&self, request: Request, options: CallOptions) -> Result<HttpRequest, Failure> {
        guarded(|| Ok(show(&self.session, request.erased(), &options)?))
    }
}
