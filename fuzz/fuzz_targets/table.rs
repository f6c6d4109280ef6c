//! Any bytes as a table whose columns a person explained.
#![no_main]

use domain::evidence::read::table::{Mapping, guess, read_with};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let mut file = Cursor::new(bytes);
    let _ = guess(&mut file);
    for mapping in [
        Mapping::Metrics {
            metric: "metric".to_owned(),
            value: "value".to_owned(),
            scope: Some("scope".to_owned()),
            slice: Some("group".to_owned()),
            samples: Some("n".to_owned()),
            stderr: Some("stderr".to_owned()),
        },
        Mapping::Keys { metrics: vec!["metric".to_owned(), "value".to_owned()], samples: Some("n".to_owned()) },
    ] {
        if let Ok(findings) = read_with(&mut file, &mapping) {
            assert!(findings.metrics.iter().all(|m| m.value.is_finite()));
        }
    }
});
