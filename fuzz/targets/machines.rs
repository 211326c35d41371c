//! A withdrawal in a world whose every turn is a byte: what is told in the end is true (`docs/policy.md` 5.1).
#![no_main]

use feishu_corehr::{
    Action, Actor, Answer, Attribution, BaseUrl, BaseUrlRules, CallOptions, Config, Credentials, Effect, Endpoint,
    Error, ErrorKind, Header, HttpRequest, HttpResponse, Instant, Machine, Method, ReadBack, Secret, Step,
    TransportError, TransportErrorKind, WithdrawProcess, Withdrawn,
};
use libfuzzer_sys::fuzz_target;

const PROCESS: &str = "7328345170959681068";
const RUNNING: i64 = 1;
const WITHDRAWN: i64 = 4;
/// The default deadline and the budget of a request that began in its last moment, in milliseconds.
const LONGEST: u64 = 60_000 + 20_000;
/// More turns than any call takes.
const MOST_STEPS: u32 = 2_000;

fuzz_target!(|bytes: &[u8]| {
    let [seed, read_back, turns @ ..] = bytes else { return };
    let base_url = BaseUrl::parse(BaseUrl::FEISHU, BaseUrlRules::default()).expect("valid");
    let session = feishu_corehr::open(Config::new(base_url, Credentials::Host), u64::from(*seed)).expect("valid");
    let request = WithdrawProcess { process_id: PROCESS.into(), actor: Actor::System { user: None }, reason: None };
    let read_back = ReadBack::ALL[usize::from(*read_back) % ReadBack::ALL.len()];
    let machine = Action::new(&session, &request, CallOptions::default(), read_back.into()).expect("valid");
    World {
        turns: turns.iter(),
        now: Instant::default(),
        status: RUNNING,
        ours: false,
        late: 0,
        puts: 0,
        gets: 0,
        tokens: 0,
    }
    .play(machine);
});

/// The server, the clock and the network.
struct World<'a> {
    turns: std::slice::Iter<'a, u8>,
    now: Instant,
    status: i64,
    /// Whether a request of this call has withdrawn the process.
    ours: bool,
    /// How many of our requests are still on their way.
    late: u32,
    puts: u32,
    gets: u32,
    tokens: u32,
}

