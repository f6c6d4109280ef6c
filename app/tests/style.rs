//! The tokens hold what the style sheet promises: one place for colours, two equal dark themes, contrast of WCAG 2.2 AA.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

use std::{collections::BTreeMap, fs, path::PathBuf};

fn style(name: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../style").join(name)).unwrap()
}

type Tokens = BTreeMap<String, String>;

/// The custom properties of the block that follows `selector`.
fn block(css: &str, selector: &str) -> Tokens {
    let body = css.split_once(selector).unwrap().1.split_once('}').unwrap().0;
    let pairs = body.split(';').filter_map(|line| line.rsplit("*/").next()?.trim().split_once(':'));
    pairs
        .map(|(name, value)| (name.trim().to_string(), value.trim().to_string()))
        .filter(|(n, _)| n.starts_with("--"))
        .collect()
}

fn themes() -> [(&'static str, Tokens); 2] {
    let css = style("tokens.css");
    let light = block(&css[css.find("color-scheme: light").unwrap()..], ";");
    [("light", light), ("dark", block(&css, ":root[data-theme=\"dark\"] {"))]
}

#[test]
fn both_dark_themes_are_the_same() {
    let css = style("tokens.css");
    let system = block(&css, ":root:not([data-theme=\"light\"]) {");
    assert!(system.len() > 40);
    assert_eq!(system, block(&css, ":root[data-theme=\"dark\"] {"));
}

#[test]
fn only_tokens_name_colours() {
    let main = style("main.css");
    let names =
        main.lines().filter_map(|line| line.strip_prefix("@import url(\"")?.split_once('"').map(|(name, _)| name));
    for name in names.filter(|name| !["tokens.css", "print.css"].contains(name)) {
        for (number, line) in style(name).lines().enumerate() {
            let bytes = line.as_bytes();
            let hex = line.match_indices('#').any(|(at, _)| {
                bytes[at + 1..].iter().take_while(|b| b.is_ascii_hexdigit()).count() >= 3 && !line.contains("url(")
            });
            assert!(!hex && !line.contains("rgb("), "{name}:{}: {line}", number + 1);
        }
    }
}

/// Relative luminance of `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_can_be_read_on_its_ground() {
    let mut pairs: Vec<(String, String, f64)> = Vec::new();
    let mut pair = |ink: &str, ground: &str, least: f64| pairs.push((format!("--{ink}"), format!("--{ground}"), least));
    for ground in ["bg", "surface", "surface-2"] {
        for ink in ["ink", "ink-2", "ink-3", "accent", "danger-ink"] {
            pair(ink, ground, 4.5);
        }
        // Borders of controls, and the focus ring (1.4.11).
        for line in ["line-control", "focus"] {
            pair(line, ground, 3.0);
        }
    }
    for tone in ["neutral", "info", "success", "warning", "danger"] {
        pair(&format!("{tone}-ink"), &format!("{tone}-bg"), 4.5);
    }
    for level in ["calm", "mild", "warm", "hot", "grave"] {
        pair("level-ink", &format!("level-{level}"), 4.5);
    }
    for ground in ["accent", "accent-hover", "danger", "danger-hover"] {
        pair("accent-ink", ground, 4.5);
    }
    pair("accent", "accent-soft", 4.5);
    pair("ink-2", "surface-3", 4.5);
    for (theme, tokens) in themes() {
        for (ink, ground, least) in &pairs {
            let ratio = contrast(&tokens[ink], &tokens[ground]);
            assert!(ratio >= *least, "{theme}: {ink} on {ground} has {ratio:.2}, needs {least}");
        }
    }
}
