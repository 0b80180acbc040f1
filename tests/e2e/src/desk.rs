//! The agent at the desk.

use anyhow::Result;
use thirtyfour::{By, Key};

use crate::visitor::{LINES, Line, Side};
use crate::wait::until;
use crate::window::Window;

/// A person with the desk open.
pub struct Desk {
    /// The desk's window.
    pub page: Window,
}

impl Desk {
    /// Waits until the list of sessions is there.
    pub(crate) async fn enter(page: Window) -> Result<Self> {
        page.wait_for(&[".inbox-list[aria-busy=false]"]).await?;
        Ok(Self { page })
    }

    /// What the lines of the list say.
    ///
    /// # Errors
    /// When the desk is not there.
    pub async fn sessions(&self) -> Result<Vec<String>> {
        Window::texts(self.page.top().await?, "button.session").await
    }

    /// Opens the session whose line in the list holds a text, once there is one.
    ///
    /// # Errors
    /// When none comes.
    pub async fn open(&self, text: &str) -> Result<()> {
        until(&format!("a session with {text:?}"), async || {
            for line in self.page.top().await?.find_all(By::Css("button.session")).await? {
                if line.text().await?.contains(text) {
                    line.click().await?;
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await?;
        self.page.wait_for(&[".conversation .composer textarea"]).await?;
        Ok(())
    }

    /// Types in the open session without sending.
    ///
    /// # Errors
    /// When none is open.
    pub async fn type_in(&self, text: &str) -> Result<()> {
        self.page.wait_for(&[".conversation .composer textarea"]).await?.send_keys(text).await?;
        Ok(())
    }

    /// The texts of all elements of a selector.
    ///
    /// # Errors
    /// When the desk is not there.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        Window::texts(self.page.top().await?, selector).await
    }

    /// Answers in the open session.
    ///
    /// # Errors
    /// When none is open.
    pub async fn say(&self, text: &str) -> Result<()> {
        let composer = self.page.wait_for(&[".conversation .composer textarea"]).await?;
        composer.send_keys(text).await?;
        composer.send_keys(Key::Enter + "").await?;
        Ok(())
    }

    /// What stands in the open session's thread.
    ///
    /// # Errors
    /// When the desk is not there.
    pub async fn lines(&self) -> Result<Vec<Line>> {
        let answer = self.page.top().await?.execute(LINES, vec![serde_json::Value::Null]).await?;
        Ok(answer.convert()?)
    }

    /// Waits for a line.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn wait_for_line(&self, side: Side, text: &str) -> Result<()> {
        let line = Line { side, text: text.to_owned() };
        until(&format!("{line:?} at the desk"), async || {
            Ok(self.lines().await?.contains(&line).then_some(()))
        })
        .await
    }
}
