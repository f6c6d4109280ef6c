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
    let letters: Vec<char> = lower.chars().collect();
    if letters.iter().collect::<std::collections::BTreeSet<_>>().len() < 5 || repeats(&letters) {
        return Err("repeats itself");
    }
    if walks(&letters) {
        return Err("is a row of neighbouring keys, letters or digits");
    }
    let rest = without_context(&lower, context);
    if rest.chars().count() < 8 {
        return Err("is built from your name, your address or this site's name");
    }
    if [lower.as_str(), &rest].into_iter().any(|text| tried_by_everybody(text, &common)) {
        return Err("is one of the passwords that everybody tries");
    }
    Ok(())
}

/// Letters and digits that are left when the words of the context are taken out; of a name or an address, each part
/// counts.
fn without_context(lower: &str, context: &[&str]) -> String {
    let mut words: Vec<String> = context
        .iter()
        .flat_map(|text| {
            text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|word| word.chars().count() >= 3)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    for word in words {
        rest = rest.replace(&word, "");
    }
    rest
}

/// A piece of up to half its length, over and over ("summer24summer24", cut off anywhere).
fn repeats(letters: &[char]) -> bool {
    (1..=letters.len() / 2).any(|period| letters.iter().zip(&letters[period..]).all(|(a, b)| a == b))
}

/// Rows that fingers and counting follow.
const ROWS: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// Whether three of four steps go to the neighbour in one of the [`ROWS`], or stay.
fn walks(letters: &[char]) -> bool {
    let near = |a: char, b: char| {
        a == b
            || ROWS.iter().any(|row| {
                let row: Vec<char> = row.chars().collect();
                row.windows(2).any(|pair| pair == [a, b] || pair == [b, a])
            })
    };
    let steps = letters.windows(2).filter(|pair| near(pair[0], pair[1])).count();
    4 * steps >= 3 * (letters.len() - 1)
}

/// On the list: as it is, without the digits and signs around it, or as two entries in a row.
fn tried_by_everybody(text: &str, common: impl Fn(&str) -> bool) -> bool {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    let halves = || {
        text.char_indices().any(|(at, _)| {
            let (left, right) = text.split_at(at);
            left.len() >= 4 && right.len() >= 4 && common(left) && common(right)
        })
    };
    common(text) || (core.chars().count() >= 4 && common(core)) || halves()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(password: &str) -> Result<(), &'static str> {
        let common = ["password", "monkey", "letmein", "correcthorsebatterystaple", "manchesterunited", "dragon12"];
        check_password(password, &["Ada Lovelace", "ada.lovelace@example.org", "countersign"], |p| common.contains(&p))
    }

    #[test]
    fn length_is_counted_in_characters_and_holds_at_its_edges() {
        let text: String = "übermäßig flink wackelt Jäger".chars().collect();
        let cut = |n: usize| text.chars().take(n).collect::<String>();
        assert!(check(&cut(PASSWORD_MIN - 1)).is_err());
        assert_eq!(check(&cut(PASSWORD_MIN)), Ok(()));
        let long =
            |n: usize| "kr8 tlo-wq fum zed".chars().cycle().take(n - 5).chain("vbxyq".chars()).collect::<String>();
        assert_eq!(check(&long(PASSWORD_MAX)), Ok(()));
        assert!(check(&long(PASSWORD_MAX + 1)).is_err());
    }

    #[test]
    fn what_everybody_tries_is_refused() {
        for weak in [
            "correcthorsebatterystaple",
            "CorrectHorseBatteryStaple",
            "correct horse battery staple",
            "Manchester United",
            "password12345678901",
            "!!!!!!!!password!!!!",
            "monkey-letmein!!!",
            "dragon12password",
            "aaaaaaaaaaaaaaaaaaa",
            "abababababababababab",
            "tulip7Tulip7tulip7",
            "qwertyuiopasdfghjkl",
            "abcdefghijklmnop",
            "987654321098765432",
            "1qaz2wsx3edc4rfv",
            "Ada Lovelace 1815!",
            "countersign-countersign1",
            "lovelace.ada@example.org",
        ] {
            assert!(check(weak).is_err(), "{weak}");
        }
    }

    #[test]
    fn unrelated_words_need_no_signs_or_digits() {
        for good in [
            "walnut ferry oblique",
            "teapots argue at noon",
            "ада любит длинные фразы",
            "密码需要足够长才算安全所以这样写",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn addresses_are_lowered_and_checked() {
        assert_eq!(email(" Ada@Example.org "), Ok("ada@example.org".to_owned()));
        for wrong in ["", "ada", "@x", "ada@", "a@b@c", "a b@c.d", "a@.d", "a@d."] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(password in "\\PC{0,200}") {
            let _ = check(&password);
        }
    }
}
