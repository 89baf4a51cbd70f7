//! The form's page: which fields are in sight, where, and what stands around them.
//!
//! Fields are drawn one by one on paper of their own and then put on the screen, so that one that is only half in
//! sight is cut, not squeezed. How far the page is scrolled follows from the selected field, unless the mouse says
//! otherwise.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::keymap::Layer;
use crate::tui::pane::form::check::Problem;
use crate::tui::pane::form::field::Field;
use crate::tui::pane::form::over::Over;
use crate::tui::pane::form::page::{Areas, BUTTON, Laid, Part, SIDES, WIDEST};
use crate::tui::pane::form::{Form, Side, draw_json, preview};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::bar::Hint;
use crate::tui::widget::callout::callout;
use crate::tui::widget::line::{below, blank, bold, put, row, section, span, spread};
use crate::tui::widget::{json_text, tabs, wrap};

/// Width from which the payload stands beside the fields.
const BESIDE: u16 = 160;

impl Form {
    /// Draws everything between header and footer.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, look: Look) {
        let theme = look.theme;
        let status = self.status(theme, status_columns(area));
        let areas = Areas::new(area, status.len());
        let side = usize::from(self.side == Side::Json);
        let counts = self.counts(areas.roomy, theme);
        if areas.roomy {
            tabs::strip(buffer, areas.tabs, &SIDES, side, counts, theme);
        } else {
            let names = tabs::title(&SIDES, side, false, theme);
            put(buffer, areas.tabs, spread(names, counts, usize::from(areas.tabs.width)));
        }
        let typed_at = match self.side {
            Side::Json => {
                draw_json::draw(self, buffer, areas.column(), look.focused, theme);
                None
            }
            Side::Fields => self.draw_fields(buffer, &areas, look),
        };
        if self.asked {
            callout(buffer, areas.status, theme.warn, status, theme);
        } else {
            for (at, line) in (0..).zip(status) {
                put(buffer, row(areas.status, at), line);
            }
        }
        let above = areas.column();
        match &self.over {
            Some(Over::File(file)) => file.draw(buffer, above, typed_at, theme),
            Some(Over::Pick(picker)) => picker.draw(buffer, above, theme),
            None => {}
        }
    }

    /// The left part of the header: where this is.
    #[must_use]
    pub fn place(&self, theme: &Theme) -> Vec<Span<'static>> {
        vec![
            span(text::safe(self.listed.agent.name.to_string().as_bytes()), theme.dim),
            span(" ▸ ", theme.line),
            bold(text::safe(self.method.name.as_bytes()), theme.bright),
        ]
    }

    /// The right part of the header: the environment that the call will run in.
    #[must_use]
    pub fn facts(&self, look: Look) -> Vec<Span<'static>> {
        sign::environment(&self.listed.environment, true, look.theme)
    }

    /// How the selected value is chosen, where it is one of a few.
    #[must_use]
    pub fn choosing(&self) -> Option<Hint> {
        if self.over.is_some() {
            return None;
        }
        if self.side == Side::Fields
            && let Some(hint) = self.option_hint()
        {
            return Some(hint);
        }
        let field = self.fields.get(self.selected).filter(|_| self.side == Side::Fields)?.innermost();
        let keys = if field.is_chosen() || (field.turns() && self.layer() == Layer::Form) {
            "space ← →"
        } else if field.turns() {
            "← →"
        } else if field.has_choices() && self.layer() == Layer::Text {
            "ctrl-space"
        } else {
            return None;
        };
        Some(Hint::new(keys, "choose"))
    }

    fn counts(&self, roomy: bool, theme: &Theme) -> Vec<Span<'static>> {
        let required = self.fields.iter().filter(|field| field.is_required()).count();
        let mut counts = sign::count(self.fields.len(), "field", "fields");
        if required > 0 {
            counts.push_str(&format!(" · {required} required"));
        }
        let mut counts = vec![span(counts, theme.dim)];
        match self.origin() {
            Some(origin) if roomy => drop(counts.splice(0..0, [span(origin, theme.info), blank(3)])),
            Some(origin) => counts = vec![span(origin, theme.info)],
            None => {}
        }
        counts
    }

    /// The fields, and the payload where there is room. What comes back is the row of the selected text's first line.
    fn draw_fields(&self, buffer: &mut Buffer, areas: &Areas, look: Look) -> Option<u16> {
        let (theme, area) = (look.theme, areas.body);
        let beside = area.width >= BESIDE;
        let Laid { head, parts, tops, rows, offset, column } = self.laid(areas, look);
        for (at, line) in (0..).zip(head) {
            if let Some(at) = u16::try_from(at - offset).ok().filter(|at| *at < area.height) {
                let area = Rect { x: column.x + 1, width: column.width.saturating_sub(2), ..area };
                put(buffer, row(area, at), span(line, theme.fg));
            }
        }
        for (part, top) in parts.iter().zip(&tops) {
            let height = part.height(column.width);
            if top + i32::from(height) > offset && *top < offset + i32::from(area.height) {
                let mut paper = Buffer::empty(Rect { x: 0, y: 0, width: column.width, height });
                paper.set_style(paper.area, theme.paper());
                let whole = paper.area;
                part.draw(&mut paper, whole, theme);
                copy(&paper, buffer, column, top - offset);
            }
        }

        let left = u16::try_from(i32::from(area.height) - (rows - offset)).unwrap_or(0);
        let preview = if beside {
            let x = area.x + WIDEST + 1;
            Rect { x, width: (area.right() - x).min(WIDEST).saturating_sub(2), ..area }
        } else {
            let below = below(area, area.height - left);
            let below = Rect { y: below.y + u16::from(!below.is_empty()), ..below };
            Rect {
                x: column.x + 1,
                width: column.width.saturating_sub(2),
                height: left.saturating_sub(1),
                ..below
            }
        };
        self.draw_preview(buffer, preview, theme);
        let is_box = |field: &&Field| field.rows().is_none();
        self.fields.get(self.selected).filter(is_box)?;
        // Behind the upper border of its box.
        let at = u16::try_from(tops.get(self.selected)? + 1 - offset).ok()?;
        (at < area.height).then_some(area.y + at)
    }

    fn draw_preview(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        // A head and the two lines of an empty payload: with less there is nothing to see.
        if area.height < 3 {
            return;
        }
        let columns = usize::from(area.width);
        let fact = vec![span(sign::size(self.checked.size as u64), theme.dim)];
        put(buffer, row(area, 0), section(vec![bold("Payload", theme.bright)], fact, columns, theme));
        let lines = preview::lines(&self.checked.payload, columns);
        let rows = usize::from(area.height - 1);
        let cut = lines.len() > rows;
        for (at, line) in (1..).zip(lines.iter().take(if cut { rows - 1 } else { rows })) {
            put(buffer, row(area, at), Line::from(json_text::spans(line, theme)));
        }
        if cut {
            put(buffer, row(area, area.height - 1), span("…", theme.dim));
        }
    }

    /// The last lines of the page: whether this can be sent, and how.
    pub(super) fn status(&self, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
        let button = Span::styled(BUTTON, theme.solid(theme.accent));
        let problems = &self.checked.problems;
        let words =
            |text: &str, most| wrap::words(&text::safe(text.as_bytes()), columns.saturating_sub(4), most);
        if self.asked {
            let claim = sign::count(problems.len(), "problem", "problems");
            let ask = vec![
                bold(format!("{claim}: send it anyway?   "), theme.bright),
                bold("ctrl-r", theme.accent),
                span(" sends it   ", theme.dim),
                bold("esc", theme.accent),
                span(" goes back", theme.dim),
            ];
            let mut lines = vec![Line::from(ask)];
            lines.extend(
                problems
                    .iter()
                    .take(2)
                    .flat_map(|problem| words(&problem.message, 1))
                    .map(|line| Line::from(span(line, theme.dim))),
            );
            return lines;
        }
        if let Some(refused) = &self.refused {
            let mut lines: Vec<_> =
                words(refused, 2).into_iter().map(|line| Line::from(span(line, theme.err))).collect();
            lines.push(spread(vec![bold("✗ not started", theme.err)], vec![button], columns));
            return lines;
        }
        let first =
            || problems.first().map(|problem| text::safe(problem.message.as_bytes())).unwrap_or_default();
        let wrong = self.options.refusal();
        let left = match (self.side, &self.whole) {
            (Side::Json, Err(_)) => {
                vec![bold("✗ not JSON", theme.err), span("   it cannot be sent like this", theme.dim)]
            }
            (Side::Json, Ok(_)) | (Side::Fields, _) if wrong.is_some() => {
                let wrong = wrong.map(|wrong| text::safe(wrong.as_bytes())).unwrap_or_default();
                vec![bold("✗ not like this", theme.err), blank(3), span(wrong, theme.dim)]
            }
            (Side::Json, Ok(_)) | (Side::Fields, _) if problems.is_empty() => {
                let timeout = self.options.time_limit();
                let size = sign::size(self.checked.size as u64);
                vec![bold("✓ valid", theme.ok), blank(3), span(format!("{size} · {timeout}"), theme.dim)]
            }
            (Side::Json, Ok(_)) | (Side::Fields, _) => {
                let claim = format!("✗ {}", sign::count(problems.len(), "problem", "problems"));
                vec![bold(claim, theme.err), blank(3), span(first(), theme.dim)]
            }
        };
        let note = |note: &Problem| {
            let line =
                text::fit(&text::safe(note.message.as_bytes()), columns.saturating_sub(4)).into_owned();
            Line::from(vec![bold("▲ ", theme.warn), span(line, theme.dim)])
        };
        // Under its own field a note stands anyway.
        let is_here = |problem: &&Problem| self.side == Side::Json || problem.parameter.is_none();
        let mut lines: Vec<_> = self.checked.notes.iter().filter(is_here).take(1).map(note).collect();
        lines.push(spread(left, vec![button], columns));
        lines
    }
}

/// Columns of the page's last lines.
pub fn status_columns(area: Rect) -> usize {
    usize::from(area.width.min(WIDEST).saturating_sub(4))
}

impl Part<'_> {
    fn draw(&self, buffer: &mut Buffer, area: Rect, theme: &Theme) {
        match self {
            Self::Field(field) => field.draw(buffer, area, theme),
            Self::Option(option) => option.draw(buffer, area, theme),
        }
    }
}

/// Puts a field's paper on the screen, its first row `top` rows below that of the area; what lies outside is cut.
fn copy(paper: &Buffer, buffer: &mut Buffer, area: Rect, top: i32) {
    for y in 0..paper.area.height {
        let Ok(at) = u16::try_from(top + i32::from(y)) else { continue };
        if at >= area.height {
            break;
        }
        for x in 0..paper.area.width.min(area.width) {
            buffer[(area.x + x, area.y + at)] = paper[(x, y)].clone();
        }
    }
}
