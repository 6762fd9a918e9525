//! Medians and their spread.

/// Measurements of one thing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// Adds a measurement.
    pub(crate) fn push(&mut self, value: f64) {
        let at = self.0.partition_point(|known| *known < value);
        self.0.insert(at, value);
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
        self.0.get(rank).copied()
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
}
