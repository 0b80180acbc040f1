//! P11: whoever comes and goes at this browser, in whatever order it becomes known: words go out only under the person who
//! typed them, or under the user whom the page vouched for as that visitor.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tieline_protocol::{Auth, ClientFrame, CloseCode, DraftId, Hello, Millis, ServerFrame};

use crate::{
    Effect, Input, Visitor,
    effect::{Owner, Place, Record},
    testing::{START, draft, ok, session, setup, state, text, welcome},
};

/// The middle parts say `{"sub":"a"}` and `{"sub":"b"}`.
const USERS: [(&str, &str); 2] = [("a", "e30.eyJzdWIiOiJhIn0.s"), ("b", "e30.eyJzdWIiOiJiIn0.s")];

#[derive(Clone, Debug)]
enum Step {
    Types,
    /// Another tab tells, early or late, of something that was kept, by this end or by another.
    TellsAgain(usize),
    TellsOf(Place, u32),
    SignsIn {
        user: usize,
        is_claim: bool,
    },
    SignsOut(u32),
    Looks {
        visitor: u32,
        has_token: bool,
    },
    Opens,
    Welcomes {
        me: u64,
        sessions: Vec<u64>,
    },
    /// The gateway takes what was said last, as a line or as a session.
    Takes(u64),
    Closes(u16),
    Waits(u64),
}

fn some_place() -> impl Strategy<Value = Place> {
    prop_oneof![
        (1..3u64).prop_map(|number| Place::Session(session(number))),
        any::<bool>().prop_map(|is_asked| Place::Opening {
            draft_id: draft(90),
            to: None,
            item: None,
            is_asked
        }),
    ]
}

fn some_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Types),
        4 => (0..20usize).prop_map(Step::TellsAgain),
        2 => (some_place(), 0..4u32).prop_map(|(place, visitor)| Step::TellsOf(place, visitor)),
        2 => (0..2usize, any::<bool>()).prop_map(|(user, is_claim)| Step::SignsIn { user, is_claim }),
        3 => (0..4u32).prop_map(Step::SignsOut),
        2 => (0..4u32, any::<bool>()).prop_map(|(visitor, has_token)| Step::Looks { visitor, has_token }),
        6 => Just(Step::Opens),
        6 => (1..3u64, prop::collection::vec(1..3u64, 0..3))
            .prop_map(|(me, sessions)| Step::Welcomes { me, sessions }),
        4 => (1..6u64).prop_map(Step::Takes),
        2 => prop::sample::select(vec![1006, 4401, 4010]).prop_map(Step::Closes),
        5 => (0..15_000u64).prop_map(Step::Waits),
    ]
}

/// Who sits here and whose words are whose, by its own book-keeping.
struct Book {
    door: Visitor,
    now: Millis,
    person: Owner,
    visitor: u32,
    /// Under whom the last `hello` went out.
    greeted: Option<Owner>,
    whose: BTreeMap<DraftId, BTreeSet<String>>,
    kept: Vec<Record>,
    last_said: Option<DraftId>,
    names: u64,
    said: usize,
}

impl Book {
    fn new() -> Self {
        let door = Visitor::new(setup(Auth::New));
        Self {
            door,
            now: START,
            person: Owner::Visitor(0),
            visitor: 0,
            greeted: None,
            whose: BTreeMap::new(),
            kept: Vec::new(),
            last_said: None,
            names: 100,
            said: 0,
        }
    }

    fn name(&mut self, owner: &Owner) -> DraftId {
        self.names += 1;
        self.whose.insert(draft(self.names), BTreeSet::from([format!("{owner:?}")]));
        draft(self.names)
    }

