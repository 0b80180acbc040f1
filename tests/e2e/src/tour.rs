//! A walk through what few sessions open: menus, strips, dialogs, forms, files, the end. For whoever looks at each of them.
//!
//! Works in any language: nothing is found by its words.

use anyhow::Result;
use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::{Desk, Visitor, until};

/// Presses a button as a person does who has found it: some show only under a pointer.
const PRESS: &str = "document.querySelector(arguments[0]).click()";
/// Pastes a picture of that size into the composer, as a person does who has copied one.
const PASTE: &str = "
const [width, height, name] = arguments;
const canvas = document.createElement('canvas');
[canvas.width, canvas.height] = [width, height];
const pen = canvas.getContext('2d');
pen.fillStyle = '#0a7'; pen.fillRect(0, 0, width, height);
pen.fillStyle = '#fff'; pen.fillRect(width / 4, height / 4, width / 2, height / 2);
return new Promise((resolve) => canvas.toBlob((blob) => {
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], name, { type: 'image/png' }));
  const field = document.querySelector('.composer textarea');
  field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  resolve(true);
}));";
/// Holds a PDF over the pane, and drops it. Gives whether the target was to be seen meanwhile.
const DROP: &str = "
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File(['%PDF-1.7\\n% a small one\\n%%EOF\\n'], 'Offer.pdf', { type: 'application/pdf' }));
const pane = document.querySelector('.drop-zone').parentElement;
const over = (name) => pane.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
over('dragenter');
return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const seen = !document.querySelector('.drop-zone').hidden;
  const taken = !over('drop');
  resolve(seen && taken);
})));";
/// A bot beside the desk: it has the desk's own sign-in, and asks with answers to choose from.
const OFFER: &str = "
const token = async () => (await (await fetch('/desk/session')).json()).token;
return token().then((token) => new Promise((resolve, reject) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/v1/ws', 'tieline.v1');
  const say = (type, id, body) => socket.send(JSON.stringify({ type, id, body }));
  socket.onopen = () => say('hello', 1, { auth: { kind: 'agent', token } });
  socket.onmessage = ({ data }) => {
    const { type, body } = JSON.parse(data);
    const question = { kind: 'text', text: 'Which one?', options: ['The blue one', 'The green one'] };
    if (type === 'welcome') {
      const session = body.sessions[0].session;
      say('send', 2, { session, draft_id: crypto.randomUUID(), body: question });
    } else if (type === 'ok') {
      resolve(true);
      socket.close();
    } else if (type === 'err') {
      reject(new Error(data));
    }
  };
}));";

/// What the walk comes by, and what it is called.
pub const PLACES: [(&str, &str); 11] = [
    ("menu", "What can be done about a message"),
    ("edit", "A message is said otherwise"),
    ("emoji", "Emoji to pick from"),
    ("confirm", "A message is to be deleted"),
    ("files", "A picture of 4000 x 200, and a file"),
    ("picture", "A picture, opened"),
    ("voice", "A voice message is recorded"),
    ("choices", "Answers to choose from"),
    ("form", "The desk asks for an address"),
    ("settings", "The panel's menu"),
    ("ending", "The session is closed, and can be rated"),
];

impl Visitor {
    /// Waits for something in the panel, and presses it.
    ///
    /// # Errors
    /// When it never comes.
    pub async fn press(&self, selector: &str) -> Result<()> {
        self.wait_for_any(selector).await?;
        self.inside().await?.execute(PRESS, vec![selector.into()]).await?;
        Ok(())
    }

    /// Waits until the panel has something of that kind.
    ///
    /// # Errors
    /// When it never has.
    pub async fn wait_for_any(&self, selector: &str) -> Result<()> {
        until(&format!("{selector} in the panel"), async || {
            Ok((!self.inside().await?.find_all(By::Css(selector)).await?.is_empty()).then_some(()))
        })
        .await
    }

    /// Pastes a picture of that many pixels into the composer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn paste_picture(&self, width: u32, height: u32, name: &str) -> Result<()> {
        self.inside().await?.execute(PASTE, vec![json!(width), json!(height), json!(name)]).await?;
        Ok(())
    }

    async fn key(&self, key: Key) -> Result<()> {
        Ok(self.inside().await?.action_chain().send_keys(key).perform().await?)
    }
}

impl Desk {
    /// Waits for something at the desk, and presses it.
    ///
    /// # Errors
    /// When it never comes.
    pub async fn press(&self, selector: &str) -> Result<()> {
        until(selector, async || Ok((!self.texts(selector).await?.is_empty()).then_some(()))).await?;
        self.page.top().await?.execute(PRESS, vec![selector.into()]).await?;
        Ok(())
    }

    /// Drops a small PDF on the thread. True: the target was to be seen.
    ///
    /// # Errors
    /// When no session is open.
    pub async fn drop_pdf(&self) -> Result<bool> {
        Ok(self.page.top().await?.execute(DROP, Vec::new()).await?.json() == &Value::Bool(true))
    }

    /// Has a bot beside it ask with two answers to choose from.
    ///
    /// # Errors
    /// When the gateway refuses.
    pub async fn offer_choices(&self) -> Result<()> {
        self.page.top().await?.execute(OFFER, Vec::new()).await?;
        Ok(())
    }
}

/// Walks through all of [`PLACES`] in their order, and lets `see` look at each. Wants a session in which both have spoken, open at
/// the desk; it is closed in the end.
///
/// # Errors
/// When a place cannot be reached, or `see` fails.
pub async fn walk(
    visitor: &Visitor,
    desk: &Desk,
    mut see: impl AsyncFnMut(&str) -> Result<()>,
) -> Result<()> {
    visitor.press(".said.mine .more").await?;
    visitor.wait_for_any(".bubble-menu [role=menuitem]").await?;
    see("menu").await?;
    visitor.press(".bubble-menu [role=menuitem]:nth-of-type(2)").await?;
    visitor.wait_for_any(".strip-head").await?;
    see("edit").await?;
    visitor.key(Key::Escape).await?;
    visitor.press(".emoji-open").await?;
    visitor.wait_for_any(".picker .emoji").await?;
    see("emoji").await?;
    visitor.key(Key::Escape).await?;
    visitor.press(".said.mine .more").await?;
    visitor.press(".bubble-menu .danger").await?;
    visitor.wait_for_any(".confirm .danger").await?;
    see("confirm").await?;
    visitor.key(Key::Escape).await?;

    visitor.paste_picture(4000, 200, "strip.png").await?;
    visitor.wait_until_sent().await?;
    desk.drop_pdf().await?;
    visitor.wait_for_any("a.file-row").await?;
    see("files").await?;
    visitor.press(".picture-open").await?;
    visitor.wait_for_any("dialog.lightbox[open] img").await?;
    see("picture").await?;
    visitor.key(Key::Escape).await?;
    visitor.press(".attach.voice").await?;
    visitor.wait_for_any(".voice-time:not(.asking)").await?;
    see("voice").await?;
    visitor.key(Key::Escape).await?;

    desk.offer_choices().await?;
    visitor.wait_for_any("button.choice").await?;
    see("choices").await?;
    desk.press(".session-actions .quiet-button").await?;
    visitor.wait_for_any(".form .form-send").await?;
    see("form").await?;
    visitor.press("[aria-haspopup=menu]").await?;
    visitor.wait_for_any("[role=menu]").await?;
    see("settings").await?;
    visitor.key(Key::Escape).await?;
    desk.press(".close-session").await?;
    desk.press(".close-session").await?;
    visitor.wait_for_any(".ending .rating").await?;
    see("ending").await
}
