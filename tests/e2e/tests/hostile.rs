//! Pages that do us harm, by intent or by age.

use tieline_e2e::{Side, play};

/// Rules that hide and stretch everything they reach do not reach the launcher, the panel or what is in it.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_style_does_not_reach_in() {
    play(async |stage| {
        let visitor = stage.visitor("hostile-css.html").await?;
        let launcher = visitor.page.wait_for(&["tieline-launcher", "button"]).await?.rect().await?;
        assert_eq!((launcher.width, launcher.height), (56.0, 56.0));
        visitor.press_launcher().await?;
        visitor.wait_for_composer().await?;
        let settled = "const box = document.querySelector('tieline-launcher').shadowRoot.querySelector('.panel').getBoundingClientRect();
            return box.width === 384 && box.height === Math.min(640, innerHeight - 104) && box.right === innerWidth - 16";
        visitor.page.wait_until(settled).await?;
        visitor.say("Still legible").await?;
        visitor.wait_for_line(Side::Mine, "Still legible").await
    })
    .await;
}

/// Natives broken before and after the tag: the session works, and the page hears of no error.
#[tokio::test(flavor = "multi_thread")]
async fn patched_prototypes_do_not_break_the_session() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("patched-prototypes.html").await?;
        visitor.page.click(&["#ask"]).await?;
        visitor.wait_for_composer().await?;
        visitor.say("Arrays are well").await?;
        desk.open("Arrays are well").await?;
        assert!(desk.sessions().await?[0].contains("A bulb"), "the item crossed intact");
        desk.say("So are we").await?;
        visitor.wait_for_line(Side::Theirs, "So are we").await?;
        assert_eq!(visitor.page.script::<Vec<String>>("return window.faults").await?, [] as [&str; 0]);
        Ok(())
    })
    .await;
}

/// A page of another site cannot embed the channel: nothing of ours runs there, and the visitor gets a link.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_embed_the_channel() {
    play(async |stage| {
        let page = stage.window().await?;
        page.go(&format!("{}/two-widgets.html", stage.hosts.stranger())).await?;
        page.click(&["#ask"]).await?;
        let link = page.wait_for(&["tieline-launcher", ".note a"]).await?;
        let expected = format!("{}/c/{}", stage.gateway.url(), stage.channel);
        assert_eq!(link.prop("href").await?, Some(expected));
        let console = stage.console().await?.join("\n");
        assert!(console.contains("frame-ancestors"), "the browser refused it by our policy:\n{console}");
        Ok(())
    })
    .await;
}

/// Scripts of the page get nothing by talking to the frame in our name.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_from_the_page_without_a_port_changes_nothing() {
    play(async |stage| {
        let visitor = stage.visitor("plain.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Mine").await?;
        let forge = "const frame = document.querySelector('tieline-launcher').shadowRoot.querySelector('iframe');
            for (const type of ['connect', 'open', 'hidden', 'identify', 'token', 'item', 'close', 'failed']) {
              frame.contentWindow.postMessage({ tieline: 1, type, token: 'x', item: { title: 'forged' } }, '*');
              window.postMessage({ tieline: 1, type, why: 'forged' }, '*');
            }";
        visitor.page.script::<()>(forge).await?;
        visitor.say("Mine again").await?;
        visitor.wait_until_sent().await?;
        assert_eq!(stage.gateway.texts()?, ["Mine", "Mine again"]);
        assert_eq!(visitor.page.script::<usize>("return document.querySelector('tieline-launcher').shadowRoot
            .querySelectorAll('.note a').length").await?, 0);
        Ok(())
    })
    .await;
}
