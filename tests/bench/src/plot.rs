//! The plot: three panels of bars on logarithmic scales.

use svg::Document;
use svg::node::element::{Group, Rectangle, Style, Text};

use crate::figures::{Figures, Run};
use crate::statistics::Sample;

const PANEL: f64 = 320.0;
const LABELS: f64 = 110.0;
const BAR: f64 = 16.0;
const ROW: f64 = 22.0;
const HEAD: f64 = 44.0;
/// The share of a panel that the longest bar takes; its figure stands behind it.
const LONGEST: f64 = 0.74;

/// What a panel shows: its title, the unit of the figures in it, and which sample it is.
type Panel = (&'static str, f64, usize, fn(&Figures) -> &Sample);

const PANELS: [Panel; 3] = [
    ("exec to first poll, ms", 1e3, 1, |figures| &figures.times.start),
    ("warm event, µs", 1.0, 0, |figures| &figures.times.warm),
    ("memory, MB", 1e6, 1, |figures| &figures.times.resident),
];

/// Draws a run.
pub(crate) fn plot(run: &Run) -> Document {
    let rows = f64::from(u32::try_from(run.0.len()).unwrap_or(u32::MAX));
    let (width, height) = (LABELS + PANEL * 3.0, HEAD + ROW * rows + 8.0);
    let style = "text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold } .ours { fill: #1b7f5c } \
                 .other { fill: #9aa5b1 } .ground { fill: #fff }";
    let mut document = Document::new()
        .set("viewBox", (0, 0, width, height))
        .set("role", "img")
        .add(Style::new(style))
        .add(Rectangle::new().set("class", "ground").set("width", width).set("height", height));
    let mut top = HEAD;
    for figures in &run.0 {
        document = document.add(text(figures.subject.name, LABELS - 8.0, top + 12.0).set("text-anchor", "end"));
        top += ROW;
    }
    let mut left = LABELS;
    for panel in PANELS {
        document = document.add(bars(run, panel, left));
        left += PANEL;
    }
    document
}

fn bars(run: &Run, (title, unit, digits, sample): Panel, left: f64) -> Group {
    let mut group = Group::new().add(text(title, left, 24.0).set("class", "title"));
    let medians = run.0.iter().map(|figures| sample(figures).median().map(|median| median / unit));
    let medians: Vec<_> = medians.collect();
    let known = || medians.iter().flatten();
    // The shortest bar has a length too.
    let floor = known().copied().fold(f64::INFINITY, f64::min) / 2.0;
    let most = known().copied().fold(floor, f64::max);
    let mut top = HEAD;
    for (figures, median) in run.0.iter().zip(&medians) {
        if let Some(median) = median {
            let length = PANEL * LONGEST * (median / floor).ln() / (most / floor).ln();
            let class = if figures.subject.is_ours() { "ours" } else { "other" };
            let bar = Rectangle::new().set("class", class).set("x", left).set("y", top);
            let figure = format!("{median:.digits$}");
            group = group.add(bar.set("width", length).set("height", BAR)).add(text(
                &figure,
                left + length + 4.0,
                top + 12.0,
            ));
        }
        top += ROW;
    }
    group
}

fn text(content: &str, x: f64, y: f64) -> Text {
    Text::new(content).set("x", x).set("y", y)
}
