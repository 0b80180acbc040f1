//! JavaScript as tokens: just enough to know what is code, and what is string, template, expression or comment.

use anyhow::{Result, bail};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word,
    Number,
    /// Also a template, whole, with all that is nested in it.
    String,
    Regex,
    /// One character, or `++`, `--`, `=>`, `?.` and the like where the next character belongs to it.
    Punctuation,
}

/// A piece of the source with what stood before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Whitespace or a comment stood before it.
    pub(super) after_gap: bool,
    /// A line ended before it.
    pub(super) after_newline: bool,
}

/// The whole source.
pub(super) fn tokens(source: &str) -> Result<Vec<Token<'_>>> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), parentheses: Vec::new() };
    while lexer.step()? {}
    Ok(lexer.tokens)
}

/// After these a slash begins a regular expression.
const BEFORE_VALUE: [&str; 14] = [
    "return",
    "typeof",
    "instanceof",
    "in",
    "of",
    "new",
    "delete",
    "void",
    "throw",
    "case",
    "do",
    "else",
    "yield",
    "await",
];

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
    /// For each open parenthesis: whether a statement follows the closing one, as after `if (..)`.
    parentheses: Vec<bool>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Reads one token. False at the end.
    fn step(&mut self) -> Result<bool> {
        let start = self.at;
        let after_newline = self.skip_gap()?;
        let after_gap = self.at > start;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok(false) };
        let second = self.rest().chars().nth(1);
        let kind = match first {
            '\'' | '"' => self.string(first)?,
            '`' => self.template()?,
            '0'..='9' => self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number(),
            '/' if self.regex_may_begin() => self.regex()?,
            c if is_word(c) => self.take(Kind::Word, is_word),
            _ => self.punctuation(first),
        };
        let text = &self.source[start..self.at];
        self.note_parenthesis(text);
        self.tokens.push(Token { kind, text, after_gap, after_newline });
        Ok(true)
    }

    /// Skips whitespace and comments, and tells whether a line ended in them.
    fn skip_gap(&mut self) -> Result<bool> {
        let mut newline = false;
        loop {
            let rest = self.rest();
            let skipped = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let Some(end) = rest.find("*/") else { bail!("a comment does not end") };
                end + 2
            } else {
                rest.len() - rest.trim_start().len()
            };
            if skipped == 0 {
                return Ok(newline);
            }
            newline |= rest[..skipped].contains('\n');
            self.at += skipped;
        }
    }

    fn take(&mut self, kind: Kind, belongs: impl Fn(char) -> bool) -> Kind {
        let rest = self.rest();
        self.at += rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        kind
    }

    fn number(&mut self) -> Kind {
        let mut before = ' ';
        let hexadecimal = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        for c in self.rest().chars() {
            let signs_exponent = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !hexadecimal;
            if !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || signs_exponent) {
                break;
            }
            self.at += c.len_utf8();
            before = c;
        }
        Kind::Number
    }

    fn string(&mut self, quote: char) -> Result<Kind> {
        let mut escaped = true;
        for c in self.rest().chars() {
            self.at += c.len_utf8();
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                c if c == quote => return Ok(Kind::String),
                _ => {}
            }
        }
        bail!("a string does not end: {:.40}", self.rest())
    }

    /// A template is kept whole. What is nested in `${..}` is read as code, to find its end.
    fn template(&mut self) -> Result<Kind> {
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(found) = rest.find(['\\', '`', '$']) else { bail!("a template does not end") };
            self.at += found;
            let rest = self.rest();
            if rest.starts_with('`') {
                self.at += 1;
                return Ok(Kind::String);
            } else if rest.starts_with("${") {
                self.at += 2;
                self.nested()?;
            } else {
                let escaped = if rest.starts_with('\\') { rest.chars().nth(1) } else { None };
                self.at += 1 + escaped.map_or(0, char::len_utf8);
            }
        }
    }

    /// Reads up to the brace that closes a `${`, and forgets the tokens: the template keeps them.
    fn nested(&mut self) -> Result<()> {
        let mark = self.tokens.len();
        let mut depth = 1_u32;
        while depth > 0 {
            if !self.step()? {
                bail!("a template does not end");
            }
            match self.tokens.last().map(|token| token.text) {
                Some("{") => depth += 1,
                Some("}") => depth -= 1,
                _ => {}
            }
        }
        self.tokens.truncate(mark);
        Ok(())
    }

    fn regex(&mut self) -> Result<Kind> {
        let (mut escaped, mut in_class) = (true, false);
        for c in self.rest().chars() {
            self.at += c.len_utf8();
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => return Ok(self.take(Kind::Regex, is_word)),
                _ => {}
            }
        }
        bail!("a regular expression does not end: {:.40}", self.rest())
    }

    fn punctuation(&mut self, first: char) -> Kind {
        let doubled = matches!(first, '+' | '-') && self.rest()[1..].starts_with(first);
        self.at += if doubled { 2 } else { first.len_utf8() };
        Kind::Punctuation
    }

    /// Whether a slash here begins a regular expression and not a division.
    fn regex_may_begin(&self) -> bool {
        let mut back = self.tokens.iter().rev();
        let Some(before) = back.next() else { return true };
        match before.kind {
            Kind::Word => {
                let is_member = back.next().is_some_and(|token| token.text == ".");
                !is_member && BEFORE_VALUE.contains(&before.text)
            }
            Kind::Number | Kind::String | Kind::Regex => false,
            // `note_parenthesis` left the answer for `)`. A block ends in `}` far more often than a divided object.
            Kind::Punctuation => match before.text {
                ")" => self.parentheses.last().copied().unwrap_or(false),
                "]" | "++" | "--" => false,
                _ => true,
            },
        }
    }

    /// Keeps, on top of the stack, what the parenthesis that closed last means for the slash behind it.
    fn note_parenthesis(&mut self, text: &str) {
        // The answer of a closed one lasts until the next token.
        if self.tokens.last().is_some_and(|token| token.text == ")") {
            self.parentheses.pop();
        }
        if text == "(" {
            let heads_statement =
                self.tokens.last().is_some_and(|token| matches!(token.text, "if" | "while" | "for" | "with"));
            self.parentheses.push(heads_statement);
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#' | '@' | '\\' | '\u{200c}' | '\u{200d}')
}
