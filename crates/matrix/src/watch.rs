//! Whether the homeserver is there, and the way to it and back.
//!
//! In turn, the homeserver is asked to ask back, and a line to it is held. So its death is seen at once, also where it is back
//! before anybody wants something of it; and what it says on the line makes up for what it does not bring.

use std::time::{Duration, Instant};

use tieline_connector::{Standing, backoff::Backoff, patience::chance};

use crate::{
    ask::{Answer, Ask, Failure},
    connector::SERVICE_ID,
};

/// How often the homeserver is asked to ask back.
const BETWEEN_PINGS: Duration = Duration::from_secs(30);

/// The watch over one homeserver. `R` is told how it stands.
pub(crate) struct Watch<R> {
    report: R,
    /// Who holds the line.
    service: String,
    standing: Standing,
    backoff: Backoff,
    next_at: Instant,
    step: Step,
    /// When the homeserver last reached the gateway.
    asked_back_at: Instant,
    /// What the line before ended with. None: no line was held since it was last down.
    since: Option<String>,
}

/// What the homeserver is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Register,
    Ping,
    Hold,
}

/// What the rooms are to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is there.
    Back,
    /// It was gone, if only for a moment.
    Gone,
}

impl<R: FnMut(Standing)> Watch<R> {
    /// Over the homeserver on which this user of ours holds the line.
    pub(crate) fn new(report: R, service: String) -> Self {
        let backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
        let (standing, now) = (Standing::Dialling, Instant::now());
        let step = Step::Register;
        Self { report, service, standing, backoff, next_at: now, step, asked_back_at: now, since: None }
    }

    /// What to ask next, and not before when.
    pub(crate) fn next(&self) -> (Instant, Ask) {
        let user = self.service.clone();
        let ask = match self.step {
            Step::Register => Ask::Register { user },
            Step::Ping => Ask::Ping { service: SERVICE_ID.to_owned() },
            Step::Hold => Ask::Hold { user, since: self.since.clone() },
        };
        (self.next_at, ask)
    }

    /// Takes in how it went.
    pub(crate) fn take(&mut self, answer: Result<Answer, Failure>) -> Option<Change> {
        self.next_at = Instant::now();
        match self.step {
            Step::Register => self.take_registered(answer),
            Step::Ping => self.take_pinged(answer),
            Step::Hold => self.take_held(answer),
        }
    }

    fn take_registered(&mut self, answer: Result<Answer, Failure>) -> Option<Change> {
        match answer {
            Err(Failure::Refused { code, .. }) if code == "M_USER_IN_USE" => self.step = Step::Ping,
            Ok(_) => self.step = Step::Ping,
            Err(failure) => return self.fall(&failure),
        }
        None
    }

    fn take_pinged(&mut self, answer: Result<Answer, Failure>) -> Option<Change> {
        match answer {
            // An older server cannot ask back; it is there.
            Err(Failure::Refused { code, .. }) if code == "M_UNRECOGNIZED" => {}
            Ok(_) => {}
            Err(failure) => return self.fall(&failure),
        }
        (self.step, self.asked_back_at) = (Step::Hold, Instant::now());
        let is_new = self.standing != Standing::Up;
        if is_new {
            tracing::info!("the homeserver is there, and reaches the gateway");
        }
        self.stand(Standing::Up);
        is_new.then_some(Change::Back)
    }

    fn take_held(&mut self, answer: Result<Answer, Failure>) -> Option<Change> {
        match (answer, self.since.is_some()) {
            (Ok(Answer::Held { since, .. }), _) => {
                self.since = Some(since);
                self.backoff.reset();
                if self.asked_back_at.elapsed() > BETWEEN_PINGS {
                    self.step = Step::Ping;
                }
                None
            }
            // A line that has broken, not one that never was.
            (Err(failure @ Failure::Later { .. }), true) => self.fall(&failure),
            (failure, _) => {
                if let Err(failure) = failure {
                    tracing::warn!(error.what = %failure, "the homeserver lets no line be held");
                }
                // Whether it is there is told by asking it to ask back, from time to time.
                (self.step, self.since) = (Step::Ping, None);
                self.next_at += self.backoff.next(chance());
                None
            }
        }
    }

