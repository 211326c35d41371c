//! Everything that is open, by number: the host holds numbers only.

use std::cell::RefCell;
use std::rc::Rc;

use feishu_corehr::{Error, ErrorKind, Instant, ListProcesses, Pages};

use crate::call::Running;
use crate::client::Client;
use crate::desk::Brought;
use crate::text::{self, Told};

/// All clients, calls and walks of this instance.
#[derive(Default)]
pub(crate) struct House {
    clients: Shelf<Rc<Client>>,
    calls: Shelf<Running>,
    walks: Shelf<Pages<ListProcesses>>,
}

/// Things by number; the number of what was taken away is given again. A map would be several times its size in wasm.
struct Shelf<T> {
    places: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Shelf<T> {
    /// Puts down what `make` makes of its number, unless it fails.
    fn put<E>(&mut self, make: impl FnOnce(u32) -> Result<T, E>) -> Result<u32, E> {
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
    static HOUSE: RefCell<House> = RefCell::default();
}

impl House {
    pub(crate) fn add_client(client: Rc<Client>) -> u32 {
        number(HOUSE.with_borrow_mut(|house| house.clients.put(|_| Ok(client))))
    }

    pub(crate) fn client(number: u32) -> Result<Rc<Client>, Error> {
        HOUSE.with_borrow_mut(|house| house.clients.find(number).cloned()).ok_or_else(closed)
    }

    pub(crate) fn remove_client(number: u32) {
        HOUSE.with_borrow_mut(|house| house.clients.take(number));
    }

    pub(crate) fn start(
        client: u32,
        operation: &str,
        request: &str,
        options: &str,
        is_observed: bool,
    ) -> Result<u32, Error> {
        let client = Self::client(client)?;
        HOUSE.with_borrow_mut(|house| {
            house.calls.put(|number| Running::new(&client, operation, request, options, is_observed, number))
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
        HOUSE.with_borrow_mut(|house| {
            house.calls.put(|number| Running::relayed(&client, operation, request, options, is_observed, number))
        })
    }

    pub(crate) fn poll(number: u32, monotonic: u64, wall: u64) -> String {
        HOUSE.with_borrow_mut(|house| {
            let Some(call) = house.calls.find(number) else { return "[]".to_owned() };
            let (orders, has_ended) = call.poll(Instant { monotonic, wall });
            if has_ended {
                house.calls.take(number);
            }
            orders
        })
    }

    pub(crate) fn answer(number: u32, errand: u32, brought: Brought) {
        HOUSE.with_borrow_mut(|house| {
            if let Some(call) = house.calls.find(number) {
                call.bring(errand, brought);
            }
        });
    }

    pub(crate) fn cancel(number: u32) -> String {
        let call = HOUSE.with_borrow_mut(|house| house.calls.take(number));
        let error = call.map_or_else(closed, Running::cancel);
        text::json(&Told::new(error))
    }

    pub(crate) fn add_walk(pages: Pages<ListProcesses>) -> u32 {
        number(HOUSE.with_borrow_mut(|house| house.walks.put(|_| Ok(pages))))
    }

    pub(crate) fn walk(number: u32, act: impl FnOnce(&mut Pages<ListProcesses>) -> String) -> String {
        HOUSE.with_borrow_mut(|house| house.walks.find(number).map_or_else(|| "{\"ok\":null}".to_owned(), act))
    }

    pub(crate) fn remove_walk(number: u32) {
        HOUSE.with_borrow_mut(|house| house.walks.take(number));
    }
}

/// What cannot fail.
fn number(put: Result<u32, std::convert::Infallible>) -> u32 {
    match put {
        Ok(number) => number,
        Err(never) => match never {},
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::InvalidArgument, "the client is closed")
}
