//! Who this end says it is, and what to do when the gateway does not believe it.

use tieline_protocol::{Auth, CloseCode, ErrorBody, Retry, server::Tokens};

use crate::{
    effect::{Effect, Owner},
    link::{Cure, Lack},
    subject::subject_of,
};

/// The proofs of one person.
#[derive(Debug)]
pub(crate) struct Proof {
    /// Holds for a first `hello`.
    base: Auth,
    /// Holds after a cut; from the last `welcome`.
    resume: Option<String>,
    /// The embed ticket, where one is needed.
    ticket: Option<String>,
    /// It was fetched after the last refusal, so what is refused now is the token.
    ticket_is_fresh: bool,
    /// Whose words may be sent with it.
    owner: Owner,
    /// Which visitor sits here, or sat here before the user signed in.
    visitor: u32,
    /// A visitor's token that was given up. The device may still have it.
    given_up: Option<String>,
    /// What the gateway said before it closed.
    refusal: Option<ErrorBody>,
}

impl Proof {
    pub(crate) fn new(base: Auth, ticket: Option<String>) -> Self {
        Self {
            owner: owner_of(&base, 0),
            base,
            resume: None,
            ticket,
            ticket_is_fresh: false,
            visitor: 0,
            given_up: None,
            refusal: None,
        }
    }

    pub(crate) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What the next `hello` says, with the ticket for it.
    pub(crate) fn present(&mut self) -> (Auth, Option<String>) {
        self.refusal = None;
        let auth = self.resume.clone().map_or_else(|| self.base.clone(), |token| Auth::Resume { token });
        (auth, self.ticket.clone())
    }

    /// The gateway believed it and gave tokens for the next times.
    pub(crate) fn welcomed(&mut self, tokens: Tokens, out: &mut Vec<Effect>) {
        self.refusal = None;
        self.ticket_is_fresh = false;
        if let Some(token) = tokens.visitor {
            // Kept before it is used: the old one may be retired by its first use.
            out.push(Effect::KeepVisitorToken { visitor: self.visitor, token: token.clone() });
            if matches!(self.base, Auth::New | Auth::Visitor { .. }) {
                self.base = Auth::Visitor { token };
            }
        }
        self.resume = Some(tokens.resume).filter(|token| !token.is_empty());
    }

    /// A fresh proof. Gives the owner of before if it is another person's.
    pub(crate) fn replace(&mut self, base: Auth) -> Option<Owner> {
        let owner = owner_of(&base, self.visitor);
        self.base = base;
        self.become_owner(owner)
    }

    /// Whoever was here signed out. Gives the owner of before, unless this is no news.
    pub(crate) fn sign_out(&mut self, visitor: u32) -> Option<Owner> {
        let is_late = matches!(self.owner, Owner::Visitor(own) if own >= visitor);
        if is_late {
            return None;
        }
        self.visitor = self.visitor.max(visitor);
        self.base = Auth::New;
        self.become_owner(Owner::Visitor(self.visitor))
    }

    /// What the device keeps. Gives the owner of before if another visitor sits here by now.
    pub(crate) fn find_visitor(&mut self, visitor: u32, token: Option<String>) -> Option<Owner> {
        if !matches!(self.owner, Owner::Visitor(_)) {
            self.visitor = self.visitor.max(visitor);
            return None;
        }
        let before = self.sign_out(visitor);
        // An older token would be taken for a stolen one: tokens are rotated, and each tab hears only of its own.
        if let Some(token) =
            token.filter(|token| visitor == self.visitor && self.given_up.as_ref() != Some(token))
            && matches!(self.base, Auth::New | Auth::Visitor { .. })
        {
            self.base = Auth::Visitor { token };
        }
        before
    }

    fn become_owner(&mut self, owner: Owner) -> Option<Owner> {
        if owner == self.owner {
            return None;
        }
        self.resume = None;
        Some(std::mem::replace(&mut self.owner, owner))
    }

    /// What vouches for this person, apart from resuming.
    pub(crate) fn base(&self) -> &Auth {
        &self.base
    }

    /// Whether the page vouched for both: the visitor of before is the user of now.
    pub(crate) fn claims_visitor(&self) -> bool {
        matches!(self.base, Auth::User { visitor: Some(_), .. })
    }

    pub(crate) fn renew_ticket(&mut self, ticket: String) {
        self.ticket = Some(ticket);
        self.ticket_is_fresh = true;
    }

    /// The gateway explains the close that follows.
    pub(crate) fn refused(&mut self, error: ErrorBody) {
        self.refusal = Some(error);
    }

    /// What the next `hello` needs after the connection closed with `code`.
    pub(crate) fn cure(&mut self, code: CloseCode, was_live: bool) -> Cure {
        let refusal = self.refusal.take();
        let at_least = refusal.as_ref().and_then(|error| error.retry_ms).unwrap_or_default();
        let lacks_proof = refusal.as_ref().is_some_and(|error| error.code.retry() == Retry::SignIn);
        if !lacks_proof && code.retry() != Retry::SignIn {
            return Cure::Pause { at_least };
        }
        let had_resume = self.resume.take().is_some();
        let had_fresh_ticket = std::mem::take(&mut self.ticket_is_fresh);
        let at = refusal.as_ref().and_then(|error| error.at.as_deref());
        if at == Some("embed") {
            return Cure::Ask(Lack::Ticket);
        }
        match self.base {
            Auth::User { .. } | Auth::Agent { .. } if was_live => Cure::Ask(Lack::Token),
            _ if was_live => Cure::Pause { at_least },
            _ if had_resume => Cure::None,
            // A ticket lives ten minutes, a page for days: before a token is given up, the ticket is renewed.
            _ if self.ticket.is_some() && !had_fresh_ticket => Cure::Ask(Lack::Ticket),
            Auth::User { .. } | Auth::Agent { .. } => Cure::Ask(Lack::Token),
            Auth::Visitor { ref token } => {
                // Nobody else can vouch for an anonymous visitor: begin as a new one.
                self.given_up = Some(token.clone());
                self.base = Auth::New;
                Cure::None
            }
            Auth::New | Auth::Resume { .. } => Cure::Ask(Lack::Ticket),
        }
    }
}

