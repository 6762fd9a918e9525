//! Medians and their spread.

/// Measurements of one thing, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Adds a measurement.
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Each measurement, times the other one's of the same round: what slowed one round slowed both.
    pub(crate) fn times(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one / other).collect())
    }

    /// The value below which a share of the measurements lies, by the nearest rank.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "ranks"
        )]
        let rank = (share * last as f64).round() as usize;
        let mut sorted = self.0.clone();
        let (_, at_rank, _) = sorted.select_nth_unstable_by(rank, f64::total_cmp);
        Some(*at_rank)
    }

    /// The median.
    pub(crate) fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The quartiles around it.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        Some((self.quantile(0.25)?, self.quantile(0.75)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_quartiles_are_measurements() {
        let mut sample = Sample::default();
        assert_eq!((sample.median(), sample.spread()), (None, None));
        for value in [5.0, 1.0, 4.0, 2.0, 3.0] {
            sample.push(value);
        }
        assert_eq!((sample.median(), sample.spread()), (Some(3.0), Some((2.0, 4.0))));
    }

    #[test]
    fn ratios_are_those_of_one_round() {
        let sample = |values: &[f64]| Sample(values.to_vec());
        let ratios = sample(&[3.0, 30.0, 6.0]).times(&sample(&[2.0, 10.0, 3.0]));
        assert_eq!(ratios, sample(&[1.5, 3.0, 2.0]));
        assert_eq!(ratios.median(), Some(2.0));
    }
}
