//! Where launcher and panel stand, how they look, and that no page can hold them elsewhere.

use anyhow::Result;
use tieline_e2e::{Stage, Visitor, play};

/// Distances of the launcher's box from left, right and below, and its height.
const BOX: &str =
    "const { left, right, bottom, height } = document.querySelector('tieline-launcher').shadowRoot
    .querySelector('button').getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    return JSON.stringify([left, innerWidth - right, innerHeight - bottom, height].map(Math.round))";

/// Attributes of the tag and of the page's root -> where the launcher is, `None` for "wherever that leaves it".
const PLACES: [(&str, &str, [Option<i32>; 4]); 9] = [
    ("", "", [None, Some(16), Some(16), Some(56)]),
    ("", "dir=rtl", [Some(16), None, Some(16), Some(56)]),
    ("data-position=start", "", [Some(16), None, Some(16), Some(56)]),
    ("data-position=start", "dir=rtl", [None, Some(16), Some(16), Some(56)]),
    ("data-position=right", "dir=rtl", [None, Some(16), Some(16), Some(56)]),
    ("data-position=left data-text='Ask us'", "dir=rtl", [Some(16), None, Some(16), Some(56)]),
    ("data-offset-x=40 data-offset-y=3rem data-size=40", "", [None, Some(40), Some(48), Some(40)]),
    // Nearer than 16 px it does not go, and what is no length is not one.
    ("data-offset-x=2 data-offset-y=near data-size=-9", "", [None, Some(16), Some(16), Some(56)]),
    // A root that is moved moves what is fixed, but for the browser's top layer.
    ("", "class=turned", [None, Some(16), Some(16), Some(56)]),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_launcher_stands_where_the_tag_says() {
    play(async |stage| {
        for (place, root, expected) in PLACES {
            let visitor = visit(stage, place, root).await?;
            visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
            let found: Vec<i32> = serde_json::from_str(&visitor.page.script::<String>(BOX).await?)?;
            let agree = found
                .iter()
                .zip(expected)
                .all(|(found, expected)| expected.is_none_or(|expected| expected == *found));
            assert!(agree, "{place} in {root}: {found:?}, not {expected:?}");
        }
        // Without a launcher the panel takes its place, and the page's own control opens it.
        let visitor =
            visit(stage, "data-launcher=none data-z-index=7 data-label='Ask'", "class=taken").await?;
        visitor.ask("#ask").await?;
        let panel = "const host = document.querySelector('tieline-launcher');
            const { bottom } = host.shadowRoot.querySelector('.panel').getBoundingClientRect();
            return host.shadowRoot.querySelector('button').hidden && getComputedStyle(host).zIndex === '7'
              && Math.round(innerHeight - bottom) === 16";
        visitor.page.wait_until(panel).await?;
        // The page's tokens reach into the frame. One that is no colour does not.
        let worn = "const style = getComputedStyle(document.documentElement);
            const of = (name) => style.getPropertyValue('--tieline-' + name).trim();
            return JSON.stringify([of('accent'), of('surface'), of('radius-bubble'), of('text') === '12px',
              getComputedStyle(document.querySelector('.panel')).backgroundColor])";
        let found: String = visitor.inside().await?.execute(worn, Vec::new()).await?.convert()?;
        assert_eq!(found, r##"["#ffff00","rgb(250, 240, 230)","3px",false,"rgb(250, 240, 230)"]"##);
        visitor.say("On yellow").await?;
        let bubble =
            "const { color, borderColor } = getComputedStyle(document.querySelector('.said.mine .bubble'));
            const edge = document.createElement('canvas').getContext('2d');
            edge.fillStyle = borderColor;
            edge.fillRect(0, 0, 1, 1);
            return JSON.stringify([color, edge.getImageData(0, 0, 1, 1).data[3] > 100])";
        let found: String = visitor.inside().await?.execute(bubble, Vec::new()).await?.convert()?;
        assert!(
            found.contains("true") && found.contains(" 0 0 0"),
            "black words on yellow, with an edge: {found}"
        );
        Ok(())
    })
    .await;
}

async fn visit(stage: &Stage, place: &str, root: &str) -> Result<Visitor> {
    stage.hosts.fill("PLACE", place);
    stage.hosts.fill("ROOT", root);
    stage.visitor("placed.html").await
}
