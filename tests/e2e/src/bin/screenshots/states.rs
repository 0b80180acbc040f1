//! The panel in every state that a visitor may meet, in light, dark and on a phone. For looking at, not for the documentation.

use std::path::Path;

use anyhow::Result;
use tieline_e2e::{Kind, Side, Stage, Visitor, play_in, until};

use crate::{frame, save};

const LOOKS: [(&str, u32, u32, &str); 3] =
    [("light", 520, 800, "light"), ("dark", 520, 800, "dark"), ("phone", 360, 640, "light")];

/// More than a day passes at once for the widget.
const NEXT_DAY: &str = "const now = Date.now; Date.now = () => now() + 25 * 3600e3;";

const WORDS: [&str; 4] = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, and where can I read about it?",
    "https://shop.example/a/very/long/address/that/does/not/end/for/quite/a/while?with=parameters&and=more#of-them",
    "مرحبا، هل هذا المنتج متوفر؟",
    "👍",
];

/// Every state in every look.
pub(crate) async fn shoot(folder: &Path) -> Result<()> {
    for look in LOOKS {
        play_in(Kind::Chromium, async |stage| life(stage, folder, look).await).await;
        play_in(Kind::ChromiumDenied, async |stage| {
            let visitor = open(stage, look).await?;
            visitor.say("Hello, is anybody there?").await?;
            visitor.wait_until_sent().await?;
            shot(&visitor, folder, look, "not-kept").await
        })
        .await;
    }
    Ok(())
}

async fn open(stage: &Stage, (_, width, height, scheme): (&str, u32, u32, &str)) -> Result<Visitor> {
    let visitor = stage.visitor("plain.html").await?;
    frame(&visitor.page, width, height, scheme).await?;
    visitor.ask("#ask").await?;
    Ok(visitor)
}

async fn life(stage: &Stage, folder: &Path, look: (&str, u32, u32, &str)) -> Result<()> {
    let desk = stage.desk().await?;
    let visitor = open(stage, look).await?;
    shot(&visitor, folder, look, "empty").await?;
    for text in WORDS {
        visitor.say(text).await?;
    }
    visitor.wait_until_sent().await?;
    desk.open(WORDS[3]).await?;
    desk.say("It is. See https://shop.example/bikes for all of them, in every colour that there is.").await?;
    desk.say(&"o".repeat(400)).await?;
    desk.say("Anything else?").await?;
    visitor.wait_for_line(Side::Theirs, "Anything else?").await?;
    shot(&visitor, folder, look, "long").await?;
    desk.type_in("Let me look that up").await?;
    until("dots", async || Ok((!visitor.texts(".typing").await?.is_empty()).then_some(()))).await?;
    shot(&visitor, folder, look, "typing").await?;
    stage.gateway.kill().await?;
    visitor.say("One more question: does it float?").await?;
    until("a notice", async || Ok((!visitor.texts(".notice p").await?.is_empty()).then_some(()))).await?;
    shot(&visitor, folder, look, "reconnecting").await?;
    visitor.inside().await?.execute(NEXT_DAY, Vec::new()).await?;
    until("a failed line", async || Ok((!visitor.texts(".failed").await?.is_empty()).then_some(()))).await?;
    shot(&visitor, folder, look, "failed").await
}

async fn shot(visitor: &Visitor, folder: &Path, look: (&str, u32, u32, &str), name: &str) -> Result<()> {
    save(&visitor.page, folder, &format!("{name}-{}", look.0)).await
}
