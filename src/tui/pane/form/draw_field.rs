//! One field on the page: a box with the value, and under it what helps to fill it in.

mod point;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use serde_json::Value;

use crate::agent::manifest::{Kind, Parameter};
use crate::text;
use crate::tui::pane::form::editor::Look;
use crate::tui::pane::form::field::{Entry, Field, Trouble};
use crate::tui::pane::form::{draw_json, draw_rows, json, preview};
use crate::tui::pane::sign;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widget::line::{blank, bold, cut, put, row, span, spread};
use crate::tui::widget::pane::{Frame, chip, padded_area};
use crate::tui::widget::wrap;

/// Rows that an error or a description may take under a box.
const NOTE: usize = 2;

/// What stands before the values of earlier runs, and the columns of the key behind them with its gap.
const EARLIER: &str = "earlier ";
const EARLIER_HINT: usize = 12;

/// What a line under a box is.
#[derive(Clone, Copy)]
enum Tone {
    Wrong,
    Hint,
    Help,
}

/// A field as it is to be drawn.
pub struct Shown<'a> {
    pub field: &'a Field,
    /// What is wrong with it, if that is to be said by now.
    pub problem: Option<&'a str>,
    /// What is worth knowing of its value, and wrong in no way.
    pub hint: Option<&'a str>,
    pub selected: bool,
    /// Keys go into its text.
    pub typing: bool,
    /// Rows a text of many lines takes: at least, and at most.
    pub rows: (u16, u16),
    /// The place for a new item of a list.
    pub new: bool,
}

