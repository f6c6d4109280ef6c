//! Embeds the site: one stylesheet from `style/`, the islands' script and wasm if they are built, and `public/`; each
//! compressed once here, all under one content hash, so that a browser keeps them for good.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

type Files = BTreeMap<String, Vec<u8>>;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=COUNTERSIGN_SITE");

    let mut files = Files::new();
    files.insert("countersign.css".to_owned(), stylesheet(&root.join("style"))?);
    let public = root.join("public");
    if public.is_dir() {
        println!("cargo::rerun-if-changed={}", public.display());
        add(&public, "", &mut files)?;
    }
    if let Some(site) = site(&out) {
        println!("cargo::rerun-if-changed={}", site.display());
        add(&site, "", &mut files)?;
    }
    fs::write(out.join("assets.rs"), table(&files, &out)?)
}

/// The built islands: `$COUNTERSIGN_SITE`, or `site/` in the target folder if somebody built it.
fn site(out: &Path) -> Option<PathBuf> {
    let folder = match env::var_os("COUNTERSIGN_SITE") {
        Some(given) => PathBuf::from(given),
        // OUT_DIR is <target>[/<triple>]/<profile>/build/<package>/out.
        None => out.ancestors().skip(4).take(2).map(|target| target.join("site")).find(|site| site.is_dir())?,
    };
    let built = folder.join("countersign_bg.wasm").is_file() && folder.join("countersign.js").is_file();
    if !built {
        println!("cargo::warning={} holds no built islands: pages will be served without script", folder.display());
    }
    built.then_some(folder)
}

/// `main.css` with each `@import` replaced by the file it names, so that one request brings all.
fn stylesheet(folder: &Path) -> io::Result<Vec<u8>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let main = folder.join("main.css");
    let mut css = String::new();
    if main.is_file() {
        for line in fs::read_to_string(&main)?.lines() {
            match import(line) {
                Some((name, layer)) => {
                    let text = fs::read_to_string(folder.join(name)).map_err(|error| {
                        io::Error::new(error.kind(), format!("{}: {name}: {error}", main.display()))
                    })?;
                    match layer {
                        Some(layer) => write!(css, "@layer {layer} {{\n{text}\n}}\n"),
                        None => writeln!(css, "{text}"),
                    }
                    .map_err(io::Error::other)?;
                }
                None => {
                    css.push_str(line);
                    css.push('\n');
                }
            }
        }
    }
    Ok(css.into_bytes())
}

/// `@import "tokens.css" layer(tokens);` or with `url(…)`: the file and its layer.
fn import(line: &str) -> Option<(&str, Option<&str>)> {
    let rest = line.trim().strip_prefix("@import")?;
    let name = rest.split(['"', '\'']).nth(1)?;
    let layer = rest.split_once("layer(").and_then(|(_, rest)| rest.split_once(')')).map(|(layer, _)| layer.trim());
    Some((name, layer))
}

fn add(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            add(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if content_type(&name).is_some() {
            files.insert(format!("{prefix}{name}"), fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// The kinds of file that a page may ask for; others are not embedded.
fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// The generated table, sorted by path.
fn table(files: &Files, out: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let hash: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder = out.join("assets");
    fs::create_dir_all(&folder)?;
    let mut rows = String::new();
    for (index, (path, bytes)) in files.iter().enumerate() {
        let plain = keep(&folder, &format!("{index}.plain"), bytes)?;
        let brotli = smaller(&folder, &format!("{index}.br"), bytes, &brotli(bytes)?)?;
        let gzip = smaller(&folder, &format!("{index}.gz"), bytes, &gzip(bytes)?)?;
        let kind = content_type(path).unwrap_or("application/octet-stream");
        writeln!(
            rows,
            "    Asset {{ path: {path:?}, kind: {kind:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},"
        )
        .map_err(io::Error::other)?;
    }
    Ok(format!("pub static HASH: &str = {hash:?};\npub static ASSETS: &[Asset] = &[\n{rows}];\n"))
}

fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<String> {
    let path = folder.join(name);
    fs::write(&path, bytes)?;
    Ok(format!("include_bytes!({:?})", path.display().to_string()))
}

fn smaller(folder: &Path, name: &str, plain: &[u8], packed: &[u8]) -> io::Result<String> {
    if packed.len() >= plain.len() {
        return Ok("None".to_owned());
    }
    Ok(format!("Some({})", keep(folder, name, packed)?))
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 64 * 1024, 11, 22);
    encoder.write_all(bytes)?;
    drop(encoder);
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
