//! Whether an embedder's colour can be read, in numbers.
//!
//! Owns the computation that the style sheets make of an accent: what stands on it, whether it needs an edge, and what it is as
//! ink. The browser makes it from any CSS colour (`crates/talk/style.css`, `www/loader.css`); here it is made from hex, for
//! words about it, and so that it can be proved for all colours. A test holds the three together.

use serde::Serialize;

/// Luminance at which white and black stand out alike, 4.58:1. Above it black has more, below it white.
const EVEN: f64 = 0.179;
/// Least contrast of text (WCAG 2.2, 1.4.3) and of what one has to see to use it (1.4.11).
pub(super) const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;
/// Luminance from which a ground is too near to the light surface, and up to which to the dark one, to be told from it.
const TOO_LIGHT: f64 = 0.3;
const TOO_DARK: f64 = 0.13;
/// How much of an edge is seen.
const EDGE: f64 = 0.5;
/// Share of the accent's chroma that is left on dark, so that it does not glow.
const DARK_CHROMA: f64 = 0.85;

/// Linear light, 0 to 1 each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colour([f64; 3]);

/// An accent in one scheme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Verdict {
    /// Between the accent as a ground and what stands on it.
    pub(super) on: f64,
    /// Whether that is black.
    pub(super) on_is_black: bool,
    /// Between the accent as a ground and the surface around it.
    pub(super) ground: f64,
    /// Whether an edge is drawn, as the ground alone would not be seen.
    pub(super) has_edge: bool,
    /// Between ground or edge, whichever stands out more, and the surface.
    pub(super) shape: f64,
    /// Between the accent as ink and the surface.
    pub(super) ink: f64,
}

impl Verdict {
    /// Whether all of it can be read and seen.
    pub(super) fn holds(&self) -> bool {
        self.on >= TEXT && self.shape >= SHAPE && self.ink >= TEXT
    }
}

/// The accent on the light surface and on the dark one.
pub(super) fn judge(accent: Colour) -> [Verdict; 2] {
    let (lightness, chroma, hue) = accent.to_oklch();
    let light = Scheme {
        surface: Colour::of_oklch(1.0, 0.0, 0.0),
        fill: accent,
        ink: Colour::of_oklch(lightness.min(0.5), chroma, hue),
        edge: Colour([0.0; 3]),
        needs_edge: |luminance| luminance > TOO_LIGHT,
    };
    let dark = Scheme {
        surface: Colour::of_oklch(0.205, 0.009, 255.0),
        fill: Colour::of_oklch(lightness, chroma * DARK_CHROMA, hue),
        ink: Colour::of_oklch(lightness.max(0.8), chroma.min(0.11), hue),
        edge: Colour([1.0; 3]),
        needs_edge: |luminance| luminance < TOO_DARK,
    };
    [light.judge(), dark.judge()]
}

/// Between two colours as they are.
pub(super) fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    one.max(other) / one.min(other)
}

/// A token's own value, where the embedder sets none: those of `crates/talk/style.css`.
pub(super) fn usual(scheme: &str, token: &str) -> Option<Colour> {
    let (_, _, (lightness, chroma, hue)) =
        USUAL.iter().find(|(of, name, _)| *of == scheme && *name == token)?;
    Some(Colour::of_oklch(*lightness, *chroma, *hue))
}

const USUAL: [(&str, &str, (f64, f64, f64)); 10] = [
    ("light", "surface", (1.0, 0.0, 0.0)),
    ("light", "raised", (0.955, 0.005, 250.0)),
    ("light", "text", (0.235, 0.016, 258.0)),
    ("light", "muted", (0.485, 0.016, 256.0)),
    ("light", "danger", (0.5, 0.18, 26.0)),
    ("dark", "surface", (0.205, 0.009, 255.0)),
    ("dark", "raised", (0.282, 0.011, 255.0)),
    ("dark", "text", (0.945, 0.004, 250.0)),
    ("dark", "muted", (0.735, 0.012, 252.0)),
    ("dark", "danger", (0.76, 0.13, 24.0)),
];

struct Scheme {
    surface: Colour,
    fill: Colour,
    ink: Colour,
    edge: Colour,
    needs_edge: fn(f64) -> bool,
}

impl Scheme {
    fn judge(&self) -> Verdict {
        let luminance = self.fill.luminance();
        let on_is_black = luminance > EVEN;
        let on = Colour(if on_is_black { [0.0; 3] } else { [1.0; 3] });
        let has_edge = (self.needs_edge)(luminance);
        let ground = contrast(self.fill, self.surface);
        let edge = contrast(self.edge.over(self.fill, EDGE), self.surface);
        Verdict {
            on: contrast(on, self.fill),
            on_is_black,
            ground,
            has_edge,
            shape: if has_edge { ground.max(edge) } else { ground },
            ink: contrast(self.ink, self.surface),
        }
    }
}

