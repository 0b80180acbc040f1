//! What is mapped, both ways.

use tieline_connector::Assignee;

use super::*;
use crate::place::LINGER;

#[test]
fn a_new_contact_introduces_itself_once() {
    let mut bench = Bench::live();
    assert_eq!(bench.texts_of(MIA), ["hello"]);
    assert_eq!(bench.texts_of(ANA), ["hello"]);
    let subscriptions = |bench: &Bench| {
        let asked = |stanza: &&Element| stanza.attribute("type") == Some("subscribe");
        bench.heard[MIA].iter().filter(asked).count()
    };
    assert_eq!(subscriptions(&bench), 1);
    let nick = bench.with(MIA, "nick", ns::NICK).next().unwrap().find("nick", ns::NICK).unwrap().text();
    assert_eq!(nick, "Ada (Alpine Shop)");
    // Not again with the next line, nor by the next gateway.
    bench.tell(Input::Down);
    bench.contact = None;
    bench.tell(Input::Up);
    bench.say(VISITOR, text("anybody?"));
    bench.settle();
    assert_eq!(bench.texts_of(MIA), ["hello", "anybody?"]);
    assert_eq!(subscriptions(&bench), 1);
}

#[test]
fn words_are_in_the_log_before_their_receipt_goes() {
    let mut bench = Bench::live();
    bench.write(words(MIA, "m1", "we have it"));
    assert_eq!(bench.log_texts().last().unwrap(), &("mia".into(), "we have it".into()));
    let received = bench.with(MIA, "received", ns::RECEIPTS).next().unwrap();
    assert_eq!(received.find("received", ns::RECEIPTS).unwrap().attribute("id"), Some("m1"));
    let at = |wanted: &dyn Fn(&Effect) -> bool| bench.effects.iter().position(wanted).unwrap();
    let take = at(&|effect| matches!(effect, Effect::Take { .. }));
    let is_receipt = |stanza: &Element| stanza.find("received", ns::RECEIPTS).is_some();
    let receipt = at(&|effect| matches!(effect, Effect::Send(stanza) if is_receipt(stanza)));
    assert!(take < receipt);
    // The others are told who said it, and whoever said it is not.
    assert_eq!(bench.texts_of(ANA), ["hello", "mia: we have it"]);
    assert_eq!(bench.texts_of(MIA), ["hello"]);
}

#[test]
fn the_same_id_with_other_words_is_another_message() {
    let mut bench = Bench::live();
    for said in ["first", "first", "second"] {
        bench.write(words(MIA, "1", said));
    }
    let said: Vec<_> = bench.log_texts().into_iter().map(|(_, text)| text).collect();
    assert_eq!(said, ["hello", "first", "second"]);
    // Without any id each is one.
    let nameless = || {
        stanza::message("chat", &format!("{MIA}/phone"), &address())
            .child(Element::new("body", ns::COMPONENT).text_of("well"))
    };
    bench.write(nameless());
    bench.write(nameless());
    assert_eq!(bench.log_texts().len(), 5);
}

#[test]
fn what_is_not_taken_comes_back_with_a_reason() {
    let mut bench = Bench::live();
    bench.phase = Phase::Closed;
    bench.write(words(MIA, "m1", "too late"));
    let refused = bench.heard[MIA].last().unwrap();
    assert_eq!((refused.attribute("type"), refused.attribute("id")), (Some("error"), Some("m1")));
    let error = refused.find("error", ns::COMPONENT).unwrap();
    assert_eq!(error.find("text", ns::STANZA_ERROR).unwrap().text(), "over");
}

#[test]
fn commands_are_answered_by_the_gateway_itself() {
    let mut bench = Bench::live();
    bench.write(words(MIA, "m1", "/clsoe"));
    let answer = bench.heard[MIA].iter().rfind(|stanza| body_of(stanza).is_some()).unwrap();
    assert_eq!(answer.attribute("from"), Some(domains().service().as_str()));
    assert!(body_of(answer).unwrap().starts_with("Ada (Alpine Shop): There is no /clsoe"));
    bench.write(words(MIA, "m2", "/note she is a regular"));
    let note = "Ada (Alpine Shop): mia@shop.example: /note she is a regular";
    assert_eq!(bench.texts_of(ANA).last().unwrap(), note);
    assert_eq!(bench.log_texts().len(), 1, "nothing of it is said in the session");
}

#[test]
fn who_answers_is_told_to_all_once() {
    let mut bench = Bench::live();
    bench.write(words(MIA, "m1", "/assign ana"));
    bench.assigned = Some(Assigned { turn: 1, to: Some(Assignee { name: "Ana".into(), account: None }) });
    let news = "Ada (Alpine Shop): Ana answers this session from now on.";
    let bridge = bench.bridge();
    bench.tell(Input::Bridge(Box::new(bridge)));
    bench.tell(Input::Down);
    bench.contact = None;
    bench.tell(Input::Up);
    bench.settle();
    for account in [MIA, ANA] {
        assert_eq!(bench.texts_of(account), ["hello", news]);
    }
}

