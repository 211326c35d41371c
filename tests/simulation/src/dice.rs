//! Chance: everything that happens in a schedule is drawn from here, so a seed is the whole schedule.

/// A sequence of numbers that a seed determines (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not begin alike, and the state may not be 0.
        let mut mixed = seed.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ 0x2545_f491_4f6c_dd1d;
        mixed ^= mixed >> 32;
        mixed = mixed.wrapping_mul(0xd6e8_feb8_6659_fd93);
        mixed ^= mixed >> 32;
        Self(mixed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        let count = last.saturating_sub(first).saturating_add(1);
        first + ((u128::from(self.next()) * u128::from(count)) >> 64) as u64
    }

    /// True so many times in a thousand.
    pub(crate) fn chance(&mut self, permille: u64) -> bool {
        self.between(0, 999) < permille
    }

    pub(crate) fn among<'a, T>(&mut self, choices: &'a mut [T]) -> &'a mut T {
        &mut choices[self.between(0, choices.len() as u64 - 1) as usize]
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.between(0, choices.len() as u64 - 1) as usize]
    }
}
