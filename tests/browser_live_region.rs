//! What a screen reader hears: each new message once, in a polite log that was there before it.
#![cfg(target_arch = "wasm32")]

mod support;

use std::{cell::RefCell, rc::Rc};

use js_sys::Array;
use support::{Mounted, fake_gateway, mia_reads, mia_says, settle, until};
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node};

wasm_bindgen_test_configure!(run_in_browser);

/// Writes down the text of every element that comes into the log, as `aria-relevant="additions"` has it read.
struct Listening {
    heard: Rc<RefCell<Vec<String>>>,
    observer: MutationObserver,
    _note: Closure<dyn Fn(Array)>,
}

impl Listening {
    fn to(log: &Element) -> Self {
        let heard = Rc::new(RefCell::new(Vec::new()));
        let notes = heard.clone();
        let note = Closure::<dyn Fn(Array)>::new(move |records: Array| {
            let added = records.iter().flat_map(|record| {
                let added = record.unchecked_into::<MutationRecord>().added_nodes();
                (0..added.length()).filter_map(move |at| added.get(at))
            });
            let added = added.collect::<Vec<_>>();
            // What came inside of something that came as well is read with that.
            let is_inside =
                |node: &Node| added.iter().any(|other| other != node && other.contains(Some(node)));
            notes.borrow_mut().extend(added.iter().filter(|node| !is_inside(node)).filter_map(spoken));
        });
        let observer = MutationObserver::new(note.as_ref().unchecked_ref()).unwrap();
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        observer.observe_with_options(log, &options).unwrap();
        Self { heard, observer, _note: note }
    }

    fn take(&self) -> Vec<String> {
        self.heard.take()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn spoken(node: &Node) -> Option<String> {
    let is_silent = |node: &Node| {
        let element = node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element());
        element
            .is_some_and(|element| element.closest("[aria-hidden=true], [aria-live=off]").unwrap().is_some())
    };
    let text = node.text_content().filter(|text| !text.is_empty())?;
    (!is_silent(node)).then_some(text)
}

#[wasm_bindgen_test]
async fn each_new_message_is_heard_once_and_its_state_never() {
    fake_gateway(true);
    let widget = Mounted::live().await;
    let log = widget.get("[role=log]");
    assert_eq!(log.get_attribute("aria-live").as_deref(), Some("polite"));
    assert_eq!(log.get_attribute("aria-relevant").as_deref(), Some("additions"));
    widget.say("Is it dishwasher safe?").await;
    until("the tick", || widget.text_of(".mine .state").as_deref() == Some("Sent")).await;
    assert!(widget.get("[role=log]") == log, "the log is the element that was there before");

    let listening = Listening::to(&log);
    mia_says("Yes, it is.");
    until("the answer", || widget.count(".theirs .bubble") == 1).await;
    settle().await;
    let heard = listening.take();
    assert_eq!(heard.iter().filter(|text| text.contains("Yes, it is.")).count(), 1, "{heard:?}");
    assert!(heard.iter().all(|text| !text.contains("dishwasher")), "{heard:?}");

    mia_reads();
    until("the ticks", || widget.text_of(".mine .state").as_deref() == Some("Read")).await;
    settle().await;
    assert_eq!(listening.take(), Vec::<String>::new(), "a receipt is not read out");

    mia_says("And microwave safe.");
    until("the second answer", || widget.count(".theirs .bubble") == 2).await;
    settle().await;
    let heard = listening.take();
    assert!(
        heard.iter().all(|text| !text.contains("Yes, it is.")),
        "the first is not heard again: {heard:?}"
    );
    assert_eq!(heard.iter().filter(|text| text.contains("And microwave safe.")).count(), 1, "{heard:?}");
}
