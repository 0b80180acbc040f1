//! Everything that one test needs, and its end.

use std::panic::AssertUnwindSafe;

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use tokio::sync::Mutex;

use crate::browser::{Browser, Kind, Profile};
use crate::desk::Desk;
use crate::gateway::Gateway;
use crate::hosts::Hosts;
use crate::visitor::{Side, Visitor};
use crate::window::Window;

/// A gateway, two channels, the host pages, and a browser.
pub struct Stage {
    /// The gateway.
    pub gateway: Gateway,
    /// The merchant pages.
    pub hosts: Hosts,
    /// The channel that `{{CHANNEL}}` stands for.
    pub channel: String,
    kind: Kind,
    profile: Profile,
    /// None between a crash and the next start.
    browser: Mutex<Option<Browser>>,
}

/// Sets the stage with a Chromium as people have it, plays the scenario, and clears up whatever became of it.
///
/// # Panics
/// When the stage cannot be set or the scenario fails, with what gateway and browser had to say.
pub async fn play(scenario: impl AsyncFnOnce(&Stage) -> Result<()>) {
    play_in(Kind::Chromium, scenario).await;
}

/// [`play`] in another browser.
///
/// # Panics
/// As [`play`].
pub async fn play_in(kind: Kind, scenario: impl AsyncFnOnce(&Stage) -> Result<()>) {
    let stage = Stage::set(kind).await.unwrap_or_else(|error| panic!("setting the stage: {error:#}"));
    let outcome = AssertUnwindSafe(scenario(&stage)).catch_unwind().await;
    if !matches!(outcome, Ok(Ok(()))) {
        let console = stage.console().await.unwrap_or_default();
        eprintln!("--- {kind:?}\n{}\n--- gateway\n{}", console.join("\n"), stage.gateway.trace());
    }
    let cleared = match stage.browser.lock().await.take() {
        Some(browser) => browser.quit().await,
        None => Ok(()),
    };
    match outcome {
        Err(panic) => std::panic::resume_unwind(panic),
        Ok(Err(error)) => panic!("{kind:?}: {error:#}"),
        Ok(Ok(())) => cleared.unwrap_or_else(|error| panic!("stopping the browser: {error:#}")),
    }
}

impl Stage {
    async fn set(kind: Kind) -> Result<Self> {
        let profile = Profile::new()?;
        let (gateway, hosts, browser) =
            tokio::try_join!(Gateway::start(), Hosts::start(), Browser::start(kind, &profile))?;
        let origin = hosts.origin();
        let channel = gateway.register("Lamps", &origin).await?;
        let other = gateway.register("Workshop", &origin).await?;
        hosts.fill("G", &gateway.url());
        hosts.fill("WS", &gateway.socket_url());
        hosts.fill("CHANNEL", &channel);
        hosts.fill("OTHER", &other);
        Ok(Self { gateway, hosts, channel, kind, profile, browser: Mutex::new(Some(browser)) })
    }

    /// The browser dies with all its tabs, as in a crash, and is started again on the same profile. Windows of before are gone.
    ///
    /// # Errors
    /// When it cannot be killed or does not start again.
    pub async fn crash_browser(&self) -> Result<()> {
        let mut browser = self.browser.lock().await;
        browser.take().context("no browser runs")?.crash().await?;
        *browser = Some(Browser::start(self.kind, &self.profile).await?);
        Ok(())
    }

    /// An empty window.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn window(&self) -> Result<Window> {
        self.browser.lock().await.as_ref().context("no browser runs")?.window().await
    }

    /// Somebody who has loaded one of the host pages.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn visitor(&self, page: &str) -> Result<Visitor> {
        self.visitor_of(&format!("{}/{page}", self.hosts.origin())).await
    }

    /// Somebody who has loaded a page of another server.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn visitor_of(&self, url: &str) -> Result<Visitor> {
        let window = self.window().await?;
        window.go(url).await?;
        Ok(Visitor::new(window))
    }

    /// Somebody who has opened the session as a page of its own, where a script ran before ours.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn visitor_after(&self, script: &str) -> Result<Visitor> {
        let window = self.window().await?;
        window.before_each_document(script).await?;
        window.go(&format!("{}/c/{}", self.gateway.url(), self.channel)).await?;
        window.wait_for(&[".composer textarea"]).await?;
        Ok(Visitor::of_page(window))
    }

    /// Somebody whose browser asks for that language, on the session's own page.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn visitor_reading(&self, language: &str, path: &str) -> Result<Visitor> {
        let window = self.window().await?;
        window.devtools("Network.enable", serde_json::json!({})).await?;
        let headers = serde_json::json!({ "headers": { "Accept-Language": language } });
        window.devtools("Network.setExtraHTTPHeaders", headers).await?;
        window.go(&format!("{}{path}", self.gateway.url())).await?;
        window.wait_for(&[".composer textarea"]).await?;
        Ok(Visitor::of_page(window))
    }

    /// The agent, signed in at the desk.
    ///
    /// # Errors
    /// When the desk does not let them in.
    pub async fn desk(&self) -> Result<Desk> {
        self.desk_by(&self.gateway.invite().await?).await
    }

    /// Whoever comes in by that link. Two who are in at one browser share its cookie: a window that is loaded anew is the later one's.
    ///
    /// # Errors
    /// When the desk does not let them in.
    pub async fn desk_by(&self, link: &str) -> Result<Desk> {
        let window = self.window().await?;
        window.go(link).await?;
        Desk::enter(window).await.context("signing in at the desk")
    }

    /// What all windows wrote to their consoles since the last call.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn console(&self) -> Result<Vec<String>> {
        self.browser.lock().await.as_ref().context("no browser runs")?.console().await
    }
}

/// The words stand in the thread once, and in the log once, in the order in which they were typed. Fails where they do not.
///
/// # Errors
/// When a line does not come, or is not sent.
///
/// # Panics
/// When there are other lines, or more.
pub async fn stand_once(stage: &Stage, visitor: &Visitor, words: &[&str]) -> Result<()> {
    for text in words {
        visitor.wait_for_line(Side::Mine, text).await?;
    }
    visitor.wait_until_sent().await?;
    let shown: Vec<_> = visitor.lines().await?.into_iter().map(|line| line.text).collect();
    assert_eq!(shown, words);
    assert_eq!(stage.gateway.texts()?, words);
    Ok(())
}
