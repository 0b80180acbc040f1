//! What a text is, and how a language's texts are declared and read.
//!
//! [`texts!`](crate::texts!) declares a struct with one field for each text: its kind, its English, and for whom translates it a
//! comment. English is a part of the wasm and so is always there. The other languages lie in `src/locale/*.toml`, and
//! `cargo xtask dist` makes of each a file with one line for each text, in the order in which they are declared. What a file
//! lacks or has too much, `cargo xtask tidy` tells by name; that parses the declarations, so they keep to this form.

/// A text without places to fill.
pub type Text = &'static str;

/// A text with one or two places for names or other words: `{name} is typing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern(pub &'static str);

/// A text that depends on a number: one form for each plural category, separated by tabs, in the order of [`CATEGORIES`].
/// A form that the language does not have is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted(pub &'static str);

/// The plural categories of Unicode's CLDR, as `Intl.PluralRules` names them.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

impl Pattern {
    /// The text about this.
    pub fn with(self, value: &str) -> String {
        fill(self.0, &[value])
    }

    /// The text about these two, in the order in which the English has them.
    pub fn with_both(self, first: &str, second: &str) -> String {
        fill(self.0, &[first, second])
    }
}

impl Counted {
    /// The text about a number of that category (`Intl.PluralRules`), already written out.
    pub fn with(self, category: &str, number: &str) -> String {
        let at = CATEGORIES.iter().position(|known| *known == category);
        let forms = || self.0.split('\t');
        let form = at.and_then(|at| forms().nth(at)).filter(|form| !form.is_empty());
        fill(form.or_else(|| forms().next_back()).unwrap_or_default(), &[number])
    }
}

/// A built file bears the number of the value in each place. The English has names, and they count up.
fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut next = 0;
    while let Some((before, (place, after))) =
        rest.split_once('{').and_then(|(before, from)| Some((before, from.split_once('}')?)))
    {
        let at = place.parse().unwrap_or(next);
        out.push_str(before);
        out.push_str(values.get(at).copied().unwrap_or_default());
        next += 1;
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A kind of text, made of its line in a language's file.
pub trait Line: Sized {
    /// Nothing fails: a line that is not there is an empty text, and whoever reads the file notices that it was too short.
    fn of(line: &'static str) -> Self;
}

impl Line for Text {
    fn of(line: &'static str) -> Self {
        line
    }
}

impl Line for Pattern {
    fn of(line: &'static str) -> Self {
        Self(line)
    }
}

impl Line for Counted {
    fn of(line: &'static str) -> Self {
        Self(line)
    }
}

/// Gives the lines of a file one by one. One function, not one copy for each text.
#[inline(never)]
pub fn next_line(lines: &mut std::str::Split<'static, char>) -> &'static str {
    lines.next().unwrap_or_default()
}

/// Declares a struct of texts: `key: Kind = "English"`, with `"one" | "other"` for a [`Counted`]. See the module.
///
/// `with field: Struct` behind the name takes the texts of another such struct in. They come last in a file.
#[macro_export]
macro_rules! texts {
    (
        $(#[$about:meta])*
        pub struct $name:ident $(with $part:ident: $part_type:ident)? {
            $( $(#[$key_about:meta])* $key:ident: $kind:ident = $english:literal $(| $other:literal)? ),* $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name {
            $(
                /// The texts that are taken in.
                pub $part: $part_type,
            )?
            $( $(#[$key_about])* pub $key: $crate::texts::$kind, )*
        }

        impl $name {
            /// The texts in English.
            pub const ENGLISH: Self = Self {
                $( $part: $part_type::ENGLISH, )?
                $( $key: $crate::english!($kind, $english $(, $other)?), )*
            };

            /// How many texts a file holds.
            pub const COUNT: usize = [$( stringify!($key) ),*].len() $( + $part_type::COUNT )?;

            /// The names of the texts, in the order of a file.
            pub fn keys() -> Vec<&'static str> {
                [vec![$( stringify!($key) ),*] $(, $part_type::keys() )?].concat()
            }

            /// Reads the lines of a built file.
            pub fn read(lines: &mut std::str::Split<'static, char>) -> Self {
                $( let $key = $crate::texts::Line::of($crate::texts::next_line(lines)); )*
                Self {
                    $( $part: $part_type::read(lines), )?
                    $( $key, )*
                }
            }
        }
    };
}

/// The value of a text in English. A part of [`texts!`](crate::texts!), and the way to write single texts elsewhere.
#[macro_export]
macro_rules! english {
    (Text, $text:literal) => {
        $text
    };
    (Pattern, $text:literal) => {
        $crate::texts::Pattern($text)
    };
    (Counted, $one:literal, $other:literal) => {
        $crate::texts::Counted(concat!("\t", $one, "\t\t\t\t", $other))
    };
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "what the macro makes is public elsewhere")]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_by_number_or_by_order() {
        for (pattern, expected) in [
            ("{name} is typing", "A is typing"),
            ("{a} of {b}", "A of B"),
            ("{1} / {0}", "B / A"),
            ("{0}", "A"),
            ("none", "none"),
            ("{", "{"),
            ("{2}!", "!"),
        ] {
            assert_eq!(Pattern(pattern).with_both("A", "B"), expected, "{pattern}");
        }
        assert_eq!(Pattern("{name}").with("{name}"), "{name}", "what is filled in is not looked at again");
    }

    #[test]
    fn a_number_takes_the_form_of_its_category() {
        let english = crate::english!(Counted, "{count} line", "{count} lines");
        let arabic = Counted("none\tone\ttwo\t{0} few\t{0} many\t{0} other");
        for (counted, category, expected) in [
            (english, "one", "7 line"),
            (english, "other", "7 lines"),
            (english, "many", "7 lines"),
            (english, "", "7 lines"),
            (arabic, "zero", "none"),
            (arabic, "two", "two"),
            (arabic, "few", "7 few"),
            (Counted("\t\t\t\t\t{0}"), "one", "7"),
        ] {
            assert_eq!(counted.with(category, "7"), expected, "{category}");
        }
    }

    texts! {
        /// Inner.
        pub struct Inner {
            /// A text.
            inside: Text = "In",
        }
    }

    texts! {
        /// Outer.
        pub struct Outer with inner: Inner {
            /// A text.
            first: Text = "First",
            /// A count.
            count: Counted = "one" | "other",
        }
    }

    #[test]
    fn a_file_is_read_in_the_order_of_the_declaration() {
        assert_eq!(Outer::keys(), ["first", "count", "inside"]);
        assert_eq!((Outer::COUNT, Inner::COUNT), (3, 1));
        assert_eq!((Outer::ENGLISH.first, Outer::ENGLISH.inner.inside), ("First", "In"));
        assert_eq!(Outer::ENGLISH.count.with("one", ""), "one");
        let mut lines = "Erstens\t\n\tein\t\t\t\tviele\nDrin\nend".split('\n');
        let outer = Outer::read(&mut lines);
        assert_eq!((outer.first, outer.inner.inside), ("Erstens\t", "Drin"));
        assert_eq!(outer.count.with("other", ""), "viele");
        assert_eq!(lines.next(), Some("end"));
    }
}