#[test]
fn encrypted_words_are_not_passed_on() {
    let mut bench = Bench::live();
    let sealed = Element::new("encrypted", "eu.siacs.conversations.axolotl");
    bench.write(words(MIA, "m1", "I sent you an OMEMO encrypted message").child(sealed));
    assert_eq!(bench.log_texts().len(), 1);
    assert!(bench.texts_of(MIA).last().unwrap().contains("Switch encryption"));
}

#[test]
fn reading_typing_and_receipts_go_both_ways() {
    let mut bench = Bench::live();
    // Nobody is told of typing whose client does not tell of its own.
    bench.tell(Input::Typing(true));
    bench.settle();
    assert_eq!(bench.with(MIA, "composing", ns::CHAT_STATES).count(), 0);
    bench.write(chat(MIA, "t").child(Element::new("composing", ns::CHAT_STATES)));
    assert!(bench.effects.contains(&Effect::Typing { account: MIA.into(), is_typing: true }));
    bench.tell(Input::Typing(true));
    bench.tell(Input::Typing(true));
    bench.settle();
    assert_eq!(bench.with(MIA, "composing", ns::CHAT_STATES).count(), 1, "a state is not repeated");
    assert_eq!(bench.with(ANA, "composing", ns::CHAT_STATES).count(), 0);

    let hello = draft(1).to_string();
    bench.write(chat(MIA, "r").child(Element::new("received", ns::RECEIPTS).with("id", &hello)));
    assert!(bench.effects.contains(&Effect::Delivered { account: MIA.into(), names: vec![hello.clone()] }));
    bench.write(chat(MIA, "d").child(Element::new("displayed", ns::MARKERS).with("id", &hello)));
    assert!(bench.effects.contains(&Effect::Read { account: MIA.into(), names: vec![hello] }));

    bench.write(words(MIA, "m1", "we have it"));
    let name = bench.names.keys().find(|name| name.starts_with("said:")).unwrap().clone();
    bench.tell(Input::Seen(name));
    bench.settle();
    let seen = bench.with(MIA, "displayed", ns::MARKERS).next().unwrap();
    assert_eq!(seen.find("displayed", ns::MARKERS).unwrap().attribute("id"), Some("m1"));
    assert_eq!(bench.with(ANA, "displayed", ns::MARKERS).count(), 0);
}

#[test]
fn changes_are_named_as_each_side_knows_them() {
    let mut bench = Bench::live();
    bench.say(VISITOR, Body::Edit { target: draft(1), text: "hello there".into() });
    bench.settle();
    let edit = bench.with(MIA, "replace", ns::CORRECT).next().unwrap();
    let replaced = edit.find("replace", ns::CORRECT).unwrap().attribute("id").map(str::to_owned);
    assert_eq!(replaced, Some(draft(1).to_string()));
    // Mia's words are taken back: she knows them by her id, Ana by the draft's.
    bench.write(words(MIA, "m1", "we have it"));
    let said = bench.log.last().unwrap().0.draft_id;
    bench.say(ROBIN, Body::Retract { target: said });
    bench.settle();
    let retracted = |account| {
        let stanza = bench.with(account, "retract", ns::RETRACT).next().unwrap();
        stanza.find("retract", ns::RETRACT).unwrap().attribute("id").unwrap().to_owned()
    };
    assert_eq!(retracted(MIA), "m1");
    assert_eq!(retracted(ANA), said.to_string());
    // And the other way: what she corrects is found by her id.
    bench.write(words(MIA, "m2", "we do").child(Element::new("replace", ns::CORRECT).with("id", "m1")));
    let take = bench.effects.iter().rfind(|effect| matches!(effect, Effect::Take { .. }));
    let Some(Effect::Take { heard, .. }) = take else { panic!("nothing was taken") };
    assert_eq!(heard.said, Said::Edit { of: vec![stanza::client_name(MIA, "m1")], text: "we do".into() });
}

#[test]
fn who_is_there_is_told_by_their_clients() {
    let mut bench = Bench::live();
    let presence =
        |from: &str| Element::new("presence", ns::COMPONENT).with("from", from).with("to", address());
    bench.write(presence("mia@shop.example/phone"));
    bench.write(presence("mia@shop.example/desk"));
    bench.write(presence("mia@shop.example/phone").with("type", "unavailable"));
    bench.write(presence("eve@evil.example/phone"));
    let attend = |is_here| Effect::Attend { account: MIA.into(), is_here };
    let told = |bench: &Bench| {
        let told = bench.effects.iter().filter(|effect| matches!(effect, Effect::Attend { .. }));
        told.cloned().collect::<Vec<_>>()
    };
    assert_eq!(told(&bench), [attend(true)]);
    bench.tell(Input::Down);
    assert_eq!(told(&bench), [attend(true), attend(false)]);
}

