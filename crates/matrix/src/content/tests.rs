use tieline_connector::Quote;
use tieline_protocol::{Author, Entry, FileId, Millis, PartyId, Price, Role, Seq, SessionId};

use super::*;

fn due(body: Body) -> Due {
    let session = SessionId::at(Millis(1), [0; 10]);
    let from = Author { id: PartyId::at(Millis(1), [1; 10]), role: Role::Visitor, name: None };
    let draft_id = DraftId::at(Millis(2), [2; 10]);
    let entry = Entry { session, seq: Seq(1), draft_id, from, reply_to: None, at: Millis(3), body };
    Due {
        entry,
        is_echo: false,
        account: None,
        about: None,
        quote: None,
        file_url: Some("https://chat.example/f".into()),
    }
}

fn content(due: &Due) -> Value {
    match said(due).unwrap() {
        Saying::Content(content) => content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_bear_their_draft() {
    let content = content(&due(Body::Text { text: "<b>hi</b>".into() }));
    assert_eq!(content["body"], "<b>hi</b>");
    assert_eq!(content[DRAFT], due(Body::Closed).entry.draft_id.to_string());
    assert!(content.get("formatted_body").is_none(), "text is never HTML");
}

#[test]
fn an_answer_points_or_else_quotes() {
    let mut due = due(Body::Text { text: "Yes".into() });
    due.entry.reply_to = Some(DraftId::at(Millis(9), [9; 10]));
    due.quote = Some(Quote { from: due.entry.from.clone(), text: "a\nb".into() });
    assert_eq!(content(&due)["body"], "> a\n> b\n\nYes");
    due.about = Some("$q".into());
    let pointing = content(&due);
    assert_eq!(pointing["body"], "Yes");
    assert_eq!(pointing["m.relates_to"]["m.in_reply_to"]["event_id"], "$q");
}

#[test]
fn an_edit_is_of_the_first_event() {
    let target = DraftId::at(Millis(9), [9; 10]);
    let mut due = due(Body::Edit { target, text: "new".into() });
    assert_eq!(content(&due)["body"], "new", "nobody knows the old words: better said twice than never");
    due.about = Some("$q".into());
    let edit = content(&due);
    assert_eq!((&edit["body"], &edit["m.new_content"]["body"]), (&"* new".into(), &"new".into()));
    assert_eq!(edit["m.relates_to"], json!({ "rel_type": "m.replace", "event_id": "$q" }));
    due.entry.body = Body::Edit { target, text: "x".repeat(30_000) };
    assert!(content(&due).to_string().len() < 32 * 1024, "not said twice");
    due.entry.body = Body::Retract { target };
    assert_eq!(said(&due), Some(Saying::Redaction { event: "$q".into() }));
}

#[test]
fn a_card_is_text_markup_of_our_own_and_data() {
    let item = Item {
        title: "<Mug> & \"more\"".into(),
        url: Some("https://shop.example/?a=1&b=2".into()),
        price: Some(Price { amount: "9.90".into(), currency: "EUR".into() }),
        ..Item::default()
    };
    let card = content(&due(Body::Item { item: item.clone() }));
    assert_eq!(
        card["formatted_body"],
        "<strong><a href=\"https://shop.example/?a=1&amp;b=2\">&lt;Mug&gt; &amp; &quot;more&quot;</a></strong>\
         <br>9.90 EUR (as the page says)"
    );
    assert_eq!(card["body"], words::item_words(&item));
    assert_eq!(card[ITEM]["price"]["amount"], "9.90");
    let evil = Item { url: Some("javascript:alert(1)".into()), ..item };
    let evil = content(&due(Body::Item { item: evil }))["formatted_body"].to_string();
    assert!(!evil.contains("href"), "{evil}");
}

#[test]
fn a_file_is_the_servers_or_a_link() {
    let card = FileCard {
        name: "a.png".into(),
        media_type: "image/png".into(),
        size: 1_000,
        width: Some(4),
        ..FileCard::named(FileId::at(Millis(1), [0; 10]))
    };
    let due = due(Body::File { file: card.clone() });
    let there = file(&due, &card, Some("mxc://s/abc"));
    assert_eq!((&there["msgtype"], &there["url"]), (&"m.image".into(), &"mxc://s/abc".into()));
    assert_eq!(there["info"], json!({ "mimetype": "image/png", "size": 1_000, "w": 4 }));
    assert_eq!(file(&due, &card, None)["body"], "a.png (1 KB)\nhttps://chat.example/f");
}
