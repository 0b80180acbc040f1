//! A pretend shop: what a merchant's web developer has to write, and no more.
//!
//! It runs on an origin of its own and knows Tieline by one script tag, a `data-tieline-open` beside each product, and
//! (for signed-in customers) one endpoint that signs a token. Start reading in `page.rs`; `token.rs` is the backend's half.

mod catalogue;
mod page;
mod token;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use clap::Parser;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::token::Signer;

/// A pretend shop with Tieline on it.
#[derive(Parser)]
#[command(name = "tieline-example-shop")]
struct Args {
    /// Port on 127.0.0.1. 0 takes a free one.
    #[arg(long, default_value_t = 7071)]
    port: u16,
    /// The gateway's public address.
    #[arg(long, default_value = "http://localhost:7070")]
    gateway: String,
    /// The channel that the gateway registered for this shop.
    #[arg(long)]
    channel: String,
    /// Names the secret in the channel's keys. Without it nobody can be signed in.
    #[arg(long, requires = "secret")]
    kid: Option<String>,
    /// The HS256 secret that registration gave.
    #[arg(long, env = "SHOP_SECRET", hide_env_values = true, requires = "kid")]
    secret: Option<String>,
}

/// What every request needs.
struct Shop {
    gateway: String,
    channel: String,
    /// Present if the shop was given a key.
    signer: Option<Signer>,
}

/// Who is "signed in". A real shop has a login here; this one believes the address bar.
#[derive(Deserialize)]
struct Visit {
    user: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let gateway = args.gateway.trim_end_matches('/').to_owned();
    let signer =
        args.kid.zip(args.secret).map(|(kid, secret)| Signer::new(&args.channel, &gateway, kid, &secret));
    let shop = Arc::new(Shop { gateway, channel: args.channel, signer });
    let listener = TcpListener::bind(("127.0.0.1", args.port))
        .await
        .with_context(|| format!("port {} is taken: choose another with --port", args.port))?;
    println!("http://localhost:{}/", listener.local_addr()?.port());
    axum::serve(listener, router(shop)).await.context("serving the shop")
}

fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(front))
        .route("/p/{slug}", get(product))
        .route("/pictures/{file}", get(picture))
        .route("/shop.css", get(|| asset("text/css; charset=utf-8", include_str!("../assets/shop.css"))))
        .route("/shop.js", get(|| asset("text/javascript; charset=utf-8", include_str!("../assets/shop.js"))))
        .route("/token", get(sign))
        .with_state(shop)
}

async fn front(State(shop): State<Arc<Shop>>, Query(visit): Query<Visit>) -> Response {
    html(&shop, page::front(&shop, visit.user.as_deref()))
}

async fn product(
    State(shop): State<Arc<Shop>>,
    Path(slug): Path<String>,
    Query(visit): Query<Visit>,
) -> Response {
    match catalogue::find(&slug) {
        Some(product) => html(&shop, page::product(&shop, product, visit.user.as_deref())),
        None => (StatusCode::NOT_FOUND, html(&shop, page::not_found(&shop))).into_response(),
    }
}

async fn picture(Path(file): Path<String>) -> Response {
    match file.strip_suffix(".svg").and_then(catalogue::find) {
        Some(product) => asset("image/svg+xml", product.picture).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Tells the widget who is signed in. A real shop answers for the session cookie's customer, never for a query.
async fn sign(State(shop): State<Arc<Shop>>, Query(visit): Query<Visit>) -> Response {
    let Some((signer, user)) = shop.signer.as_ref().zip(visit.user) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match signer.sign(&user) {
        Ok(token) => ([(header::CACHE_CONTROL, "no-store")], token).into_response(),
        Err(error) => {
            eprintln!("signing a token: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page under the strict policy that a careful shop has: for Tieline it names the gateway twice, and that is all.
fn html(shop: &Shop, body: String) -> Response {
    let policy = format!(
        "default-src 'none'; img-src 'self'; style-src 'self'; connect-src 'self'; \
         script-src 'self' {gateway}; frame-src {gateway}; base-uri 'none'; form-action 'none'",
        gateway = shop.gateway
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response()
}

async fn asset(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=300")], content).into_response()
}
