//! A voice message, recorded from a pretend microphone in a real browser.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebDriver};
use tieline_e2e::{Visitor, play, until};

/// What can be reached while it is recorded, and what the bar says.
const BAR: &str = "
const bar = document.querySelector('.voice-bar');
const field = document.querySelector('.composer-field');
return { open: !!bar, text: bar?.textContent ?? '', field: !!field.closest('[inert]'),
  inside: !!bar && bar.contains(document.activeElement), name: document.activeElement?.getAttribute('aria-label') ?? '' };";

/// Loads what came, and gives its type, its first bytes, and whether the browser finds a sound in it.
const SOUND: &str = "
const audio = document.querySelector('.bubble.sound audio');
if (!audio) return null;
return fetch(audio.src).then(async (answer) => {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const found = await new Promise((resolve) => {
    audio.onloadedmetadata = () => resolve(true);
    audio.onerror = () => resolve(false);
    audio.load();
    audio.preload = 'metadata';
  });
  return { type: answer.headers.get('content-type'), head: Array.from(bytes.slice(0, 4)), size: bytes.length, found };
});";

/// A person who says no, or a page that has forbidden it.
const DENY: &str = "
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));";

async fn run(driver: &WebDriver, script: &str) -> Result<Value> {
    Ok(driver.execute(script, Vec::new()).await?.json().clone())
}

async fn record(visitor: &Visitor) -> Result<()> {
    let button = visitor.inside().await?.find(By::Css("[aria-label='Record a voice message']")).await?;
    Ok(button.click().await?)
}

/// Waits until a second of it is recorded.
async fn wait_for_a_second(visitor: &Visitor) -> Result<Value> {
    until("a second of sound", async || {
        let bar = run(visitor.inside().await?, BAR).await?;
        Ok(bar["text"].as_str().is_some_and(|text| text.contains("Recording0:01")).then_some(bar))
    })
    .await
}

/// Discarded with Escape, then recorded and sent, heard at the desk; and a microphone that is denied is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_is_recorded_and_heard_and_one_that_is_denied_is_told() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("May I tell you?").await?;
        visitor.wait_until_sent().await?;
        let desk = stage.desk().await?;
        desk.open("May I tell you?").await?;

        record(&visitor).await?;
        let bar = wait_for_a_second(&visitor).await?;
        ensure!(
            bar["field"] == json!(true) && bar["inside"] == json!(true),
            "nothing under it is reached: {bar}"
        );
        visitor.inside().await?.action_chain().send_keys(Key::Escape).perform().await?;
        until("the composer again, and the focus on the button", async || {
            let bar = run(visitor.inside().await?, BAR).await?;
            let is_back = bar["open"] == json!(false) && bar["field"] == json!(false);
            Ok((is_back && bar["name"] == json!("Record a voice message")).then_some(()))
        })
        .await?;
        visitor
            .page
            .wait_until("return document.querySelector('tieline-launcher').hasAttribute('open')")
            .await?;

        record(&visitor).await?;
        wait_for_a_second(&visitor).await?;
        visitor.inside().await?.action_chain().send_keys(Key::Enter).perform().await?;
        let heard = until("the sound at the desk", async || {
            let heard = run(desk.page.top().await?, SOUND).await?;
            Ok((!heard.is_null()).then_some(heard))
        })
        .await?;
        ensure!(
            heard["type"] == json!("audio/webm") && heard["head"] == json!([0x1a, 0x45, 0xdf, 0xa3]),
            "{heard}"
        );
        ensure!(heard["found"] == json!(true) && heard["size"].as_u64() > Some(1_000), "{heard}");
        visitor.wait_until_sent().await?;
        ensure!(visitor.texts(".bubble.sound").await?.len() == 1, "only the one that was sent");

        run(visitor.inside().await?, DENY).await?;
        record(&visitor).await?;
        until("why it cannot be recorded, and the focus on the way out", async || {
            let bar = run(visitor.inside().await?, BAR).await?;
            let says =
                bar["text"].as_str().is_some_and(|text| text.contains("The microphone is not available"));
            Ok((says && bar["name"] == json!("Discard the voice message")).then_some(()))
        })
        .await?;
        visitor.inside().await?.action_chain().send_keys(Key::Enter).perform().await?;
        visitor.say("Then in writing.").await?;
        visitor.wait_until_sent().await?;
        ensure!(visitor.violations().await?.is_empty(), "{:?}", visitor.violations().await?);
        ensure!(desk.page.violations().await?.is_empty(), "{:?}", desk.page.violations().await?);
        Ok(())
    })
    .await;
}
