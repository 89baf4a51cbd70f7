//! The options on the form's page: one row a choice, and a box for the tool context.

mod point;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::text;
use crate::tui::pane::form::draw_field::{choice, look, mark_border};
use crate::tui::pane::form::options::row::LIMITS;
use crate::tui::pane::form::options::{Chosen, OFF, Row, Stop};
use crate::tui::pane::form::{Form, draw_json, preview};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, cut, put, row, span};
use crate::tui::widget::pane::{Frame, chip, padded_area};
use crate::tui::widget::select::select;
use crate::tui::widget::wrap;

/// Columns before a row's label, and before its value.
const LABEL: u16 = 5;
const VALUE: u16 = 17;

/// Columns of a limit.
const LIMIT: u16 = 12;

/// Rows that a sentence may take.
const NOTE: usize = 2;

/// One of the options as it is to be drawn.
pub struct Drawn<'a> {
    chosen: &'a Chosen,
    stop: Stop,
    selected: bool,
    /// Keys go into its text.
    typing: bool,
    /// Most rows of the tool context's text.
    most: u16,
}

/// How a sentence is meant.
#[derive(Clone, Copy)]
enum Tone {
    Wrong,
    Warned,
    Said,
}

impl Form {
    /// All options, on a page of this height.
    pub(in crate::tui::pane::form) fn drawn_options(&self, height: u16, look: Look) -> Vec<Drawn<'_>> {
        let now = self.stop().filter(|_| look.focused);
        let drawn = |stop| {
            let selected = now == Some(stop);
            let typing = selected && self.typing && self.has_text();
            Drawn { chosen: &self.options, stop, selected, typing, most: (height / 2).max(1) }
        };
        self.options.stops().into_iter().map(drawn).collect()
    }
}

