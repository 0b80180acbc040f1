//! Documents with `{{name}}` places.

/// Fills the places, each value escaped for HTML text and attributes. One pass: a value that holds `{{x}}` stays text. A place
/// without a value stays as it is, so that a mistake can be seen.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let filled = after.split_once("}}").and_then(|(name, tail)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name.trim())?;
            Some((value, tail))
        });
        match filled {
            Some((value, tail)) => {
                escape(value, &mut out);
                rest = tail;
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn places_are_filled_once_and_escaped() {
        let values = [("name", "A & <B> \"{{lang}}\" 'C'"), ("lang", "de")];
        for (template, expected) in [
            (
                "<p lang=\"{{lang}}\">{{ name }}</p>",
                "<p lang=\"de\">A &amp; &lt;B&gt; &quot;{{lang}}&quot; &#39;C&#39;</p>",
            ),
            ("{{unknown}} {{lang}}", "{{unknown}} de"),
            ("{{lang", "{{lang"),
            ("{{{{lang}}}}", "{{de}}"),
            ("", ""),
        ] {
            assert_eq!(fill(template, &values), expected, "{template}");
        }
    }
}
