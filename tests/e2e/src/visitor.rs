//! Somebody on a merchant's page.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use thirtyfour::{By, Key, WebDriver};

use crate::wait::until;
use crate::window::Window;

/// Who said a line, as the reader of it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The reader.
    Mine,
    /// Somebody else.
    Theirs,
}

/// One line of a thread on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// Who said it.
    pub side: Side,
    /// What.
    pub text: String,
}

/// Reads the thread under `arguments[0]`, a selector of the shadow host, or of the document if it is null.
pub(crate) const LINES: &str = "
const host = arguments[0];
const root = host ? document.querySelector(host).shadowRoot : document;
return Array.from(root.querySelectorAll('.thread-rows .said:not(.ghost)'), (row) => ({
  side: row.classList.contains('mine') ? 'mine' : 'theirs',
  text: row.querySelector('.bubble > div, .bubble.quiet, .item').innerText,
}));";

/// The launcher's button in the page.
pub(crate) const LAUNCHER: [&str; 2] = ["tieline-launcher", "button"];
/// The frame of the panel.
const PANEL: [&str; 2] = ["tieline-launcher", "iframe"];
const COMPOSER: &str = ".composer textarea";

/// A person with a window on a page that holds a widget in a frame.
pub struct Visitor {
    /// The page.
    pub page: Window,
    frame: Vec<String>,
}

impl Visitor {
    /// Somebody before a window whose page holds, or will hold, a panel.
    pub fn new(page: Window) -> Self {
        Self { page, frame: PANEL.map(str::to_owned).to_vec() }
    }

    /// Somebody on the session's own page, where there is no frame.
    pub(crate) fn of_page(page: Window) -> Self {
        Self { page, frame: Vec::new() }
    }

    /// The same person, looking at another frame of the page.
    #[must_use]
    pub fn at(&self, frame: &[&str]) -> Self {
        Self { page: self.page.clone(), frame: frame.iter().map(|step| (*step).to_owned()).collect() }
    }

    /// Presses a session creation control, and waits until there is somewhere to write.
    ///
    /// # Errors
    /// When the panel does not come.
    pub async fn ask(&self, control: &str) -> Result<()> {
        self.page.click(&[control]).await?;
        self.wait_for_composer().await
    }

    /// Presses the launcher.
    ///
    /// # Errors
    /// When it cannot be pressed.
    pub async fn press_launcher(&self) -> Result<()> {
        self.page.click(&LAUNCHER).await
    }

    /// Waits until the caret stands in the composer.
    ///
    /// # Errors
    /// When it does not.
    pub async fn wait_for_composer(&self) -> Result<()> {
        let script =
            format!("return document.hasFocus() && document.activeElement?.matches('{COMPOSER}') === true");
        until("the caret in the composer", async || {
            let answer = self.inside().await?.execute(&script, Vec::new()).await?;
            Ok(answer.convert::<bool>()?.then_some(()))
        })
        .await
    }

    /// Types a line and sends it with Enter.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn say(&self, text: &str) -> Result<()> {
        self.type_in(text).await?;
        self.press_enter().await
    }

    /// Sends what stands in the composer.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn press_enter(&self) -> Result<()> {
        let composer = self.inside().await?.find(By::Css(COMPOSER)).await?;
        composer.send_keys(Key::Enter + "").await.context("sending")
    }

    /// Types into the composer without sending.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn type_in(&self, text: &str) -> Result<()> {
        self.inside().await?.find(By::Css(COMPOSER)).await?.send_keys(text).await.context("typing")
    }

    /// Takes out what stands in the composer, as a person does.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn empty_composer(&self) -> Result<()> {
        let composer = self.inside().await?.find(By::Css(COMPOSER)).await?;
        composer.send_keys(Key::Control + "a").await?;
        composer.send_keys(Key::Backspace + "").await.context("emptying")
    }

    /// What stands in the composer.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn composer(&self) -> Result<String> {
        let composer = self.inside().await?.find(By::Css(COMPOSER)).await?;
        Ok(composer.value().await?.unwrap_or_default())
    }

    /// Waits until words that were typed and not sent are in the browser's store. Nothing on the screen tells.
    ///
    /// # Errors
    /// When they do not get there.
    pub async fn wait_until_begun(&self, text: &str) -> Result<()> {
        let read = "return new Promise((resolve) => {
            const open = indexedDB.open('tieline');
            open.onerror = () => resolve('');
            open.onsuccess = () => {
              const [store] = open.result.objectStoreNames;
              const all = open.result.transaction(store).objectStore(store).getAll();
              all.onerror = () => resolve('');
              all.onsuccess = () => { open.result.close(); resolve(JSON.stringify(all.result)); };
            };
          })";
        until(&format!("{text:?} in the browser's store"), async || {
            let kept: String = self.inside().await?.execute(read, Vec::new()).await?.convert()?;
            Ok(kept.contains(text).then_some(()))
        })
        .await
    }

    /// Waits until a line that is not in the log yet is safe in the browser's store.
    ///
    /// # Errors
    /// When it is not.
    pub async fn wait_until_kept(&self, text: &str) -> Result<()> {
        self.wait_for_line(Side::Mine, text).await?;
        until("everything in the browser's store", async || {
            let saving = self.inside().await?.find_all(By::Css(".said.saving")).await?;
            Ok(saving.is_empty().then_some(()))
        })
        .await
    }

    /// What stands in the thread.
    ///
    /// # Errors
    /// When the panel is not there.
    pub async fn lines(&self) -> Result<Vec<Line>> {
        let answer = self.inside().await?.execute(LINES, vec![serde_json::Value::Null]).await?;
        Ok(answer.convert()?)
    }

    /// Waits for a line.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_line(&self, side: Side, text: &str) -> Result<()> {
        let line = Line { side, text: text.to_owned() };
        until(&format!("{line:?} at the visitor"), async || {
            Ok(self.lines().await?.contains(&line).then_some(()))
        })
        .await
    }

    /// Waits until nothing said is still on its way.
    ///
    /// # Errors
    /// When something stays behind.
    pub async fn wait_until_sent(&self) -> Result<()> {
        until("an empty outbox", async || {
            let driver = self.inside().await?;
            let waiting = driver.find_all(By::Css(".said.waiting, .said.failed")).await?;
            let said = driver.find_all(By::Css(".said.mine")).await?;
            Ok((waiting.is_empty() && !said.is_empty()).then_some(()))
        })
        .await
    }

    /// The texts of all elements of a selector inside the panel.
    ///
    /// # Errors
    /// When the panel is not there.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        Window::texts(self.inside().await?, selector).await
    }

    /// Every violation of our own policy inside the panel so far.
    ///
    /// # Errors
    /// When the panel is not there.
    pub async fn violations(&self) -> Result<Vec<String>> {
        Window::violations_in(self.inside().await?).await
    }

    /// The driver inside the panel's frame.
    ///
    /// # Errors
    /// When there is no frame.
    pub async fn inside(&self) -> Result<&WebDriver> {
        if self.frame.is_empty() {
            return self.page.top().await;
        }
        let path: Vec<&str> = self.frame.iter().map(String::as_str).collect();
        self.page.inside(&path).await
    }
}
