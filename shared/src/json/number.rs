//! Numbers with every digit that was sent.

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// `DynamoDB` keeps this many significant digits ("Numbers", Supported data types, `DynamoDB` developer guide).
const DYNAMODB_DIGITS: usize = 38;
/// The place of the first significant digit, as a power of ten, may lie between these: 1E-130 to 9.99…E+125 (as above).
const DYNAMODB_MAGNITUDES: std::ops::RangeInclusive<i64> = -130..=125;
/// Numbers whose first digit stands further from the point than this are written with an exponent.
const PLAIN_MAGNITUDES: std::ops::RangeInclusive<i64> = -7..=37;

/// An exact decimal number, in one spelling for each value: `500.75` for `500.750` and `5.0075e2` alike.
///
/// Two numbers are equal when their values are. It is a JSON number, and a number that `DynamoDB` reads when
/// [`fits_dynamodb`](Self::fits_dynamodb) says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    text: String,
    fits_dynamodb: bool,
}

impl Number {
    /// Reads a number in JSON's spelling (RFC 8259, section 6). The text must be one: the parser has seen to it.
    pub(crate) fn new(text: &str) -> Self {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // Most numbers are ids, which have one spelling alone.
        if unsigned.len() <= DYNAMODB_DIGITS
            && !unsigned.starts_with('0')
            && unsigned.bytes().all(|digit| digit.is_ascii_digit())
        {
            return Self { text: text.to_owned(), fits_dynamodb: true };
        }
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));

        let digits = format!("{whole}{fraction}");
        let leading_zeros = digits.len() - digits.trim_start_matches('0').len();
        let significant = digits.trim_matches('0');
        if significant.is_empty() {
            return Self { text: "0".to_owned(), fits_dynamodb: true };
        }

        let magnitude = magnitude(exponent, whole.len(), leading_zeros);
        let Some(magnitude) = magnitude else {
            // An exponent beyond 64 bits: no two spellings of it are worth telling apart.
            return Self { text: text.to_ascii_lowercase(), fits_dynamodb: false };
        };

        let sign = if negative { "-" } else { "" };
        Self {
            text: format!("{sign}{}", spell(significant, magnitude)),
            fits_dynamodb: significant.len() <= DYNAMODB_DIGITS && DYNAMODB_MAGNITUDES.contains(&magnitude),
        }
    }

    /// The number's one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number's one spelling, moved out.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }

    /// The value, if it is a whole number from 0 to 2^64 - 1.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.text.parse().ok()
    }

    /// The value, if it is a whole number that 64 bits hold.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// Whether `DynamoDB` can hold this number exactly.
    #[must_use]
    pub fn fits_dynamodb(&self) -> bool {
        self.fits_dynamodb
    }
}

/// The power of ten that the first significant digit stands for, unless 64 bits do not hold it.
fn magnitude(exponent: &str, whole_digits: usize, leading_zeros: usize) -> Option<i64> {
    let first_digit = i64::try_from(whole_digits).ok()? - i64::try_from(leading_zeros).ok()? - 1;
    exponent.parse::<i64>().ok()?.checked_add(first_digit)
}

/// Writes `significant` (no zero at either end) so that its first digit has the value `10^magnitude`.
fn spell(significant: &str, magnitude: i64) -> String {
    if !PLAIN_MAGNITUDES.contains(&magnitude) {
        let (first, rest) = significant.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{first}{point}{rest}e{magnitude}");
    }
    match usize::try_from(magnitude) {
        Err(_) => {
            let zeros: String = (magnitude + 1..0).map(|_| '0').collect();
            format!("0.{zeros}{significant}")
        }
        Ok(place) if significant.len() <= place + 1 => format!("{significant:0<width$}", width = place + 1),
        Ok(place) => {
            let (whole, fraction) = significant.split_at(place + 1);
            format!("{whole}.{fraction}")
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Most numbers are ids.
        if let Some(whole) = self.as_u64() {
            return serializer.serialize_u64(whole);
        }
        let raw: &RawValue = serde_json::from_str(&self.text).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str) -> String {
        Number::new(text).text
    }

    #[test]
    fn every_spelling_of_a_value_becomes_one() {
        for text in ["500.75", "500.750", "5.0075e2", "50075E-2", "0.50075e+3"] {
            assert_eq!(spelled(text), "500.75", "{text}");
        }
        for text in ["0", "-0", "0.000", "0e999999999999999999999"] {
            assert_eq!(spelled(text), "0", "{text}");
        }
        assert_eq!(spelled("123.0"), "123");
        assert_eq!(spelled("-1e3"), "-1000");
        assert_eq!(spelled("0.0000001"), "0.0000001");
        assert_eq!(spelled("0.00000001"), "1e-8");
        assert_eq!(spelled("12e399"), "1.2e400");
    }

    #[test]
    fn no_digit_is_lost() {
        let digits = "0.1234567890123456789012345678901234567890123456789";
        assert_eq!(spelled(digits), digits);
        assert_eq!(spelled("18446744073709551617"), "18446744073709551617");
    }

    #[test]
    fn dynamodbs_limits_are_known() {
        assert!(Number::new(&"9".repeat(38)).fits_dynamodb());
        assert!(!Number::new(&"9".repeat(39)).fits_dynamodb());
        assert!(Number::new(&format!("1{}", "0".repeat(60))).fits_dynamodb());
        assert!(Number::new("9.9e125").fits_dynamodb());
        assert!(!Number::new("1e126").fits_dynamodb());
        assert!(Number::new("-1e-130").fits_dynamodb());
        assert!(!Number::new("1e-131").fits_dynamodb());
        assert!(!Number::new("1e99999999999999999999").fits_dynamodb());
    }

    #[test]
    fn whole_numbers_are_read_whatever_their_spelling() {
        assert_eq!(Number::new("2.0").as_u64(), Some(2));
        assert_eq!(Number::new("2e0").as_u64(), Some(2));
        assert_eq!(Number::new("2.5").as_u64(), None);
        assert_eq!(Number::new("-2").as_u64(), None);
        assert_eq!(Number::new("-2").as_i64(), Some(-2));
    }

    proptest! {
        #[test]
        fn a_spelling_is_read_back_as_itself(whole in 0_u64.., fraction in "[0-9]{0,45}", exponent in -200_i32..200) {
            let point = if fraction.is_empty() { "" } else { "." };
            let number = Number::new(&format!("{whole}{point}{fraction}e{exponent}"));
            prop_assert_eq!(Number::new(number.as_str()), number);
        }
    }
}
