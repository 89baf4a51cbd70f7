//! Why a run does not go on: the verdict in one sentence, what it rests on, and everything that was seen. The texts
//! of the evidence are others': each is made safe here.

mod facts;
mod stack;

use std::path::Path;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::process::verdict::{Confidence, Kind, seconds};
use crate::run::evidence::{Evidence, Occasion};
use crate::tui::pane::{Look, sign};
use crate::tui::seen::{Run, Usage};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{LABEL, blank, bold, cut, fact, span, width, wrap};

pub use stack::marked;

/// From this width on two columns stand beside each other.
const WIDE: usize = 100;

/// Columns between them.
const GAP: usize = 3;

/// One look, and whose it is.
pub struct Scene<'a> {
    pub evidence: &'a Evidence,
    /// When it was: milliseconds since 1970.
    pub at_ms: i64,
    /// The agent's folder, where it is known.
    pub directory: Option<&'a Path>,
    /// What the run used, the oldest first; an orphan's is not recorded.
    pub usage: &'a [Usage],
    /// Every frame and every file.
    pub all: bool,
}

/// When a run was looked at: milliseconds since 1970.
#[must_use]
pub fn at_ms(evidence: &Evidence, run: &Run) -> i64 {
    run.created_ms.saturating_add_unsigned(evidence.t_us / 1_000)
}

impl Scene<'_> {
    /// The whole page.
    #[must_use]
    pub fn lines(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let wide = columns >= WIDE;
        let mut lines = self.verdict(columns, wide, t);
        lines.push(Line::default());
        if wide {
            let left = columns * 3 / 5;
            let right = columns - left - GAP;
            let rows = [self.stack(left, look), vec![Line::default()], self.tree(left, look)].concat();
            let beside = [self.kernel(right, t), vec![Line::default()], self.charts(right, t)].concat();
            lines.extend(two(rows, beside, left));
            lines.push(Line::default());
        } else {
            lines.extend(self.stack(columns, look));
            lines.extend(self.kernel_rows(columns, t));
        }
        lines.extend(self.sockets(columns, t));
        lines.extend(self.last_output(columns, t));
        if !wide {
            lines.extend(self.tree(columns, look));
        }
        lines.extend(self.rest(columns, t));
        lines
    }

    /// What stands below the verdict of an orphan: without its tree, which is looked at all the time.
    #[must_use]
    pub fn facts(&self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let t = look.theme;
        let mut lines = self.kernel_rows(columns, t);
        lines.extend(self.sockets(columns, t));
        lines.extend(self.rest(columns, t));
        lines.push(Line::default());
        lines.extend(self.stack(columns, look));
        lines
    }

    fn rest(&self, columns: usize, t: &Theme) -> Vec<Line<'static>> {
        let left_out = self.evidence.left_out.iter();
        let left_out = left_out.flat_map(|sentence| labelled("left out", &sign::safe(sentence), columns, t));
        [self.trend(columns, t), self.files(columns, t), left_out.collect()].concat()
    }

    /// The sentence and what it rests on, on the surface.
    #[must_use]
    pub fn verdict(&self, columns: usize, airy: bool, t: &Theme) -> Vec<Line<'static>> {
        let evidence = self.evidence;
        let kind = evidence.verdict.kind;
        let colour = if kind == Kind::Healthy {
            t.ok
        } else if kind == Kind::Unknown {
            t.dim
        } else {
            t.warn
        };
        let confidence = match evidence.verdict.confidence {
            Confidence::High => "high confidence",
            Confidence::Maybe => "maybe",
            Confidence::None => "not known for sure",
        };
        let silence = evidence.silence_ms.map_or(String::new(), |silence| {
            format!(" · nothing printed for {}", seconds(Duration::from_millis(silence)))
        });
        let sockets = evidence.blamed().map_or(0, |process| process.sockets.len());
        let rests = format!(
            "{confidence}{silence} · CPU {} · {}{}",
            sign::percent(evidence.cpu_percent),
            sign::memory(evidence.rss_bytes),
            if sockets > 0 {
                format!(" · {}", sign::count(sockets, "open socket", "open sockets"))
            } else {
                String::new()
            }
        );
        let occasion = match evidence.why {
            Occasion::Asked => None,
            Occasion::Timeout => Some("found when its time was over, before the first signal"),
            Occasion::Stop => Some("found when it was stopped, before the first signal"),
        };
        let room = columns.saturating_sub(4);
        let sentence = wrap(&sign::safe(&evidence.verdict.sentence), room);
        let mut rows: Vec<Span> = sentence.into_iter().map(|line| bold(line, t.bright)).collect();
        for text in std::iter::once(rests.as_str()).chain(occasion) {
            rows.extend(wrap(text, room).into_iter().map(|line| span(line, t.dim)));
        }
        if airy {
            rows.insert(0, blank(0));
            rows.push(blank(0));
        }
        let surface = |row: Span<'static>| {
            let rest = columns.saturating_sub(2 + row.width());
            painted(vec![span("▌ ", colour), row, blank(rest)], t.surface())
        };
        rows.into_iter().map(surface).collect()
    }
}

/// A label and a text, over as many rows as it needs.
fn labelled(label: &str, text: &str, columns: usize, t: &Theme) -> Vec<Line<'static>> {
    let rows = wrap(text, columns.saturating_sub(usize::from(LABEL)));
    let row = |(at, text): (usize, String)| fact(if at == 0 { label } else { "" }, vec![span(text, t.fg)], t);
    rows.into_iter().enumerate().map(row).collect()
}

/// A line whose spans keep their colours on this background.
fn painted(spans: Vec<Span<'static>>, style: Style) -> Line<'static> {
    spans.into_iter().map(|span| Span { style: style.patch(span.style), ..span }).collect()
}

/// Two columns beside each other, the left one `columns` wide.
fn two(left: Vec<Line<'static>>, right: Vec<Line<'static>>, columns: usize) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let row = |_| {
        let mut spans = cut(left.next().unwrap_or_default().spans, columns);
        spans.push(blank((columns + GAP).saturating_sub(width(&spans))));
        spans.extend(right.next().unwrap_or_default().spans);
        Line::from(spans)
    };
    (0..rows).map(row).collect()
}

/// What is drawn on a part of the screen, as lines of so many columns.
fn drawn(columns: usize, rows: usize, draw: impl FnOnce(&mut Buffer, Rect)) -> Vec<Line<'static>> {
    let cells = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    let area = Rect::new(0, 0, cells(columns), cells(rows));
    let mut buffer = Buffer::empty(area);
    draw(&mut buffer, area);
    let row = |y| {
        let mut spans: Vec<Span> = Vec::new();
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            let style = Style::new().fg(cell.fg).add_modifier(cell.modifier);
            match spans.last_mut().filter(|last| last.style == style) {
                Some(last) => last.content.to_mut().push_str(cell.symbol()),
                None => spans.push(Span::styled(cell.symbol().to_owned(), style)),
            }
            x += cells(crate::text::width(cell.symbol()).max(1));
        }
        Line::from(spans)
    };
    (0..area.height).map(row).collect()
}
