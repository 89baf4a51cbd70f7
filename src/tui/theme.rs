//! Colours by their role: code names roles, never colours. A theme is a file ([`mod@file`]); some are shipped, a
//! person's own stand in `themes/` of the settings folder ([`shelf`]).
//!
//! What a terminal can show decides how much of a theme is used: all of it, its 256-colour column, sixteen
//! colours of the terminal's own, or none (`NO_COLOR`), where bold, reverse video and frames carry the meaning.

#[cfg(test)]
pub mod contrast;
mod file;
pub mod shelf;

use ratatui::style::{Color, Modifier, Style};

/// The roles a theme file must give a colour, besides the four of its graph.
const ROLES: [&str; 18] = [
    "bg",
    "surface",
    "fg",
    "bright",
    "dim",
    "line",
    "rule",
    "accent",
    "on_accent",
    "ok",
    "warn",
    "err",
    "info",
    "warn_bg",
    "err_bg",
    "sel",
    "sel_idle",
    "syn",
];

/// How much colour the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The theme's own colours, as RGB or as indices of the 256-colour table.
    Full,
    /// The terminal's own sixteen; no tints, paper and text stay the terminal's.
    Sixteen,
    /// None: bold, reverse video and thick frames.
    Mono,
}

/// How colours are sent, the richest way first; finer than [`Depth`], which is what drawing code asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Palette {
    Rgb,
    Indexed,
    Sixteen,
    Mono,
}

/// The roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    pub depth: Depth,
    /// Paper, painted into every cell.
    pub bg: Color,
    /// Header, footer, callouts, dialogs, toasts.
    pub surface: Color,
    /// Values, names, log text.
    pub fg: Color,
    /// What the page is about; always bold.
    pub bright: Color,
    /// Labels, units, ids, times, hints.
    pub dim: Color,
    /// Borders of panes without the focus, tree lines, the marker of an idle selection.
    pub line: Color,
    /// Decoration only; nothing may depend on seeing it.
    pub rule: Color,
    /// "You are here" and "press this": keys, focus, active tab, primary button.
    pub accent: Color,
    pub on_accent: Color,
    pub ok: Color,
    pub warn: Color,
    pub err: Color,
    pub info: Color,
    /// Behind count chips in the header.
    pub warn_bg: Color,
    pub err_bg: Color,
    /// Behind the selected row of the focused pane.
    pub sel: Color,
    /// Behind the selected row of other panes.
    pub sel_idle: Color,
    /// JSON and YAML keys, variable names.
    pub syn: Color,
    /// Graph rows, bottom to top; the last one is the number in a graph's title.
    pub g: [Color; 4],
}

impl Theme {
    /// The terminal's own colours: sixteen, or none at all.
    fn terminal(name: &str, palette: Palette) -> Self {
        let mono = palette == Palette::Mono;
        let coloured = |colour: Color| if mono { Color::Reset } else { colour };
        let graph = [Color::Blue, Color::Blue, Color::Cyan, Color::Cyan];
        Self {
            name: name.to_owned(),
            depth: if mono { Depth::Mono } else { Depth::Sixteen },
            bg: Color::Reset,
            surface: Color::Reset,
            fg: Color::Reset,
            bright: Color::Reset,
            dim: Color::Reset,
            line: coloured(Color::DarkGray),
            rule: coloured(Color::DarkGray),
            accent: coloured(Color::Magenta),
            on_accent: Color::Reset,
            ok: coloured(Color::Green),
            warn: coloured(Color::Yellow),
            err: coloured(Color::Red),
            info: coloured(Color::Cyan),
            warn_bg: Color::Reset,
            err_bg: Color::Reset,
            sel: Color::Reset,
            sel_idle: Color::Reset,
            syn: coloured(Color::Blue),
            g: graph.map(coloured),
        }
    }

    /// The same theme in the nearest colours of the 256-colour cube and its greys.
    fn nearest_indexed(mut self) -> Self {
        for colour in self.roles_mut() {
            if let Color::Rgb(r, g, b) = *colour {
                *colour = Color::Indexed(nearest(r, g, b));
            }
        }
        self
    }

    /// The colours in the order of [`ROLES`], then those of the graph.
    pub(super) fn roles_mut(&mut self) -> impl Iterator<Item = &mut Color> {
        [
            &mut self.bg,
            &mut self.surface,
            &mut self.fg,
            &mut self.bright,
            &mut self.dim,
            &mut self.line,
            &mut self.rule,
            &mut self.accent,
            &mut self.on_accent,
            &mut self.ok,
            &mut self.warn,
            &mut self.err,
            &mut self.info,
            &mut self.warn_bg,
            &mut self.err_bg,
            &mut self.sel,
            &mut self.sel_idle,
            &mut self.syn,
        ]
        .into_iter()
        .chain(&mut self.g)
    }

    /// What every cell is painted with before anything else.
    #[must_use]
    pub fn paper(&self) -> Style {
        Style::new().fg(self.fg).bg(self.bg)
    }

    /// Header, footer, callout, dialog and toast background.
    #[must_use]
    pub fn surface(&self) -> Style {
        Style::new().fg(self.fg).bg(self.surface)
    }

    /// A solid chip of this colour: a focused title, a page's state. Without tints it is reverse video.
    #[must_use]
    pub fn solid(&self, colour: Color) -> Style {
        match self.depth {
            Depth::Full if colour == self.accent => {
                Style::new().fg(self.on_accent).bg(colour).add_modifier(Modifier::BOLD)
            }
            Depth::Full => Style::new().fg(self.bg).bg(colour).add_modifier(Modifier::BOLD),
            Depth::Sixteen | Depth::Mono => {
                Style::new().fg(colour).add_modifier(Modifier::BOLD | Modifier::REVERSED)
            }
        }
    }
}

/// The index of the nearest colour in the 6×6×6 cube or among the 24 greys.
fn nearest(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |(r2, g2, b2): (u8, u8, u8)| {
        [(r, r2), (g, g2), (b, b2)].iter().map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>()
    };
    let cube = (16..232).map(|index: u8| {
        let at = usize::from(index - 16);
        (index, (STEPS[at / 36], STEPS[at / 6 % 6], STEPS[at % 6]))
    });
    let greys = (232..=255).map(|index: u8| (index, [8 + (index - 232) * 10; 3].into()));
    cube.chain(greys).min_by_key(|(_, rgb)| distance(*rgb)).map_or(15, |(index, _)| index)
}
