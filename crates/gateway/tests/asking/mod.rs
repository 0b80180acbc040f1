//! Requests to the router, without a socket, and what came back.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]

use std::{path::PathBuf, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use serde_json::Value;
use tieline_gateway::http::{Assets, Site as Routes, routes};
use tower::ServiceExt;

use super::site::{NOW, Site};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status, code and field of a problem; checks that it is one in form.
    pub(crate) fn problem(&self) -> (u16, String, Option<String>) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["status"], self.status);
        let code = body["code"].as_str().unwrap().to_owned();
        assert_eq!(body["type"], format!("urn:tieline:error:{code}"));
        assert!(!body["title"].as_str().unwrap().is_empty());
        (self.status, code, body["at"].as_str().map(str::to_owned))
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::empty()).unwrap()
}

pub(crate) fn json_request(method: &str, path: &str, body: &Value) -> Request<Body> {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    request.body(body).unwrap()
}

/// The routes over that site, at the tests' moment, with these web files.
pub(crate) fn router(site: &Site, assets: Option<PathBuf>) -> axum::Router {
    routes(Routes {
        auth: Arc::clone(&site.context),
        registry: site.registry.clone(),
        assets: assets.map_or(Assets::BuiltIn, Assets::Folder),
        now: || NOW,
        revoked: Arc::new(|| Box::pin(async {})),
        is_draining: Arc::new(|| false),
        metrics: Arc::new(|| "tieline_up 1\n".to_owned()),
        standings: Arc::new(String::new),
        readiness: Arc::default(),
    })
}

pub(crate) async fn ask(site: &Site, request: Request<Body>) -> Answer {
    ask_router(router(site, None), request).await
}

pub(crate) async fn ask_router(router: axum::Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() }
}
