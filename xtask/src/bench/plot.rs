//! One small picture: how long messages take at a fixed rate.

use std::fmt::Write as _;

use super::{LOADS, Rounds, spread};

const WIDTH: f64 = 640.0;
const LEFT: f64 = 230.0;
const ROW: f64 = 26.0;
const TOP: f64 = 34.0;

/// Horizontal bars of the medians, with a whisker from the best to the worst round.
pub(super) fn latency(rounds: &Rounds) -> String {
    let rows: Vec<_> = LOADS
        .iter()
        .flat_map(|load| load.fields.iter().map(move |field| (load, field)))
        .filter(|(_, field)| field.name == "p50_ms" || field.name == "p99_ms")
        .filter_map(|(load, field)| Some((load, field, spread(rounds.get(&(load.title, field.name))?))))
        .collect();
    let most = rows.iter().map(|(_, _, (_, _, high))| *high).fold(1.0, f64::max);
    let scale = (WIDTH - LEFT - 80.0) / most;
    let height = TOP + ROW * rows.len() as f64 + 12.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" role=\"img\" aria-label=\"Latency from send to the other side's socket\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"12\" y=\"20\" font-weight=\"600\" fill=\"#17211f\">Send to the other side's socket, milliseconds</text>\n"
    );
    for (index, (load, field, (low, middle, high))) in rows.into_iter().enumerate() {
        let y = TOP + ROW * index as f64;
        let (bar, from, to) = (middle * scale, LEFT + low * scale, LEFT + high * scale);
        let rate = load.title.split(',').take(load.title.matches(',').count()).collect::<Vec<_>>().join(",");
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<text x=\"12\" y=\"{text_y:.0}\" fill=\"#17211f\">{rate}: {title}</text>\
             <rect x=\"{LEFT}\" y=\"{bar_y:.0}\" width=\"{bar:.1}\" height=\"14\" rx=\"3\" fill=\"#0b6b5b\"/>\
             <path d=\"M{from:.1} {line_y:.0}H{to:.1}\" stroke=\"#17211f\" stroke-width=\"1.5\"/>\
             <text x=\"{label_x:.1}\" y=\"{text_y:.0}\" fill=\"#17211f\">{middle:.2}</text>",
            text_y = y + 15.0,
            bar_y = y + 4.0,
            line_y = y + 11.0,
            label_x = to.max(LEFT + bar) + 8.0,
            title = field.title,
        );
    }
    out.push_str("</svg>\n");
    out
}
