//! What a build would do, before it is done: a plan, and what can be chosen about it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::ops::Rejected;
use crate::ops::build::Options;
use crate::tui::keymap::Action;
use crate::tui::pane::dialog::buttons;
use crate::tui::pane::env_page::marked;
use crate::tui::pane::{Look, sign, steps};
use crate::tui::widget::bar::Hint;
use crate::tui::widget::line::{fact, page, put, row, span, wrap};
use crate::tui::widget::popup::{centred, dialog};
use crate::venv::plan::{Plan, Wish};

/// Columns of the box.
const WIDTH: u16 = 76;

/// Rows of the box that hold no line of the plan: frame, padding, the keys and the air above them.
const AROUND: u16 = 6;
/// Screens with fewer rows give the air in the box to the plan.
const ROOMY: u16 = 22;

/// What came of planning: the plan, and whether it replaces an environment that plugdeck did not build.
pub type Planned = Result<(Plan, bool), Rejected>;

/// A plan that is asked for, or known.
#[derive(Debug)]
pub struct PlanDialog {
    /// `namespace/folder`.
    pub agent: String,
    /// What the plan is asked for with.
    pub wish: Wish,
    /// `None`: still being made.
    pub plan: Option<Planned>,
    scroll: usize,
}

impl PlanDialog {
    /// A plan that is asked for.
    #[must_use]
    pub fn new(agent: String) -> Self {
        Self { agent, wish: Wish::default(), plan: None, scroll: 0 }
    }

    /// Whether there is something to start.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.plan, Some(Ok(_)))
    }

    /// What is built when the plan is agreed to, an environment of somebody else's included where the box says so.
    #[must_use]
    pub fn options(&self) -> Options {
        Options { replace_foreign: matches!(self.plan, Some(Ok((_, true)))), wish: self.wish }
    }

    /// Turns one of the choices; the plan for what is now wished for is to be asked for.
    pub fn turn(&mut self, action: Action) -> Option<Wish> {
        match action {
            Action::Literal if self.may_be_literal() => self.wish.literal = !self.wish.literal,
            Action::FetchUv if self.may_fetch_uv() => self.wish.fetch_uv = !self.wish.fetch_uv,
            _ => return None,
        }
        (self.plan, self.scroll) = (None, 0);
        Some(self.wish)
    }

    fn may_be_literal(&self) -> bool {
        self.wish.literal || matches!(&self.plan, Some(Ok((plan, _))) if plan.has_commands)
    }

    fn may_fetch_uv(&self) -> bool {
        self.wish.fetch_uv || matches!(&self.plan, Some(Ok((plan, _))) if plan.lacks_uv)
    }

    /// Scrolls by rows.
    pub fn scroll(&mut self, by: isize, screen: Rect, look: Look) {
        let lines = self.lines(screen, look).len();
        let most = lines.saturating_sub(usize::from(screen.height.saturating_sub(around(screen))));
        self.scroll = self.scroll.saturating_add_signed(by).min(most);
    }

    /// The keys and what they do, in the words of box and footer alike.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let literal = if self.wish.literal { "plugdeck's plan" } else { "as the manifest says" };
        let fetch = if self.wish.fetch_uv { "with pip" } else { "fetch uv" };
        [
            (self.is_ready(), "enter", "build"),
            (self.may_be_literal(), "m", literal),
            (self.may_fetch_uv(), "u", fetch),
            (true, "esc", "not now"),
        ]
        .into_iter()
        .filter(|(there, ..)| *there)
        .map(|(_, key, label)| Hint::new(key, label))
        .collect()
    }

    /// Draws the box over a screen.
    pub fn render(&self, buffer: &mut Buffer, screen: Rect, look: Look) {
        let lines = self.lines(screen, look);
        let around = around(screen);
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(around).min(screen.height);
        let title = format!("Build {}?", sign::safe(&self.agent));
        let rows = usize::from(height.saturating_sub(around));
        let more = lines.len().saturating_sub(rows + self.scroll);
        let fact = match more {
            0 => Vec::new(),
            _ => vec![span(format!("j: {}", sign::count(more, "more line", "more lines")), look.theme.warn)],
        };
        let area = centred(screen, WIDTH, height);
        let mut inner = dialog(buffer, area, &title, fact, look.theme);
        if around < AROUND {
            inner = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..inner };
        }
        page(buffer, Rect { height: inner.height.saturating_sub(2), ..inner }, lines, self.scroll);
        put(buffer, row(inner, inner.height.saturating_sub(1)), buttons(&self.hints(), look));
    }

    fn lines(&self, screen: Rect, look: Look) -> Vec<Line<'static>> {
        let columns = usize::from(WIDTH.min(screen.width).saturating_sub(6));
        lines(self.plan.as_ref(), self.wish, columns, look)
    }
}

/// Rows of the box that are no lines of the plan; without air, where the screen is small.
fn around(screen: Rect) -> u16 {
    if screen.height < ROOMY { AROUND - 2 } else { AROUND }
}

/// A plan line by line; `None`: it is still being made.
#[must_use]
pub fn lines(planned: Option<&Planned>, wish: Wish, columns: usize, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let text = |text: &str| wrap(text, columns).into_iter().map(|line| Line::from(span(line, t.fg)));
    let (plan, foreign) = match planned {
        None => {
            let text = "looking at the agent, uv and the Pythons of this machine…";
            return vec![Line::from(span(text, t.dim))];
        }
        Some(Err(rejected)) => return text(&sign::safe(&rejected.message)).collect(),
        Some(Ok((plan, foreign))) => (plan, *foreign),
    };
    let python = vec![
        span(format!("python {}", sign::safe(&plan.python_version)), t.fg),
        span(format!("  {}", sign::safe(&plan.interpreter)), t.dim),
    ];
    let mut lines = vec![fact("with", python, t)];
    let tool = match (plan.lacks_uv, wish.fetch_uv) {
        (true, false) if plan.brings_uv => "pip, and the uv that the manifest's commands install",
        (true, false) => "pip; no uv was found, which is faster",
        (true, true) => "uv, which is fetched first",
        (false, _) => &sign::safe(&plan.tool),
    };
    lines.push(fact("by", vec![span(tool.to_owned(), t.fg)], t));
    lines.push(Line::default());
    lines.extend(steps::planned(&plan.steps, columns, t));
    if wish.literal {
        lines.push(Line::default());
        lines.extend(text("These are the manifest's own commands: anybody's code. They get no input."));
    }
    let foreign = foreign.then(|| "This replaces a .venv that plugdeck did not build.".to_owned());
    for warning in plan.warnings.iter().cloned().chain(foreign) {
        lines.push(Line::default());
        lines.extend(marked("▲", &sign::safe(&warning), columns, t));
    }
    lines
}
