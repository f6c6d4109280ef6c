//! Takes the four fonts that reports are set in out of Typst's assets, so that only they end up in the program.
//!
//! They are known by their hash: with another version of the assets, nobody gets another font without noticing.

use sha2::{Digest, Sha256};
use std::{env, error::Error, fs, path::Path};

/// File name here, and the SHA-256 of the font.
const FONTS: [(&str, &str); 4] = [
    ("serif.otf", "fcf06307a77367394fcb0ccb241e59eea70dba3d732be309647611224679c733"),
    ("serif-italic.otf", "9a393d63d6e05f620d3dc0190dfd35a8ede58c0808cf0fc9de7fcb9c723e4c24"),
    ("serif-semibold.otf", "a4b3f28e85881db34695c1f005e4c79233a6caf3a2bd286c9b418c025fb99308"),
    ("mono.ttf", "b4a6c3e4faab8773f4ff761d56451646409f29abedd68f05d38c2df667d3c582"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    for (name, hash) in FONTS {
        let font = typst_assets::fonts()
            .find(|font| hex(font) == hash)
            .ok_or_else(|| format!("Typst's assets no longer hold {name} ({hash})"))?;
        fs::write(Path::new(&out).join(name), font)?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
