//! How each kind of browser is started.

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use thirtyfour::{Capabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel};

use super::Kind;

/// No GPU, no sandbox (CI runs as root), no /dev/shm of container size, nothing of its own on the network, and a microphone that
/// beeps, whose use is always allowed.
const CHROMIUM: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--lang=en",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
];

/// Storage partitioning, which users have and automation tools switch off.
const UNPARTITIONED: &str = "--disable-features=ThirdPartyStoragePartitioning";

/// No process of its own for a frame of another site.
const ONE_PROCESS: [&str; 2] =
    ["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"];

pub(super) fn of(kind: Kind, profile: &Path) -> Result<Capabilities> {
    match kind {
        Kind::Firefox => firefox(profile),
        _ => chromium(kind, profile),
    }
}

fn chromium(kind: Kind, profile: &Path) -> Result<Capabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    for flag in CHROMIUM {
        wanted.add_arg(flag)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if kind == Kind::ChromiumOneProcess {
        ONE_PROCESS.iter().try_for_each(|flag| wanted.add_arg(flag))?;
    } else if kind != Kind::Chromium {
        wanted.add_arg(UNPARTITIONED)?;
        // 1 blocks cookies of other sites, and without partitioning every other storage with them. Debian's Chromium does so
        // unless it is told.
        let is_denied = kind == Kind::ChromiumDenied;
        let choice =
            json!({ "cookie_controls_mode": i32::from(is_denied), "block_third_party_cookies": is_denied });
        wanted.add_experimental_option("prefs", json!({ "profile": choice }))?;
    }
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    if let Ok(binary) = std::env::var("TIELINE_CHROMIUM") {
        wanted.set_binary(&binary)?;
    }
    Ok(wanted.into())
}

fn firefox(profile: &Path) -> Result<Capabilities> {
    let mut wanted = DesiredCapabilities::firefox();
    for argument in ["-headless", "-profile"] {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&profile.display().to_string())?;
    wanted.set_firefox_binary(
        &std::env::var("TIELINE_FIREFOX").unwrap_or_else(|_| "/usr/bin/firefox-esr".into()),
    )?;
    Ok(wanted.into())
}
