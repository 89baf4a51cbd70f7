//! Text with colours in it (SGR sequences, nothing else: see `text::safe_coloured`) as spans.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use crate::tui::theme::{Depth, Theme};

/// The spans of a line; text without a colour of its own gets `base`.
#[must_use]
pub fn spans(text: &str, base: Style, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut style = base;
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        push(&mut spans, &rest[..start], style);
        let after = &rest[start + 2..];
        let Some(end) = after.find('m') else { return spans };
        style = apply(style, base, &after[..end], theme);
        rest = &after[end + 1..];
    }
    push(&mut spans, rest, style);
    spans
}

fn push(spans: &mut Vec<Span<'static>>, text: &str, style: Style) {
    if !text.is_empty() {
        spans.push(Span::styled(text.to_owned(), style));
    }
}

/// The style after one sequence, given as its parameters.
fn apply(mut style: Style, base: Style, parameters: &str, theme: &Theme) -> Style {
    // `38:2::r:g:b` and `38;2;r;g;b` mean the same; an empty parameter is 0.
    let numbers: Vec<u16> =
        parameters.replace("::", ":").split([';', ':']).map(|number| number.parse().unwrap_or(0)).collect();
    let mut numbers = numbers.into_iter();
    while let Some(number) = numbers.next() {
        style = match number {
            0 => base,
            1 => style.add_modifier(Modifier::BOLD),
            22 => style.remove_modifier(Modifier::BOLD),
            // Dim text's contrast is the terminal's secret: the theme has a colour for it.
            2 => style.fg(theme.dim),
            4 => style.add_modifier(Modifier::UNDERLINED),
            24 => style.remove_modifier(Modifier::UNDERLINED),
            7 => style.add_modifier(Modifier::REVERSED),
            27 => style.remove_modifier(Modifier::REVERSED),
            30..=37 => with_fg(style, basic(number - 30, theme)),
            90..=97 => with_fg(style, basic(number - 82, theme)),
            39 => Style { fg: base.fg, ..style },
            40..=47 => with_bg(style, basic(number - 40, theme)),
            100..=107 => with_bg(style, basic(number - 92, theme)),
            49 => Style { bg: base.bg, ..style },
            38 => with_fg(style, extended(&mut numbers, theme)),
            48 => with_bg(style, extended(&mut numbers, theme)),
            _ => style,
        };
    }
    style
}

fn with_fg(style: Style, colour: Option<Color>) -> Style {
    colour.map_or(style, |colour| style.fg(colour))
}

fn with_bg(style: Style, colour: Option<Color>) -> Style {
    colour.map_or(style, |colour| style.bg(colour))
}

/// One of the sixteen colours: on painted paper the theme's own, which are known to be readable there.
fn basic(number: u16, theme: &Theme) -> Option<Color> {
    let roles = [
        theme.dim,
        theme.err,
        theme.ok,
        theme.warn,
        theme.syn,
        theme.accent,
        theme.info,
        theme.fg,
        theme.dim,
        theme.err,
        theme.ok,
        theme.warn,
        theme.syn,
        theme.accent,
        theme.info,
        theme.bright,
    ];
    match theme.depth {
        Depth::Full => roles.get(usize::from(number)).copied(),
        Depth::Sixteen => u8::try_from(number).ok().map(Color::Indexed),
        Depth::Mono => None,
    }
}

/// The rest of `38;5;n` and `38;2;r;g;b`.
fn extended(numbers: &mut impl Iterator<Item = u16>, theme: &Theme) -> Option<Color> {
    let mut byte = || numbers.next().and_then(|number| u8::try_from(number).ok());
    let colour = match byte()? {
        5 => match byte()? {
            index @ 0..16 => return basic(index.into(), theme),
            index => Color::Indexed(index),
        },
        2 => Color::Rgb(byte()?, byte()?, byte()?),
        _ => return None,
    };
    (theme.depth == Depth::Full).then_some(colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Palette, shelf};

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Option<Color>)]) {
        let theme = shelf::built_in(false, Palette::Rgb);
        let spans = spans(text, Style::new(), &theme);
        let found: Vec<_> = spans.iter().map(|span| (span.content.as_ref(), span.style.fg)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn colours_begin_and_end() {
        let theme = shelf::built_in(false, Palette::Rgb);
        check("a\u{1b}[31mb\u{1b}[0mc", &[("a", None), ("b", Some(theme.err)), ("c", None)]);
        check("\u{1b}[38;5;208mx\u{1b}[39my", &[("x", Some(Color::Indexed(208))), ("y", None)]);
        check("\u{1b}[38;2;1;2;3mx", &[("x", Some(Color::Rgb(1, 2, 3)))]);
        check("\u{1b}[38:2::1:2:3mx", &[("x", Some(Color::Rgb(1, 2, 3)))]);
        check("\u{1b}[38;5mx\u{1b}[", &[("x", None)]);
    }

    #[test]
    fn without_colours_only_the_weight_stays() {
        let theme = shelf::built_in(false, Palette::Mono);
        let spans = spans("\u{1b}[1;31mx", Style::new(), &theme);
        assert_eq!((spans[0].style.fg, spans[0].style.add_modifier), (None, Modifier::BOLD));
    }
}
