//! Every state in every look of the list that decides whether it is done, small, with a page that shows them: `docs/gallery.md`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;
use tieline_e2e::{Desk, Kind, Side, Stage, Visitor, Window, play_in, tour, until};

/// How one looks at it.
struct Look {
    name: &'static str,
    title: &'static str,
    size: (u32, u32),
    /// DevTools' names of what the reader's system asks for.
    media: &'static [(&'static str, &'static str)],
    locale: Option<&'static str>,
}

const LIGHT: (&str, &str) = ("prefers-color-scheme", "light");
const DARK: (&str, &str) = ("prefers-color-scheme", "dark");

const LOOKS: [Look; 9] = [
    Look { name: "wide", title: "1280 x 800", size: (1280, 800), media: &[LIGHT], locale: None },
    Look { name: "wide-dark", title: "1280 x 800, dark", size: (1280, 800), media: &[DARK], locale: None },
    Look { name: "tablet", title: "768 x 1024", size: (768, 1024), media: &[LIGHT], locale: None },
    Look { name: "phone", title: "390 x 844", size: (390, 844), media: &[LIGHT], locale: None },
    Look { name: "phone-dark", title: "390 x 844, dark", size: (390, 844), media: &[DARK], locale: None },
    Look { name: "small", title: "360 x 640, German", size: (360, 640), media: &[LIGHT], locale: Some("de") },
    Look { name: "rtl", title: "390 x 844, Arabic", size: (390, 844), media: &[LIGHT], locale: Some("ar") },
    Look {
        name: "forced",
        title: "640 x 800, forced colours",
        size: (640, 800),
        media: &[("forced-colors", "active"), DARK],
        locale: None,
    },
    // What 200 % leaves of 1280 x 800.
    Look { name: "zoom", title: "1280 x 800 at 200 %", size: (640, 400), media: &[LIGHT], locale: None },
];

/// The looks in which it is walked through what few sessions open.
const WALKED: [&str; 4] = ["wide", "phone", "phone-dark", "rtl"];

/// More than a day passes at once for the widget.
const NEXT_DAY: &str = "const now = Date.now; Date.now = () => now() + 25 * 3600e3;";
/// Sixty characters.
const LONG_NAME: &str = "Lampenschirmmanufaktur Hohenstaufen-Blumenberg und Söhne KG.";
const STATES: [(&str, &str); 7] = [
    ("launcher", "Before the first press"),
    ("empty", "An empty session"),
    ("talk", "A conversation"),
    ("long", "A word of 400 characters, a long address, another script"),
    ("many", "Thirty messages in a minute, and somebody who types"),
    ("cut", "The gateway is gone"),
    ("failed", "A message that was not sent"),
];

/// Takes the pictures and writes the page beside their folder.
pub(crate) async fn shoot(folder: &Path) -> Result<()> {
    for look in &LOOKS {
        play_in(Kind::ChromiumOneProcess, async |stage| visitor(stage, folder, look).await).await;
    }
    for look in LOOKS.iter().filter(|look| WALKED.contains(&look.name)) {
        play_in(Kind::ChromiumOneProcess, async |stage| walk(stage, folder, look).await).await;
    }
    play_in(Kind::ChromiumDenied, async |stage| not_kept(stage, folder).await).await;
    std::fs::write(folder.with_file_name("gallery.md"), page()?).context("writing the gallery's page")
}

async fn visitor(stage: &Stage, folder: &Path, look: &Look) -> Result<()> {
    let channel = stage.gateway.register(LONG_NAME, &stage.hosts.origin()).await?;
    // The later word wins.
    stage.hosts.fill("CHANNEL", &channel);
    let visitor = stage.visitor("plain.html").await?;
    let desk = stage.desk().await?;
    dress(&visitor.page, look).await?;
    visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
    save(&visitor.page, folder, look, "launcher").await?;
    if let Some(tag) = look.locale {
        visitor.page.script::<()>(&format!("tieline.setLocale('{tag}')")).await?;
    }
    visitor.ask("#about").await?;
    // One can write before the session has come. Its place is held meanwhile, which is not what is to be seen.
    until("the greeting", async || Ok((!visitor.texts(".thread-rows p").await?.is_empty()).then_some(())))
        .await?;
    save(&visitor.page, folder, look, "empty").await?;
    talk(&visitor, &desk).await?;
    save(&visitor.page, folder, look, "talk").await?;
    if look.name.starts_with("wide") || look.name == "tablet" || look.name == "phone" {
        dress(&desk.page, look).await?;
        save(&desk.page, folder, look, "desk").await?;
    }
    visitor
        .say("https://shop.example/a/very/long/address/that/does/not/end?with=parameters&and=more#of-them")
        .await?;
    desk.say(&"o".repeat(400)).await?;
    desk.say("مرحبا، نعم هو متوفر").await?;
    visitor.wait_for_line(Side::Theirs, "مرحبا، نعم هو متوفر").await?;
    save(&visitor.page, folder, look, "long").await?;
    for number in 1..=30 {
        desk.say(&format!("Colour {number} of thirty")).await?;
    }
    visitor.wait_for_line(Side::Theirs, "Colour 30 of thirty").await?;
    desk.type_in("And the last").await?;
    until("dots", async || Ok((!visitor.texts(".typing").await?.is_empty()).then_some(()))).await?;
    save(&visitor.page, folder, look, "many").await?;
    stage.gateway.kill().await?;
    visitor.say("One more question: does it float?").await?;
    until("a notice", async || Ok((!visitor.texts(".notice p").await?.is_empty()).then_some(()))).await?;
    save(&visitor.page, folder, look, "cut").await?;
    visitor.inside().await?.execute(NEXT_DAY, Vec::new()).await?;
    until("a failed line", async || Ok((!visitor.texts(".failed").await?.is_empty()).then_some(()))).await?;
    save(&visitor.page, folder, look, "failed").await
}

