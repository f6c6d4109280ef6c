use super::*;
use proptest::prelude::*;

fn typed() -> Typed<'static> {
    Typed {
        key: "house_style",
        label: "House style",
        meaning: "Share of answers that keep to the house style.",
        unit: "proportion",
        better: "higher",
        characteristic: "valid_reliable",
        aliases: "promptfoo: Style Score\n\n *: house-style = 1 - x \nmlflow: hs_* = x / 100\npromptfoo: style_score",
    }
}

#[test]
fn a_term_is_read_as_it_is_typed() {
    let term = Term::parse(typed()).unwrap();
    let expected = "promptfoo: style_score\n*: house_style = 1 - x\nmlflow: hs_* = x / 100";
    assert_eq!(term.aliases_typed(), expected);
    assert_eq!(term.aliases[0].format, Some(Format::Promptfoo));
    assert_eq!(term.aliases[1].transform, Transform::Complement);
    let again = serde_json::from_str::<Term>(&serde_json::to_string(&term).unwrap()).unwrap();
    assert_eq!(again, term);
}

#[test]
fn what_is_wrong_is_said_by_field() {
    let long = "x".repeat(KEY_MAX + 1);
    let many = (0..=ALIASES_MAX).map(|n| format!("*: m{n}\n")).collect::<String>();
    let cases: Vec<(&str, &str, Typed<'_>)> = vec![
        ("key", "lower-case", Typed { key: "House", ..typed() }),
        ("key", "lower-case", Typed { key: "", ..typed() }),
        ("key", "lower-case", Typed { key: "_x", ..typed() }),
        ("key", "lower-case", Typed { key: &long, ..typed() }),
        ("label", "Enter a label", Typed { label: " ", ..typed() }),
        ("meaning", "Say what", Typed { meaning: "", ..typed() }),
        ("unit", "Choose a unit", Typed { unit: "furlong", ..typed() }),
        ("better", "Choose where", Typed { better: "", ..typed() }),
        ("characteristic", "Choose a", Typed { characteristic: "nice", ..typed() }),
        ("aliases", "needs a format and a colon", Typed { aliases: "toxicity", ..typed() }),
        ("aliases", "names a format that is not read", Typed { aliases: "excel: toxicity", ..typed() }),
        ("aliases", "names no metric", Typed { aliases: "*: = 1 - x", ..typed() }),
        ("aliases", "would take every metric", Typed { aliases: "garak: **", ..typed() }),
        ("aliases", "only", Typed { aliases: "garak: a = 2 * x", ..typed() }),
        ("aliases", "50 names or fewer", Typed { aliases: &many, ..typed() }),
    ];
    for (field, words, typed) in cases {
        let errors = Term::parse(typed).unwrap_err();
        assert_eq!(errors.0.keys().collect::<Vec<_>>(), [field]);
        assert!(errors.0[field].contains(words), "{}", errors.0[field]);
    }
}

#[test]
fn a_star_stands_for_any_characters() {
    for (pattern, text, expected) in [
        ("acc", "acc", true),
        ("acc", "acc_norm", false),
        ("acc*", "acc_norm", true),
        ("*acc", "macro_acc", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*", "", true),
        ("ab*ba", "aba", false),
        ("a*a", "a", false),
        ("pass@*", "pass@10", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

proptest! {
    #[test]
    fn a_pattern_made_from_a_text_finds_it(text in "[ab]{0,8}", cuts in proptest::collection::vec(0usize..9, 0..4)) {
        let pattern: String =
            text.chars().enumerate().map(|(at, c)| if cuts.contains(&at) { '*' } else { c }).collect();
        prop_assert!(matches(&pattern, &text), "{} {}", pattern, text);
    }

    #[test]
    fn nothing_typed_panics_and_what_is_taken_is_said_again(line in "\\PC{0,40}") {
        if let Ok(alias) = line.parse::<Alias>() {
            prop_assert_eq!(alias.to_string().parse::<Alias>(), Ok(alias));
        }
    }
}
