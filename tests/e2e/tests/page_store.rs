//! P12 where a browser denies frames all storage: what is typed lies with the page, if the page says so, and nowhere if not.

use std::collections::BTreeMap;

use anyhow::Result;
use tieline_e2e::{Kind, Rows, Side, Stage, Visitor, play_in, stand_once, until};

/// What lies in the page's own storage, by name, as JSON. Makes no database that is not there.
const KEPT: &str = "return (async () => {
  const kept = Object.fromEntries(Object.entries(localStorage));
  for (const { name } of await indexedDB.databases()) {
    await new Promise((done) => {
      const open = indexedDB.open(name);
      open.onsuccess = () => {
        const store = open.result.transaction('kept').objectStore('kept');
        store.openCursor().onsuccess = ({ target: { result } }) => {
          if (!result) return open.result.close(), done();
          kept[result.key] = JSON.stringify(result.value);
          result.continue();
        };
      };
    });
  }
  return kept;
})()";

type Kept = BTreeMap<String, String>;

async fn kept(visitor: &Visitor) -> Result<Kept> {
    visitor.page.script(KEPT).await
}

/// Somebody who has opened the panel of the page that keeps.
async fn open(stage: &Stage) -> Result<Visitor> {
    let visitor = stage.visitor("kept.html").await?;
    visitor.ask("#ask").await?;
    Ok(visitor)
}

/// The same person, one session, these words once, on screen and in the log.
async fn one_person_said(stage: &Stage, visitor: &Visitor, words: &[&str]) -> Result<()> {
    stand_once(stage, visitor, words).await?;
    let rows = stage.gateway.rows()?;
    assert_eq!((rows.visitors, rows.devices, rows.sessions), (1, 1, 1), "one person in one session");
    Ok(())
}

async fn is_told_of_loss(visitor: &Visitor) -> Result<bool> {
    Ok(visitor.texts(".notice").await?.join(" ").contains("will be lost"))
}

async fn wait_until_with_page(visitor: &Visitor, text: &str) -> Result<()> {
    until(&format!("{text:?} in the page's store"), async || {
        Ok(kept(visitor).await?.values().any(|value| value.contains(text)).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_page_that_keeps_gives_back_lines_words_and_visitor_after_a_reload() {
    play_in(Kind::ChromiumDenied, async |stage| {
        let visitor = open(stage).await?;
        visitor.say("One").await?;
        visitor.wait_until_sent().await?;
        stage.gateway.kill().await?;
        visitor.say("Two").await?;
        visitor.wait_until_kept("Two").await?;
        wait_until_with_page(&visitor, "Two").await?;
        visitor.type_in("Three, but I am not").await?;
        wait_until_with_page(&visitor, "Three, but I am not").await?;
        assert!(!is_told_of_loss(&visitor).await?);
        let names: Vec<_> = kept(&visitor).await?.into_keys().collect();
        assert!(names.iter().all(|name| name.starts_with(&format!("{} ", stage.channel))), "{names:?}");

        visitor.page.go("about:blank").await?;
        stage.gateway.serve().await?;
        let visitor = open(stage).await?;
        one_person_said(stage, &visitor, &["One", "Two"]).await?;
        until("the words in the composer", async || {
            Ok((visitor.composer().await? == "Three, but I am not").then_some(()))
        })
        .await?;
        assert!(!is_told_of_loss(&visitor).await?);
        // What the gateway has is the page's no longer.
        until("the sent line to go", async || {
            Ok((!kept(&visitor).await?.values().any(|value| value.contains("Two"))).then_some(()))
        })
        .await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_page_that_keeps_survives_the_crash_of_the_browser() {
    play_in(Kind::ChromiumDenied, async |stage| {
        let visitor = open(stage).await?;
        visitor.say("One").await?;
        visitor.wait_until_sent().await?;
        stage.gateway.kill().await?;
        visitor.say("Two").await?;
        visitor.wait_until_kept("Two").await?;
        stage.crash_browser().await?;
        stage.gateway.serve().await?;
        one_person_said(stage, &open(stage).await?, &["One", "Two"]).await
    })
    .await;
}

/// Two tabs are one person, though neither can see what the other's frame holds.
#[tokio::test(flavor = "multi_thread")]
async fn tabs_of_a_page_that_keeps_are_one_person() {
    play_in(Kind::ChromiumDenied, async |stage| {
        let first = open(stage).await?;
        first.say("One").await?;
        first.wait_until_sent().await?;
        let second = open(stage).await?;
        second.wait_for_line(Side::Mine, "One").await?;
        second.say("Two").await?;
        second.wait_until_sent().await?;
        one_person_said(stage, &second, &["One", "Two"]).await?;
        one_person_said(stage, &first, &["One", "Two"]).await
    })
    .await;
}

/// Two channels of one page have one store, and neither is given what is the other's.
#[tokio::test(flavor = "multi_thread")]
async fn two_channels_of_a_page_that_keeps_are_apart() {
    play_in(Kind::ChromiumDenied, async |stage| {
        let shop = open(stage).await?;
        shop.say("To the shop").await?;
        shop.wait_until_sent().await?;
        let workshop = shop.at(&["tieline-launcher[start]", "iframe"]);
        workshop.ask("#ask-other").await?;
        workshop.say("To the workshop").await?;
        workshop.wait_until_sent().await?;
        let both = Rows { visitors: 2, devices: 2, sessions: 2, entries: 2 };
        assert_eq!(stage.gateway.rows()?, both);
        let kept = kept(&shop).await?;
        let tokens: Vec<_> = kept.iter().filter(|(name, _)| name.contains("tieline.visitor.")).collect();
        assert_eq!(tokens.len(), 2, "{:?}", kept.keys());
        assert_ne!(tokens[0].1, tokens[1].1);

        // Both panels were open, and are again.
        shop.page.reload().await?;
        shop.wait_for_line(Side::Mine, "To the shop").await?;
        workshop.wait_for_line(Side::Mine, "To the workshop").await?;
        assert_eq!((shop.lines().await?.len(), workshop.lines().await?.len()), (1, 1));
        assert_eq!(stage.gateway.rows()?, both);
        Ok(())
    })
    .await;
}

/// Who has not opted in, and whoever need not, has nothing of ours in the page's storage.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_not_asked_for_room_or_gave_none_keeps_nothing() {
    for (kind, page, is_told) in
        [(Kind::ChromiumDenied, "plain.html", true), (Kind::Chromium, "kept.html", false)]
    {
        play_in(kind, async |stage| {
            let visitor = stage.visitor(page).await?;
            visitor.ask("#ask").await?;
            visitor.say("One").await?;
            visitor.wait_until_sent().await?;
            visitor.type_in("Two, but I am not").await?;
            if is_told {
                until("the notice", async || Ok(is_told_of_loss(&visitor).await?.then_some(()))).await?;
            } else {
                visitor.wait_until_begun("Two, but I am not").await?;
                assert!(!is_told_of_loss(&visitor).await?);
            }
            assert_eq!(kept(&visitor).await?, Kept::new());
            let bases = "return (async () => (await indexedDB.databases()).length)()";
            assert_eq!(visitor.page.script::<usize>(bases).await?, 0);
            Ok(())
        })
        .await;
    }
}
