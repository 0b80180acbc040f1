//! From the press of the launcher to somewhere to write.

use anyhow::Result;
use serde::Deserialize;
use tieline_e2e::{Stage, Window, until};

use crate::rivals::Rivals;
use crate::subject::Subject;
use crate::{Figures, SLOW, window};

/// Of the document in front: when the press came or the field was there, on the clock that all documents share, and what was fetched.
const READ: &str = "
const { clicked, usable } = window.__probe ?? {};
const fetched = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
return { clicked: clicked ?? 0, usable: usable ?? 0, bytes: fetched.reduce((sum, entry) => sum + entry.encodedBodySize, 0) };";

#[derive(Deserialize)]
struct Moments {
    clicked: f64,
    usable: f64,
    bytes: f64,
}

pub(crate) async fn measure(
    stage: &Stage,
    rivals: &Rivals,
    subject: &Subject,
    figures: &mut Figures,
) -> Result<()> {
    let Some(control) = subject.control else { return Ok(()) };
    let page = window(stage, subject, SLOW).await?;
    let address = rivals.page_of(stage, subject).await?;
    for cache in ["cold", "warm"] {
        page.go(&address).await?;
        let (took_ms, bytes) = press(&page, subject, control).await?;
        figures.note(subject.name, &format!("open_{cache}_ms"), took_ms);
        if cache == "cold" && subject.has_frame {
            figures.note(subject.name, "open_cold_bytes", bytes);
        }
        if subject.has_frame {
            // A panel that is left open is open again on the tab's next page, and a press would shut it.
            shut(&page, control).await?;
        }
    }
    if subject.has_frame {
        // It was shut: opened again in the same page view.
        forget(&page).await?;
        let (took_ms, _) = press(&page, subject, control).await?;
        figures.note(subject.name, "open_again_ms", took_ms);
    }
    page.close().await
}

async fn press(page: &Window, subject: &Subject, control: &[&str]) -> Result<(f64, f64)> {
    page.wait_for(control).await?;
    page.wait_until("return window.__probe.seen > 0 && document.readyState === 'complete'").await?;
    page.click(control).await?;
    let inside = until("somewhere to write", async || {
        let moments: Moments = if subject.has_frame {
            page.inside(&["tieline-launcher", "iframe"]).await?.execute(READ, Vec::new()).await?.convert()?
        } else {
            page.script(READ).await?
        };
        Ok((moments.usable > 0.0).then_some(moments))
    })
    .await?;
    let outside: Moments = page.script(READ).await?;
    Ok((inside.usable - outside.clicked, inside.bytes))
}

async fn shut(page: &Window, control: &[&str]) -> Result<()> {
    page.click(control).await?;
    page.wait_until("return !document.querySelector('tieline-launcher').hasAttribute('open')").await
}

/// The frame has no press of its own that would make it look anew.
async fn forget(page: &Window) -> Result<()> {
    let inside = page.inside(&["tieline-launcher", "iframe"]).await?;
    inside.execute("window.__probe.usable = 0", Vec::new()).await?;
    Ok(())
}
