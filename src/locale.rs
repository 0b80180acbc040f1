//! Everything the widget says, one file per language. A language that lacks a text does not compile.

mod de;
mod en;

use tieline_session::screen::Notice;
use tieline_talk::Words;

/// The texts of one language.
#[derive(Debug)]
pub struct Locale {
    /// What thread and composer say.
    pub words: Words,
    /// The panel's name until the shop's is known.
    pub chat: &'static str,
    /// Under the shop's name.
    pub tagline: &'static str,
    /// The close button.
    pub close: &'static str,
    /// What is in the composer before anything is typed; takes the shop's name.
    pub write_to: fn(&str) -> String,
    /// The same, while the name is not known.
    pub write: &'static str,
    /// Headline of an empty thread.
    pub welcome: &'static str,
    /// First words of an empty thread where the shop gave none.
    pub greeting: &'static str,
    /// Introduces the item strip to screen readers.
    pub about: &'static str,
    /// In place of the composer when nothing can be written.
    pub read_only: &'static str,
    /// Loads the document again.
    pub reload: &'static str,
    /// The first connection takes long.
    pub connecting: &'static str,
    /// The connection is lost, words wait.
    pub reconnecting: &'static str,
    /// There is no network.
    pub offline: &'static str,
    /// Words would not outlive a reload.
    pub not_kept: &'static str,
    /// The gateway will not have this page.
    pub refused: &'static str,
    /// The page must say anew who this is.
    pub signed_out: &'static str,
    /// Only a reload helps.
    pub must_reload: &'static str,
}

static ALL: [&Locale; 2] = [&en::EN, &de::DE];

impl Locale {
    /// The first of these languages (BCP 47, best first) that we have; English if there is none.
    pub fn find<'a>(languages: impl IntoIterator<Item = &'a str>) -> &'static Self {
        let known = |tag: &str| {
            let language = language_of(tag);
            ALL.into_iter().find(|locale| locale.words.language.eq_ignore_ascii_case(language))
        };
        languages.into_iter().find_map(known).unwrap_or(&en::EN)
    }

    /// The sentence for the line under the header.
    pub fn notice(&self, notice: Notice) -> &'static str {
        match notice {
            Notice::Connecting => self.connecting,
            Notice::Reconnecting => self.reconnecting,
            Notice::Offline => self.offline,
            Notice::NotKept => self.not_kept,
            Notice::Refused => self.refused,
            Notice::SignedOut => self.signed_out,
            Notice::MustReload => self.must_reload,
        }
    }
}

// Statics: the same language is the same address.
impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Which way a language is written, as the `dir` attribute has it.
pub fn direction(tag: &str) -> &'static str {
    let is_rtl = ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"]
        .contains(&language_of(tag));
    if is_rtl { "rtl" } else { "ltr" }
}

fn language_of(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::{ALL, Locale, direction};

    #[test]
    fn the_first_language_that_we_have_is_spoken() {
        for (wanted, found) in [
            (&["de-CH", "en"][..], "de"),
            (&["xx", "DE"][..], "de"),
            (&["en-GB", "de"][..], "en"),
            (&["ja", "zh-Hant-TW"][..], "en"),
            (&["", "de_AT"][..], "de"),
            (&[][..], "en"),
        ] {
            assert_eq!(Locale::find(wanted.iter().copied()).words.language, found, "{wanted:?}");
        }
    }

    #[test]
    fn scripts_run_their_own_way() {
        assert_eq!(direction("ar-EG"), "rtl");
        assert_eq!(direction("he"), "rtl");
        assert_eq!(direction("arn"), "ltr", "Mapudungun only begins like Arabic");
        assert_eq!(direction("de-CH"), "ltr");
    }

    #[test]
    fn counts_are_worded_for_one_and_for_many() {
        for locale in ALL {
            assert_ne!((locale.words.new_count)(1), (locale.words.new_count)(2));
            assert!((locale.words.left)(-3).contains('3'));
            assert!((locale.write_to)("Fern & Clay").contains("Fern & Clay"));
        }
    }
}
