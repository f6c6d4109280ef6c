//! Passwords and names of people.

/// Shortest password, in characters: it stands alone, without a second factor (NIST SP 800-63B-4, 3.1.1.2).
pub const PASSWORD_MIN: usize = 15;
/// Longest password, in characters.
pub const PASSWORD_MAX: usize = 128;

/// Checks a new password by length and against words that everybody tries.
///
/// `context` are words tied to the person and the place (name, address, organisation, "countersign").
/// `common` is the list of common passwords, lower case.
pub fn check_password(password: &str, context: &[&str], common: impl Fn(&str) -> bool) -> Result<(), &'static str> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err("must be 15 characters or more; a few unrelated words do well");
    }
    if length > PASSWORD_MAX {
        return Err("must be 128 characters or fewer");
    }
    let lower = password.to_lowercase();
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 5 {
        return Err("repeats too few characters");
    }
    let mut rest = lower.clone();
    for word in context.iter().map(|w| w.to_lowercase()).filter(|w| w.chars().count() >= 4) {
        rest = rest.replace(&word, "");
    }
    let rest: String = rest.chars().filter(|c| c.is_alphanumeric()).collect();
    if rest.chars().count() < 8 {
        return Err("is built from your name, your address or this site's name");
    }
    if common(&lower) || common(&rest) {
        return Err("is one of the passwords that everybody tries");
    }
    Ok(())
}

/// A sign-in address: one `@`, no white space, lower case.
pub fn email(input: &str) -> Result<String, &'static str> {
    let text = input.trim().to_lowercase();
    let ok = text.len() <= 254
        && text.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        })
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if ok { Ok(text) } else { Err("must be an e-mail address, like name@example.org") }
}
