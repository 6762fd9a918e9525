//! What chance decides, from a seed.

/// Seeded chance.
pub(super) struct Dice(fastrand::Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Whether something happens that does so in `share` of all cases.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.0.f64() < share
    }

    /// A number from `range`.
    pub(super) fn number(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.0.u64(range)
    }

    /// A number from 0 to 1.
    pub(super) fn part(&mut self) -> f64 {
        self.0.f64()
    }

    /// One of several.
    pub(super) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.0.usize(..choices.len())]
    }

    /// So many digits, none of which is chosen by anything but chance.
    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.0.digit(10)).collect()
    }
}
