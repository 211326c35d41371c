//! What every exported function fails with: the core's one error, and panics as errors.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use feishu_corehr::error::fields;
use feishu_corehr::{Effect, Error, ErrorKind};

/// The one thing that is thrown: the core's error.
#[derive(Debug, uniffi::Error)]
#[uniffi::export(Display)]
pub enum Failure {
    /// What went wrong.
    Failed {
        /// The core's error; its text is a sentence for a person.
        error: fields::Error,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Failed { error } = self;
        Error::from(error.clone()).fmt(f)
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed { error: error.into_fields() }
    }
}

/// Runs `act`; a panic in it becomes an error that says where, and prints nothing.
pub(crate) fn guarded<T, E: From<Error>>(act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    keep_panics_quiet();
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| Err(panicked().into()))
}

/// What panicked has told nobody what it has sent.
fn panicked() -> Error {
    let place = PLACE.take().map(|(file, line)| format!(" at {file}:{line}")).unwrap_or_default();
    let summary = format!("internal error{place}; please report it");
    let mut error = Error::new(ErrorKind::Transport, summary);
    error.effect = Effect::Unknown;
    error
}

fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    // This library's own standard library only: other native libraries keep their hooks.
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PLACE.set(panic.location().map(|place| (place.file().to_owned(), place.line())));
            if cfg!(test) {
                loud(panic);
            }
        }));
    });
}

thread_local! {
    static PLACE: Cell<Option<(String, u32)>> = const { Cell::new(None) };
}
