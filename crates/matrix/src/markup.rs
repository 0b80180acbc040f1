//! The only HTML that leaves: a card's link and lines, made of text and nothing else.

/// Text as HTML shows it.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            // What a parser might read as an end, or a reader not at all.
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A link, where the address is one that a browser may open; else its words alone.
pub fn link(url: &str, words: &str) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web {
        format!("<a href=\"{}\">{}</a>", escape(&url.replace('\n', "")), escape(words))
    } else {
        escape(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            escape("<img src=x onerror='a(\"&\")'>\n\u{0}ok"),
            "&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;<br>ok"
        );
    }

    #[test]
    fn only_the_web_is_linked() {
        assert_eq!(
            link("https://shop.example/?a=1&b=\"", "Mug"),
            "<a href=\"https://shop.example/?a=1&amp;b=&quot;\">Mug</a>"
        );
        for url in ["javascript:alert(1)", "data:text/html,x", " https://shop.example", ""] {
            assert_eq!(link(url, "<Mug>"), "&lt;Mug&gt;");
        }
    }
}
