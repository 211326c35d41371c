//! Everything that is open, by number: the host holds numbers only.

use std::cell::RefCell;
use std::rc::Rc;

use feishu_corehr::{Error, ErrorKind, Instant};

use crate::call::OngoingCall;
use crate::client::Client;
use crate::host::Completion;
#[cfg(feature = "bulk")]
use crate::run::Run;
use crate::text::{self, Told};
use crate::walk::Walk;

/// All clients, calls, runs and walks of this instance.
#[derive(Default)]
pub(crate) struct Registry {
    clients: Slab<Rc<Client>>,
    calls: Slab<OngoingCall>,
    #[cfg(feature = "bulk")]
    runs: Slab<Run>,
    walks: Slab<Box<dyn Walk>>,
}

/// Things by number; the number of what was taken away is given again. A map would be several times its size in wasm.
struct Slab<T> {
    places: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Puts down what `make` makes of its number, unless it fails.
    fn insert<E>(&mut self, make: impl FnOnce(u32) -> Result<T, E>) -> Result<u32, E> {
        let last = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let number = self.free.last().copied().unwrap_or(last);
        let thing = make(number)?;
        if self.free.pop().is_none() {
            self.places.push(None);
        }
        if let Some(place) = self.places.get_mut(number as usize) {
            *place = Some(thing);
        }
        Ok(number)
    }

    fn find(&mut self, number: u32) -> Option<&mut T> {
        self.places.get_mut(number as usize)?.as_mut()
    }

    fn take(&mut self, number: u32) -> Option<T> {
        let thing = self.places.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(thing)
    }
}

thread_local! {
    static REGISTRY: RefCell<Registry> = RefCell::default();
}

impl Registry {
    pub(crate) fn add_client(client: Rc<Client>) -> u32 {
        number(REGISTRY.with_borrow_mut(|registry| registry.clients.insert(|_| Ok(client))))
    }

    pub(crate) fn client(number: u32) -> Result<Rc<Client>, Error> {
        REGISTRY.with_borrow_mut(|registry| registry.clients.find(number).cloned()).ok_or_else(closed)
    }

    pub(crate) fn remove_client(number: u32) {
        REGISTRY.with_borrow_mut(|registry| registry.clients.take(number));
    }

    pub(crate) fn start(
        client: u32,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
    ) -> Result<u32, Error> {
        let client = Self::client(client)?;
        REGISTRY.with_borrow_mut(|registry| {
            registry.calls.insert(|number| OngoingCall::new(&client, operation, request, options, is_observed, number))
        })
    }

    pub(crate) fn relay(
        client: u32,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
    ) -> Result<u32, Error> {
        let client = Self::client(client)?;
        REGISTRY.with_borrow_mut(|registry| {
            registry
                .calls
                .insert(|number| OngoingCall::relayed(&client, operation, request, options, is_observed, number))
        })
    }

    pub(crate) fn poll(number: u32, monotonic: u64, wall: u64) -> String {
        REGISTRY.with_borrow_mut(|registry| {
            let Some(call) = registry.calls.find(number) else { return "[]".to_owned() };
            let (commands, has_ended) = call.poll(Instant { monotonic, wall });
            if has_ended {
                registry.calls.take(number);
            }
            commands
        })
    }

    pub(crate) fn answer(number: u32, task: u32, completion: Completion) {
        REGISTRY.with_borrow_mut(|registry| {
            if let Some(call) = registry.calls.find(number) {
                call.complete(task, completion);
            }
        });
    }

    pub(crate) fn cancel(number: u32) -> String {
        let call = REGISTRY.with_borrow_mut(|registry| registry.calls.take(number));
        let error = call.map_or_else(closed, OngoingCall::cancel);
        text::json(&Told::new(error))
    }

    #[cfg(feature = "bulk")]
    pub(crate) fn add_run(run: Run) -> u32 {
        number(REGISTRY.with_borrow_mut(|registry| registry.runs.insert(|_| Ok(run))))
    }

    #[cfg(feature = "bulk")]
    pub(crate) fn run(number: u32) -> Option<Run> {
        REGISTRY.with_borrow_mut(|registry| registry.runs.find(number).cloned())
    }

    #[cfg(feature = "bulk")]
    pub(crate) fn remove_run(number: u32) {
        REGISTRY.with_borrow_mut(|registry| registry.runs.take(number));
    }

    /// Begins the call of one item of a run.
    #[cfg(feature = "bulk")]
    pub(crate) fn start_item(run: &Run, item: usize, is_observed: bool) -> Result<u32, Error> {
        REGISTRY.with_borrow_mut(|registry| {
            registry.calls.insert(|number| OngoingCall::of_bulk(run, item, is_observed, number))
        })
    }

    pub(crate) fn add_walk(walk: Box<dyn Walk>) -> u32 {
        number(REGISTRY.with_borrow_mut(|registry| registry.walks.insert(|_| Ok(walk))))
    }

    pub(crate) fn walk(number: u32, act: impl FnOnce(&mut dyn Walk) -> String) -> String {
        REGISTRY.with_borrow_mut(|registry| {
            registry.walks.find(number).map_or_else(|| "{\"ok\":null}".to_owned(), |walk| act(&mut **walk))
        })
    }

    pub(crate) fn remove_walk(number: u32) {
        REGISTRY.with_borrow_mut(|registry| registry.walks.take(number));
    }
}

/// What cannot fail.
fn number(put: Result<u32, std::convert::Infallible>) -> u32 {
    match put {
        Ok(number) => number,
        Err(never) => match never {},
    }
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::InvalidArgument, "the client is closed")
}
