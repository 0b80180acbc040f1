//! Small pictures: horizontal bars of the medians, with a whisker from the best to the worst round.

use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const LEFT: f64 = 230.0;
const ROW: f64 = 26.0;
const TOP: f64 = 34.0;

/// One bar.
pub(super) struct Bar {
    pub(super) title: String,
    /// Lowest, median, highest.
    pub(super) spread: (f64, f64, f64),
    /// One of ours.
    pub(super) is_ours: bool,
}

/// The picture. `digits` after the point.
pub(super) fn bars(title: &str, digits: usize, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.spread.2).fold(1.0, f64::max);
    let scale = (WIDTH - LEFT - 80.0) / most;
    let height = TOP + ROW * bars.len() as f64 + 12.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"12\" y=\"20\" font-weight=\"600\" fill=\"#17211f\">{title}</text>\n"
    );
    for (index, Bar { title, spread: (low, middle, high), is_ours }) in bars.iter().enumerate() {
        let y = TOP + ROW * index as f64;
        let (bar, from, to) =
            (middle.max(0.0) * scale, LEFT + low.max(0.0) * scale, LEFT + high.max(0.0) * scale);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<text x=\"12\" y=\"{text_y:.0}\" fill=\"#17211f\">{title}</text>\
             <rect x=\"{LEFT}\" y=\"{bar_y:.0}\" width=\"{bar:.1}\" height=\"14\" rx=\"3\" fill=\"{fill}\"/>\
             <path d=\"M{from:.1} {line_y:.0}H{to:.1}\" stroke=\"#17211f\" stroke-width=\"1.5\"/>\
             <text x=\"{label_x:.1}\" y=\"{text_y:.0}\" fill=\"#17211f\">{middle:.digits$}</text>",
            text_y = y + 15.0,
            bar_y = y + 4.0,
            line_y = y + 11.0,
            label_x = to.max(LEFT + bar) + 8.0,
            fill = if *is_ours { "#0b6b5b" } else { "#8a9a97" },
        );
    }
    out.push_str("</svg>\n");
    out
}
