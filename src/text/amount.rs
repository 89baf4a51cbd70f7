//! Limits as a person writes them: seconds, sizes, counts; and back.

use std::time::Duration;

/// Seconds, decimals too, with or without an `s` behind them; none and `off` are no limit.
pub fn seconds(text: &str) -> Result<Option<Duration>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    match text.strip_suffix('s').unwrap_or(text).parse::<f64>() {
        Ok(0.0) => Ok(None),
        Ok(seconds) => Duration::try_from_secs_f64(seconds)
            .map(Some)
            .map_err(|_| "it must be a number of seconds, 0 or more".to_owned()),
        Err(_) => Err("it must be a number of seconds, for example 2.5".to_owned()),
    }
}

/// Bytes; the letters are powers of 1024, as memory is counted.
pub fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        "t" | "tb" | "tib" => Some(40),
        _ => None,
    };
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
    let bytes = number.zip(shift).and_then(|(number, shift)| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| "it must be a whole size above 0, for example 512M or 2G".to_owned())
}

/// How many.
pub fn count(text: &str) -> Result<u64, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "it must be a whole number above 0".to_owned())
}

/// The seconds of a duration, so that [`seconds`] reads the same.
#[must_use]
pub fn in_seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}

/// Bytes in the largest unit that needs no decimals, so that [`size`] reads the same.
#[must_use]
pub fn in_size(bytes: u64) -> String {
    let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
    let whole = units.into_iter().find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift);
    whole.map_or_else(|| bytes.to_string(), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_seconds_are_no_limit() {
        assert_eq!(seconds("0"), Ok(None));
        assert_eq!(seconds("Off"), Ok(None));
        assert_eq!(seconds("2.5"), Ok(Some(Duration::from_millis(2_500))));
        assert_eq!(seconds("30s"), Ok(Some(Duration::from_secs(30))));
        assert!(seconds("s").is_err() && seconds("3ss").is_err() && seconds("3m").is_err());
        assert!(seconds("-1").is_err() && seconds("soon").is_err() && seconds("1e999").is_err());
    }

    #[test]
    fn sizes_are_counted_as_memory_is() {
        for (text, bytes) in
            [("1", 1), ("512M", 512 << 20), ("2G", 2 << 30), ("3kib", 3 << 10), ("1TB", 1 << 40)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "0M", "M", "2X", "-1", "1.5G", "99999999999T", "2 G", "é"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for bytes in [1, 1_000, 1 << 10, 512 << 20, (1 << 30) + (1 << 20), 3 << 40, u64::MAX] {
            assert_eq!(size(&in_size(bytes)), Ok(bytes));
        }
        for millis in [1, 250, 2_500, 310_000, 86_400_001] {
            let time = Duration::from_millis(millis);
            assert_eq!(seconds(&in_seconds(time)), Ok(Some(time)));
        }
        assert_eq!((in_size(512 << 20), in_seconds(Duration::from_secs(310))), ("512M".into(), "310".into()));
    }
}
