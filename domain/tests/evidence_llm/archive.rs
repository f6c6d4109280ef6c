//! Packed eval logs, and archives that are none.

use crate::{bytes, counts, fixture, metric, noted};
use domain::evidence::findings::RunState;
use domain::evidence::outcomes;
use domain::evidence::read::Unreadable;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

/// An archive of these members.
pub fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The same with Zstandard: members are compressed first, stored, and then called method 93.
fn zstandard(members: &[(&str, &[u8])]) -> Vec<u8> {
    let packed: Vec<(&str, Vec<u8>)> =
        members.iter().map(|(name, content)| (*name, compress_to_vec(*content, CompressionLevel::Fastest))).collect();
    let members: Vec<(&str, &[u8])> = packed.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let mut bytes = archive(&members, CompressionMethod::Stored);
    let listed = ZipArchive::new(Cursor::new(&bytes)).unwrap().len();
    let mut at = Vec::new();
    for (start, four) in bytes.windows(4).enumerate() {
        match four {
            b"PK\x03\x04" => at.push(start + 8),
            b"PK\x01\x02" => at.push(start + 10),
            _ => {}
        }
    }
    assert_eq!(at.len(), listed * 2);
    at.into_iter().for_each(|at| bytes[at] = 93);
    bytes
}

/// The header and the list of samples of a log.
fn parts() -> (String, &'static str) {
    let log = fixture("inspect_success.json");
    let (header, _) = log.split_once(",\n  \"samples\": [").unwrap();
    let samples = r#"[{"id": "a", "epoch": 1, "scores": {"includes": {"value": "C"}}},
        {"id": "b", "epoch": 1, "scores": {"includes": {"value": "I", "answer": "sure"}}, "error": "boom"}]"#;
    (format!("{header}}}"), samples)
}

/// A small packed log, deflated or with Zstandard.
pub fn packed_log(deflate: bool) -> Vec<u8> {
    let (header, samples) = parts();
    let members: &[(&str, &[u8])] = &[("summaries.json", samples.as_bytes()), ("header.json", header.as_bytes())];
    if deflate { archive(members, CompressionMethod::Deflated) } else { zstandard(members) }
}

#[test]
fn a_log_is_read_however_it_is_packed() {
    let (header, samples) = parts();
    let members: &[(&str, &[u8])] = &[
        ("_journal/start.json", b"{}"),
        ("samples/a_epoch_1.json", b"never read"),
        ("summaries.json", samples.as_bytes()),
        ("header.json", header.as_bytes()),
    ];
    let deflated = bytes(&archive(members, CompressionMethod::Deflated)).unwrap();
    assert_eq!((deflated.state, counts(&deflated)), (RunState::Complete, (3, 1, 1, 0)));
    assert_eq!(metric(&deflated, "accuracy", "includes").hits, Some(3));
    assert_eq!(deflated.failures_total, 2);
    assert_eq!(bytes(&zstandard(members)).unwrap(), deflated);
    assert_eq!(bytes(&archive(members, CompressionMethod::Stored)).unwrap(), deflated);
}

#[test]
fn a_log_that_broke_off_has_only_a_journal() {
    let start = br#"{"version": 2, "eval": {"task": "t", "model": "m"}, "plan": {}}"#;
    let (_, samples) = parts();
    let members: &[(&str, &[u8])] =
        &[("_journal/start.json", start), ("_journal/summaries/1.json", samples.as_bytes())];
    let found = bytes(&archive(members, CompressionMethod::Deflated)).unwrap();
    assert_eq!((found.state, counts(&found)), (RunState::Unknown, (0, 0, 1, 0)));
    assert!(noted(&found, "no header") && noted(&found, "nothing was measured"));
}

#[test]
fn what_is_no_log_or_a_bomb_is_refused() {
    let other = bytes(&archive(&[("xl/workbook.xml", b"<x/>")], CompressionMethod::Deflated)).unwrap_err();
    assert!(matches!(other, Unreadable::Unknown(_)), "{other}");

    let bomb = format!("{{\"status\": \"{}\"}}", "0".repeat(8 << 20));
    for packed in [
        archive(&[("header.json", bomb.as_bytes())], CompressionMethod::Deflated),
        zstandard(&[("header.json", bomb.as_bytes())]),
    ] {
        assert!(packed.len() < 100_000);
        let refused = bytes(&packed).unwrap_err().to_string();
        assert!(refused.contains("unpacks to far more"), "{refused}");
    }

    let (header, _) = parts();
    let whole = archive(&[("header.json", header.as_bytes())], CompressionMethod::Deflated);
    let cut = bytes(&whole[..whole.len() / 2]).unwrap_err().to_string();
    assert!(cut.contains("cut off"), "{cut}");

    // An archive that claims more members than are read.
    let mut many = whole.clone();
    let end = many.windows(4).rposition(|at| at == b"PK\x05\x06").unwrap();
    many[end + 8..end + 12].fill(0xff);
    assert!(bytes(&many).unwrap_err().to_string().contains("60000 members"));

    let mut odd = whole;
    for at in [8, odd.windows(4).position(|at| at == b"PK\x01\x02").unwrap() + 10] {
        odd[at] = 12;
    }
    assert!(bytes(&odd).unwrap_err().to_string().contains("not read here"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_members_never_panic(
        deflate in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut packed = packed_log(deflate);
        // The list of members at the end stays: what is damaged is what gets unpacked.
        let list = packed.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
        for (at, byte) in changes {
            packed[at.index(list)] = byte;
        }
        let _ = bytes(&packed);
        let _ = outcomes::read(&mut Cursor::new(packed));
    }

    #[test]
    fn damaged_runs_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut packed = crate::helm::run("++-+");
        let list = packed.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
        for (at, byte) in changes {
            packed[at.index(list)] = byte;
        }
        let _ = bytes(&packed);
        let _ = outcomes::read(&mut Cursor::new(packed));
    }
}