fn owner_of(auth: &Auth, visitor: u32) -> Owner {
    match auth {
        Auth::User { jwt, .. } => Owner::User(subject_of(jwt).unwrap_or_default()),
        Auth::Agent { .. } => Owner::Agent,
        Auth::New | Auth::Visitor { .. } | Auth::Resume { .. } => Owner::Visitor(visitor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_protocol::{ErrorCode, Millis};

    fn error(code: ErrorCode, at: Option<&str>) -> ErrorBody {
        ErrorBody { at: at.map(Into::into), ..ErrorBody::new(code) }
    }

    fn resumed(base: Auth) -> Proof {
        let mut proof = Proof::new(base, Some("ticket".into()));
        proof.welcomed(Tokens { resume: "r".into(), ..Tokens::default() }, &mut Vec::new());
        proof
    }

    #[test]
    fn each_refusal_has_its_cure() {
        let user = || Auth::User { jwt: "e30.eyJzdWIiOiJhIn0.s".into(), visitor: None };
        let visitor = || Auth::Visitor { token: "v".into() };
        let unauthorized = |at| Some(error(ErrorCode::Unauthorized, at));
        let pause = Cure::Pause { at_least: Millis(0) };
        let (token, ticket) = (Cure::Ask(Lack::Token), Cure::Ask(Lack::Ticket));
        for (name, mut proof, refusal, code, was_live, expected) in [
            ("resume of a user", resumed(user()), unauthorized(None), CloseCode::SIGN_IN, false, Cure::None),
            ("user", Proof::new(user(), None), unauthorized(None), CloseCode::SIGN_IN, false, token),
            ("user while live", resumed(user()), None, CloseCode::SIGN_IN, true, token),
            (
                "visitor",
                Proof::new(visitor(), None),
                unauthorized(None),
                CloseCode::SIGN_IN,
                false,
                Cure::None,
            ),
            ("visitor while live", resumed(visitor()), None, CloseCode::SIGN_IN, true, pause),
            (
                "ticket",
                Proof::new(visitor(), None),
                Some(error(ErrorCode::TokenExpired, Some("embed"))),
                CloseCode::SIGN_IN,
                false,
                ticket,
            ),
            ("ticket of nobody", Proof::new(Auth::New, None), None, CloseCode::SIGN_IN, false, ticket),
            (
                "visitor with an old ticket",
                Proof::new(visitor(), Some("old".into())),
                unauthorized(None),
                CloseCode::SIGN_IN,
                false,
                ticket,
            ),
            (
                "agent",
                Proof::new(Auth::Agent { token: "t".into() }, None),
                None,
                CloseCode::SIGN_IN,
                false,
                token,
            ),
            ("network", resumed(user()), None, CloseCode(1006), true, pause),
        ] {
            if let Some(refusal) = refusal {
                proof.refused(refusal);
            }
            assert_eq!(proof.cure(code, was_live), expected, "{name}");
        }
    }

    #[test]
    fn another_subject_is_another_person() {
        let user = |jwt: &str| Auth::User { jwt: jwt.into(), visitor: None };
        let mut proof = resumed(user("e30.eyJzdWIiOiJhIn0.one"));
        assert_eq!(proof.replace(user("e30.eyJzdWIiOiJhIn0.two")), None);
        assert!(matches!(proof.present().0, Auth::Resume { .. }));
        assert_eq!(proof.replace(user("e30.eyJzdWIiOiJiIn0.x")), Some(Owner::User("a".into())));
        assert!(matches!(proof.present().0, Auth::User { .. }));
        assert_eq!(proof.sign_out(1), Some(Owner::User("b".into())));
        assert_eq!(proof.find_visitor(1, Some("v".into())), None, "another tab became a visitor");
        assert_eq!(proof.sign_out(1), None, "heard again");
        assert_eq!(proof.present().0, Auth::Visitor { token: "v".into() });
        assert_eq!(proof.sign_out(2), Some(Owner::Visitor(1)), "signed out: somebody new");
        assert_eq!(proof.present().0, Auth::New);
        assert_eq!(proof.find_visitor(1, Some("v".into())), None, "what is left of an older visitor");
        assert_eq!(proof.present().0, Auth::New);
        assert_eq!(proof.find_visitor(3, Some("w".into())), Some(Owner::Visitor(2)));
        assert_eq!(proof.present().0, Auth::Visitor { token: "w".into() });
    }

    #[test]
    fn a_lost_visitor_begins_anew_once() {
        let mut proof = Proof::new(Auth::Visitor { token: "old".into() }, Some("old".into()));
        assert_eq!(proof.cure(CloseCode::SIGN_IN, false), Cure::Ask(Lack::Ticket));
        proof.renew_ticket("new".into());
        assert_eq!(proof.present(), (Auth::Visitor { token: "old".into() }, Some("new".into())));
        assert_eq!(proof.cure(CloseCode::SIGN_IN, false), Cure::None);
        assert_eq!(proof.find_visitor(0, Some("old".into())), None);
        assert_eq!(proof.present().0, Auth::New, "what the device still has was given up");
        assert_eq!(proof.cure(CloseCode::SIGN_IN, false), Cure::Ask(Lack::Ticket));
    }
}
