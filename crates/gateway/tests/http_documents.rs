//! What browsers load: documents with their headers, tickets, files.

mod asking;
mod site;

use std::fs;

use asking::{Answer, ask_router, request, router};
use site::{NOW, Site};
use tieline_gateway::auth::registration::Wish;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data: https: https://shop.example https://shop.example:8443; media-src 'self' blob:; \
    connect-src 'self' wss://chat.example; base-uri 'none'; form-action 'none'; \
    frame-ancestors https://shop.example https://shop.example:8443; require-trusted-types-for 'script'";

/// A small dist folder.
fn dist() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &[u8]| fs::write(folder.path().join(path), text).unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    put("frame.html", b"<html lang=\"{{lang}}\" data-c=\"{{channel}}\" data-m=\"{{mode}}\" data-t=\"{{ticket}}\" data-o='{{origins}}' data-n=\"{{name}}\" data-a=\"{{accent}}\">");
    put("desk.html", b"<html lang=\"{{lang}}\">desk");
    put("loader.js", b"loader");
    put("loader.js.br", b"loader in brotli");
    put("assets/widget-ab12.js", b"widget");
    put("assets/widget-ab12.js.br", b"widget in brotli");
    put("assets/widget-ab12.js.gz", b"widget in gzip");
    put("assets/widget-ab12_bg.wasm", b"\0asm");
    put("secret.txt", b"not for the world");
    folder
}

async fn get(site: &Site, dist: &tempfile::TempDir, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask_router(router(site, Some(dist.path().into())), request("GET", path, headers)).await
}

