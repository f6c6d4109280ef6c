//! Texts to values. Each function says in its error what it expected.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use super::{Evidence, LogFormat, PublicUrl};

/// Sessions and limits beyond these are slips of the pen, not wishes.
const LONGEST_SESSION: Duration = Duration::from_secs(30 * 24 * 3600);
const LARGEST_UPLOAD: u64 = 10 * 1024 * 1024 * 1024;

pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address and port, such as 127.0.0.1:3000 or [::1]:3000"))
}

pub fn public_url(text: &str) -> Result<PublicUrl, String> {
    let trimmed = text.trim_end_matches('/');
    let uri = axum::http::Uri::from_str(trimmed).map_err(|_| not_a_url(text))?;
    let scheme = uri.scheme_str().ok_or_else(|| not_a_url(text))?;
    let host = uri.host().ok_or_else(|| not_a_url(text))?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let authority = uri.authority().map_or("", |a| a.as_str());
    if !matches!(scheme, "http" | "https") || host.is_empty() || !bare || authority.contains('@') {
        return Err(not_a_url(text));
    }
    Ok(PublicUrl { text: format!("{scheme}://{}", authority.to_ascii_lowercase()) })
}

fn not_a_url(text: &str) -> String {
    format!("{text:?} is not http:// or https:// and a host alone, such as https://risk.example.org")
}

pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        1..=100 if !text.contains(char::is_control) => Ok(text.to_owned()),
        _ => Err("is not a name of 1 to 100 characters".to_owned()),
    }
}

pub fn database_url(text: &str) -> Result<String, String> {
    let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
    // The text may hold a password: it is not repeated.
    if !known || sqlx::postgres::PgConnectOptions::from_str(text).is_err() {
        return Err("is not a Postgres URL, such as postgres://user:password@host:5432/countersign".to_owned());
    }
    Ok(text.to_owned())
}

pub fn number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    match text.trim().parse() {
        Ok(n) if (least..=most).contains(&n) => Ok(n),
        _ => Err(format!("{text:?} is not a number from {least} to {most}")),
    }
}

pub fn folder(text: &str) -> Result<PathBuf, String> {
    if text.trim().is_empty() {
        return Err("is empty; give a folder, such as ./var".to_owned());
    }
    let path = Path::new(text);
    if path.exists() && !path.is_dir() {
        return Err(format!("{text:?} is not a folder"));
    }
    std::path::absolute(path).map_err(|error| format!("{text:?}: {error}"))
}

pub fn file(text: &str) -> Result<PathBuf, String> {
    if text.trim().is_empty() {
        return Err("is empty; give a file, such as ./var/signing.key".to_owned());
    }
    if Path::new(text).is_dir() {
        return Err(format!("{text:?} is a folder"));
    }
    std::path::absolute(text).map_err(|error| format!("{text:?}: {error}"))
}

pub fn evidence(text: &str) -> Result<Evidence, String> {
    if let Some(rest) = text.strip_prefix("s3://") {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(format!("{text:?} names no bucket; expected s3://bucket/prefix"));
        }
        if !cfg!(feature = "s3") {
            return Err("this build keeps evidence in folders only; build with `--features s3`".to_owned());
        }
        return Ok(Evidence::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() });
    }
    if text.contains("://") {
        return Err(format!("{text:?} is neither a folder nor s3://bucket/prefix"));
    }
    folder(text).map(Evidence::Folder)
}

/// Bytes: `64KB`, `100MB`, `2GB`, each of 1024 of the one before; or plain bytes.
pub fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a size from 1MB to 10GB, such as 100MB");
    let (digits, unit) = split_unit(text);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1024,
        "m" | "mb" | "mib" => 1024 * 1024,
        "g" | "gb" | "gib" => 1024 * 1024 * 1024,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    match number.checked_mul(factor) {
        Some(bytes) if (1024 * 1024..=LARGEST_UPLOAD).contains(&bytes) => Ok(bytes),
        _ => Err(wrong()),
    }
}

/// `90s`, `30m`, `12h`, `2d`.
pub fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time from 1s to 30d, such as 30m or 12h");
    let (digits, unit) = split_unit(text);
    let factor: u64 = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    match number.checked_mul(factor).map(Duration::from_secs) {
        Some(time) if time >= Duration::from_secs(1) && time <= LONGEST_SESSION => Ok(time),
        _ => Err(wrong()),
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    (digits, unit.trim())
}

pub fn log_filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(format!("{text:?} is not a log filter, such as info or warn,countersign=debug")),
    }
}

pub fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text:?} is neither text nor json")),
    }
}

pub fn postgres_bin(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.join("initdb").is_file() && path.join("postgres").is_file() {
        Ok(path)
    } else {
        Err(format!("{text:?} does not hold initdb and postgres"))
    }
}

/// An address, or a network as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether `address` is one of this network's. IPv4 in IPv6 clothes counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => same_prefix(net.to_bits().into(), ip.to_bits().into(), self.bits, 32),
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.to_bits(), ip.to_bits(), self.bits, 128),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, bits: u32, width: u32) -> bool {
    bits == 0 || (a ^ b) >> (width - bits) == 0
}

pub fn networks(text: &str) -> Result<Vec<Network>, String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(network).collect()
}

fn network(text: &str) -> Result<Network, String> {
    let wrong = || format!("{text:?} is not an address or network, such as 127.0.0.1 or 10.0.0.0/8");
    let (address, bits) = match text.split_once('/') {
        None => (text, None),
        Some((address, bits)) => (address, Some(bits)),
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(width), |text| text.parse().map_err(|_| wrong()))?;
    if bits > width {
        return Err(wrong());
    }
    Ok(Network { address, bits })
}