    /// The place, if it is an opening, under a name that only that person's tabs use.
    fn own_place(&mut self, mut place: Place, owner: &Owner) -> Place {
        if let (Place::Opening { draft_id, .. }, Owner::Visitor(visitor)) = (&mut place, owner) {
            *draft_id = draft(90 + u64::from(*visitor));
            self.whose.entry(*draft_id).or_default().insert(format!("{owner:?}"));
        }
        place
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Types => {
                let person = self.person.clone();
                let [draft_id, session_draft_id] = [self.name(&person), self.name(&person)];
                self.feed(Input::Submit { draft_id, session_draft_id, text: "words".into() });
            }
            Step::TellsAgain(place) => {
                if let Some(record) = self.kept.get(place).cloned() {
                    self.feed(Input::Overheard(Box::new(record)));
                }
            }
            Step::TellsOf(place, visitor) => {
                let owner = Owner::Visitor(visitor);
                let draft_id = self.name(&owner);
                let place = self.own_place(place, &owner);
                let body = text("told");
                let record =
                    Record { draft_id, place, reply_to: None, body, made_at: self.now, owner, sha256: None };
                self.kept.push(record.clone());
                self.feed(Input::Overheard(Box::new(record)));
            }
            Step::SignsIn { user, is_claim } => {
                let (name, jwt) = USERS[user];
                let next = Owner::User(name.into());
                if is_claim && matches!(self.person, Owner::Visitor(_)) {
                    let before = format!("{:?}", self.person);
                    for whose in self.whose.values_mut().filter(|whose| whose.contains(&before)) {
                        whose.insert(format!("{next:?}"));
                    }
                }
                self.person = next;
                let visitor = is_claim.then(|| token(self.visitor));
                self.feed(Input::TokenArrived(Auth::User { jwt: jwt.into(), visitor }));
            }
            Step::SignsOut(visitor) => {
                if !matches!(self.person, Owner::Visitor(own) if own >= visitor) {
                    self.visitor = self.visitor.max(visitor);
                    self.person = Owner::Visitor(self.visitor);
                }
                self.feed(Input::SignedOut(visitor));
            }
            Step::Looks { visitor, has_token } => {
                self.visitor = self.visitor.max(visitor);
                if matches!(self.person, Owner::Visitor(_)) {
                    self.person = Owner::Visitor(self.visitor);
                }
                let token = has_token.then(|| token(visitor));
                self.feed(Input::VisitorFound { visitor, token });
            }
            Step::Opens => self.feed(Input::SocketOpened),
            Step::Welcomes { me, sessions } => {
                let heads = sessions.into_iter().map(|number| state(number, vec![])).collect();
                let ServerFrame::Welcome(mut frame) = welcome(me, heads) else { return };
                frame.tokens.resume = format!("{:?}", self.greeted);
                self.feed(Input::Received { id: None, frame: ServerFrame::Welcome(frame) });
            }
            Step::Takes(seq) => {
                if let Some(draft_id) = self.last_said {
                    self.feed(Input::Received { id: None, frame: ok(1, draft_id, seq) });
                }
            }
            Step::Closes(code) => self.feed(Input::SocketClosed(CloseCode(code))),
            Step::Waits(pause) => {
                self.now = self.now + Millis(pause);
                self.feed(Input::Tick);
            }
        }
        assert_eq!(*self.door.owner(), self.person);
    }

    fn feed(&mut self, input: Input) {
        for effect in self.door.handle(self.now, input) {
            match effect {
                Effect::Save(record) => {
                    // An opening may bear a name that this end made up: it is of those whose words wait for it.
                    if let Place::Opening { draft_id, .. } = record.place {
                        let whose = self.whose.get(&record.draft_id).cloned().unwrap_or_default();
                        self.whose.entry(draft_id).or_default().extend(whose);
                    }
                    self.kept.push(record.clone());
                    self.feed(Input::Saved(record.draft_id));
                }
                Effect::Dial | Effect::HangUp(_) => self.greeted = None,
                Effect::Send(outgoing) | Effect::SendNext(outgoing) => match outgoing.frame {
                    ClientFrame::Hello(hello) => self.greet(&hello),
                    ClientFrame::Send(said) => self.check(said.draft_id),
                    ClientFrame::Open(open) => self.check(open.draft_id),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn greet(&mut self, hello: &Hello) {
        let person = &self.person;
        match (&hello.auth, person) {
            (Auth::New, Owner::Visitor(_)) => {}
            (Auth::Visitor { token: said }, Owner::Visitor(number)) => assert_eq!(*said, token(*number)),
            (Auth::User { jwt, .. }, Owner::User(name)) => {
                assert!(USERS.contains(&(name.as_str(), jwt.as_str())));
            }
            (Auth::Resume { token }, _) => assert_eq!(*token, format!("{:?}", Some(person))),
            (auth, _) => panic!("{auth:?} for {person:?}"),
        }
        self.greeted = Some(person.clone());
    }

    fn check(&mut self, draft_id: DraftId) {
        let whose = self.whose.get(&draft_id);
        assert_eq!(self.greeted.as_ref(), Some(&self.person), "on a line of somebody else");
        let is_theirs = whose.is_some_and(|whose| whose.contains(&format!("{:?}", self.person)));
        assert!(is_theirs, "{draft_id} of {whose:?} is said by {:?}", self.person);
        self.last_said = Some(draft_id);
        self.said += 1;
    }
}

fn token(visitor: u32) -> String {
    format!("v{visitor}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p11_words_go_out_only_under_the_person_who_typed_them(
        script in prop::collection::vec(some_step(), 1..100)
    ) {
        let mut book = Book::new();
        for step in [Step::Types, Step::Opens, Step::Welcomes { me: 1, sessions: vec![1] }] {
            if book.said == 0 {
                book.feed(Input::Start);
            }
            book.step(step);
        }
        prop_assert!(book.said > 0, "a script that says nothing proves nothing");
        script.into_iter().for_each(|step| book.step(step));
    }
}
