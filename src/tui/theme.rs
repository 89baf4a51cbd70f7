//! Colours by their role: code names roles, never colours. A theme is a file; two are built in, a person's own
//! stand in `themes/` of the settings folder.
//!
//! What a terminal can show decides how much of a theme is used: all of it, its 256-colour column, sixteen
//! colours of the terminal's own, or none (`NO_COLOR`), where bold, reverse video and frames carry the meaning.

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::yaml;

/// The built-in themes: name and file.
const BUILT_IN: [(&str, &str); 2] =
    [("dark", include_str!("../../themes/dark.yaml")), ("light", include_str!("../../themes/light.yaml"))];

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

/// How colours are sent; finer than [`Depth`], which is what drawing code asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The theme of this name: the user's own file first, then the built-in one.
    pub fn load(name: &str, folder: &Path, palette: Palette) -> Result<Self, String> {
        let path = folder.join(format!("{name}.yaml"));
        let own = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("theme {}: {error}", path.display())),
        };
        let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name).map(|(_, text)| *text);
        match (own, built_in) {
            (Some(text), _) => {
                Self::parse(&text, palette).map_err(|error| format!("theme {}: {error}", path.display()))
            }
            (None, Some(text)) => Self::parse(text, palette),
            (None, None) => Err(format!("no theme {name:?}: there are {}", Self::names(folder).join(", "))),
        }
    }

    /// A built-in theme, which always reads.
    #[cfg(test)]
    pub fn built_in(light: bool, palette: Palette) -> Self {
        Self::parse(BUILT_IN[usize::from(light)].1, palette)
            .unwrap_or_else(|_| Self::terminal("terminal", palette))
    }

    /// Every theme that can be named, sorted: built-in ones and the user's own.
    #[must_use]
    pub fn names(folder: &Path) -> Vec<String> {
        let own = std::fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| {
            let path = entry.path();
            (path.extension()? == "yaml").then(|| path.file_stem()?.to_str().map(str::to_owned))?
        });
        let mut names: Vec<_> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).chain(own).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Reads a theme file for a terminal that shows this much.
    pub fn parse(text: &str, palette: Palette) -> Result<Self, String> {
        let file: File = yaml::from_str(text).map_err(|error| error.to_string())?;
        let theme = match palette {
            Palette::Sixteen | Palette::Mono => Self::terminal(&file.name, palette),
            Palette::Rgb => file.colours.theme(file.name)?,
            Palette::Indexed => match file.indexed {
                Some(roles) => roles.theme(file.name)?,
                None => file.colours.theme(file.name)?.nearest_indexed(),
            },
        };
        Ok(theme)
    }

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

    fn roles_mut(&mut self) -> impl Iterator<Item = &mut Color> {
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

/// A theme as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    colours: Roles<String>,
    indexed: Option<Roles<u8>>,
}

/// One value for each role.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles<C> {
    bg: C,
    surface: C,
    fg: C,
    bright: C,
    dim: C,
    line: C,
    rule: C,
    accent: C,
    on_accent: C,
    ok: C,
    warn: C,
    err: C,
    info: C,
    warn_bg: C,
    err_bg: C,
    sel: C,
    sel_idle: C,
    syn: C,
    graph: [C; 4],
}

/// A colour as a theme file writes it.
trait Written {
    fn colour(&self, role: &str) -> Result<Color, String>;
}

impl Written for String {
    fn colour(&self, role: &str) -> Result<Color, String> {
        self.parse().map_err(|_| format!("{role}: {self:?} is not a colour; write it like \"#a99bff\""))
    }
}

impl Written for u8 {
    fn colour(&self, _role: &str) -> Result<Color, String> {
        Ok(Color::Indexed(*self))
    }
}

impl<C: Written> Roles<C> {
    fn theme(&self, name: String) -> Result<Theme, String> {
        Ok(Theme {
            name,
            depth: Depth::Full,
            bg: self.bg.colour("bg")?,
            surface: self.surface.colour("surface")?,
            fg: self.fg.colour("fg")?,
            bright: self.bright.colour("bright")?,
            dim: self.dim.colour("dim")?,
            line: self.line.colour("line")?,
            rule: self.rule.colour("rule")?,
            accent: self.accent.colour("accent")?,
            on_accent: self.on_accent.colour("on_accent")?,
            ok: self.ok.colour("ok")?,
            warn: self.warn.colour("warn")?,
            err: self.err.colour("err")?,
            info: self.info.colour("info")?,
            warn_bg: self.warn_bg.colour("warn_bg")?,
            err_bg: self.err_bg.colour("err_bg")?,
            sel: self.sel.colour("sel")?,
            sel_idle: self.sel_idle.colour("sel_idle")?,
            syn: self.syn.colour("syn")?,
            g: [
                self.graph[0].colour("graph")?,
                self.graph[1].colour("graph")?,
                self.graph[2].colour("graph")?,
                self.graph[3].colour("graph")?,
            ],
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(r, g, b) = colour else { panic!("{colour:?} is not RGB") };
        let part = |value: u8| {
            let c = f64::from(value) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_shipped_theme_can_be_read_by_people_with_weak_eyes() {
        for (name, text) in BUILT_IN {
            let t = Theme::parse(text, Palette::Rgb).unwrap();
            assert_eq!(t.name, name);
            let text = [t.fg, t.bright, t.dim, t.accent, t.ok, t.warn, t.err, t.info, t.syn];
            for (n, colour) in text.into_iter().enumerate() {
                for paper in [t.bg, t.surface, t.sel, t.sel_idle] {
                    assert!(contrast(colour, paper) >= 4.5, "{name}: text {n} on {paper:?}");
                }
            }
            assert!(contrast(t.on_accent, t.accent) >= 4.5, "{name}: on_accent");
            for chip in [t.ok, t.warn, t.err, t.info] {
                assert!(contrast(t.bg, chip) >= 4.5, "{name}: chip {chip:?}");
            }
            assert!(contrast(t.warn, t.warn_bg) >= 4.5 && contrast(t.err, t.err_bg) >= 4.5, "{name}: tints");
            for shape in [t.line].into_iter().chain(t.g) {
                for paper in [t.bg, t.surface] {
                    assert!(contrast(shape, paper) >= 3.0, "{name}: shape {shape:?} on {paper:?}");
                }
            }
        }
    }

    #[test]
    fn every_palette_of_every_shipped_theme_reads() {
        for (_, text) in BUILT_IN {
            for (palette, depth) in [
                (Palette::Rgb, Depth::Full),
                (Palette::Indexed, Depth::Full),
                (Palette::Sixteen, Depth::Sixteen),
                (Palette::Mono, Depth::Mono),
            ] {
                assert_eq!(Theme::parse(text, palette).unwrap().depth, depth);
            }
        }
    }

    #[test]
    fn a_theme_that_does_not_read_names_the_role() {
        let text = BUILT_IN[0].1.replace("\"#a99bff\"", "violetish");
        let error = Theme::parse(&text, Palette::Rgb).unwrap_err();
        assert_eq!(error, "accent: \"violetish\" is not a colour; write it like \"#a99bff\"");
    }

    #[test]
    fn a_theme_of_ones_own_needs_no_second_column() {
        let text = BUILT_IN[0].1.split("indexed:").next().unwrap();
        let theme = Theme::parse(text, Palette::Indexed).unwrap();
        assert!(matches!(theme.accent, Color::Indexed(_)));
    }
}