impl World<'_> {
    /// What happens next; nothing unusual when the bytes are used up.
    fn turn(&mut self) -> u8 {
        self.turns.next().copied().unwrap_or(0)
    }

    fn play(mut self, mut machine: Action) {
        for _ in 0..MOST_STEPS {
            if self.late > 0 && self.turn() % 4 == 1 {
                self.late -= 1;
                self.apply();
            }
            match machine.poll(self.now) {
                Step::Ask(..) => {
                    self.pass(10);
                    let answer = match self.turn() % 8 {
                        7 => Answer::Token(Err("none".into())),
                        6 => Answer::Late,
                        5 => Answer::Token(Ok(Secret::new("t 1".into()))),
                        4 => Answer::Token(Ok(Secret::new("t-0".into()))),
                        _ => {
                            self.tokens += 1;
                            Answer::Token(Ok(Secret::new(format!("t-{}", self.tokens))))
                        }
                    };
                    machine.handle(self.now, answer);
                }
                Step::Done(result) => return self.judge(result.and_then(WithdrawProcess::output)),
                Step::Send(request) => {
                    assert!(self.now.monotonic + request.budget <= LONGEST, "a budget within the deadline");
                    let answer = self.server(&request);
                    if self.turn() == 255 {
                        // Cancelled while the request is under way.
                        let error = machine.cancel();
                        assert!(
                            matches!(machine.poll(self.now), Step::Done(_)),
                            "nothing is sent after a cancellation"
                        );
                        return self.judge(Err(error));
                    }
                    machine.handle(self.now, Answer::Http(answer));
                }
                Step::Wait(pause) => {
                    if self.turn() == 254 {
                        let error = machine.cancel();
                        assert!(
                            matches!(machine.poll(self.now), Step::Done(_)),
                            "nothing is sent after a cancellation"
                        );
                        return self.judge(Err(error));
                    }
                    assert!(pause.delay > 0);
                    self.pass(pause.delay);
                }
            }
        }
        panic!("the call does not end");
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now = self.now.after(milliseconds);
    }

    fn apply(&mut self) {
        if self.status == RUNNING {
            (self.status, self.ours) = (WITHDRAWN, true);
        }
    }

    fn server(&mut self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let turn = self.turn();
        let delay = u64::from(turn) * 40;
        self.pass(delay.min(request.budget));
        let lost = |written| Err(TransportError::new(TransportErrorKind::Disconnected, written, ""));
        if request.method == Method::Get {
            self.gets += 1;
            return match turn % 8 {
                1 => answer(200, r#"{"code":0,"data":{"process_id":"8","status":4}}"#),
                2 => lost(true),
                3 => answer(400, r#"{"code":99991672}"#),
                // A replica that lags behind.
                4 => answer(200, r#"{"code":0,"data":{"status":1}}"#),
                5 => answer(200, r#"{"code":0,"data":{"status":"4"}}"#),
                6 => answer(500, ""),
                7 => answer(400, r#"{"code":99991663}"#),
                _ => answer(
                    200,
                    &format!(r#"{{"code":0,"data":{{"process_id":"{PROCESS}","status":{}}}}}"#, self.status),
                ),
            };
        }
        assert_eq!(request.method, Method::Put);
        self.puts += 1;
        if turn >= 240 && self.status == RUNNING {
            // Somebody else, in the meantime.
            self.status = [2, 4, 8, 9, 15][usize::from(turn) % 5];
        }
        match turn % 16 {
            1 => {
                self.apply();
                lost(true)
            }
            2 => {
                self.late += 1;
                lost(true)
            }
            3 => Err(TransportError::new(TransportErrorKind::Connect, false, "")),
            4 => Err(TransportError::new(TransportErrorKind::Closed, false, "")),
            5 => answer(429, r#"{"code":99991400}"#),
            6 => {
                self.apply();
                answer(500, "")
            }
            7 => {
                self.apply();
                answer(200, r#"{"code":0,"code":1161006}"#)
            }
            8 => answer(400, r#"{"code":99991663}"#),
            9 => answer(404, "404 page not found"),
            10 => answer(400, r#"{"code":1161005}"#),
            11 => {
                // It arrived twice, and the second arrival is answered.
                self.apply();
                answer(400, r#"{"code":1161006}"#)
            }
            12 => answer(403, r#"{"code":1161003}"#),
            13 => {
                self.apply();
                answer(409, "")
            }
            14 => {
                self.late += 1;
                self.pass(request.budget);
                Err(TransportError::new(TransportErrorKind::Timeout, true, ""))
            }
            15 => answer(307, ""),
            _ if self.status == RUNNING => {
                self.apply();
                answer(200, r#"{"code":0}"#)
            }
            _ => answer(400, r#"{"code":1161006}"#),
        }
    }

    fn judge(self, result: Result<Withdrawn, Error>) {
        assert!(self.now.monotonic <= LONGEST + 20_000, "within the deadline: {}", self.now.monotonic);
        assert!(self.gets <= 64 && self.puts <= 64, "attempts are bounded: {} and {}", self.puts, self.gets);
        match result {
            Ok(withdrawn) => {
                assert_eq!(self.status, WITHDRAWN, "what is told as withdrawn is withdrawn: {withdrawn:?}");
                assert!(withdrawn.attribution != Attribution::Ours || self.ours, "ours is ours");
            }
            Err(error) => {
                if error.effect == Effect::None {
                    assert!(
                        !self.ours && (self.late == 0 || self.status != RUNNING),
                        "no effect, now and later: {error}"
                    );
                }
                if error.kind == ErrorKind::NotWithdrawable && error.effect == Effect::None {
                    assert_eq!(error.status, Some(self.status), "{error}");
                    assert_ne!(self.status, RUNNING, "{error}");
                }
            }
        }
    }
}

fn answer(status: u16, body: &str) -> Result<HttpResponse, TransportError> {
    Ok(HttpResponse { status, headers: vec![Header::new("x-tt-logid", "L")], body: body.into() })
}
