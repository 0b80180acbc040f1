//! Random bytes, for ids and for jitter.

/// So many random bytes.
///
/// They come from the browser's cryptographic source. Should that be missing, `Math.random` stands in: ids must differ,
/// they need not be secret, and the gateway folds by sender anyway.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let is_filled = crypto.is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !is_filled {
        bytes.fill_with(weak_byte);
    }
    bytes
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= x < 256")]
fn weak_byte() -> u8 {
    (js_sys::Math::random() * 256.0) as u8
}
