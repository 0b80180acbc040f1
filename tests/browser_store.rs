//! P12: what is typed is on the disk before it is called queued; where there is no disk, the visitor is told.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, rc::Rc};

use support::{
    Mounted, deny_databases, fake_gateway, forget_sockets, hang_databases, restore_databases, settle,
    type_into, until,
};
use tieline_browser::database::{self, Hold};
use tieline_driver::{Keeper, Unsent, record};
use tieline_protocol::{Body, DraftId, Item, Millis, SessionId};
use tieline_session::{Owner, Place, Record};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const DATABASE: &str = "tieline";

fn draft(number: u8) -> DraftId {
    DraftId::at(Millis(u64::from(number)), [number; 10])
}

fn record_of(number: u8, place: Place, owner: Owner) -> Record {
    let body = Body::Text { text: format!("words \u{1f642} {number}") };
    let made_at = Millis(1_795_344_000_000);
    Record { draft_id: draft(number), place, reply_to: None, body, made_at, owner, sha256: None }
}

fn item() -> Item {
    Item { id: None, title: "Mug".into(), ..Item::default() }
}

/// All drafts of the test channel on the disk.
async fn kept() -> Vec<Record> {
    let values = database::read(DATABASE, "draft ch_test ").await.unwrap();
    values.iter().filter_map(record::of_value).collect()
}

async fn clear() {
    for record in kept().await {
        assert!(database::remove(DATABASE, &format!("draft ch_test {}", record.draft_id)).await);
    }
}

#[wasm_bindgen_test]
async fn values_are_kept_under_names_and_read_by_their_beginning() {
    for (name, value) in [("a 1", "one"), ("a 2", "two"), ("b 1", "three")] {
        assert!(database::put("tieline-test", name, &value.into(), Hold::Disk).await);
    }
    assert!(database::put("tieline-test", "a 2", &"newer".into(), Hold::System).await);
    assert_eq!(database::read("tieline-test", "a ").await.unwrap(), [JsValue::from("one"), "newer".into()]);
    assert!(database::remove("tieline-test", "a 1").await);
    assert!(database::remove("tieline-test", "not there").await);
    assert_eq!(database::read("tieline-test", "a ").await.unwrap(), [JsValue::from("newer")]);
    assert!(
        !database::put("tieline-test", "a 3", &js_sys::Function::new_no_args("").into(), Hold::Disk).await
    );
}

#[wasm_bindgen_test]
fn a_record_comes_back_as_it_was() {
    let session = Place::Session(SessionId::at(Millis(7), [7; 10]));
    let opening = |to: Option<&str>, item| Place::Opening {
        draft_id: draft(9),
        to: to.map(Into::into),
        item,
        is_asked: true,
    };
    for record in [
        record_of(1, session.clone(), Owner::Visitor(0)),
        record_of(2, session, Owner::User("ada@example.org".into())),
        record_of(3, opening(None, None), Owner::Agent),
        Record {
            body: Body::Item { item: item() },
            ..record_of(4, opening(Some("sales"), Some(item())), Owner::Visitor(3))
        },
        Record { reply_to: Some(draft(1)), ..record_of(5, opening(None, None), Owner::Agent) },
        Record {
            body: Body::Edit { target: draft(1), text: "words".into() },
            ..record_of(6, opening(None, None), Owner::Agent)
        },
        Record {
            body: Body::Retract { target: draft(1) },
            ..record_of(7, opening(None, None), Owner::Agent)
        },
        Record {
            body: Body::Choices { text: "Which?".into(), options: vec!["This".into(), "That".into()] },
            ..record_of(8, opening(None, None), Owner::Agent)
        },
    ] {
        assert_eq!(record::of_value(&record::to_value(&record).unwrap()), Some(record));
    }
}

#[wasm_bindgen_test]
fn what_is_no_record_of_ours_is_skipped() {
    let good = |number: f64| {
        let value = record::to_value(&record_of(
            1,
            Place::Session(SessionId::at(Millis(0), [0; 10])),
            Owner::Visitor(0),
        ));
        let value = value.unwrap();
        js_sys::Reflect::set(&value, &"version".into(), &number.into()).unwrap();
        value
    };
    assert!(record::of_value(&good(1.0)).is_some());
    assert!(record::of_value(&good(2.0)).is_none(), "a later version's is left alone");
    assert!(record::of_value(&good(f64::NAN)).is_none());
    for broken in ["draft_id", "session", "body", "made_at", "owner"] {
        let value = good(1.0);
        js_sys::Reflect::set(&value, &broken.into(), &"?".into()).unwrap();
        assert!(record::of_value(&value).is_none(), "{broken}");
    }
    for nothing in [JsValue::NULL, JsValue::UNDEFINED, 1.into(), "draft".into()] {
        assert!(record::of_value(&nothing).is_none());
    }
}

