//! Instants as tools write them.

use super::loose::Scalar;
use chrono::{DateTime, NaiveDateTime, Utc};

/// An instant: ISO 8601 with or without a zone (then UTC is assumed), `YYYYMMDD-HHMMSS`, or seconds since 1970.
pub fn instant(value: &Scalar) -> Option<DateTime<Utc>> {
    match value {
        Scalar::Num(seconds) if (0.0..1e11).contains(seconds) => {
            DateTime::from_timestamp(seconds.trunc() as i64, (seconds.fract() * 1e9) as u32)
        }
        Scalar::Text(text) => from_text(text.trim()),
        _ => None,
    }
}

/// From text alone.
pub fn from_text(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y%m%d-%H%M%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_however_a_tool_writes_them() {
        let read = |value: Scalar| instant(&value).map(|at| at.to_string());
        let text = |text: &str| read(Scalar::Text(text.to_owned()));
        assert_eq!(text("2025-05-12T20:28:13-04:00").as_deref(), Some("2025-05-13 00:28:13 UTC"));
        assert_eq!(text("2025-08-28T14:06:53.103753").as_deref(), Some("2025-08-28 14:06:53.103753 UTC"));
        assert_eq!(text("20240509-135649").as_deref(), Some("2024-05-09 13:56:49 UTC"));
        assert_eq!(read(Scalar::Num(1_768_964_383.5)).as_deref(), Some("2026-01-21 02:59:43.500 UTC"));
        assert_eq!((text("yesterday"), read(Scalar::Num(-1.0)), read(Scalar::Num(1e300))), (None, None, None));
    }
}
