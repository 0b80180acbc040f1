//! From a stranger's text to what may stand on a screen: no control characters, and links only where they are safe.
//!
//! There is no markup. A link needs its scheme written out, an ASCII host and no user part, so that what is read is where
//! it goes: `https://bank.example@evil.example` and look-alike letters stay plain text.

use tieline_protocol::Item;

use crate::screen::Span;

/// The text in pieces.
pub(crate) fn spans_of(text: &str) -> Vec<Span> {
    let text = clean(text);
    let mut spans = Vec::new();
    let (mut plain_from, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let starts_word =
            !text.get(..at).unwrap_or_default().ends_with(|before: char| before.is_ascii_alphanumeric());
        match find_link(rest).filter(|_| starts_word) {
            Some(length) => {
                push_plain(&mut spans, text.get(plain_from..at));
                let link = rest.get(..length).unwrap_or_default().to_owned();
                spans.push(Span::Link { text: link.clone(), url: link });
                at += length;
                plain_from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    push_plain(&mut spans, text.get(plain_from..));
    spans
}

fn push_plain(spans: &mut Vec<Span>, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        spans.push(Span::Plain(text.to_owned()));
    }
}

/// The length of the link that `rest` begins with.
fn find_link(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| has_scheme(rest, scheme))?;
    let end = rest.find(ends_link).unwrap_or(rest.len());
    let link = without_trailing_punctuation(rest.get(..end)?);
    let body = link.get(scheme.len()..)?;
    let is_safe = if scheme == "mailto:" { is_address(body) } else { is_host(authority_of(body)) };
    is_safe.then_some(link.len())
}

fn has_scheme(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn ends_link(char: char) -> bool {
    char.is_whitespace()
        || char.is_control()
        || matches!(
            char,
            '<' | '>'
                | '"'
                | '`'
                | '。'
                | '，'
                | '、'
                | '！'
                | '？'
                | '；'
                | '：'
                | '（'
                | '）'
                | '「'
                | '」'
                | '“'
                | '”'
                | '《'
                | '》'
                | '【'
                | '】'
        )
}

/// A full stop after a link belongs to the sentence, and so does a bracket that was not opened within the link.
fn without_trailing_punctuation(mut link: &str) -> &str {
    while let Some(last) = link.chars().next_back() {
        let is_stray = match last {
            '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '’' => true,
            ')' => is_unopened(link, '(', ')'),
            ']' => is_unopened(link, '[', ']'),
            '}' => is_unopened(link, '{', '}'),
            _ => false,
        };
        match link.get(..link.len() - last.len_utf8()) {
            Some(shorter) if is_stray => link = shorter,
            _ => break,
        }
    }
    link
}

fn is_unopened(link: &str, open: char, close: char) -> bool {
    link.matches(close).count() > link.matches(open).count()
}

fn authority_of(body: &str) -> &str {
    body.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

fn is_web_address(url: &str) -> bool {
    let body = ["https://", "http://"]
        .into_iter()
        .find(|scheme| has_scheme(url, scheme))
        .and_then(|scheme| url.get(scheme.len()..));
    !url.contains(ends_link) && body.is_some_and(|body| is_host(authority_of(body)))
}

fn is_host(authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(is_label) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_address(body: &str) -> bool {
    let address = body.split('?').next().unwrap_or_default();
    match address.split_once('@') {
        Some((name, host)) => {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=^_{|}~".contains(&byte))
                && is_host(host)
                && !host.contains(':')
        }
        None => false,
    }
}

/// The text without C0 and C1 controls (line breaks and tabs apart) and without marks that turn the writing direction:
/// with those a name or a link can be made to read as another.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|char| match char {
            '\n' | '\t' => Some(char),
            '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            _ => (!char.is_control()).then_some(char),
        })
        .collect()
}

/// A name or title: cleaned, on one line; none if nothing is left.
pub(crate) fn clean_line(text: &str) -> Option<String> {
    let line = clean(text).replace(['\n', '\t'], " ");
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// The item with clean words and without addresses that are not plain web addresses.
pub(crate) fn clean_item(item: &Item) -> Item {
    let safe = |url: &Option<String>| url.clone().filter(|url| is_web_address(url));
    Item {
        title: clean_line(&item.title).unwrap_or_default(),
        url: safe(&item.url),
        image_url: safe(&item.image_url),
        ..item.clone()
    }
}

#[cfg(test)]
mod tests;
