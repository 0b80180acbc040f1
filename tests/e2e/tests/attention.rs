//! How a visitor who looks elsewhere hears of a message: the page's title, a sound, a notification, and their say in it.

use anyhow::Result;
use thirtyfour::{By, Key};
use tieline_e2e::{Visitor, play, until};

/// Counts tones, notes notifications, and lets the test put the tab to the back.
const EARS: &str = "
window.rung = 0;
window.notes = [];
window.AudioContext = class extends window.AudioContext {
  createOscillator() { rung += 1; return super.createOscillator(); }
};
window.Notification = class extends EventTarget {
  static permission = 'default';
  static async requestPermission() { window.asked = (window.asked || 0) + 1; return (this.permission = 'granted'); }
  constructor(title, { body } = {}) { super(); if (title) notes.push(title + ': ' + body); window.note = this; }
  close() {}
};
let away = false;
Object.defineProperty(document, 'hidden', { get: () => away });
window.go = (isAway) => { away = isAway; document.dispatchEvent(new Event('visibilitychange')); };";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_noticed_by_who_looks_elsewhere_and_as_they_want_it() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor_of("about:blank").await?;
        let page = &visitor.page;
        page.before_each_document(EARS).await?;
        page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
        visitor.ask("#ask").await?;
        visitor.say("Hello").await?;
        desk.open("Hello").await?;

        assert_eq!(choices(&visitor).await?, ["Sound true", "Notifications false"]);
        press(&visitor, Key::Escape).await?;
        until("the menu to close, and not the panel", async || {
            let state: String = visitor.inside().await?.execute(
                "return document.querySelectorAll('[role=menu]').length + document.activeElement.getAttribute('aria-haspopup')",
                Vec::new(),
            ).await?.convert()?;
            Ok((state == "0menu").then_some(()))
        })
        .await?;
        assert_eq!(page.script::<Option<u32>>("return window.asked || null").await?, None, "nobody was asked so far");
        pick(&visitor, "Notifications").await?;
        until("the choice", async || {
            Ok((choices(&visitor).await? == ["Sound true", "Notifications true"]).then_some(()))
        })
        .await?;

        page.click(&["tieline-launcher", "button"]).await?;
        page.script::<()>("go(true)").await?;
        desk.say("There?").await?;
        page.wait_until("return document.title === '(1) Plain' && rung === 2 && notes.length === 1").await?;
        assert_eq!(page.script::<Vec<String>>("return notes").await?, ["Chat with us: 1 new message"], "that, not what");
        // A page that renames itself meanwhile keeps its name.
        page.script::<()>("document.title = 'Basket'; go(false)").await?;
        assert_eq!(page.script::<String>("return document.title").await?, "Basket");
        page.script::<()>("note.dispatchEvent(new Event('click'))").await?;
        visitor.wait_for_composer().await?;

        pick(&visitor, "Sound").await?;
        page.click(&["tieline-launcher", "button"]).await?;
        desk.say("Hello again?").await?;
        page.wait_until("return notes.length === 2").await?;
        assert_eq!(page.script::<u32>("return rung").await?, 2, "no further tone");

        // On this device it stays so.
        page.reload().await?;
        visitor.ask("#ask").await?;
        assert_eq!(choices(&visitor).await?[0], "Sound false");
        Ok(())
    })
    .await;
}

/// Opens the menu, if it is not open, and reads its switches.
async fn choices(visitor: &Visitor) -> Result<Vec<String>> {
    let inside = visitor.inside().await?;
    if inside.find_all(By::Css("[role=menu]")).await?.is_empty() {
        inside.find(By::Css("[aria-haspopup=menu]")).await?.click().await?;
    }
    let read = "return Array.from(document.querySelectorAll('[role=menuitemcheckbox]'),
        (item) => item.innerText.trim() + ' ' + item.getAttribute('aria-checked'))";
    Ok(inside.execute(read, Vec::new()).await?.convert()?)
}

async fn pick(visitor: &Visitor, text: &str) -> Result<()> {
    choices(visitor).await?;
    for item in visitor.inside().await?.find_all(By::Css("[role^=menuitem]")).await? {
        if item.text().await?.trim() == text {
            item.click().await?;
        }
    }
    Ok(())
}

async fn press(visitor: &Visitor, key: Key) -> Result<()> {
    visitor.inside().await?.action_chain().send_keys(key).perform().await?;
    Ok(())
}
