//! What kind of schedule a seed gives: calm or stormy, and of which mishaps the storm is made.

use crate::dice::Dice;
use crate::mishap::{GET, Mishap, PUT, TOKEN};

/// The longest that a read may lag behind the truth, in milliseconds.
pub(crate) const LONGEST_LAG: u64 = 3_000;

pub(crate) struct Weather {
    /// How many requests in a thousand meet a mishap; none in a calm schedule.
    pub(crate) permille: u64,
    /// The same for the token endpoint, which may be well while all else is not.
    token_permille: u64,
    /// When the last mishap may happen, in milliseconds of true time.
    pub(crate) until: u64,
    /// Whether nothing at all goes wrong.
    pub(crate) is_calm: bool,
    puts: Chances,
    gets: Chances,
    tokens: Chances,
    /// The longest that a read lags behind, in milliseconds.
    pub(crate) lag: u64,
    /// How long a token lives, in seconds.
    pub(crate) token_life: u64,
    /// Whether the token endpoint hands back a token that was revoked.
    pub(crate) hands_back_revoked: bool,
    /// Whether the clients have such quotas that calls wait for their turn.
    pub(crate) has_small_quotas: bool,
    /// Whether the app may read processes.
    pub(crate) may_read: bool,
    /// How often a waiting call is polled without a reason, in a thousand.
    pub(crate) spurious: u64,
    /// The longest way to the server, in milliseconds.
    pub(crate) distance: u64,
}

/// How many storms in a thousand are mostly of one mishap, so that every call of a crowd meets the same.
const ONE_SIDED: u64 = 300;

/// The mishaps of one kind of request, each as often as it is likely.
struct Chances {
    mishaps: &'static [Mishap],
    weights: [u64; PUT.len()],
    sum: u64,
}

impl Weather {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let permille = dice.pick(&[0, 0, 30, 100, 300, 300, 600, 600, 950]);
        let is_calm = permille == 0;
        let ends = dice.chance(400);
        Self {
            permille,
            token_permille: dice.pick(&[0, permille / 10, permille]),
            until: if ends { dice.between(0, 30_000) } else { u64::MAX },
            is_calm,
            puts: Chances::draw(PUT, dice),
            gets: Chances::draw(GET, dice),
            tokens: Chances::draw(TOKEN, dice),
            lag: if is_calm || dice.chance(500) { 0 } else { dice.between(1, LONGEST_LAG) },
            token_life: dice.pick(&[7_200, 7_200, 7_200, 1_800, 600, 120, 30, 5]),
            hands_back_revoked: !is_calm && dice.chance(200),
            has_small_quotas: !is_calm && dice.chance(400),
            may_read: is_calm || dice.chance(850),
            spurious: dice.pick(&[0, 0, 100, 500]),
            distance: dice.pick(&[5, 60, 60, 300]),
        }
    }

    pub(crate) fn put(&self, dice: &mut Dice, now: u64) -> Option<Mishap> {
        self.mishap(&self.puts, self.permille, dice, now)
    }

    pub(crate) fn get(&self, dice: &mut Dice, now: u64) -> Option<Mishap> {
        self.mishap(&self.gets, self.permille, dice, now)
    }

    pub(crate) fn token(&self, dice: &mut Dice, now: u64) -> Option<Mishap> {
        self.mishap(&self.tokens, self.token_permille, dice, now)
    }

    /// Whether a mishap may still happen.
    pub(crate) const fn is_stormy(&self, now: u64) -> bool {
        !self.is_calm && now < self.until
    }

    fn mishap(&self, chances: &Chances, permille: u64, dice: &mut Dice, now: u64) -> Option<Mishap> {
        (self.is_stormy(now) && dice.chance(permille)).then(|| chances.pick(dice)).flatten()
    }
}

impl Chances {
    fn draw(mishaps: &'static [Mishap], dice: &mut Dice) -> Self {
        let mut weights = [0; PUT.len()];
        for weight in weights.iter_mut().take(mishaps.len()) {
            // Half of the mishaps are away in each schedule, so that the others meet each other.
            *weight = dice.pick(&[0, 0, 0, 1, 1, 3]);
        }
        if dice.chance(ONE_SIDED) {
            *dice.among(&mut weights[..mishaps.len()]) = 50;
        }
        Self { mishaps, weights, sum: weights.iter().sum() }
    }

    fn pick(&self, dice: &mut Dice) -> Option<Mishap> {
        let mut left = dice.between(1, self.sum.max(1));
        for (mishap, weight) in self.mishaps.iter().zip(self.weights) {
            if left <= weight {
                return Some(*mishap);
            }
            left -= weight;
        }
        None
    }
}
