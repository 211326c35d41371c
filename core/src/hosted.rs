//! The same steps for a host that owns the loop: it takes a step, and says what came of it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::drive::patience;
use crate::error::Error;
use crate::machine::{Answer, Machine, Observation, Pause, Step};
use crate::time::Instant;

/// A machine for a host that does not drive futures.
///
/// The host begins with [`Self::poll`]. It does what the step wants and hands the answer to [`Self::tell`]; where none
/// came within [`Self::limit`], and after every pause, it calls [`Self::late`]. `Step::Done` is the end.
pub struct Hosted<M> {
    machine: M,
    limit: Option<u64>,
    late: fn() -> Option<Answer>,
    /// What the pause under way may be cut short by.
    seen: Option<u64>,
    change: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// What came of an answer.
#[derive(Debug)]
pub struct Told<T> {
    /// What the answer was, for whoever watches.
    pub observation: Option<Observation>,
    /// What to do now.
    pub step: Step<T>,
}

impl<M: Machine> Hosted<M> {
    /// A call that has not begun.
    pub const fn new(machine: M) -> Self {
        Self { machine, limit: None, late: nothing, seen: None, change: None }
    }

    /// The first step.
    pub fn poll(&mut self, now: Instant) -> Step<M::Output> {
        let step = self.machine.poll(now);
        (self.limit, self.late) = patience(&step, false);
        self.seen = if let Step::Wait(Pause { seen, .. }) = &step { *seen } else { None };
        self.change = None;
        step
    }

    /// Takes the answer to the step, and says what to do next. What nobody asked for is ignored.
    pub fn tell(&mut self, now: Instant, answer: Answer) -> Told<M::Output> {
        let observation = self.machine.handle(now, answer);
        Told { observation, step: self.poll(now) }
    }

    /// What is known of the request that the step sends, for whoever watches; nothing for any other step.
    pub fn started(&self) -> Option<Observation> {
        self.machine.started()
    }

    /// How many milliseconds the step may take; nothing at the end. A host whose transport can be trusted to keep the
    /// request's own budget need not watch the clock beside it.
    pub const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Goes on without an answer: the step's time is over, or the pause has ended, or the waker was called.
    pub fn late(&mut self, now: Instant) -> Told<M::Output> {
        match (self.late)() {
            Some(answer) => self.tell(now, answer),
            None => Told { observation: None, step: self.poll(now) },
        }
    }

    /// Has `waker` called once, as soon as the pause may be over before its time; at once if it already is. The waker
    /// must do no more than leave a note: it is called in the midst of another call.
    pub fn wake(&mut self, waker: &Waker) {
        let Some(seen) = self.seen else { return };
        let mut change = Box::pin(self.machine.session().changed(seen));
        match change.as_mut().poll(&mut Context::from_waker(waker)) {
            Poll::Pending => self.change = Some(change),
            Poll::Ready(()) => waker.wake_by_ref(),
        }
    }

    /// Ends the call, and says what it has done so far. Nothing is sent any more.
    pub fn cancel(&mut self) -> Error {
        self.change = None;
        self.machine.cancel()
    }
}

impl<M: fmt::Debug> fmt::Debug for Hosted<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hosted").field(&self.machine).finish()
    }
}

