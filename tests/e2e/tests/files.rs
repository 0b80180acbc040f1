//! Pictures and files, both ways, in a real browser.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebDriver};
use tieline_e2e::{Desk, Stage, Visitor, play, until};

/// Every picture of the thread: its room, and whether it is there.
const PICTURES: &str = "
return Array.from(document.querySelectorAll('.thread-rows .bubble.picture'), (bubble) => {
  const room = bubble.getBoundingClientRect();
  const img = bubble.querySelector('img');
  return { width: Math.round(room.width), height: Math.round(room.height), there: !!img && img.naturalWidth > 0 };
});";

async fn run(driver: &WebDriver, script: &str, arguments: Vec<Value>) -> Result<Value> {
    Ok(driver.execute(script, arguments).await?.json().clone())
}

/// The pictures on screen once there are so many, and all are there.
async fn pictures(what: &str, count: usize, ask: impl AsyncFn() -> Result<Value>) -> Result<Vec<Value>> {
    until(&format!("{count} pictures {what}"), async || {
        let found = ask().await?.as_array().cloned().unwrap_or_default();
        let is_whole = found.len() == count && found.iter().all(|picture| picture["there"] == json!(true));
        Ok(is_whole.then_some(found))
    })
    .await
}

async fn at_desk(desk: &Desk, count: usize) -> Result<Vec<Value>> {
    pictures("at the desk", count, async || run(desk.page.top().await?, PICTURES, Vec::new()).await).await
}

async fn at_visitor(visitor: &Visitor, count: usize) -> Result<Vec<Value>> {
    pictures("at the visitor", count, async || run(visitor.inside().await?, PICTURES, Vec::new()).await).await
}

/// A picture is pasted, seen at the desk, and opened large; a PDF comes back; a reload in the middle of an upload loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_goes_and_a_pdf_comes_back_and_a_reload_loses_neither() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Is it this one?").await?;
        visitor.wait_until_sent().await?;
        let desk = stage.desk().await?;
        desk.open("Is it this one?").await?;

        visitor.paste_picture(4000, 200, "strip.png").await?;
        visitor.wait_until_sent().await?;
        let mine = at_visitor(&visitor, 1).await?;
        ensure!(
            mine[0]["width"] == json!(266) && mine[0]["height"] == json!(90),
            "a strip has its room: {mine:?}"
        );
        let theirs = at_desk(&desk, 1).await?;
        ensure!(theirs == mine, "and the same at the desk: {theirs:?}");

        ensure!(desk.drop_pdf().await?, "the target is seen");
        check_pdf(&visitor).await?;
        check_lightbox(&visitor).await?;
        check_reload(stage, &visitor, &desk).await?;
        ensure!(visitor.violations().await?.is_empty(), "{:?}", visitor.violations().await?);
        ensure!(desk.page.violations().await?.is_empty(), "{:?}", desk.page.violations().await?);
        Ok(())
    })
    .await;
}

async fn check_pdf(visitor: &Visitor) -> Result<()> {
    until("the PDF at the visitor", async || {
        let rows = visitor.texts("a.file-row").await?;
        Ok(rows.iter().any(|row| row.contains("Offer.pdf") && row.contains("29 byte")).then_some(()))
    })
    .await?;
    let read = "const link = document.querySelector('a.file-row');
        return fetch(link.href).then(async (answer) =>
          [await answer.text(), answer.headers.get('content-disposition'), link.download]);";
    let read = run(visitor.inside().await?, read, Vec::new()).await?;
    ensure!(read[0].as_str().is_some_and(|text| text.starts_with("%PDF-1.7")), "{read}");
    ensure!(read[1].as_str().is_some_and(|value| value.starts_with("attachment")), "{read}");
    ensure!(read[2] == json!("Offer.pdf"), "{read}");
    Ok(())
}

/// Opens with the keyboard, keeps the focus, closes on Escape without closing the panel, and gives the focus back.
async fn check_lightbox(visitor: &Visitor) -> Result<()> {
    let state = "const dialog = document.querySelector('dialog.lightbox');
        return [!!dialog && dialog.open, !!dialog && dialog.contains(document.activeElement),
          document.activeElement?.className ?? ''];";
    let driver = visitor.inside().await?;
    driver.find(By::Css(".picture-open")).await?.send_keys(Key::Enter + "").await?;
    until("the picture large, and the focus in it", async || {
        let state = run(visitor.inside().await?, state, Vec::new()).await?;
        Ok((state[0] == json!(true) && state[1] == json!(true)).then_some(()))
    })
    .await?;
    visitor.inside().await?.action_chain().send_keys(Key::Escape).perform().await?;
    until("the thread again, and the focus where it was", async || {
        let state = run(visitor.inside().await?, state, Vec::new()).await?;
        Ok((state[0] == json!(false) && state[2] == json!("picture-open")).then_some(()))
    })
    .await?;
    visitor.page.wait_until("return document.querySelector('tieline-launcher').hasAttribute('open')").await
}

async fn check_reload(stage: &Stage, visitor: &Visitor, desk: &Desk) -> Result<()> {
    stage.gateway.freeze()?;
    visitor.paste_picture(600, 800, "tall.png").await?;
    until("the upload in the browser's store", async || {
        let driver = visitor.inside().await?;
        let waiting = driver.find_all(By::Css(".said.waiting .picture")).await?;
        let saving = driver.find_all(By::Css(".said.saving")).await?;
        Ok((!waiting.is_empty() && saving.is_empty()).then_some(()))
    })
    .await?;
    visitor.page.go("about:blank").await?;
    stage.gateway.thaw()?;
    visitor.page.go(&format!("{}/plain.html", stage.hosts.origin())).await?;
    visitor.ask("#ask").await?;
    at_visitor(visitor, 2).await?;
    visitor.wait_until_sent().await?;
    at_desk(desk, 2).await?;
    Ok(())
}