impl Drawn<'_> {
    /// Rows at this width.
    pub fn height(&self, width: u16) -> u16 {
        let notes = u16::try_from(self.notes(width).len()).unwrap_or(0);
        match self.stop {
            Stop::Head => 2 + notes,
            Stop::Row(_) => 1 + notes,
            Stop::Context if self.chosen.context_open => self.text_rows(width) + 2 + notes,
            Stop::Context => 1,
        }
    }

    /// Draws it over an area of that height.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        let (mut at, indent) = match self.stop {
            Stop::Head => (1, VALUE),
            Stop::Row(_) => (0, VALUE),
            Stop::Context => (0, 2),
        };
        match self.stop {
            Stop::Head => self.draw_line(buffer, row(area, at), self.head(theme), theme),
            Stop::Row(choice) => self.draw_row(buffer, row(area, at), choice, theme),
            Stop::Context if self.chosen.context_open => {
                let boxed = Rect { height: self.text_rows(area.width) + 2, ..area };
                self.draw_context(buffer, boxed, theme);
                at += boxed.height - 1;
            }
            Stop::Context => self.draw_line(buffer, row(area, at), self.folded_context(theme), theme),
        }
        for (note, tone) in self.notes(area.width) {
            at += 1;
            let colour = match tone {
                Tone::Wrong => theme.err,
                Tone::Warned => theme.warn,
                Tone::Said => theme.dim,
            };
            let line = Rect { x: area.x + indent, width: area.width.saturating_sub(indent), ..row(area, at) };
            put(buffer, line, span(note, colour));
        }
    }

    fn draw_line(&self, buffer: &mut Buffer, line: Rect, spans: Vec<Span<'static>>, theme: &Theme) {
        put(buffer, Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line }, spans);
        if self.selected {
            select(buffer, line, true, theme);
        }
    }

    /// `▸ name`, with its fold sign.
    fn name(&self, name: &'static str, open: bool, theme: &Theme) -> Vec<Span<'static>> {
        let name = if self.selected { bold(name, theme.bright) } else { bold(name, theme.fg) };
        vec![span(if open { "▾ " } else { "▸ " }, theme.dim), name, blank(3)]
    }

    /// The summary: everything that holds for the run, on one row.
    fn head(&self, theme: &Theme) -> Vec<Span<'static>> {
        let chosen = self.chosen;
        let mut spans = self.name("Options", chosen.open, theme);
        // Unfolded, each stands on a row of its own.
        if chosen.open {
            return spans;
        }
        let files = chosen.env_files.len();
        let mut facts: Vec<(String, bool)> = Vec::new();
        let limit =
            |row: &Row| (format!("{} {}", row.label(), chosen.shown(*row)), chosen.wrong(*row).is_some());
        facts.extend([Row::Timeout, Row::Silence].iter().map(limit));
        // Usual ones go without saying.
        facts.extend(Some(&Row::Notice).filter(|row| chosen.is_unusual(**row)).map(limit));
        let profile = chosen.profile.as_deref().map_or("none".to_owned(), sign::safe);
        let wrong = [Row::Profile, Row::EnvFiles].iter().any(|row| chosen.wrong(*row).is_some());
        facts.push((format!("profile {profile}"), wrong));
        if files > 0 {
            facts.push((sign::count(files, "env file", "env files"), wrong));
        }
        let before = facts.len();
        facts.extend(LIMITS.iter().skip(3).filter(|row| chosen.shown(**row) != OFF).map(limit));
        if facts.len() == before {
            facts.push((format!("limits {OFF}"), false));
        }
        for (at, (fact, wrong)) in facts.into_iter().enumerate() {
            spans.push(span(if at == 0 { "" } else { " · " }, theme.dim));
            spans.push(span(fact, if wrong { theme.err } else { theme.dim }));
        }
        spans
    }

    fn draw_row(&self, buffer: &mut Buffer, line: Rect, choice: Row, theme: &Theme) {
        let part = |from: u16, columns: u16| {
            let columns = columns.min(line.width.saturating_sub(from + 1));
            Rect { x: line.x + from.min(line.width), width: columns, ..line }
        };
        let colour = if self.selected { theme.bright } else { theme.fg };
        let label =
            if self.selected { bold(choice.label(), colour) } else { span(choice.label(), theme.dim) };
        put(buffer, part(LABEL, VALUE - LABEL), label);
        let has_files = choice == Row::EnvFiles && !self.chosen.env_files.is_empty();
        if !has_files {
            put(buffer, part(VALUE + LIMIT + 1, u16::MAX), span(choice.help(), theme.dim));
        }
        let value = part(VALUE, LIMIT);
        let rest = part(VALUE, u16::MAX);
        // Offered values have a space on both sides.
        let offered = part(VALUE - 1, u16::MAX);
        match choice {
            Row::Profile => put(buffer, offered, self.profiles(usize::from(offered.width), theme)),
            Row::EnvFiles if !has_files => put(buffer, value, span("none", theme.dim)),
            Row::EnvFiles => {
                let files = self.chosen.env_files.iter().map(|file| sign::safe(&file.to_string_lossy()));
                put(buffer, rest, span(files.collect::<Vec<_>>().join(", "), colour));
            }
            Row::Timeout
            | Row::Silence
            | Row::Notice
            | Row::Memory
            | Row::Processes
            | Row::Cpu
            | Row::OpenFiles => {}
        }
        if self.selected {
            select(buffer, line, true, theme);
        }
        // Behind the tint of the row: the cursor is over it.
        let Some(editor) = self.chosen.editor(choice) else { return };
        let mut style = look(theme, self.selected, self.typing);
        if self.chosen.wrong(choice).is_some() {
            style.text = style.text.fg(theme.err);
        }
        if !editor.is_empty() {
            return editor.draw(value, buffer, style);
        }
        put(buffer, value, span(OFF, theme.dim));
        if let (Some(cursor), false) = (style.cursor, value.is_empty()) {
            buffer[(value.x, value.y)].set_style(cursor);
        }
    }

    fn profiles(&self, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        let (first, shown) = self.shown_profiles(columns);
        let now = self.chosen_profile();
        let shown = shown.into_iter().zip(first..);
        let words =
            shown.flat_map(|(name, at)| choice(&sign::safe(name.unwrap_or("none")), at == now, theme));
        cut(words.collect(), columns)
    }

    /// What can be chosen, and the place of the first; where not all of it fits, from the chosen one on.
    fn shown_profiles(&self, columns: usize) -> (usize, Vec<Option<&str>>) {
        let mut profiles = self.chosen.profiles();
        let width = |name: Option<&str>| text::width(&sign::safe(name.unwrap_or("none"))) + 2;
        if profiles.iter().copied().map(width).sum::<usize>() <= columns {
            return (0, profiles);
        }
        let now = self.chosen_profile();
        (now, profiles.split_off(now))
    }

    fn chosen_profile(&self) -> usize {
        let chosen = self.chosen.profile.as_deref();
        self.chosen.profiles().iter().position(|name| *name == chosen).unwrap_or(0)
    }

    fn folded_context(&self, theme: &Theme) -> Vec<Span<'static>> {
        let mut spans = self.name("tool_context", false, theme);
        spans.push(match self.chosen.context.value() {
            None => span("(none)", theme.dim),
            Some(Ok(value)) => span(preview::short(value, 100), theme.fg),
            Some(Err(_)) => span("not JSON", theme.err),
        });
        spans
    }

    fn text_rows(&self, width: u16) -> u16 {
        self.chosen.context.editor.rows(width.saturating_sub(4), self.most)
    }

    fn draw_context(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        let context = &self.chosen.context;
        let name = "▾ tool_context";
        let title = vec![
            if self.selected { chip(name, theme) } else { bold(name, theme.fg) },
            span("  JSON · goes with the parameters", theme.dim),
        ];
        let fact = match context.is_present() {
            true => sign::size(context.editor.bytes() as u64),
            false => "left out".to_owned(),
        };
        let frame = Frame::new(title, self.selected).fact(vec![span(fact, theme.dim)]);
        let inner = padded_area(frame.draw(buffer, area, theme));
        if self.chosen.trouble().is_some() {
            mark_border(buffer, area, theme);
        }
        let style = look(theme, self.selected, self.typing);
        context.editor.draw(inner, buffer, style);
        draw_json::colour(buffer, inner, &context.editor, theme);
        if let Some(error) = self.chosen.trouble() {
            draw_json::mark(buffer, inner, &context.editor, error, theme);
        }
        if context.editor.is_empty() {
            put(buffer, inner, span("optional", theme.dim));
            if let (Some(cursor), false) = (style.cursor, inner.is_empty()) {
                buffer[(inner.x, inner.y)].set_style(cursor);
            }
        }
    }

    /// Lines below, and their colours.
    fn notes(&self, width: u16) -> Vec<(String, Tone)> {
        let columns = usize::from(width.saturating_sub(VALUE + 1));
        let chosen = self.chosen;
        let mut notes: Vec<(String, Tone)> = Vec::new();
        let mut say = |sentence: &str, tone| {
            let lines = wrap::words(&sign::safe(sentence), columns, NOTE);
            notes.extend(lines.into_iter().map(|line| (line, tone)));
        };
        match self.stop {
            Stop::Head if !chosen.open => {
                if let Some(wrong) = chosen.refusal() {
                    say(&wrong, Tone::Wrong);
                }
            }
            Stop::Row(choice) => {
                if let Some(wrong) = chosen.wrong(choice) {
                    say(&wrong, Tone::Wrong);
                }
                if let Some((names, warnings)) = chosen.added_variables(choice) {
                    say(&names, Tone::Said);
                    for warning in warnings {
                        say(&format!("▲ {warning}"), Tone::Warned);
                    }
                }
            }
            Stop::Context if chosen.context_open => {
                if let Some(error) = chosen.trouble() {
                    say(&format!("not JSON: {error}"), Tone::Wrong);
                }
            }
            Stop::Head | Stop::Context => {}
        }
        notes
    }
}
