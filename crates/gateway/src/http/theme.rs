//! `GET /c/{channel}/theme`: how launcher and panel look in other colours, to try before one pastes them.
//!
//! Owns the page, the small shop pages in it, the sample that their frames show, and what is said about contrast. Nothing here
//! writes, and nothing is a session: so nobody has to sign in. Each of the documents has a policy that lets in our own files
//! only; what the address says reaches them as attributes, escaped.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Serialize;
use tieline_protocol::{ChannelId, ErrorCode};

use super::{
    Problem, Site,
    colour::{self, Colour, Verdict},
    documents, policy, template,
};
use crate::auth::channel;

/// What an address says, in its order. A wish may come twice; the first holds.
type Wishes = Query<Vec<(String, String)>>;

/// The attributes of the loader's tag that the preview sets.
const ATTRIBUTES: [&str; 8] =
    ["accent", "scheme", "text", "position", "offset-x", "offset-y", "size", "launcher"];
/// Longest value of one, in characters.
const VALUE_CHARS: usize = 100;

/// `GET /c/{channel}/theme`.
pub(super) async fn page(site: State<Site>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = ChannelId(id);
    let wanted = id.clone();
    let Some(channel) = site.auth.store.read(move |db| channel::find(db, &wanted)).await? else {
        return Err(Problem::new(ErrorCode::ChannelUnknown));
    };
    let values = [
        ("channel", id.0.as_str()),
        ("name", &channel.name),
        ("accent", channel.accent.as_deref().unwrap_or_default()),
    ];
    serve(&site, "theme.html", &values, &policy::preview("'none'")).await
}

/// `GET /c/{channel}/theme/shop`: a page that could be the embedder's, with the real loader on it.
pub(super) async fn shop(site: State<Site>, Query(wishes): Wishes) -> Result<Response, Problem> {
    let values = ATTRIBUTES.map(|name| (name, first(&wishes, name).unwrap_or_default()));
    serve(&site, "shop.html", &values, &policy::preview("'self'")).await
}

/// `GET /w/preview`: what the loader on that page finds in its frame.
pub(super) async fn sample(site: State<Site>) -> Result<Response, Problem> {
    serve(&site, "sample.html", &[], &policy::preview("'self'")).await
}

/// `GET /c/{channel}/theme/contrast`: what is to be said about these colours.
pub(super) async fn contrast(Query(wishes): Wishes) -> Json<Vec<Remark>> {
    Json(remarks(&wishes))
}

/// One sentence about the colours.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Remark {
    kind: &'static str,
    words: String,
}

async fn serve(site: &Site, name: &str, values: &[(&str, &str)], policy: &str) -> Result<Response, Problem> {
    let Some(template) = site.assets.document(name).await else { return Ok(documents::not_built()) };
    Ok(documents::document(StatusCode::OK, template::fill(&template, values), policy))
}

fn first<'a>(wishes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let (_, value) = wishes.iter().find(|(known, _)| known == name)?;
    (value.chars().count() <= VALUE_CHARS).then_some(value.as_str())
}

/// What stands on what, and the tokens' own values in light and dark.
const PAIRS: [(&str, &str, &str, &str); 4] = [
    ("text", "surface", "Words", "the surface"),
    ("text", "raised", "Words", "their bubbles"),
    ("muted", "surface", "Lesser words", "the surface"),
    ("danger", "surface", "Words about trouble", "the surface"),
];

fn remarks(wishes: &[(String, String)]) -> Vec<Remark> {
    let mut out = Vec::new();
    if let Some(accent) = first(wishes, "accent").and_then(Colour::parse) {
        for (scheme, verdict) in ["light", "dark"].into_iter().zip(colour::judge(accent)) {
            out.extend(about_accent(scheme, verdict));
        }
    }
    for scheme in ["light", "dark"] {
        out.extend(PAIRS.iter().filter_map(|pair| about_pair(wishes, scheme, *pair)));
    }
    out
}

fn about_accent(scheme: &str, verdict: Verdict) -> Vec<Remark> {
    let Verdict { on, on_is_black, ground, has_edge, .. } = verdict;
    let ink = if on_is_black { "black" } else { "white" };
    let read = format!("On {scheme}: {ink} words stand on the accent, at {on:.1} : 1.");
    let mut out = vec![Remark { kind: if verdict.holds() { "fine" } else { "warning" }, words: read }];
    if has_edge {
        let words = format!(
            "On {scheme}: the accent is close to the surface ({ground:.1} : 1). Bubbles and buttons get an edge, so that they are seen."
        );
        out.push(Remark { kind: "edge", words });
    }
    out
}

/// Only a pair of which one is set is spoken of: ours hold.
fn about_pair(
    wishes: &[(String, String)],
    scheme: &str,
    (ink, ground, what, place): (&str, &str, &str, &str),
) -> Option<Remark> {
    let said = |name: &str| first(wishes, &format!("{scheme}.{name}")).and_then(Colour::parse);
    let (inked, grounded) = (said(ink), said(ground));
    if inked.is_none() && grounded.is_none() {
        return None;
    }
    let found = colour::contrast(
        inked.or_else(|| colour::usual(scheme, ink))?,
        grounded.or_else(|| colour::usual(scheme, ground))?,
    );
    let is_fine = found >= colour::TEXT;
    let verdict = if is_fine { "can be read" } else { "are hard to read: it takes 4.5 : 1" };
    let words = format!("On {scheme}: {} on {place} {verdict} ({found:.1} : 1).", what.to_lowercase());
    Some(Remark { kind: if is_fine { "fine" } else { "warning" }, words })
}

#[cfg(test)]
mod tests {
    use super::remarks;

    fn said(wishes: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        let wishes: Vec<_> =
            wishes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        remarks(&wishes).into_iter().map(|remark| (remark.kind, remark.words)).collect()
    }

    #[test]
    fn an_accent_is_spoken_of_in_both_schemes() {
        let yellow = said(&[("accent", "#ffff00")]);
        assert_eq!(yellow.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["fine", "edge", "fine"]);
        assert!(yellow[0].1.contains("black words"), "{yellow:?}");
        assert!(said(&[("accent", "006e62")])[0].1.contains("white words"));
        assert_eq!(said(&[("accent", "url(x)")]), []);
    }

    #[test]
    fn words_that_cannot_be_read_are_named() {
        for (wishes, kinds) in [
            (&[("light.text", "777777")][..], &["warning", "warning"][..]),
            (&[("light.text", "000000")], &["fine", "fine"]),
            (&[("dark.surface", "ffffff")], &["warning", "warning", "warning"]),
            (&[("dark.muted", "#fff"), ("dark.surface", "#000")], &["fine", "fine", "fine"]),
            (&[("dark.text", "white-ish")], &[]),
            (&[], &[]),
        ] {
            let found = said(wishes);
            assert_eq!(
                found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
                kinds,
                "{wishes:?}: {found:?}"
            );
        }
    }
}