const fn nothing() -> Option<Answer> {
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;
    use crate::base_url::{BaseUrl, BaseUrlRules};
    use crate::error::{ErrorKind, TransportErrorKind};
    use crate::http::{HttpRequest, HttpResponse, Method};
    use crate::machine::{Ask, Reason};
    use crate::session::{Config, Credentials, Session};

    #[test]
    fn an_answer_leads_to_its_observation_and_to_the_next_step() {
        let mut hosted = Hosted::new(Script::new([Step::Send(request(7)), Step::Done(())]));
        assert!(matches!(hosted.poll(NOW), Step::Send(_)));
        let told = hosted.tell(NOW, Answer::Http(Ok(HttpResponse::default())));
        assert_eq!(told.observation.map(|observation| observation.attempt), Some(1));
        assert!(matches!(told.step, Step::Done(())));
        assert_eq!(hosted.limit(), None);
    }

    #[test]
    fn what_is_late_is_told_as_what_it_is() {
        for (step, limit, answers) in [
            (Step::Ask(Ask::Token { refused: false }, 9), 9, vec!["late"]),
            (Step::Send(request(7)), 257, vec!["no answer, perhaps written"]),
            (Step::Send(request(u64::MAX)), u64::MAX, vec!["no answer, perhaps written"]),
            (Step::Wait(pause(None)), 5, vec![]),
        ] {
            let mut hosted = Hosted::new(Script::new([step, Step::Done(())]));
            hosted.poll(NOW);
            assert_eq!(hosted.limit(), Some(limit));
            assert!(matches!(hosted.late(NOW).step, Step::Done(())));
            assert_eq!(hosted.machine.answers, answers);
        }
    }

    #[test]
    fn a_waker_is_called_once_and_also_when_the_change_came_before_it() {
        let wait = |session: &Session| Step::Wait(pause(Some(session.token(NOW, None).1)));
        let mut hosted = Hosted::new(Script::new([]));
        let session = hosted.machine.session.clone();
        hosted.machine.steps = vec![wait(&session), wait(&session)];
        let calls = Arc::new(Calls::default());
        let waker = Waker::from(calls.clone());
        hosted.poll(NOW);
        hosted.wake(&waker);
        assert_eq!(calls.count(), 0);
        session.change_tokens(|_| ());
        session.change_tokens(|_| ());
        assert_eq!(calls.count(), 1);
        // The script's second pause is for the change that is over by now.
        hosted.late(NOW);
        hosted.wake(&waker);
        assert_eq!(calls.count(), 2);
    }

    #[test]
    fn a_waker_that_is_not_needed_any_more_is_let_go() {
        let mut hosted = Hosted::new(Script::new([]));
        let session = hosted.machine.session.clone();
        let seen = Some(session.token(NOW, None).1);
        let waiting = || vec![Step::Wait(pause(seen)), Step::Wait(pause(None))];
        let calls = Arc::new(Calls::default());
        let endings: [fn(&mut Hosted<Script>); 2] = [|hosted| drop(hosted.late(NOW)), |hosted| drop(hosted.cancel())];
        for end in endings {
            hosted.machine.steps = waiting();
            hosted.poll(NOW);
            hosted.wake(&Waker::from(calls.clone()));
            assert_eq!(Arc::strong_count(&calls), 2);
            end(&mut hosted);
            assert_eq!(Arc::strong_count(&calls), 1);
        }
        // A pause that nothing cuts short has no use for one.
        hosted.machine.steps = waiting();
        hosted.poll(NOW);
        hosted.late(NOW);
        hosted.wake(&Waker::from(calls.clone()));
        session.change_tokens(|_| ());
        assert_eq!((Arc::strong_count(&calls), calls.count()), (1, 0));
    }

    const fn pause(seen: Option<u64>) -> Pause {
        Pause { delay: 5, reason: Reason::Token, seen }
    }

    const NOW: Instant = Instant { monotonic: 0, wall: 0 };

    /// Takes the steps as they are written down, and keeps what it is told.
    struct Script {
        session: Session,
        steps: Vec<Step<()>>,
        answers: Vec<&'static str>,
    }

    impl Script {
        fn new<const N: usize>(steps: [Step<()>; N]) -> Self {
            let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).unwrap();
            let session = Session::new(Config::new(base_url, Credentials::Host), 1).unwrap();
            Self { session, steps: steps.into(), answers: Vec::new() }
        }
    }

    impl Machine for Script {
        type Output = ();

        fn poll(&mut self, _now: Instant) -> Step<()> {
            self.steps.remove(0)
        }

        fn handle(&mut self, _now: Instant, answer: Answer) -> Option<Observation> {
            self.answers.push(match answer {
                Answer::Http(Ok(_)) => "an answer",
                Answer::Http(Err(error)) if error.kind == TransportErrorKind::Timeout && error.bytes_written => {
                    "no answer, perhaps written"
                }
                Answer::Http(Err(_)) => "another failure",
                Answer::Late => "late",
                Answer::Loaded(_) | Answer::Saved | Answer::Token(_) => "what nobody asked for",
            });
            Some(Observation { attempt: 1, ..Observation::default() })
        }

        fn cancel(&mut self) -> Error {
            Error::new(ErrorKind::Cancelled, "")
        }

        fn session(&self) -> &Session {
            &self.session
        }
    }

    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Calls {
        fn count(&self) -> u32 {
            self.0.load(Ordering::SeqCst)
        }
    }

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn request(budget: u64) -> HttpRequest {
        HttpRequest {
            method: Method::Get,
            url: String::new(),
            headers: Vec::new(),
            body: None,
            sensitive_body: false,
            budget,
            connect_budget: budget,
            max_response: 0,
            fresh_connection: false,
        }
    }
}
