//! Destroying a widget frees all of it: listeners, timers, sockets, elements, memory.
#![cfg(target_arch = "wasm32")]

mod support;

use support::{
    Mounted, count_registrations, document, fake_gateway, forget_sockets, listener_count, mia_says,
    open_sockets, press, settle, timer_count, type_into, until,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Rounds before measuring: caches and the one parked root fill up in them.
const WARM_UP: u32 = 25;
const ROUNDS: u32 = 500;

/// Mounts, connects, talks both ways, destroys.
async fn round(number: u32) {
    let widget = Mounted::live().await;
    type_into(&widget.field(), "Is it dishwasher safe?");
    settle().await;
    press(&widget.field(), "Enter", false, false);
    until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
    mia_says("Yes, it is.");
    until("the answer", || widget.count(".theirs") == 1).await;
    if number.is_multiple_of(2) {
        // Also while something is going on.
        type_into(&widget.field(), "unsent");
    }
    drop(widget);
    forget_sockets();
}

fn memory_bytes() -> u32 {
    let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

fn element_count() -> u32 {
    document().query_selector_all("*").unwrap().length()
}

#[wasm_bindgen_test]
async fn five_hundred_rounds_leave_nothing_behind() {
    fake_gateway(true);
    count_registrations();
    for number in 0..WARM_UP {
        round(number).await;
    }
    settle().await;
    let before = (listener_count(), timer_count(), element_count(), memory_bytes());
    for number in 0..ROUNDS {
        round(number).await;
    }
    // As before the rounds: the parked root is emptied in a turn of its own.
    settle().await;
    // The disk may still be at the last round's words.
    until("as many timers as before", || timer_count() <= before.1).await;
    let after = (listener_count(), timer_count(), element_count(), memory_bytes());
    assert_eq!(before.0, after.0, "listeners");
    assert_eq!(before.2, after.2, "elements");
    // One page of wasm is 64 KiB: 500 rounds that each lost 132 bytes would need another.
    assert!(after.3 <= before.3, "memory grew from {} to {} bytes", before.3, after.3);
}

#[wasm_bindgen_test]
async fn a_widget_destroyed_at_once_has_opened_and_left_nothing() {
    fake_gateway(false);
    forget_sockets();
    let sockets = open_sockets();
    for _ in 0..10 {
        drop(Mounted::new(&[]));
    }
    settle().await;
    assert_eq!(open_sockets(), sockets, "every socket is closed");
}

#[wasm_bindgen_test]
async fn two_widgets_on_one_page_go_their_own_way() {
    fake_gateway(true);
    let one = Mounted::live().await;
    let other = Mounted::live().await;
    drop(one);
    other.say("still here").await;
    until("the tick", || other.text_of(".mine .state").as_deref() == Some("Sent")).await;
}
