//! One browser window.

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thirtyfour::{By, Key, WebDriver, WebElement, WindowHandle};

use crate::browser::Kind;
use crate::wait::until;

/// Finds an element through shadow roots: selectors in order, each within the shadow root of what the one before found.
const FIND: &str = "
let root = document;
let found = null;
for (let i = 0; i < arguments.length; i += 1) {
  found = root && root.querySelector(arguments[i]);
  root = found && found.shadowRoot;
}
return found;";

/// A window with one page in it. Every call goes to this window first, so that two may be used in turn.
#[derive(Clone)]
pub struct Window {
    kind: Kind,
    driver: WebDriver,
    handle: WindowHandle,
}

impl Window {
    pub(crate) fn new(kind: Kind, driver: WebDriver, handle: WindowHandle) -> Self {
        Self { kind, driver, handle }
    }

    /// The driver with this window's top document in front.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn top(&self) -> Result<&WebDriver> {
        self.driver.switch_to_window(self.handle.clone()).await?;
        self.driver.enter_default_frame().await?;
        Ok(&self.driver)
    }

    /// The driver inside the frame that the path leads to.
    ///
    /// # Errors
    /// When there is no such frame.
    pub async fn inside(&self, path: &[&str]) -> Result<&WebDriver> {
        let frame = self.find(path).await?.with_context(|| format!("no frame at {path:?}"))?;
        frame.enter_frame().await?;
        Ok(&self.driver)
    }

    /// Loads a page.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn go(&self, url: &str) -> Result<()> {
        let driver = self.top().await?;
        driver.goto(url).await.with_context(|| format!("loading {url}"))?;
        // A window that was opened by a program has the focus only when it is told so.
        if self.kind.has_devtools() {
            self.devtools("Page.bringToFront", serde_json::json!({})).await?;
        }
        Ok(())
    }

    /// The element at the end of the path in the top document, going into the shadow root of every step.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn find(&self, path: &[&str]) -> Result<Option<WebElement>> {
        let selectors: Vec<_> = path.iter().map(|selector| Value::from(*selector)).collect();
        let found = self.top().await?.execute(FIND, selectors).await?;
        if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
    }

    /// The same, once it is there and has a size.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for(&self, path: &[&str]) -> Result<WebElement> {
        until(&format!("{path:?} on screen"), async || {
            let Some(found) = self.find(path).await? else { return Ok(None) };
            Ok(found.is_displayed().await?.then_some(found))
        })
        .await
    }

    /// Clicks with the pointer, where a person would.
    ///
    /// # Errors
    /// When it cannot be clicked.
    pub async fn click(&self, path: &[&str]) -> Result<()> {
        self.wait_for(path).await?.click().await.with_context(|| format!("clicking {path:?}"))
    }

    /// Presses a key where the focus is.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn press(&self, key: Key) -> Result<()> {
        let keys = self.top().await?.action_chain().send_keys(key);
        keys.perform().await.context("pressing a key")
    }

    /// What a script of the top document returns.
    ///
    /// # Errors
    /// When it throws, or returns something else.
    pub async fn script<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        let answer = self.top().await?.execute(script, Vec::new()).await?;
        answer.convert().with_context(|| format!("the answer of {script}"))
    }

    /// Waits until a script of the top document returns true.
    ///
    /// # Errors
    /// When it does not.
    pub async fn wait_until(&self, script: &str) -> Result<()> {
        until(script, async || Ok(self.script::<bool>(script).await?.then_some(()))).await
    }

    /// How many frames there are in the document and in all its open shadow roots. `window.frames` leaves out the latter.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn frames(&self) -> Result<usize> {
        let count = "const count = (root) => Array.from(root.querySelectorAll('*')).reduce(
            (sum, node) => sum + (node.localName === 'iframe' ? 1 : 0) + (node.shadowRoot ? count(node.shadowRoot) : 0), 0);
            return count(document)";
        self.script(count).await
    }

    /// Every policy violation of the top document so far.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn violations(&self) -> Result<Vec<String>> {
        Self::violations_in(self.top().await?).await
    }

    /// The same of the document that is in front.
    pub(crate) async fn violations_in(driver: &WebDriver) -> Result<Vec<String>> {
        // The browser keeps reports from the document's beginning for whoever asks later.
        let ask =
            "const observer = new ReportingObserver(() => {}, { types: ['csp-violation'], buffered: true });
            observer.observe();
            return observer.takeRecords().map(({ body }) => body.effectiveDirective + ' ' + body.blockedURL)";
        Ok(driver.execute(ask, Vec::new()).await?.convert()?)
    }

    /// Every address that the top document has asked for, itself left out.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn requests(&self) -> Result<Vec<String>> {
        self.script("return performance.getEntriesByType('resource').map((entry) => entry.name)").await
    }

    /// Runs a script before any other in every top document that this window loads. Frames of other sites run elsewhere and are not reached.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn before_each_document(&self, script: &str) -> Result<()> {
        let source = serde_json::json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source).await?;
        Ok(())
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn reload(&self) -> Result<()> {
        self.top().await?.refresh().await.context("loading the page again")
    }

    /// Closes the window, as a person does: the page is told.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn close(self) -> Result<()> {
        let driver = self.top().await?;
        driver.close_window().await.context("closing the window")?;
        // A driver without a window in front of it can open no other.
        if let Some(other) = driver.windows().await?.into_iter().next() {
            driver.switch_to_window(other).await?;
        }
        Ok(())
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn devtools(&self, command: &str, params: Value) -> Result<Value> {
        Ok(self.top().await?.cdp().send_raw(command, params).await?)
    }

    /// All elements of a selector in the document that is in front, by their text.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub(crate) async fn texts(driver: &WebDriver, selector: &str) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in driver.find_all(By::Css(selector)).await? {
            texts.push(element.text().await?);
        }
        Ok(texts)
    }
}
