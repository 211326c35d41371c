//! One client: what all its calls share, and one method for each operation.

use std::sync::Arc;

use feishu_corehr::{
    Action, CallOptions, Credentials, Endpoint, Error, Exchange, GetProcess, HttpRequest, ListProcesses, Process,
    ReadBack, Session, WithdrawProcess, Withdrawn,
};

use crate::call::run;
use crate::cancellation::Cancellation;
use crate::failure::{Failure, guarded};
use crate::handles::Handle;
use crate::host::{Alarm, Host, Observer, TokenSource, Transport};
use crate::options::ClientOptions;
use crate::pages::ProcessPages;

/// A client, as Kotlin's and Swift's `Client` hold it.
#[derive(uniffi::Object)]
pub struct NativeClient {
    session: Session,
    host: Host,
    _handle: Handle,
}

#[uniffi::export]
impl NativeClient {
    /// Checks everything; nothing is sent. `token_source` belongs to [`Credentials::Host`] and to nothing else.
    #[uniffi::constructor]
    pub fn new(
        credentials: Credentials,
        options: ClientOptions,
        transport: Arc<dyn Transport>,
        alarm: Arc<dyn Alarm>,
        token_source: Option<Arc<dyn TokenSource>>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Arc<Self>, Failure> {
        guarded(|| {
            let session = options.session(credentials, token_source.is_some())?;
            let keeps_budget = options.transport_keeps_budget;
            let host = Host { transport, alarm, token_source, observer, keeps_budget };
            Ok(Arc::new(Self { session, host, _handle: Handle::open() }))
        })
    }

    /// Ends a process that is still running, and finds out whether it worked.
    pub async fn withdraw_process(
        &self,
        request: WithdrawProcess,
        options: CallOptions,
        read_back: ReadBack,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<Withdrawn, Failure> {
        let machine = guarded(|| Action::new(&self.session, &request, options, read_back))?;
        let outcome = run(&self.host, machine, cancellation.as_deref()).await?;
        Ok(WithdrawProcess::output(outcome)?)
    }

    /// Reads one process.
    pub async fn get_process(
        &self,
        request: GetProcess,
        options: CallOptions,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<Process, Failure> {
        Ok(self.read(&request, options, cancellation.as_deref()).await?)
    }

    /// Walks through the ids of all processes that were modified in a span of time of any length; nothing is sent yet.
    /// The request's `page_token` may be the cursor of an earlier walk.
    pub fn list_processes(self: Arc<Self>, request: ListProcesses) -> Result<Arc<ProcessPages>, Failure> {
        guarded(|| Ok(ProcessPages::new(self, request)?))
    }

    /// The request of a withdrawal as data; nothing is sent.
    pub fn withdraw_process_request(
        &self,
        request: WithdrawProcess,
        options: CallOptions,
    ) -> Result<HttpRequest, Failure> {
        guarded(|| Ok(self.request(&request, options)?))
    }

    /// The request that reads a process as data; nothing is sent.
    pub fn get_process_request(&self, request: GetProcess, options: CallOptions) -> Result<HttpRequest, Failure> {
        guarded(|| Ok(self.request(&request, options)?))
    }

    /// The request for one page of ids as data; nothing is sent.
    pub fn list_processes_request(&self, request: ListProcesses, options: CallOptions) -> Result<HttpRequest, Failure> {
        guarded(|| Ok(self.request(&request, options)?))
    }
}

impl NativeClient {
    /// Sends a request that reads, and reads its answer.
    pub(crate) async fn read<E: Endpoint>(
        &self,
        request: &E,
        options: CallOptions,
        cancellation: Option<&Cancellation>,
    ) -> Result<E::Response, Error> {
        let machine = guarded(|| Exchange::new(&self.session, request, options))?;
        let reply = run(&self.host, machine, cancellation).await?;
        guarded(|| E::decode(&reply))
    }

    fn request<E: Endpoint>(&self, request: &E, options: CallOptions) -> Result<HttpRequest, Error> {
        feishu_corehr::show(&self.session, request, &options)
    }
}
