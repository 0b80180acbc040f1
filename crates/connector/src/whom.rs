//! Whom somebody means, of those who answer: by account, by its first part, or by name.

/// Somebody who may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// As a registration names them: `mia`, `xmpp:mia@shop.example`, `matrix:@mia:shop.example`.
    pub outer_name: &'a str,
    /// As visitors see them.
    pub name: &'a str,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The one at that place among the candidates.
    One(usize),
    /// One of several: what to write to mean each.
    Several(Vec<String>),
    /// Nobody.
    None,
}

impl Candidate<'_> {
    /// What means this one and nobody else.
    pub fn in_full(&self) -> String {
        match self.outer_name.split_once(':') {
            Some(_) => self.outer_name.to_owned(),
            None => format!("desk:{}", self.outer_name),
        }
    }

    fn is_called(&self, wanted: &str) -> bool {
        let account = self.outer_name.split_once(':').map_or(self.outer_name, |(_, account)| account);
        // `@mia:server` is `mia` of that server, and so is `mia@server`.
        let bare = account.strip_prefix('@').unwrap_or(account);
        let local = bare.split(['@', ':']).next().unwrap_or(bare);
        let is = |text: &str| text.to_lowercase() == wanted;
        is(account) || is(bare) || is(local) || is(self.name)
    }
}

/// Whom that means, whatever the size of its letters. An account in full, with its platform before it, means that one only.
pub fn find(wanted: &str, candidates: &[Candidate<'_>]) -> Found {
    // Clients put a colon or a comma behind a name that they complete, and an `@` before it.
    let wanted = wanted.trim().trim_end_matches([':', ',']).to_lowercase();
    if let Some(place) = candidates.iter().position(|one| one.in_full().to_lowercase() == wanted) {
        return Found::One(place);
    }
    let bare = wanted.strip_prefix('@').unwrap_or(&wanted);
    let called: Vec<_> =
        (0..).zip(candidates).filter(|(_, one)| one.is_called(&wanted) || one.is_called(bare)).collect();
    match called.as_slice() {
        [] => Found::None,
        [(place, _)] => Found::One(*place),
        several => Found::Several(several.iter().map(|(_, one)| one.in_full()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Candidate<'_>; 4] = [
        Candidate { outer_name: "mia", name: "Mia Berger" },
        Candidate { outer_name: "xmpp:mia@shop.example", name: "mia" },
        Candidate { outer_name: "matrix:@jo:shop.example", name: "Jørn" },
        Candidate { outer_name: "robin@shop", name: "robin@shop" },
    ];

    #[test]
    fn one_is_found_by_account_first_part_or_name() {
        for (wanted, place) in [
            ("mia berger", 0),
            ("desk:mia", 0),
            ("xmpp:mia@shop.example", 1),
            ("MIA@shop.example", 1),
            ("jo", 2),
            ("@jo:", 2),
            ("@jo:shop.example", 2),
            ("jØrn", 2),
            ("robin", 3),
            ("robin@shop,", 3),
        ] {
            assert_eq!(find(wanted, &ALL), Found::One(place), "{wanted}");
        }
    }

    #[test]
    fn who_may_be_several_or_nobody_is_not_guessed() {
        let both = vec!["desk:mia".to_owned(), "xmpp:mia@shop.example".to_owned()];
        assert_eq!(find("Mia", &ALL), Found::Several(both));
        for wanted in ["mi", "", "@", "shop.example", "xmpp:robin"] {
            assert_eq!(find(wanted, &ALL), Found::None, "{wanted}");
        }
    }
}