impl Colour {
    /// `rgb` or `rrggbb` in hex, with or without a `#`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let digits: Vec<f64> =
            digits.chars().map(|digit| digit.to_digit(16).map(f64::from)).collect::<Option<_>>()?;
        let bytes = match digits[..] {
            [r, g, b] => [r * 17.0, g * 17.0, b * 17.0],
            [r, rr, g, gg, b, bb] => [r * 16.0 + rr, g * 16.0 + gg, b * 16.0 + bb],
            _ => return None,
        };
        Some(Self(bytes.map(|byte| to_linear(byte / 255.0))))
    }

    /// WCAG's relative luminance, CIE's `Y`.
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0;
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// This one, seen through by half or so, on that one. Browsers mix what is encoded, not light.
    fn over(self, ground: Self, alpha: f64) -> Self {
        let mix =
            |one: f64, other: f64| to_linear(to_encoded(one) * alpha + to_encoded(other) * (1.0 - alpha));
        let ([r, g, b], [gr, gg, gb]) = (self.0, ground.0);
        Self([mix(r, gr), mix(g, gg), mix(b, gb)])
    }

    /// Lightness, chroma, hue in degrees (CSS Color 4, `oklch`).
    fn to_oklch(self) -> (f64, f64, f64) {
        let [r, g, b] = self.0;
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        let lightness = 0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s;
        let a = 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s;
        let b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s;
        (lightness, a.hypot(b), b.atan2(a).to_degrees())
    }

    /// What a screen shows of it: what it cannot show is cut off.
    fn of_oklch(lightness: f64, chroma: f64, hue: f64) -> Self {
        let (b, a) = hue.to_radians().sin_cos();
        let (a, b) = (a * chroma, b * chroma);
        let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
        ];
        Self(linear.map(|part| part.clamp(0.0, 1.0)))
    }
}

fn to_linear(encoded: f64) -> f64 {
    if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

fn to_encoded(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_css_writes_them() {
        for text in ["#0a7", "0a7", "#00aa77", "#FFF", "000000"] {
            assert!(Colour::parse(text).is_some(), "{text}");
        }
        for text in ["", "#", "#12", "#12345", "#1234567", "teal", "#ggg", "rgb(0,0,0)"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
        let near = |text: &str, expected: f64| {
            let found = contrast(Colour::parse(text).unwrap(), Colour([1.0; 3]));
            assert!((found - expected).abs() < 0.01, "{text}: {found}");
        };
        // WCAG's own examples.
        near("#000", 21.0);
        near("#fff", 1.0);
        near("#777", 4.48);
        near("#767676", 4.54);
        near("#ff0000", 4.0);
    }

    #[test]
    fn oklch_there_and_back_is_the_same_colour() {
        for text in ["#0a7", "#ff0", "#123456", "#fff", "#000", "#c62f2f"] {
            let colour = Colour::parse(text).unwrap();
            let (lightness, chroma, hue) = colour.to_oklch();
            let Colour(back) = Colour::of_oklch(lightness, chroma, hue);
            for (one, other) in colour.0.iter().zip(back) {
                assert!((one - other).abs() < 1e-4, "{text}: {colour:?} {back:?}");
            }
        }
    }

    /// 35,937 colours, evenly spread: whatever the embedder takes can be read and seen, light and dark.
    #[test]
    fn every_accent_can_be_read_and_seen() {
        let steps = || (0..=32).map(|step| f64::from(step) / 32.0);
        for r in steps() {
            for g in steps() {
                for b in steps() {
                    let accent = Colour([r, g, b].map(to_linear));
                    for verdict in judge(accent) {
                        assert!(verdict.holds(), "{r} {g} {b}: {verdict:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_edge_is_drawn_where_the_ground_is_lost() {
        for (accent, light, dark) in
            [("#ff0", true, false), ("#fff", true, false), ("#000", false, true), ("#00897b", false, false)]
        {
            let edges = judge(Colour::parse(accent).unwrap()).map(|verdict| verdict.has_edge);
            assert_eq!(edges, [light, dark], "{accent}");
        }
    }

    /// The style sheets hold the same numbers.
    #[test]
    fn browsers_compute_the_same() {
        let flat = |css: &str| css.split_whitespace().collect::<String>();
        let talk = flat(include_str!("../../../talk/style.css"));
        let loader = flat(include_str!("../../../../www/loader.css"));
        let number = |number: f64| number.to_string().trim_start_matches('0').to_owned();
        for css in [&talk, &loader] {
            for formula in [
                format!(
                    "clamp(0,({}-y)*1e9,.9505)clamp(0,({}-y)*1e9,1)clamp(0,({}-y)*1e9,1.089)",
                    number(EVEN),
                    number(EVEN),
                    number(EVEN)
                ),
                format!("xyz-d65000/clamp(0,(y-{})*1e9,{})", number(TOO_LIGHT), number(EDGE)),
                format!("xyz-d65.950511.089/clamp(0,({}-y)*1e9,{})", number(TOO_DARK), number(EDGE)),
                format!("lcalc(c*{})h", number(DARK_CHROMA)),
            ] {
                let plain = css.replace("0.", ".");
                assert!(plain.contains(&formula), "{formula} is not in {plain}");
            }
        }
        for (_, token, (lightness, chroma, hue)) in USUAL {
            let value = format!("oklch({lightness}{chroma}{hue})");
            let line = talk.split(';').find(|line| line.contains(&format!("--tieline-{token}:")));
            assert!(
                line.is_some_and(|line| line.contains(&value)),
                "--tieline-{token} is {line:?}, not {value}"
            );
        }
        assert!(talk.replace("0.", ".").contains("min(l,.5)ch"), "the ink on light");
        assert!(talk.replace("0.", ".").contains("max(l,.8)min(c,.11)h"), "the ink on dark");
    }
}