/// P12: a page that goes before its words were sent leaves them on the disk, and the next one says them under the same id.
#[wasm_bindgen_test]
async fn words_that_were_not_sent_are_said_by_the_next_page() {
    clear().await;
    // A gateway that never answers: the words wait.
    fake_gateway(false);
    let widget = Mounted::live_alone().await;
    widget.say("Is it dishwasher safe?").await;
    until("queued", || widget.text_of(".mine .state").as_deref() == Some("Waiting to be sent")).await;
    until_kept(1).await;
    let before = kept().await;
    drop(widget);
    forget_sockets();
    // Something broken beside it harms nobody.
    assert!(database::put(DATABASE, "draft ch_test broken", &"?".into(), Hold::Disk).await);

    fake_gateway(true);
    let widget = Mounted::live().await;
    until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
    assert!(support::sent_bodies("send").contains(&before[0].draft_id.to_string()), "the same id");
    until_kept(0).await;
    drop(widget);
    forget_sockets();
}

/// P12: without a disk the words go out all the same, and the visitor knows that a reload would lose them.
#[wasm_bindgen_test]
async fn without_a_disk_words_are_sent_and_the_visitor_is_told() {
    let not_kept = "Messages that are not sent yet will be lost if you reload the page.";
    for take_away in [deny_databases as fn(), hang_databases] {
        clear().await;
        fake_gateway(true);
        take_away();
        let widget = Mounted::live().await;
        widget.say("Hello").await;
        until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
        until("the notice", || widget.text_of(".notice p").as_deref() == Some(not_kept)).await;
        restore_databases();
        widget.say("Again").await;
        until("the notice goes", || widget.text_of(".notice p").is_none()).await;
        drop(widget);
        forget_sockets();
    }
}

/// P12: words that were begun stand there again after a reload, for whoever began them.
#[wasm_bindgen_test]
async fn begun_words_stand_there_again_and_only_for_their_person() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    type_into(&widget.field(), "I was about to");
    until_text(Some("I was about to")).await;
    drop(widget);
    forget_sockets();

    let widget = Mounted::live().await;
    until("the words", || widget.field_value() == "I was about to").await;
    widget.say("I was about to ask").await;
    until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
    until_text(None).await;
    drop(widget);
    forget_sockets();

    let told = Rc::new(RefCell::new(0));
    let counted = told.clone();
    let unsent = Unsent::new(Keeper::own(), "ch_owners".into(), move || *counted.borrow_mut() += 1);
    unsent.belong_to(&Owner::User("ada".into()));
    unsent.keep("", "Ada's".into());
    unsent.start();
    until_async("Ada's words", "text ch_owners ", 1).await;
    unsent.belong_to(&Owner::Visitor(0));
    settle().await;
    assert_eq!(unsent.words("").0, "");
    unsent.belong_to(&Owner::User("ada".into()));
    until("her words again", || unsent.words("").0 == "Ada's").await;
    assert_eq!(*told.borrow(), 1);
    unsent.keep("", String::new());
    until_async("nothing left", "text ch_owners ", 0).await;
}

async fn until_kept(count: usize) {
    until_async("drafts on the disk", "draft ch_test 0", count).await;
}

async fn until_text(text: Option<&str>) {
    let is_there = |values: &[JsValue]| {
        let first =
            values.first().map(|pair| js_sys::Array::from(pair).get(1).as_string().unwrap_or_default());
        first.as_deref() == text
    };
    let deadline = js_sys::Date::now() + 5_000.0;
    while !is_there(&database::read(DATABASE, "text ch_test ").await.unwrap_or_default()) {
        assert!(js_sys::Date::now() < deadline, "never on the disk: {text:?}");
    }
}

async fn until_async(what: &str, beginning: &str, count: usize) {
    let deadline = js_sys::Date::now() + 5_000.0;
    while database::read(DATABASE, beginning).await.map(|found| found.len()) != Some(count) {
        assert!(js_sys::Date::now() < deadline, "never came about: {what}");
    }
}
