//! Content-Security-Policies of the page, and of ours.

use tieline_e2e::{Side, play, until};

/// Two directives are all that a page with the strictest policy has to grant.
#[tokio::test(flavor = "multi_thread")]
async fn a_strict_policy_needs_two_directives_and_sees_no_violation() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("strict-csp.html").await?;
        visitor.ask("#ask").await?;
        visitor.say("Through a strict policy").await?;
        desk.open("Through a strict policy").await?;
        desk.say("Loud and clear").await?;
        visitor.wait_for_line(Side::Theirs, "Loud and clear").await?;
        assert_eq!(visitor.page.violations().await?, [] as [&str; 0]);
        assert_eq!(desk.page.violations().await?, [] as [&str; 0], "at the desk");
        assert_eq!(visitor.violations().await?, [] as [&str; 0], "inside the frame, under our own policy");
        // And it would be told: a picture that our policy forbids.
        let forbidden =
            "document.body.append(Object.assign(new Image(), { src: 'http://forbidden.example/' }))";
        visitor.inside().await?.execute(forbidden, Vec::new()).await?;
        until("the complaint", async || {
            Ok((visitor.violations().await? == ["img-src http://forbidden.example/"]).then_some(()))
        })
        .await
    })
    .await;
}

/// A policy that forgot `frame-src` costs the session, not the page: a sentence and a link.
#[tokio::test(flavor = "multi_thread")]
async fn a_policy_without_frames_ends_in_the_fallback() {
    play(async |stage| {
        let visitor = stage.visitor("no-frames.html").await?;
        visitor.page.click(&["#ask"]).await?;
        let link = visitor.page.wait_for(&["tieline-launcher", ".note a"]).await?;
        assert_eq!(link.prop("href").await?.as_deref(), Some("mailto:shop@example.org"));
        assert_eq!(visitor.page.frames().await?, 0, "the dead frame is gone");
        Ok(())
    })
    .await;
}

/// Inline mode under a policy that names what it needs, in both directions.
#[tokio::test(flavor = "multi_thread")]
async fn inline_mode_works_in_the_page_under_its_policy() {
    play(async |stage| {
        let desk = stage.desk().await?;
        let visitor = stage.visitor("inline.html").await?;
        let composer = visitor.page.wait_for(&["tieline-session", ".composer textarea"]).await?;
        composer.send_keys("From within the page").await?;
        composer.send_keys(thirtyfour::Key::Enter + "").await?;
        desk.open("From within the page").await?;
        assert!(desk.sessions().await?[0].contains("A kettle"), "the element's item");
        desk.say("Into the page").await?;
        let read = "return Array.from(document.querySelector('tieline-session').shadowRoot
            .querySelectorAll('.said:not(.ghost) .bubble'), (bubble) => bubble.innerText).includes('Into the page')";
        visitor.page.wait_until(read).await?;
        assert_eq!(visitor.page.violations().await?, [] as [&str; 0]);
        visitor.page.script::<()>("document.querySelector('tieline-session').remove()").await?;
        Ok(())
    })
    .await;
}
