use clap::Parser as _;

use super::*;

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

fn config(args: &[&str]) -> Result<Config, String> {
    let line = Line::try_parse_from(std::iter::once(&"countersign").chain(args)).map_err(|e| e.to_string())?;
    // The tests' own environment gives DATABASE_URL; these cases speak of flags alone.
    let mut settings = line.settings;
    if !args.contains(&"--database-url") {
        settings.database_url = None;
    }
    Config::new(&settings).map_err(|wrong| wrong.to_string())
}

#[test]
fn defaults_are_what_help_says() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.upload_limit, 100 * 1024 * 1024);
    assert_eq!(config.session_idle, Duration::from_secs(30 * 60));
    assert_eq!(config.session_lifetime, Duration::from_secs(12 * 3600));
    assert_eq!(config.pool_size, 10);
    assert!(config.data.is_absolute() && config.data.ends_with("var"));
    assert_eq!(config.evidence, Evidence::Folder(config.data.join("evidence")));
    assert_eq!(config.signing_key, config.data.join("signing.key"));
    assert!(config.database.is_none() && config.trusted_proxies.is_empty());
    assert_eq!(config.base_url("127.0.0.1:3000".parse().unwrap()), "http://127.0.0.1:3000");
    assert_eq!(config.base_url("0.0.0.0:80".parse().unwrap()), "http://localhost:80");
}

#[test]
fn a_wrong_setting_is_named_in_one_line() {
    for (flag, value, variable) in [
        ("--listen", "3000", "COUNTERSIGN_LISTEN"),
        ("--listen", "localhost:3000", "COUNTERSIGN_LISTEN"),
        ("--public-url", "risk.example.org", "COUNTERSIGN_PUBLIC_URL"),
        ("--public-url", "ftp://risk.example.org", "COUNTERSIGN_PUBLIC_URL"),
        ("--public-url", "https://risk.example.org/portal", "COUNTERSIGN_PUBLIC_URL"),
        ("--public-url", "https://user@risk.example.org", "COUNTERSIGN_PUBLIC_URL"),
        ("--organisation", " ", "COUNTERSIGN_ORGANISATION"),
        ("--database-url", "mysql://host/db", "DATABASE_URL"),
        ("--database-url", "postgres://host:port/db", "DATABASE_URL"),
        ("--migration-database-url", "postgres://host/db", "MIGRATION_DATABASE_URL"),
        ("--pool-size", "0", "COUNTERSIGN_POOL_SIZE"),
        ("--pool-size", "many", "COUNTERSIGN_POOL_SIZE"),
        ("--data", "", "COUNTERSIGN_DATA"),
        ("--data", "/dev/null", "COUNTERSIGN_DATA"),
        ("--evidence", "s3://", "COUNTERSIGN_EVIDENCE"),
        ("--evidence", "gs://bucket", "COUNTERSIGN_EVIDENCE"),
        ("--signing-key", "", "COUNTERSIGN_SIGNING_KEY"),
        ("--signing-key", "/", "COUNTERSIGN_SIGNING_KEY"),
        ("--upload-limit", "0", "COUNTERSIGN_UPLOAD_LIMIT"),
        ("--upload-limit", "100XB", "COUNTERSIGN_UPLOAD_LIMIT"),
        ("--upload-limit", "99999999999GB", "COUNTERSIGN_UPLOAD_LIMIT"),
        ("--trusted-proxies", "10.0.0.0/33", "COUNTERSIGN_TRUSTED_PROXIES"),
        ("--trusted-proxies", "proxy", "COUNTERSIGN_TRUSTED_PROXIES"),
        ("--session-idle", "30", "COUNTERSIGN_SESSION_IDLE"),
        ("--session-idle", "13h", "COUNTERSIGN_SESSION_IDLE"),
        ("--session-lifetime", "31d", "COUNTERSIGN_SESSION_LIFETIME"),
        ("--log", "a=b=c", "COUNTERSIGN_LOG"),
        ("--log-format", "xml", "COUNTERSIGN_LOG_FORMAT"),
        ("--postgres-bin", "/nowhere", "COUNTERSIGN_POSTGRES_BIN"),
    ] {
        let said = config(&[flag, value]).expect_err(&format!("{flag} {value}"));
        assert!(said.starts_with(&format!("{flag} ({variable}): ")), "{flag} {value}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_database_password_is_never_repeated() {
    let said = config(&["--database-url", "postgres://u:sesame@host:port/db"]).unwrap_err();
    assert!(!said.contains("sesame"), "{said}");
    let shown = format!("{:?}", config(&["--database-url", "postgres://u:sesame@host/db"]).unwrap());
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn sizes_and_times_have_units() {
    let config = config(&["--upload-limit", "2 GB", "--session-idle", "90s", "--session-lifetime", "2d"]).unwrap();
    assert_eq!(config.upload_limit, 2 * 1024 * 1024 * 1024);
    assert_eq!(config.session_idle, Duration::from_secs(90));
    assert_eq!(config.session_lifetime, Duration::from_secs(2 * 24 * 3600));
}

#[test]
fn a_network_holds_its_addresses_and_no_others() {
    let proxies = config(&["--trusted-proxies", "127.0.0.1, 10.1.0.0/16,fd00::/8"]).unwrap().trusted_proxies;
    let trusted = |ip: &str| proxies.iter().any(|n| n.contains(ip.parse().unwrap()));
    assert!(trusted("127.0.0.1") && trusted("10.1.255.255") && trusted("fd12::1"));
    assert!(trusted("::ffff:10.1.2.3"), "IPv4 in IPv6");
    assert!(!trusted("127.0.0.2") && !trusted("10.2.0.0") && !trusted("fe80::1"));
}

#[test]
fn a_public_url_is_kept_without_its_slash() {
    let url = config(&["--public-url", "https://Risk.Example.org/"]).unwrap().public_url.unwrap();
    assert_eq!(url.as_str(), "https://risk.example.org");
    assert!(url.is_https());
}
