//! A file on its way to the server: a multipart body that is read while it is sent.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use domain::canonical::{hex, sha256};
use domain::evidence::Kind;
use domain::ids::SystemRef;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::Failure;
use crate::env::random;

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// A file and what is said about it.
pub struct File {
    path: PathBuf,
    /// Its name, without folders.
    pub name: String,
    /// What is said about it, as the API takes it.
    label: String,
    /// SHA-256, hexadecimal.
    sha256: String,
    /// Bytes.
    size: u64,
}

impl File {
    /// Looks at a file once: that it can be read, and its hash.
    ///
    /// # Errors
    /// One that can't be read, or is empty.
    pub fn look(path: &Path, kind: Kind, title: Option<String>, speaks_of: NaiveDate) -> Result<Self, Failure> {
        let wrong = |why: &dyn std::fmt::Display| Failure::new(format!("--evidence {}: {why}", path.display()));
        let mut file = fs::File::open(path).map_err(|error| wrong(&error))?;
        let (mut hash, mut size, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
        loop {
            let read = file.read(&mut chunk).map_err(|error| wrong(&error))?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            size += read as u64;
        }
        if size == 0 {
            return Err(wrong(&"the file is empty"));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let title = title.unwrap_or_else(|| name.chars().take(domain::text::LINE_MAX).collect());
        let label = json!({ "title": title, "kind": kind, "speaks_of": speaks_of }).to_string();
        Ok(Self { path: path.to_owned(), name, label, sha256: hex(&hash.finalize()), size })
    }

    /// The same for every repeat of the same upload, also of another job.
    #[must_use]
    pub fn key(&self, system: SystemRef) -> String {
        let all = ["countersign gate", &system.to_string(), &self.sha256, &self.name, &self.label].join("\n");
        hex(&sha256(all.as_bytes()))
    }

    /// The body, from the file as it is now.
    ///
    /// # Errors
    /// A file that can't be opened any more.
    pub fn body(&self) -> Result<Multipart, Failure> {
        let file = fs::File::open(&self.path)
            .map_err(|error| Failure::new(format!("--evidence {}: {error}", self.path.display())))?;
        let boundary = hex(&random::<16>());
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"label\"\r\nContent-Type: application/json\r\n\r\n\
             {}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            self.label,
            quoted(&self.name)
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let length = head.len() as u64 + self.size + tail.len() as u64;
        let reader = Cursor::new(head.into_bytes()).chain(file.take(self.size)).chain(Cursor::new(tail.into_bytes()));
        Ok(Multipart { kind: format!("multipart/form-data; boundary={boundary}"), length, reader: Box::new(reader) })
    }
}

/// A body on its way.
pub struct Multipart {
    /// The content type, with the boundary.
    pub kind: String,
    /// Bytes.
    pub length: u64,
    /// The bytes.
    pub reader: Box<dyn Read>,
}

/// A file's name in a header, as browsers write it (the HTML standard, multipart form data).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_as_long_as_it_says_and_holds_label_and_file() {
        let path = std::env::temp_dir().join(format!("countersign-upload-{}\"x.json", std::process::id()));
        fs::write(&path, "{\"a\": 1}\r\n").unwrap();
        let day: NaiveDate = "2026-11-24".parse().unwrap();
        let file = File::look(&path, Kind::Test, None, day).unwrap();
        let mut body = file.body().unwrap();
        let mut text = String::new();
        body.reader.read_to_string(&mut text).unwrap();
        assert_eq!(text.len() as u64, body.length);
        assert!(text.contains("%22x.json\"\r\n") && text.contains("\r\n\r\n{\"a\": 1}\r\n\r\n--"), "{text}");
        assert!(text.contains("\"kind\":\"test\"") && text.contains("\"speaks_of\":\"2026-11-24\""), "{text}");
        let (one, two): (SystemRef, SystemRef) = ("AIS-1".parse().unwrap(), "AIS-2".parse().unwrap());
        assert_eq!(file.key(one), File::look(&path, Kind::Test, None, day).unwrap().key(one));
        assert_ne!(file.key(one), file.key(two));
        let later = File::look(&path, Kind::Test, None, day.succ_opt().unwrap()).unwrap();
        assert_ne!(file.key(one), later.key(one), "what is said about the file is sent under the key too");
        fs::write(&path, "").unwrap();
        assert!(File::look(&path, Kind::Test, None, day).is_err());
        fs::remove_file(&path).unwrap();
        assert!(File::look(&path, Kind::Test, None, day).is_err());
    }
}
