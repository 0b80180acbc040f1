//! The browser's services where the browser refuses, and where values are dropped.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, rc::Rc};

use support::{Mounted, cut, deny_storage, fake_gateway, sent_bodies, settle, socket_count, until};
use tieline_browser::{
    Listener, Port, Socket, SocketFact, Store, Timer,
    intl::Formatter,
    storage::{LocalStore, MemoryStore},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, EventTarget, MessageChannel};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_socket_tells_in_order_and_then_no_more() {
    fake_gateway(false);
    let facts = Rc::new(RefCell::new(Vec::new()));
    let told = facts.clone();
    let socket =
        Socket::open("ws://gateway.test/v1/ws", "tieline.v1", move |fact| told.borrow_mut().push(fact))
            .unwrap();
    assert!(!socket.send("too early".into()));
    until("the socket", || !facts.borrow().is_empty()).await;
    assert!(socket.send(r#"{"type":"bye","body":{}}"#.into()));
    support::mia_says("one");
    cut(4008);
    until("the close", || facts.borrow().len() == 3).await;
    assert_eq!(facts.borrow()[0], SocketFact::Opened);
    assert!(matches!(&facts.borrow()[1], SocketFact::Text(text) if text.contains("one")));
    assert_eq!(facts.borrow()[2], SocketFact::Closed(4008));
    settle().await;
    assert_eq!(facts.borrow().len(), 3);
}

#[wasm_bindgen_test]
async fn a_dropped_socket_is_closed_and_silent() {
    fake_gateway(false);
    let facts = Rc::new(RefCell::new(0));
    let told = facts.clone();
    let socket =
        Socket::open("ws://gateway.test/v1/ws", "tieline.v1", move |_| *told.borrow_mut() += 1).unwrap();
    until("the socket", || *facts.borrow() == 1).await;
    let open = support::open_sockets();
    drop(socket);
    settle().await;
    assert_eq!(support::open_sockets(), open - 1);
    assert_eq!(*facts.borrow(), 1);
    assert_eq!(Rc::strong_count(&facts), 1, "the reading task is gone");
}

#[wasm_bindgen_test]
async fn listener_timer_and_port_end_with_their_values() {
    let target = EventTarget::new().unwrap();
    let count = Rc::new(RefCell::new(0));
    let counted = count.clone();
    let listener = Listener::new(&target, "x", move |_| *counted.borrow_mut() += 1);
    target.dispatch_event(&Event::new("x").unwrap()).unwrap();
    drop(listener);
    target.dispatch_event(&Event::new("x").unwrap()).unwrap();
    assert_eq!(*count.borrow(), 1);

    let counted = count.clone();
    let timer = Timer::new(move || *counted.borrow_mut() += 1);
    timer.arm(Some(0));
    timer.arm(Some(0));
    until("the timer", || *count.borrow() == 2).await;
    timer.arm(Some(0));
    drop(timer);

    let channel = MessageChannel::new().unwrap();
    let counted = count.clone();
    let port = Port::new(channel.port2(), move |_| *counted.borrow_mut() += 1);
    channel.port1().post_message(&JsValue::from(1)).unwrap();
    until("the message", || *count.borrow() == 3).await;
    drop(port);
    channel.port1().post_message(&JsValue::from(1)).unwrap();
    settle().await;
    settle().await;
    assert_eq!(*count.borrow(), 3);
    assert_eq!(Rc::strong_count(&count), 1);
}

#[wasm_bindgen_test]
fn a_language_or_currency_that_does_not_exist_is_no_exception() {
    assert!(Formatter::of_dates("not a language", &[]).is_none());
    assert!(Formatter::of_numbers("en", &[("style", "currency"), ("currency", "€€€")]).is_none());
    let euros = Formatter::of_numbers("de", &[("style", "currency"), ("currency", "EUR")]).unwrap();
    assert_eq!(euros.decimal("1234.50").as_deref(), Some("1.234,50\u{a0}€"));
    assert_eq!(euros.decimal("twelve"), None);
    assert!(Formatter::of_dates("en", &[]).unwrap().moment(u64::MAX).is_none(), "no such date");
}

// Last, as it cannot be undone.
#[wasm_bindgen_test]
async fn without_storage_the_session_lives_in_memory() {
    let memory = MemoryStore::default();
    assert!(!memory.write("a", "1"));
    assert_eq!(memory.read("a").as_deref(), Some("1"));
    let store = LocalStore::default();
    assert!(store.write("tieline.test", "kept"));
    store.remove("tieline.test");
    deny_storage();
    assert!(!store.write("tieline.test", "not kept"));
    assert_eq!(store.read("tieline.test").as_deref(), Some("not kept"));
    fake_gateway(true);
    let before = socket_count();
    let widget = Mounted::live().await;
    cut(1006);
    until("another connection", || socket_count() == before + 2 && sent_bodies("hello") != "[]").await;
    widget.say("hello").await;
    until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
}