impl Shown<'_> {
    /// Rows of the box and of what stands under it, at this width.
    pub fn height(&self, width: u16) -> u16 {
        let notes = self.notes(usize::from(width.saturating_sub(4)));
        let choices = usize::from(!self.told().choices.values.is_empty()) + usize::from(self.shows_earlier());
        self.text_rows(width.saturating_sub(4)) + 2 + u16::try_from(notes.len() + choices).unwrap_or(0)
    }

    /// Draws the field over an area of that height.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        let boxed =
            Rect { height: (self.text_rows(area.width.saturating_sub(4)) + 2).min(area.height), ..area };
        let inner = padded_area(
            Frame::new(self.title(theme), self.selected).fact(self.fact(theme)).draw(buffer, boxed, theme),
        );
        if self.problem.is_some() {
            mark_border(buffer, boxed, theme);
        }
        self.draw_value(buffer, inner, theme);

        let below = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
        let mut at = boxed.height;
        if !self.told().choices.values.is_empty() {
            put(buffer, row(below, at), self.choices(usize::from(below.width), theme));
            at += 1;
        }
        if self.shows_earlier() {
            put(buffer, row(below, at), self.earlier(usize::from(below.width), theme));
            at += 1;
        }
        for (note, tone) in self.notes(usize::from(below.width)) {
            let colour = match tone {
                Tone::Wrong => theme.err,
                Tone::Hint => theme.warn,
                Tone::Help => theme.dim,
            };
            put(buffer, row(below, at), span(note, colour));
            at += 1;
        }
    }

    /// The field that is told of under the box: the selected one inside.
    fn told(&self) -> &Field {
        if self.selected { self.field.innermost() } else { self.field }
    }

    fn text_rows(&self, columns: u16) -> u16 {
        if let Some(rows) = self.field.rows() {
            return draw_rows::height(rows, self.selected, columns, self.rows.1.max(3));
        }
        let (least, most) = match self.field.entry() {
            Entry::Lines => self.rows,
            Entry::Json if self.selected || self.field.is_present() => (1, self.rows.1),
            Entry::Line => (1, self.rows.1.min(5)),
            Entry::Switch | Entry::Json | Entry::Rows => (1, 1),
        };
        self.field.editor.rows(columns, most).clamp(least, most.max(least))
    }

    fn title(&self, theme: &Theme) -> Vec<Span<'static>> {
        let name = text::safe(self.field.name.as_bytes());
        let mut title = vec![if self.selected { chip(&name, theme) } else { bold(name, theme.fg) }];
        if self.field.is_required() {
            title.push(bold(" *", theme.accent));
        }
        let kind = match &self.field.parameter {
            None => "not declared",
            Some(parameter) if parameter.type_name.is_empty() => "any type",
            Some(parameter) => &parameter.type_name,
        };
        let way = match self.field.entry() {
            Entry::Json if self.field.is_as_json() => " · typed as JSON",
            Entry::Json if self.takes_anything() => " · JSON, or else a text",
            Entry::Json => " · JSON",
            Entry::Lines => " · multi-line",
            Entry::Line | Entry::Switch | Entry::Rows => "",
        };
        let range = self.field.parameter.as_ref().and_then(Parameter::range);
        let range = range.map_or_else(String::new, |range| format!(" · {range}"));
        title.push(span(format!("  {}{range}{way}", text::safe(kind.as_bytes())), theme.dim));
        title
    }

    /// Whether the manifest's type says nothing of what the value must be.
    fn takes_anything(&self) -> bool {
        self.field.parameter.as_ref().is_some_and(|parameter| parameter.kind == Kind::Unknown)
    }

    fn fact(&self, theme: &Theme) -> Vec<Span<'static>> {
        let field = self.field;
        let has_lines = matches!(field.entry(), Entry::Lines | Entry::Json) || field.editor.lines() > 1;
        let fact = match (&field.parameter, default(field)) {
            _ if field.rows().is_some() => rows_fact(field, self.selected),
            _ if !field.is_present() && field.is_required() => String::new(),
            _ if !field.is_present() => "left out".to_owned(),
            _ if field.editor.is_empty() => "empty text".to_owned(),
            (_, _) if has_lines => {
                let size = sign::size(field.editor.bytes() as u64);
                match field.editor.lines() {
                    1 => size,
                    lines => format!("{lines} lines · {size}"),
                }
            }
            (Some(_), Some(default)) => format!("default {}", preview::short(&default, 24)),
            (_, _) => String::new(),
        };
        if fact.is_empty() { Vec::new() } else { vec![span(fact, theme.dim)] }
    }

    /// Draws the value alone.
    pub fn draw_value(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        let field = self.field;
        if let Some(rows) = field.rows() {
            return draw_rows::draw(self, rows, buffer, area, theme);
        }
        if field.entry() == Entry::Switch {
            put(buffer, area, self.switch(theme));
            return;
        }
        let look = look(theme, self.selected, self.typing);
        let text = self.text_area(area);
        if text != area {
            let arrow = Rect { x: area.right() - 1, width: 1, height: 1, ..area };
            put(buffer, arrow, span("▾", theme.dim));
        }
        field.editor.draw(text, buffer, look);
        if field.entry() == Entry::Json {
            draw_json::colour(buffer, area, &field.editor, theme);
            if look.cursor.is_some() {
                draw_json::brackets(buffer, area, &field.editor, theme);
            }
            if let Some(Err(Trouble::Json(error))) = field.value() {
                draw_json::mark(buffer, area, &field.editor, error, theme);
            }
        }
        if field.editor.is_empty() {
            put(buffer, area, self.placeholder(theme));
            // The cursor stands on its first sign: nothing moves when the field is entered.
            if let (Some(cursor), false) = (look.cursor, area.is_empty()) {
                buffer[(area.x, area.y)].set_style(cursor);
            }
        }
    }

    /// What the text takes of the value's area: all but the sign that there are values to choose among.
    fn text_area(&self, area: Rect) -> Rect {
        let chooses = !self.field.choices.values.is_empty() && area.width > 2;
        Rect { width: area.width - if chooses { 2 } else { 0 }, ..area }
    }

    fn placeholder(&self, theme: &Theme) -> Span<'static> {
        let field = self.field;
        let words = match default(field) {
            _ if field.is_present() => "\"\"".to_owned(),
            _ if self.new => "a new item".to_owned(),
            Some(default) => format!("default {}", preview::short(&default, 60)),
            None if field.is_required() => "required".to_owned(),
            None => "optional".to_owned(),
        };
        span(words, theme.dim)
    }

    fn switch(&self, theme: &Theme) -> Vec<Span<'static>> {
        let now = if self.field.is_present() { self.field.editor.text() } else { String::new() };
        let mut spans = Vec::new();
        for (word, value) in self.switch_words() {
            spans.extend(choice(word, value == now, theme));
        }
        if let (Some(default), true) = (default(self.field), now.is_empty()) {
            spans.push(span(format!("  default {}", preview::short(&default, 24)), theme.dim));
        }
        spans
    }

    /// The words of a switch, and the text that each stands for.
    fn switch_words(&self) -> [(&'static str, &'static str); 3] {
        let unset = if self.field.is_required() { "not set" } else { "left out" };
        [(unset, ""), ("true", "true"), ("false", "false")]
    }

    fn choices_label(&self) -> &'static str {
        if self.told().choices.guessed { "from the description " } else { "one of " }
    }

    fn choices(&self, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        let choices = &self.told().choices;
        let mut spans = vec![span(self.choices_label(), theme.dim)];
        let now = self.told().choice();
        for (index, value) in choices.values.iter().enumerate() {
            spans.extend(choice(&words(value), now == Some(index), theme));
        }
        cut(spans, columns)
    }

    /// Whether the values of earlier runs are offered: beside the field that is filled in.
    fn shows_earlier(&self) -> bool {
        self.selected && !self.told().earlier.is_empty()
    }

    fn earlier(&self, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
        let mut spans = vec![span(EARLIER, theme.dim)];
        let now = self.told().forced();
        for value in &self.told().earlier {
            let is_now = now.as_ref().is_some_and(|now| now.get() == value.get());
            spans.extend(choice(&raw_words(value), is_now, theme));
        }
        let hint = vec![bold("ctrl-space", theme.accent)];
        spread(cut(spans, columns.saturating_sub(EARLIER_HINT)), hint, columns).spans
    }

    /// Lines under the box.
    fn notes(&self, columns: usize) -> Vec<(String, Tone)> {
        let wrapped = |text: &str, most: usize| wrap::words(&text::safe(text.as_bytes()), columns, most);
        let mut notes: Vec<(String, Tone)> = Vec::new();
        if let Some(problem) = self.problem {
            notes.extend(wrapped(problem, NOTE).into_iter().map(|line| (line, Tone::Wrong)));
        }
        if let Some(hint) = self.hint {
            notes.extend(wrapped(hint, NOTE).into_iter().map(|line| (line, Tone::Hint)));
        }
        let description = self.told().parameter.as_ref().map(|parameter| parameter.description.trim());
        if let Some(description) = description.filter(|description| !description.is_empty()) {
            let most = if self.selected { NOTE } else { 1 };
            notes.extend(wrapped(description, most).into_iter().map(|line| (line, Tone::Help)));
        }
        notes
    }
}