    /// It is not there.
    fn fall(&mut self, failure: &Failure) -> Option<Change> {
        self.next_at += self.backoff.next(chance());
        if self.step == Step::Hold {
            self.step = Step::Ping;
        }
        self.since = None;
        let was_up = self.standing == Standing::Up;
        let why = reason(failure);
        if was_up || self.standing == Standing::Dialling {
            tracing::warn!(error.what = %why, "the homeserver is not there");
        }
        self.stand(Standing::Down { why });
        was_up.then_some(Change::Gone)
    }

    fn stand(&mut self, standing: Standing) {
        (self.report)(standing.clone());
        self.standing = standing;
    }
}

/// In a sentence for an operator. Some servers answer a ping that failed with 502, so the code may stand within the words.
fn reason(failure: &Failure) -> String {
    let why = failure.to_string();
    let says = |code: &str| why.contains(code);
    let sentence = if says("M_CONNECTION_FAILED") || says("M_CONNECTION_TIMEOUT") {
        "the homeserver does not reach the gateway: is the registration's url right, and open to it?"
    } else if says("M_BAD_STATUS") {
        "the homeserver reaches something else, or with another token: is its registration the newest?"
    } else if says("M_FORBIDDEN") {
        "the homeserver knows the token, but not as tieline's: is its registration the newest?"
    } else {
        &why
    };
    sentence.to_owned()
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use super::*;

    fn later() -> Result<Answer, Failure> {
        Err(Failure::Later { why: "the network".into(), after: None })
    }

    fn held() -> Result<Answer, Failure> {
        Ok(Answer::Held { since: "s1".into(), news: Vec::new() })
    }

    /// What was reported.
    type Told = Rc<RefCell<Vec<Standing>>>;

    /// A watch that has registered its user.
    fn watch() -> (Watch<impl FnMut(Standing)>, Told) {
        let told = Rc::new(RefCell::new(Vec::new()));
        let tell = Rc::clone(&told);
        let mut watch = Watch::new(move |standing| tell.borrow_mut().push(standing), "@s:x".into());
        assert!(matches!(watch.next().1, Ask::Register { .. }));
        assert_eq!(watch.take(Ok(Answer::Done)), None);
        (watch, told)
    }

    #[test]
    fn a_line_that_breaks_is_a_death_and_its_end_is_noticed() {
        let (mut watch, told) = watch();
        assert!(matches!(watch.next().1, Ask::Ping { .. }));
        assert_eq!(watch.take(Ok(Answer::Done)), Some(Change::Back));
        assert!(matches!(watch.next().1, Ask::Hold { since: None, .. }));
        assert_eq!(watch.take(held()), None);
        assert!(matches!(watch.next().1, Ask::Hold { since: Some(_), .. }));
        assert_eq!(watch.take(later()), Some(Change::Gone));
        assert_eq!(watch.take(later()), None, "told once");
        assert!(matches!(watch.next().1, Ask::Ping { .. }));
        assert_eq!(watch.take(Ok(Answer::Done)), Some(Change::Back));
        assert_eq!(told.borrow().iter().filter(|standing| **standing == Standing::Up).count(), 2);
    }

    /// Each time the rooms would be read anew.
    #[test]
    fn a_homeserver_without_a_line_is_up_all_the_same_and_asked_ever_more_seldom() {
        let (mut watch, told) = watch();
        let refused = Err(Failure::Refused { status: 404, code: "M_UNRECOGNIZED".into(), why: "?".into() });
        assert_eq!(watch.take(Ok(Answer::Done)), Some(Change::Back));
        for no in [later(), refused, later(), later(), later(), later(), later(), later()] {
            assert!(matches!(watch.next().1, Ask::Hold { .. }));
            assert_eq!(watch.take(no), None);
            assert!(matches!(watch.next().1, Ask::Ping { .. }));
            assert_eq!(watch.take(Ok(Answer::Done)), None);
        }
        assert_eq!(watch.take(later()), None);
        assert!(watch.next().0 > Instant::now() + Duration::from_secs(10));
        assert!(told.borrow().iter().all(|standing| *standing == Standing::Up), "{told:?}");
    }

    #[test]
    fn an_operator_is_told_what_to_look_at() {
        let refused = |code: &str| Failure::Refused { status: 502, code: code.into(), why: String::new() };
        assert!(reason(&refused("M_CONNECTION_FAILED")).contains("url"));
        assert!(reason(&refused("M_BAD_STATUS")).contains("registration"));
        let later = Failure::Later { why: "the homeserver says M_CONNECTION_FAILED: x".into(), after: None };
        assert!(reason(&later).contains("url"));
    }
}
