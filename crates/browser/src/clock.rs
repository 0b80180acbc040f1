//! What time it is here. For scheduling and for showing; never for order.

/// Milliseconds since the Unix epoch.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a date after 1970 in whole milliseconds fits; the cast saturates"
)]
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Minutes east of UTC, now.
#[expect(clippy::cast_possible_truncation, reason = "offsets are within a day; the cast saturates")]
pub fn zone_offset_minutes() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}
