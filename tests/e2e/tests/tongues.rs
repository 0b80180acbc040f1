//! Another language, from right to left: words, plural forms, sides, the list of sessions, the file.

use anyhow::{Context as _, Result};
use serde_json::json;
use tieline_e2e::{Side, Visitor, play, until};

/// Puts so many characters into the composer as leave `left` of 8000, and reads the counter.
async fn counter(visitor: &Visitor, left: usize) -> Result<String> {
    let script = format!(
        "const field = document.querySelector('.composer textarea');
         field.value = 'x'.repeat(8000 - {left});
         field.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));"
    );
    visitor.page.script::<()>(&script).await?;
    let mut before = String::new();
    until(&format!("a counter that says {left}"), async || {
        let texts = visitor.texts(".composer-left").await?;
        let text = texts.into_iter().next().unwrap_or_default();
        let is_still = !text.is_empty() && text == before;
        before = text;
        Ok(is_still.then(|| before.clone()))
    })
    .await
}

/// The horizontal middle of an element.
async fn middle(visitor: &Visitor, selector: &str) -> Result<f64> {
    let script = format!(
        "const box = document.querySelector('{selector}').getBoundingClientRect(); return box.left + box.width / 2"
    );
    visitor.page.script(&script).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arabic_visitor_writes_to_two_sellers_and_keeps_what_was_said() {
    play(async |stage| {
        let channel = stage.gateway.register_market("Souk", &stage.hosts.origin(), ["pots", "lamps"]).await?;
        let desk = stage.desk().await?;
        let visitor = stage.visitor_reading("ar", &format!("/c/{channel}?to=pots")).await?;
        let page = &visitor.page;

        // Words: one file of one language, and nothing of any other.
        let root: String = page
            .script("const { lang, dir } = document.querySelector('.tieline'); return lang + dir")
            .await?;
        assert_eq!(root, "arrtl");
        let files: Vec<_> =
            page.requests().await?.into_iter().filter(|url| url.contains("/locale-")).collect();
        assert!(files.len() == 1 && files[0].contains("/locale-ar-"), "{files:?}");
        let placeholder: String =
            page.script("return document.querySelector('textarea').placeholder").await?;
        assert_eq!(placeholder, "اكتب إلى \u{2068}Souk\u{2069}");

        // Plural forms of the language, numbers of `Intl`.
        for (left, words) in [(1, "بقي حرف واحد"), (2, "بقي حرفان"), (3, "أحرف"), (11, "حرفًا"), (100, "بقي")]
        {
            let told = counter(&visitor, left).await?;
            assert!(told.contains(words), "{left}: {told}");
            let number: String =
                page.script(&format!("return new Intl.NumberFormat('ar').format({left})")).await?;
            assert!(left < 3 || told.contains(&number), "{left}: {number} in {told}");
        }
        visitor.empty_composer().await?;

        // Sides: what is at the end stands left.
        visitor.say("بكم هذا؟").await?;
        visitor.wait_until_sent().await?;
        desk.open("بكم هذا؟").await?;
        desk.say("Twelve, and https://shop.example/pot").await?;
        visitor.wait_for_line(Side::Theirs, "Twelve, and https://shop.example/pot").await?;
        let centre = middle(&visitor, ".panel").await?;
        for (selector, is_left) in [
            (".send", true),
            (".said.mine .bubble", true),
            (".said.theirs .bubble", false),
            (".header .avatar", false),
        ] {
            assert_eq!(middle(&visitor, selector).await? < centre, is_left, "{selector}");
        }

        // A second seller on the same page has a session of its own, and the first is in the list.
        page.go(&format!("{}/c/{channel}?to=lamps", stage.gateway.url())).await?;
        page.wait_for(&[".composer textarea"]).await?;
        visitor.say("مصباح؟").await?;
        visitor.wait_until_sent().await?;
        desk.say("Are you still there?").await?;
        page.wait_for(&[".header-dot"]).await?;
        page.click(&[".header-list button"]).await?;
        page.wait_for(&[".chat-row"]).await?;
        let rows = visitor.texts(".chat-row").await?;
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!(rows[0].contains("Are you still there?") && rows[0].contains("Mia"), "{rows:?}");
        let facts: (bool, bool, String) = page
            .script(
                "const [first, second] = document.querySelectorAll('.chat-row');
                 return [document.activeElement === second, second.hasAttribute('aria-current'),
                   getComputedStyle(document.querySelector('.header .turns')).transform]",
            )
            .await?;
        assert_eq!(
            facts,
            (true, true, "matrix(-1, 0, 0, 1, 0, 0)".into()),
            "the caret, the mark, the arrow turned"
        );
        let unread =
            page.script::<String>("return document.querySelector('.chat-count .unseen').textContent").await?;
        assert_eq!(unread, "رسالة واحدة غير مقروءة");
        page.press(thirtyfour::Key::Escape).await?;
        visitor.wait_for_line(Side::Mine, "مصباح؟").await?;
        page.click(&[".header-list button"]).await?;
        page.click(&[".chat-row:not([aria-current])"]).await?;
        visitor.wait_for_line(Side::Theirs, "Are you still there?").await?;
        until("nothing unread", async || Ok(page.find(&[".header-dot"]).await?.is_none().then_some(())))
            .await?;

        // The file.
        let folder = tempfile::tempdir()?;
        let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
        page.devtools("Browser.setDownloadBehavior", allow).await?;
        page.click(&[".header [aria-haspopup=menu]"]).await?;
        page.wait_for(&[".menu [role=menuitem]"]).await?;
        assert_eq!(visitor.texts(".menu [role=menuitem]").await?, ["حفظ المحادثة"]);
        page.click(&[".menu [role=menuitem]"]).await?;
        let file = folder.path().join("Souk.txt");
        let text = until("the transcript", async || Ok(std::fs::read_to_string(&file).ok())).await?;
        for part in [
            "Souk\n",
            "أنت\nبكم هذا؟\n",
            "Mia\nTwelve, and https://shop.example/pot\n",
            "Are you still there?\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("مصباح"), "one session, one file: {text}");
        assert!(text.lines().nth(2).context("a first line")?.contains('·'));
        Ok(())
    })
    .await;
}