/// What is opened from a conversation.
async fn walk(stage: &Stage, folder: &Path, look: &Look) -> Result<()> {
    let visitor = stage.visitor("plain.html").await?;
    let desk = stage.desk().await?;
    dress(&visitor.page, look).await?;
    visitor.page.wait_for(&["tieline-launcher", "button"]).await?;
    if let Some(tag) = look.locale {
        visitor.page.script::<()>(&format!("tieline.setLocale('{tag}')")).await?;
    }
    visitor.ask("#ask").await?;
    talk(&visitor, &desk).await?;
    tour::walk(&visitor, &desk, async |place| save(&visitor.page, folder, look, place).await).await
}

async fn talk(visitor: &Visitor, desk: &Desk) -> Result<()> {
    visitor.say("Hello! Does this lamp work with a dimmer?").await?;
    desk.open("Hello! Does this lamp work with a dimmer?").await?;
    desk.say("It does. Turn its head, or use the one in your wall.").await?;
    desk.say("Shall I put one aside for you?").await?;
    visitor.wait_for_line(Side::Theirs, "Shall I put one aside for you?").await?;
    visitor.say("Yes please. I can come by on Saturday.").await?;
    until("read by the desk", async || {
        let said = visitor.inside().await?.find_all(thirtyfour::By::Css(".said.mine .state-read")).await?;
        Ok((said.len() >= 2).then_some(()))
    })
    .await
}

/// Where the browser keeps nothing.
async fn not_kept(stage: &Stage, folder: &Path) -> Result<()> {
    let [_, _, _, look, ..] = &LOOKS;
    let visitor = stage.visitor("plain.html").await?;
    dress(&visitor.page, look).await?;
    visitor.ask("#ask").await?;
    visitor.say("Hello, is anybody there?").await?;
    visitor.wait_until_sent().await?;
    save(&visitor.page, folder, look, "not-kept").await
}

async fn dress(page: &Window, look: &Look) -> Result<()> {
    let (width, height) = look.size;
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
    page.devtools("Emulation.setDeviceMetricsOverride", size).await?;
    let media = look.media.iter().chain(&[("prefers-reduced-motion", "reduce")]);
    let media = media.map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>();
    page.devtools("Emulation.setEmulatedMedia", json!({ "features": media })).await?;
    Ok(())
}

/// As small as a picture can be that one still wants to look at.
async fn save(page: &Window, folder: &Path, look: &Look, state: &str) -> Result<()> {
    crate::settle(page).await?;
    let answer = page.devtools("Page.captureScreenshot", json!({ "format": "webp", "quality": 60 })).await?;
    let picture = crate::from_base64(answer["data"].as_str().context("no picture")?)?;
    std::fs::write(folder.join(format!("{}-{state}.webp", look.name)), picture)?;
    Ok(())
}

fn page() -> Result<String> {
    let mut out = String::from(
        "# Gallery\n\nEvery state in every look, from the real thing. Made by `cargo xtask gallery`; look at it after each change of what is \
         seen.\nA picture that would not go on the front page is a fault.\n",
    );
    for (state, title) in STATES {
        writeln!(out, "\n## {title}\n")?;
        for look in &LOOKS {
            writeln!(
                out,
                "<img src=\"gallery/{}-{state}.webp\" alt=\"{title}: {}\" height=\"360\">",
                look.name, look.title
            )?;
        }
    }
    for (place, title) in tour::PLACES {
        writeln!(out, "\n## {title}\n")?;
        for look in LOOKS.iter().filter(|look| WALKED.contains(&look.name)) {
            writeln!(
                out,
                "<img src=\"gallery/{}-{place}.webp\" alt=\"{title}: {}\" height=\"360\">",
                look.name, look.title
            )?;
        }
    }
    writeln!(
        out,
        "\n## The browser keeps nothing\n\n<img src=\"gallery/phone-not-kept.webp\" alt=\"The browser keeps nothing\" height=\"360\">"
    )?;
    writeln!(out, "\n## The desk\n")?;
    for name in ["wide", "wide-dark", "tablet", "phone"] {
        writeln!(out, "<img src=\"gallery/{name}-desk.webp\" alt=\"The desk: {name}\" height=\"360\">")?;
    }
    Ok(out)
}
