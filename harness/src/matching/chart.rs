//! Line charts as SVG, drawn by hand.

use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 270.0;
const RIGHT: f64 = 620.0;
/// Told apart without colour, too: by their dashes.
const STROKES: [(&str, &str); 3] = [("#1d6fa5", "none"), ("#b4552d", "8 4"), ("#5b7a2e", "2 4")];

/// One line for each name, over the same places.
pub(super) fn lines(title: &str, places: &[String], lines: &[(&str, Vec<f64>)]) -> String {
    let most = lines.iter().flat_map(|it| &it.1).copied().fold(1.0, f64::max);
    let top = (most / 10.0).ceil() * 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    text(&mut svg, (LEFT, 22.0), "start", title);
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = height(part);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\" stroke=\"#dddddd\"/>"
        );
        text(&mut svg, (LEFT - 6.0, y + 4.0), "end", &format!("{:.0}", top * part));
    }
    for (x, place) in along(places.len()).zip(places) {
        text(&mut svg, (x, BOTTOM + 18.0), "middle", place);
    }
    for ((name, values), ((stroke, dash), key)) in
        lines.iter().zip(STROKES.into_iter().zip(along(STROKES.len())))
    {
        let points: Vec<_> = along(values.len())
            .zip(values)
            .map(|(x, value)| format!("{x:.1},{:.1}", height(value / top)))
            .collect();
        let style = format!("stroke=\"{stroke}\" stroke-dasharray=\"{dash}\" stroke-width=\"2\"");
        let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" {style}/>", points.join(" "));
        let (start, end) = (key - 40.0, key - 12.0);
        let _ = writeln!(
            svg,
            "<line x1=\"{start:.1}\" y1=\"306\" x2=\"{end:.1}\" y2=\"306\" {style}/>"
        );
        text(&mut svg, (key - 8.0, 310.0), "start", name);
    }
    svg.push_str("</svg>\n");
    svg
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#222222\">{text}</text>"
    );
}

/// Where that part of the height is.
fn height(part: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * part
}

/// So many places from the left to the right, with room beside the outer ones.
fn along(count: usize) -> impl Iterator<Item = f64> {
    let step = (RIGHT - LEFT) / f64::from(u32::try_from(count.max(1)).unwrap_or(1));
    (0..count).map(move |at| LEFT + step * (f64::from(u32::try_from(at).unwrap_or(0)) + 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_lines_and_names() {
        let places = ["1/s".to_owned(), "2/s".to_owned()];
        let svg =
            lines("matched", &places, &[("Maru", vec![10.0, 20.0]), ("others", vec![0.0, 5.0])]);
        assert_eq!(svg.matches("<polyline").count(), 2);
        for word in ["matched", "1/s", "2/s", "Maru", "others", "191.0,155.0 477.0,40.0"] {
            assert!(svg.contains(word), "{word} is not in {svg}");
        }
    }
}
