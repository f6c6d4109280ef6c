//! Values as text. Dates are written out ("12 Mar 2026"), so that nobody has to guess which number is the month.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use domain::page::COUNT_MAX;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// "12 Mar 2026".
pub fn date(day: NaiveDate) -> String {
    written(day.day(), day.month0(), i64::from(day.year()))
}

/// A date from its numbers; months are counted from 0.
pub fn written(day: u32, month0: u32, year: i64) -> String {
    format!("{day} {} {year}", MONTHS.get(month0 as usize).copied().unwrap_or_default())
}

/// "12 Mar 2026": the day of an instant, in UTC.
pub fn day(at: DateTime<Utc>) -> String {
    date(at.date_naive())
}

/// "12 Mar 2026, 14:05 UTC".
pub fn instant(at: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02} UTC", day(at), at.hour(), at.minute())
}

/// "2026-03-12", as `<input type=date>` and `<time datetime>` want it.
pub fn iso_date(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// "2026-03-12T14:05:00Z".
pub fn iso_instant(at: DateTime<Utc>) -> String {
    let time = at.time();
    format!("{}T{:02}:{:02}:{:02}Z", iso_date(at.date_naive()), time.hour(), time.minute(), time.second())
}

/// How far a day is from today: "today", "tomorrow", "in 12 days", "3 days ago", "in 4 months".
pub fn distance(today: NaiveDate, day: NaiveDate) -> String {
    let days = (day - today).num_days();
    match days {
        0 => "today".into(),
        1 => "tomorrow".into(),
        -1 => "yesterday".into(),
        d if d > 0 => format!("in {}", span(d)),
        d => format!("{} ago", span(-d)),
    }
}

/// How long something has been waiting: "9 days", "4 months", "2 years".
pub fn span(days: i64) -> String {
    match days {
        d if d < 60 => count(d, "day", "days"),
        d if d < 730 => count(d / 30, "month", "months"),
        d => count(d / 365, "year", "years"),
    }
}

/// "1 risk", "1,204 risks".
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// The rows of a list: "1,204 risks", or that there are more than are counted.
pub fn rows(n: i64, one: &str, many: &str) -> String {
    match n > COUNT_MAX {
        true => format!("more than {} {many}", number(COUNT_MAX)),
        false => count(n, one, many),
    }
}

/// "1,204".
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('\u{2212}');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "412 bytes", "1.4 MB"; decimal units, as file managers show them.
pub fn bytes(n: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| n >= *size) {
        Some((unit, size)) => {
            let tenths = n / (size / 10);
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => count(n as i64, "byte", "bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1204), "1,204");
        assert_eq!(number(-1_000_000), "\u{2212}1,000,000");
        assert_eq!(rows(COUNT_MAX, "risk", "risks"), "10,000 risks");
        assert_eq!(rows(COUNT_MAX + 1, "risk", "risks"), "more than 10,000 risks");
    }

    #[test]
    fn days_are_told_from_today() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
        let at = |d| distance(today, today + chrono::Duration::days(d));
        assert_eq!(at(0), "today");
        assert_eq!(at(1), "tomorrow");
        assert_eq!(at(-3), "3 days ago");
        assert_eq!(at(59), "in 59 days");
        assert_eq!(at(90), "in 3 months");
        assert_eq!(at(-800), "2 years ago");
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1_450_000), "1.4 MB");
        assert_eq!(bytes(100_000_000), "100.0 MB");
    }
}