/// Gives a box the colour of what is wrong: its whole border, title and fact aside.
pub fn mark_border(buffer: &mut Buffer, boxed: Rect, theme: &Theme) {
    for position in boxed.positions() {
        let cell = &mut buffer[position];
        if "╭╮╰╯│─┏┓┗┛┃━".contains(cell.symbol()) {
            cell.set_fg(theme.err);
        }
    }
}

/// How much a list or an object has inside, and the way out of the rows.
fn rows_fact(field: &Field, selected: bool) -> String {
    let Some(rows) = field.rows() else { return String::new() };
    let count = match (field.is_present(), rows.is_list()) {
        (false, _) => "left out".to_owned(),
        (true, true) => sign::count(rows.count(), "item", "items"),
        (true, false) => sign::count(rows.count(), "key", "keys"),
    };
    if selected { format!("{count} · alt-j JSON") } else { count }
}

/// The styles of a text: bright where it is selected, with a cursor where keys go.
pub fn look(theme: &Theme, selected: bool, typing: bool) -> Look {
    let plain = Style::new();
    let tint = match theme.depth {
        Depth::Full => plain.bg(theme.sel),
        Depth::Sixteen | Depth::Mono => plain.add_modifier(Modifier::REVERSED),
    };
    let cursor = match theme.depth {
        Depth::Full => plain.fg(theme.on_accent).bg(theme.accent),
        Depth::Sixteen | Depth::Mono => plain.add_modifier(Modifier::REVERSED),
    };
    Look {
        text: plain.fg(if selected { theme.bright } else { theme.fg }),
        cursor: typing.then_some(cursor),
        selection: tint,
        sign: plain.fg(theme.dim),
    }
}

/// An offered value; the chosen one is a chip.
pub fn choice(word: &str, chosen: bool, theme: &Theme) -> Vec<Span<'static>> {
    if !chosen {
        return vec![blank(1), span(word, theme.fg), blank(1)];
    }
    let style = Style::new().fg(theme.bright).add_modifier(Modifier::BOLD);
    let style = match theme.depth {
        Depth::Full => style.bg(theme.sel),
        Depth::Sixteen | Depth::Mono => style.add_modifier(Modifier::REVERSED),
    };
    vec![Span::styled(format!(" {word} "), style)]
}

/// A value as a person reads it: a text without its quotes.
fn words(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    };
    text::fit(&text::safe(text.as_bytes()), 24).into_owned()
}

/// A value as it was written, as a person reads it: a text without its quotes.
fn raw_words(value: &serde_json::value::RawValue) -> String {
    let text = json::as_text(value).filter(|text| !text.is_empty());
    text::fit(&text::safe(text.as_deref().unwrap_or(value.get()).as_bytes()), 24).into_owned()
}

fn default(field: &Field) -> Option<Box<serde_json::value::RawValue>> {
    let default = field.parameter.as_ref()?.default.as_ref()?;
    serde_json::value::to_raw_value(default).ok()
}
