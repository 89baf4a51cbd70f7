//! What a person who looks elsewhere is told: the terminal's title, and its bell.

use std::collections::HashSet;
use std::sync::Arc;

use crate::text;
use crate::tui::app::App;
use crate::tui::ascii;
use crate::tui::effect::{Effect, ForLoop};
use crate::tui::pane::sign;
use crate::tui::seen::Run;

/// Widest name of a run in a title, in columns.
const NAME: usize = 40;

/// What rings.
const BELL: &str = "\x07";

impl App {
    /// What the terminal's title should be; `None`: its own one. How many runs go on, else what ended last.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        if !self.context.settings.title {
            return None;
        }
        let state = match (self.live_runs(), &self.ended) {
            (0, None) => return Some("plugdeck".to_owned()),
            (0, Some(run)) => {
                let (glyph, _) = sign::state(run.state, &self.theme);
                format!("{glyph} {}", text::fit(&sign::safe(run.what()), NAME))
            }
            (live, _) => format!("▶ {live}"),
        };
        let title = format!("{state} · plugdeck");
        Some(if self.looks.ascii { ascii::text(&title) } else { title })
    }

    /// Compares what is seen of the runs now with what was seen before: of those that have ended meanwhile, the newest
    /// goes into the title, and the bell rings once for all of them.
    pub(super) fn tell_of_ends(&mut self, now: &[Arc<Run>]) -> Option<Effect> {
        let before = self.world.runs.as_ref()?;
        let over: HashSet<_> = before.iter().filter(|run| !run.is_live()).map(|run| &run.id).collect();
        let has_ended =
            |run: &&Arc<Run>| run.unreadable.is_none() && !run.is_live() && !over.contains(&run.id);
        self.ended = Some(Arc::clone(now.iter().find(has_ended)?));
        self.context.settings.bell.then(|| Effect::Loop(ForLoop::Terminal(BELL.to_owned())))
    }
}
