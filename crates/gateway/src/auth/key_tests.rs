use super::*;

const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEABHNdjNAifvdHdyaUE96OqPwb543w33r9UDPA3xMNlPc=
-----END PUBLIC KEY-----
";
const P256_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtCxp1e0OVBfuQLwKN2FrVZsETGv7
wTIBfwTAVU8KSU17q39yHxWeZCMEh3VWKKaPvYdVvfk7CSJ8X+Bqig4GrA==
-----END PUBLIC KEY-----
";
const P384_PEM: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE3nPElOgwB1Bmk1PRIdHnTSjWU58UnVYe
MV+JvA4XrEd1T8syX2jm1+DCExQBv6RXRtvBghyTvlJQvh1HfEwzphZsetA8P1VW
12+mbDP08BpCmg9vWUTMCQaj0Dg39oMJ
-----END PUBLIC KEY-----
";

#[test]
fn public_keys_are_taken_for_their_own_algorithm_only() {
    use Algorithm::{ES256, EdDSA, HS256};
    for (algorithm, pem, expected) in [
        (EdDSA, ED25519_PEM, Ok(())),
        (ES256, P256_PEM, Ok(())),
        (EdDSA, P256_PEM, Err(KeyFlaw::Unreadable("EdDSA"))),
        (ES256, ED25519_PEM, Err(KeyFlaw::Unreadable("ES256"))),
        (ES256, P384_PEM, Err(KeyFlaw::Unreadable("ES256"))),
        (HS256, P256_PEM, Err(KeyFlaw::Unreadable("EdDSA or ES256"))),
        (EdDSA, "", Err(KeyFlaw::Unreadable("EdDSA"))),
        (EdDSA, "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n", Err(KeyFlaw::Private)),
        (
            ES256,
            "-----BEGIN EC PRIVATE KEY-----\nMC4=\n-----END EC PRIVATE KEY-----\n",
            Err(KeyFlaw::Private),
        ),
    ] {
        assert_eq!(check_public_key(algorithm, pem), expected, "{algorithm:?}\n{pem}");
    }
    let off_the_curve = P256_PEM.replace("tCxp", "tCxq");
    assert_eq!(check_public_key(ES256, &off_the_curve), Err(KeyFlaw::Unreadable("ES256")));
}

#[test]
fn a_key_holds_in_its_time_unless_revoked() {
    let check = |state, not_before, not_after, now, expected| {
        let key = ChannelKey {
            kid: "k1".into(),
            algorithm: Algorithm::EdDSA,
            material: Secret::new(Vec::new()),
            state,
            not_before,
            not_after,
        };
        assert_eq!(key.holds(Millis(now)), expected, "{state:?} {not_before:?} {not_after:?} at {now}");
    };
    check(KeyState::Active, None, None, 0, true);
    check(KeyState::Active, Some(Millis(10)), None, 9, false);
    check(KeyState::Active, Some(Millis(10)), None, 10, true);
    check(KeyState::Active, None, Some(Millis(20)), 19, true);
    check(KeyState::Active, None, Some(Millis(20)), 20, false);
    check(KeyState::Retiring, None, Some(Millis(20)), 19, true);
    check(KeyState::Retiring, None, Some(Millis(20)), 20, false);
    check(KeyState::Revoked, None, None, 5, false);
}

#[test]
fn kids_are_short_plain_names() {
    for good in ["k1", "2026-11", "shop.example_1", &"k".repeat(64)] {
        assert!(is_kid(good), "{good}");
    }
    for bad in ["", "../k1", "k 1", "k'1", "kü", "k/1", &"k".repeat(65)] {
        assert!(!is_kid(bad), "{bad}");
    }
}
