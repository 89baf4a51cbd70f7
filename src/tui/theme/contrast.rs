//! How well colours can be told apart (WCAG 2: relative luminance, contrast ratio), and that every shipped theme
//! can be read: 4.5 to 1 for text, 3 to 1 for lines and graphs.
//!
//! `terminal` and `mono` have nothing to compute: their colours are the terminal's, and nobody but the terminal
//! knows them. What they must do without is tested where it is drawn: nothing is told by colour alone.

use ratatui::style::Color;

use crate::tui::theme::shelf::{SHIPPED, load};
use crate::tui::theme::{Depth, Palette, Theme};

/// What text must have, and what lines and graphs must have.
pub const TEXT: f64 = 4.5;
pub const SHAPE: f64 = 3.0;

/// The shipped themes that have colours of their own, as both kinds of terminals get them.
pub fn coloured() -> Vec<(Theme, Palette)> {
    let nowhere = std::path::Path::new("/nonexistent");
    let all = SHIPPED.iter().flat_map(|(name, _)| {
        [Palette::Rgb, Palette::Indexed].map(|palette| (load(name, nowhere, palette).unwrap(), palette))
    });
    all.filter(|(theme, _)| theme.depth == Depth::Full).collect()
}

/// From 1 to 21.
pub fn ratio(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Color) -> f64 {
    let [r, g, b] = linear(colour);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Red, green and blue as light, from 0 to 1.
fn linear(colour: Color) -> [f64; 3] {
    let (r, g, b) = match colour {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(grey @ 232..) => [8 + (grey - 232) * 10; 3].into(),
        Color::Indexed(cube @ 16..) => {
            let at = usize::from(cube - 16);
            let steps = [0, 95, 135, 175, 215, 255];
            (steps[at / 36], steps[at / 6 % 6], steps[at % 6])
        }
        other => panic!("nobody knows what {other:?} looks like"),
    };
    [r, g, b].map(|value| {
        let part = f64::from(value) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// How an eye without one kind of cones sees a colour: Machado, Oliveira, Fernandes 2009, severity 1.
fn seen(by: [[f64; 3]; 3], colour: Color) -> [f64; 3] {
    let light = linear(colour);
    by.map(|row| row.iter().zip(light).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0))
}

/// The distance of two colours in CIE L*a*b*; some 2 is just seen side by side, 20 is another colour.
fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
    let lab = |light: [f64; 3]| {
        let bent = |weights: [f64; 3], white: f64| {
            let sum = weights.iter().zip(light).map(|(weight, part)| weight * part).sum::<f64>() / white;
            if sum > 0.008_856 { sum.cbrt() } else { 7.787 * sum + 16.0 / 116.0 }
        };
        let red = bent([0.4124, 0.3576, 0.1805], 0.950_47);
        let green = bent([0.2126, 0.7152, 0.0722], 1.0);
        let blue = bent([0.0193, 0.1192, 0.9505], 1.088_83);
        [116.0 * green - 16.0, 500.0 * (red - green), 200.0 * (green - blue)]
    };
    lab(one).iter().zip(lab(other)).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}

/// Everything of a theme that is too faint: the pair of roles and its ratio.
fn faint(t: &Theme, text: f64) -> Vec<String> {
    let mut faint = Vec::new();
    let mut need = |what: &str, a: Color, b: Color, least: f64| {
        let found = ratio(a, b);
        if found < least {
            faint.push(format!("{what}: {found:.2}, at least {least}"));
        }
    };
    let roles = [
        ("fg", t.fg),
        ("bright", t.bright),
        ("dim", t.dim),
        ("accent", t.accent),
        ("ok", t.ok),
        ("warn", t.warn),
        ("err", t.err),
        ("info", t.info),
        ("syn", t.syn),
    ];
    // Page; header, footer, dialogs, toasts; the selected row with the focus and without.
    for (paper, behind) in [("bg", t.bg), ("surface", t.surface), ("sel", t.sel), ("sel_idle", t.sel_idle)] {
        for (role, colour) in roles {
            need(&format!("{role} on {paper}"), colour, behind, text);
        }
    }
    // Solid chips: what has the focus, and the states.
    need("on_accent on accent", t.on_accent, t.accent, text);
    for (role, colour) in [("ok", t.ok), ("warn", t.warn), ("err", t.err), ("info", t.info)] {
        need(&format!("bg on {role}"), t.bg, colour, text);
    }
    need("warn on warn_bg", t.warn, t.warn_bg, text);
    need("err on err_bg", t.err, t.err_bg, text);
    for (paper, behind) in [("bg", t.bg), ("surface", t.surface)] {
        need(&format!("line on {paper}"), t.line, behind, SHAPE);
        for (at, colour) in t.g.into_iter().enumerate() {
            need(&format!("graph {at} on {paper}"), colour, behind, SHAPE);
        }
    }
    // The number in a graph's title.
    need("the last of graph on bg", t.g[3], t.bg, TEXT);
    faint
}

#[test]
fn every_shipped_theme_can_be_read_by_people_with_weak_eyes() {
    let mut wrong = Vec::new();
    for (theme, palette) in coloured() {
        let text = if theme.name == "high-contrast" { 7.0 } else { TEXT };
        wrong.extend(
            faint(&theme, text).into_iter().map(|pair| format!("{} {palette:?}: {pair}", theme.name)),
        );
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_theme_that_is_too_faint_is_found() {
    let (mut theme, _) = coloured().remove(0);
    theme.dim = theme.line;
    let found = faint(&theme, TEXT);
    assert!(found.iter().any(|pair| pair.starts_with("dim on bg: 3.3")), "{found:?}");
}

#[test]
fn the_states_stay_apart_for_eyes_that_do_not_tell_red_from_green() {
    const NO_RED: [[f64; 3]; 3] = [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ];
    const NO_GREEN: [[f64; 3]; 3] = [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ];
    let closest = |name: &str| {
        let (t, _) = coloured().into_iter().find(|(theme, _)| theme.name == name).unwrap();
        let states = [t.ok, t.warn, t.err, t.info];
        let pairs = (0..4).flat_map(|a| (0..a).map(move |b| (states[a], states[b])));
        let apart =
            pairs.flat_map(|(a, b)| [NO_RED, NO_GREEN].map(|eye| distance(seen(eye, a), seen(eye, b))));
        apart.fold(f64::INFINITY, f64::min)
    };
    assert!(closest("colour-blind") > 20.0, "{}", closest("colour-blind"));
    // And the test can tell: this is why the theme is there.
    assert!(closest("dark") < 20.0, "{}", closest("dark"));
}
