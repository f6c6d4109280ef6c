//! Passwords that everybody tries, refused offline.

use domain::people::check_password;
use std::collections::HashSet;
use std::sync::LazyLock;

/// One a line, lower case; where they come from: `data/passwords.md`.
static LIST: &str = include_str!("../../../data/passwords.txt");

/// Entries, and what is left of each without signs and blanks.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    LIST.lines().flat_map(|line| [line.to_owned(), line.chars().filter(|c| c.is_alphanumeric()).collect()]).collect()
});

/// Checks a new password of somebody with this name and address.
pub(super) fn check(field: &str, password: &str, name: &str, email: &str) -> crate::Result<()> {
    check_password(password, &[name, email, "countersign"], |text| COMMON.contains(text))
        .map_err(|why| domain::error::Refusal::field(field, format!("The password {why}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_enough_where_it_matters() {
        assert!(LIST.lines().count() >= 3_000);
        assert!(LIST.lines().filter(|l| l.len() >= domain::people::PASSWORD_MIN).count() >= 1_000);
        assert!(LIST.lines().all(|l| !l.is_empty() && l == l.to_lowercase()));
    }

    #[test]
    fn every_long_entry_is_refused_in_any_case() {
        for line in LIST.lines().filter(|l| l.len() >= domain::people::PASSWORD_MIN) {
            assert!(check("password", line, "Ada", "a@b.c").is_err(), "{line}");
            assert!(check("password", &line.to_uppercase(), "Ada", "a@b.c").is_err(), "{line}");
        }
        assert!(check("password", "walnut ferry oblique", "Ada", "a@b.c").is_ok());
    }
}
