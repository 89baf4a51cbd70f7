//! Why a build failed, above its lines: asked for once, and only where it failed.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::run::dir::RunDir;
use crate::run::spec::{Kind, RunId};
use crate::run::status::State;
use crate::tui::pane::run_page::RunPage;
use crate::tui::pane::sign;
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, span};
use crate::tui::widget::wrap;
use crate::tui::world::World;
use crate::venv::explain::Explanation;

/// Most rows for each of the lines, and for what to do.
const MOST: usize = 2;

/// What is known of the reason.
#[derive(Debug, Default)]
pub(super) enum Why {
    #[default]
    NotAsked,
    Asked,
    Known(Explanation),
}

impl RunPage {
    /// The run whose reason is to be read now: of a build that has failed, once.
    pub fn ask_why(&mut self, world: &World) -> Option<RunDir> {
        let run = world.run(&self.run)?;
        let ask = self.kind == Kind::Build && run.state == State::Failed && matches!(self.why, Why::NotAsked);
        ask.then(|| {
            self.why = Why::Asked;
            run.dir.clone()
        })
    }

    /// Takes the reason, if it is this run's. One that is not understood leaves the page as it is.
    pub fn explained(&mut self, run: &RunId, explanation: Option<&Explanation>) {
        if let (true, Some(explanation)) = (*run == self.run, explanation) {
            self.why = Why::Known(explanation.clone());
        }
    }

    /// The callout's lines for this many columns: what it is, and what to do. None where the reason is not known.
    pub(super) fn why_lines(&self, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Why::Known(why) = &self.why else { return Vec::new() };
        let label = why.kind.words();
        let (reasons, action) = rows(why, columns);
        let labels = std::iter::once(bold(label, theme.err)).chain(std::iter::repeat(blank(label.len())));
        let reasons = labels.zip(reasons);
        let mut lines: Vec<_> =
            reasons.map(|(label, row)| Line::from(vec![label, blank(2), bold(row, theme.bright)])).collect();
        lines.extend(action.into_iter().map(|row| Line::from(span(row, theme.dim))));
        lines
    }

    /// The rows that the callout needs on a page of this width.
    pub(super) fn why_rows(&self, area: Rect) -> usize {
        let Why::Known(why) = &self.why else { return 0 };
        let (reasons, action) = rows(why, why_columns(area));
        reasons.len() + action.len()
    }
}

/// What is the reason, beside its name, and what to do.
fn rows(why: &Explanation, columns: usize) -> (Vec<String>, Vec<String>) {
    let beside = columns.saturating_sub(why.kind.words().len() + 2);
    let reasons = why.lines.iter().flat_map(|line| wrap::words(&sign::safe(line), beside, MOST));
    (reasons.collect(), wrap::words(&why.action, columns, MOST))
}

/// Columns for text beside the callout's bar and its air.
pub(super) fn why_columns(area: Rect) -> usize {
    usize::from(area.width).saturating_sub(5)
}