#[test]
fn only_those_who_answer_see_the_contact() {
    let mut bench = Bench::live();
    let ask = |account: &str, kind: &str| {
        let presence = Element::new("presence", ns::COMPONENT).with("from", account);
        presence.with("to", address()).with("type", kind)
    };
    bench.write(ask(MIA, "subscribe"));
    assert!(bench.heard[MIA].iter().any(|stanza| stanza.attribute("type") == Some("subscribed")));
    bench.write(ask("eve@evil.example", "subscribe"));
    bench.write(ask("eve@evil.example", "probe"));
    let kinds: Vec<_> =
        bench.heard["eve@evil.example"].iter().map(|stanza| stanza.attribute("type")).collect();
    assert_eq!(kinds, [Some("unsubscribed"); 2]);
    let vcard = |from: &str| stanza::iq("get", "v", from, &address(), Element::new("vCard", ns::VCARD));
    bench.to_contact.push_back(vcard("mia@shop.example/phone"));
    bench.step();
    let card = bench.to_servers.pop_back().unwrap();
    let name = card.find("vCard", ns::VCARD).unwrap().find("FN", ns::VCARD).unwrap().text();
    assert_eq!(name, "Ada (Alpine Shop)");
    bench.to_contact.push_back(vcard("eve@evil.example/phone"));
    bench.step();
    assert_eq!(bench.to_servers.pop_back().unwrap().attribute("type"), Some("error"));
}

#[test]
fn only_a_server_itself_says_that_it_took_something() {
    let mut bench = Bench::new();
    bench.say(VISITOR, text("hello"));
    bench.tell(Input::Up);
    let asked: Vec<_> = bench.to_servers.drain(..).filter(|stanza| stanza.name == "iq").collect();
    assert_eq!(asked.len(), 2, "one for each server");
    let answer = |question: &Element, from: &str| {
        let answer = Element::new("iq", ns::COMPONENT).with("type", "result").with("from", from);
        answer.with("to", address()).with("id", question.attribute("id").unwrap())
    };
    for question in &asked {
        bench.tell(Input::Stanza(answer(question, "mia@shop.example/phone")));
    }
    assert_eq!(bench.handed, Seq::ZERO);
    for question in &asked {
        bench.tell(Input::Stanza(answer(question, question.attribute("to").unwrap())));
    }
    assert_eq!(bench.handed, Seq(1));
}

#[test]
fn a_stanza_to_another_contact_is_not_this_ones() {
    let mut bench = Bench::live();
    let other = domains().address(SessionId(Uuid::from_u128(8)));
    let strange = stanza::message("chat", "mia@shop.example/phone", &other)
        .with("id", "m1")
        .child(Element::new("body", ns::COMPONENT).text_of("psst"));
    bench.write(strange);
    assert_eq!(bench.log_texts().len(), 1);
}

#[test]
fn a_server_that_cannot_be_reached_holds_up_nobody_else() {
    let mut bench = Bench::new();
    bench.away.insert("other.example".into());
    bench.say(VISITOR, text("hello"));
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.handed, Seq(1));
    assert_eq!(bench.texts_of(MIA), ["hello"]);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Trouble(_))));
}

#[test]
fn what_nobody_took_is_sent_again_later() {
    let mut bench = Bench::new();
    bench.away.extend(["other.example".into(), "shop.example".into()]);
    bench.say(VISITOR, text("hello"));
    bench.tell(Input::Up);
    bench.settle();
    assert_eq!(bench.handed, Seq::ZERO);
    bench.away.clear();
    bench.wait();
    assert_eq!(bench.handed, Seq(1));
    assert_eq!(bench.texts_of(MIA), ["hello"]);
}

#[test]
fn a_server_that_is_slow_is_asked_again_and_not_told_again() {
    let mut bench = Bench::new();
    bench.say(VISITOR, text("hello"));
    bench.tell(Input::Up);
    // The answers to the questions get lost.
    while let Some(stanza) = bench.to_servers.pop_front() {
        bench.deliver(&stanza);
    }
    bench.wait();
    assert_eq!(bench.handed, Seq(1));
    assert_eq!(bench.texts_of(MIA), ["hello"]);
}

#[test]
fn the_end_takes_the_contact_away() {
    let mut bench = Bench::live();
    bench.say(VISITOR, Body::Closed);
    bench.phase = Phase::Closed;
    let bridge = bench.bridge();
    bench.tell(Input::Bridge(Box::new(bridge)));
    bench.settle();
    let kinds: Vec<_> =
        bench.heard[MIA].iter().rev().take(2).map(|stanza| stanza.attribute("type")).collect();
    assert_eq!(kinds, [Some("unsubscribe"), Some("unavailable")]);
    assert!(bench.contact.as_ref().unwrap().is_done());
    // It stays for a while to say that it is over, and what belongs to the end still goes.
    bench.wait();
    bench.say(VISITOR, Body::Rating { stars: 5, text: None });
    bench.settle();
    assert_eq!(bench.texts_of(MIA).last().unwrap(), "Rating: 5 of 5");
    assert!(!bench.contact.as_ref().unwrap().has_left());
    bench.wait_for(LINGER);
    assert!(bench.contact.as_ref().unwrap().has_left());
}
