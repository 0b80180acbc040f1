//! P19: whatever a stranger writes where a proof, an origin or a token is expected, nothing panics and nobody is let in.
//!
//! The longer runs are cargo-fuzz's, which wants a nightly compiler; these are its bodies for what needs the gateway.

use proptest::prelude::*;
use tieline_gateway::auth::{
    Origin, Secret, identify,
    jwt::{Expected, kid_of, verify},
    key::{Algorithm, ChannelKey, KeyState, seal_context},
    master_key::MasterKey,
};
use tieline_protocol::{Auth, ChannelId, Hello, Millis};

use crate::{
    running::{NO_LIMITS, Running},
    signing::{BackendKey, claims},
};

const GATEWAY: &str = "https://chat.example";
const SECRET: &str = "tls_a-shared-secret-of-good-length";
const NOW: Millis = Millis::secs(1_800_000_000);

/// Text of any kind, and text that looks like what is asked for.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[A-Za-z0-9_-]{0,80}",
        "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,60}",
        "(https?|ftp|javascript|file)://[a-z0-9.:@/\\[\\]*%?#' ;-]{0,40}",
        "(HTTPS?|https?)://[A-Za-z0-9.-]{1,30}(:[0-9]{1,6})?/?",
    ]
}

fn channel() -> ChannelId {
    ChannelId("ch_shop".into())
}

fn backend() -> (BackendKey, ChannelKey, MasterKey) {
    let (key, master) = (BackendKey::shared("k1", SECRET), MasterKey::new([5; 32]));
    let sealed = master.seal(&seal_context(&channel(), "k1"), SECRET.as_bytes()).unwrap();
    let row = ChannelKey {
        kid: "k1".into(),
        algorithm: Algorithm::HS256,
        material: Secret::new(sealed),
        state: KeyState::Active,
        not_before: None,
        not_after: None,
    };
    (key, row, master)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is taken for an origin goes into a Content-Security-Policy: one spelling, and nothing that ends a directive.
    #[test]
    fn p19_an_origin_is_one_word_in_one_spelling(text in hostile()) {
        if let Ok(origin) = Origin::parse(&text) {
            prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin.clone()));
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
            prop_assert!(origin.as_str().bytes().all(is_plain), "{origin}");
            let _ = (origin.is_insecure(), origin.socket());
        }
    }

    #[test]
    fn p19_no_text_vouches_for_anybody(text in hostile()) {
        let (_, row, master) = backend();
        let channel = channel();
        let _ = kid_of(&text);
        let expected = Expected { channel: &channel, gateway_id: GATEWAY, master: &master };
        let vouched = verify(&text, &row, &expected, NOW);
        prop_assert!(vouched.is_err());
    }

    /// A good token with a byte changed, a piece cut out or something put in.
    #[test]
    fn p19_a_good_token_that_was_touched_holds_no_more(at in any::<prop::sample::Index>(), with in ".{0,3}", cut in 0_usize..4) {
        let (key, row, master) = backend();
        let channel = channel();
        let token = key.sign(&claims(&channel.0, GATEWAY, NOW.0 / 1000));
        let at = at.index(token.len());
        let end = (at + cut).min(token.len());
        let touched = [&token[..at], &with, &token[end..]].concat();
        let expected = Expected { channel: &channel, gateway_id: GATEWAY, master: &master };
        prop_assert_eq!(verify(&touched, &row, &expected, NOW).is_ok(), touched == token, "{}", touched);
    }
}

/// A hello with any proof but the one that asks for none.
fn proof() -> impl Strategy<Value = Auth> {
    prop_oneof![
        hostile().prop_map(|token| Auth::Visitor { token }),
        hostile().prop_map(|token| Auth::Resume { token }),
        hostile().prop_map(|token| Auth::Agent { token }),
        (hostile(), prop::option::of(hostile())).prop_map(|(jwt, visitor)| Auth::User { jwt, visitor }),
    ]
}

#[test]
fn p19_no_hello_lets_a_stranger_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gateway = runtime.block_on(Running::start(NO_LIMITS));
    let hello = (proof(), prop::option::of(hostile()), any::<bool>(), prop::option::of(hostile()));
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((auth, embed, has_channel, origin) in hello)| {
        let channel = has_channel.then(|| gateway.channel.clone());
        let hello = Hello { channel, embed, ..tieline_load::client::hello(auth) };
        let identified = runtime.block_on(identify(&gateway.state.auth, &hello, origin.as_deref(), NOW));
        prop_assert!(identified.is_err());
    });
}