#[tokio::test]
async fn the_frame_document_says_who_may_frame_it() {
    let (site, dist) = (Site::new().await, dist());
    let wish = Wish { name: Some("A & \"B\" <i>".into()), accent: Some("#0a7".into()), ..Wish::default() };
    site.change(wish).await;
    let path = format!("/w/{}", site.shop);
    let answer = get(&site, &dist, &path, &[("accept-language", "de-CH,de;q=0.9")]).await;
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("content-type", "text/html; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "cross-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("set-cookie"), None);
    let html = &answer.text;
    assert!(html.contains("lang=\"de-CH\""), "{html}");
    assert!(html.contains(&format!("data-c=\"{}\" data-m=\"frame\"", site.shop)), "{html}");
    assert!(html.contains("data-n=\"A &amp; &quot;B&quot; &lt;i&gt;\" data-a=\"#0a7\""), "{html}");
    assert!(
        html.contains("[&quot;https://shop.example&quot;,&quot;https://shop.example:8443&quot;]"),
        "{html}"
    );
    let ticket = html.split("data-t=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(site.context.tickets.admit(ticket, &site.shop, NOW), Ok(()));
    let hostile = get(&site, &dist, &path, &[("accept-language", "\"><script>")]).await;
    assert!(hostile.text.contains("lang=\"en\""), "{}", hostile.text);
    assert_eq!(
        (site.count("party").await, site.count("device").await),
        (1, 0),
        "a view writes nothing but Mia was there"
    );
}

#[tokio::test]
async fn page_and_desk_are_framed_by_nobody() {
    let (site, dist) = (Site::new().await, dist());
    let page = get(&site, &dist, &format!("/c/{}?to=sales", site.shop), &[]).await;
    assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert!(page.text.contains("data-m=\"page\""));
    let desk = get(&site, &dist, "/desk", &[]).await;
    assert!(desk.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(desk.header("cross-origin-opener-policy"), Some("same-origin"));
    assert_eq!(desk.text, "<html lang=\"en\">desk");
}

#[tokio::test]
async fn a_channel_that_is_not_there_says_so_in_a_frame() {
    let (site, dist) = (Site::new().await, dist());
    for path in ["/w/ch_none", "/c/ch_none", "/w/%27%20or%201=1", "/w/..%2f..%2fetc"] {
        let answer = get(&site, &dist, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("content-security-policy").unwrap().ends_with("frame-ancestors *"), "{path}");
        assert!(answer.text.contains("There is no such chat"), "{path}");
    }
    site.change(Wish { state: Some("closed".into()), ..Wish::default() }).await;
    assert_eq!(get(&site, &dist, &format!("/w/{}", site.shop), &[]).await.status, 403);
}

#[tokio::test]
async fn missing_web_files_are_explained() {
    let (site, empty) = (Site::new().await, tempfile::tempdir().unwrap());
    for path in [format!("/w/{}", site.shop), "/desk".into()] {
        let answer = get(&site, &empty, &path, &[]).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.text.contains("cargo xtask dist"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_ticket_is_given_to_our_own_documents() {
    let (site, dist) = (Site::new().await, dist());
    let path = format!("/v1/ticket/{}", site.shop);
    for headers in [&[][..], &[("sec-fetch-site", "same-origin")]] {
        let answer = get(&site, &dist, &path, headers).await;
        let ticket = answer.json()["ticket"].as_str().unwrap().to_owned();
        assert_eq!(site.context.tickets.admit(&ticket, &site.shop, NOW), Ok(()));
        assert_eq!(answer.json()["expires_at"], NOW.0 + 600_000);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    for from in ["cross-site", "same-site", "none", "SAME-ORIGIN"] {
        let answer = get(&site, &dist, &path, &[("sec-fetch-site", from)]).await;
        assert_eq!(answer.problem(), (403, "origin_denied".into(), None), "{from}");
    }
    let unknown = get(&site, &dist, "/v1/ticket/ch_none", &[]).await;
    assert_eq!(unknown.problem(), (404, "channel_unknown".into(), None));
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_in_the_form_that_is_asked_for() {
    let (site, dist) = (Site::new().await, dist());
    let mut tags = Vec::new();
    for (accepted, body, encoding) in [
        ("", "widget", None),
        ("gzip", "widget in gzip", Some("gzip")),
        ("gzip, deflate, br", "widget in brotli", Some("br")),
        ("br;q=0, gzip;q=0.1", "widget in gzip", Some("gzip")),
    ] {
        let answer = get(&site, &dist, "/assets/widget-ab12.js", &[("accept-encoding", accepted)]).await;
        assert_eq!((answer.text.as_str(), answer.header("content-encoding")), (body, encoding), "{accepted}");
        for (name, value) in [
            ("cache-control", "public, max-age=31536000, immutable"),
            ("content-type", "text/javascript; charset=utf-8"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("vary", "accept-encoding"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name}");
        }
        tags.push(answer.header("etag").unwrap().to_owned());
    }
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[1] == tags[3], "{tags:?}");
    let wasm = get(&site, &dist, "/assets/widget-ab12_bg.wasm", &[("accept-encoding", "br")]).await;
    assert_eq!(
        (wasm.header("content-type"), wasm.header("content-encoding")),
        (Some("application/wasm"), None)
    );
}

#[tokio::test]
async fn the_loader_is_asked_for_again_cheaply() {
    let (site, dist) = (Site::new().await, dist());
    let first = get(&site, &dist, "/loader.js", &[("accept-encoding", "br")]).await;
    assert_eq!(first.header("cache-control"), Some("public, max-age=300, stale-while-revalidate=86400"));
    let tag = first.header("etag").unwrap();
    for known in [tag.to_owned(), format!("\"other\", W/{tag}")] {
        let again =
            get(&site, &dist, "/loader.js", &[("accept-encoding", "br"), ("if-none-match", &known)]).await;
        assert_eq!(
            (again.status, again.text.as_str(), again.header("etag")),
            (304, "", Some(tag)),
            "{known}"
        );
    }
    let other = get(&site, &dist, "/loader.js", &[("if-none-match", tag)]).await;
    assert_eq!((other.status, other.text.as_str()), (200, "loader"), "another form has another tag");
}

#[tokio::test]
async fn nothing_else_of_the_folder_is_served() {
    let (site, dist) = (Site::new().await, dist());
    for path in [
        "/assets/..%2fsecret.txt",
        "/assets/../secret.txt",
        "/assets/%2e%2e%2fsecret.txt",
        "/assets/.hidden",
        "/assets/widget-ab12.js.br",
        "/assets/none.js",
        "/assets/",
        "/secret.txt",
        "/frame.html",
        "/manifest.json",
    ] {
        let answer = get(&site, &dist, path, &[]).await;
        assert_eq!(answer.problem(), (404, "not_found".into(), None), "{path}");
        assert_ne!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
    }
}

#[tokio::test]
async fn health_is_for_all_and_metrics_for_the_operator() {
    let (site, dist) = (Site::new().await, dist());
    assert_eq!(get(&site, &dist, "/healthz", &[]).await.text, "ok\n");
    assert_eq!(get(&site, &dist, "/readyz", &[]).await.text, "ready\n");
    assert_eq!(get(&site, &dist, "/metrics", &[]).await.problem().0, 401);
    let bearer = format!("Bearer {}", site::OPERATOR);
    let metrics = get(&site, &dist, "/metrics", &[("authorization", &bearer)]).await;
    assert_eq!(metrics.text, "tieline_up 1\n");
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let near = |forwarded: bool, address: &str| {
        let mut ask =
            request("GET", "/metrics", if forwarded { &[("x-forwarded-for", "1.2.3.4")] } else { &[] });
        let peer: std::net::SocketAddr = address.parse().unwrap();
        ask.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        ask_router(router(&site, None), ask)
    };
    assert_eq!(near(false, "127.0.0.1:5000").await.status, 200);
    assert_eq!(near(false, "[::ffff:127.0.0.1]:5000").await.status, 200);
    assert_eq!(near(true, "127.0.0.1:5000").await.status, 401, "behind a proxy everybody looks near");
    assert_eq!(near(false, "192.0.2.7:5000").await.status, 401);
}
