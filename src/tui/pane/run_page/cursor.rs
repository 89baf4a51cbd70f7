//! The cursor on the charts: it tells what was used when, and leads to the output of that time and back.

use ratatui::layout::{Position, Rect};

use crate::tui::keymap::Action;
use crate::tui::layout::run_parts;
use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::pane::usage::Axis;
use crate::tui::world::World;

/// Steps that are one large one.
const FAR: isize = 10;

impl RunPage {
    /// Whether a cursor could be shown: there is a chart, and a sample in it.
    #[must_use]
    pub fn can_point(&self, place: Place, world: &World) -> bool {
        self.axis(place, world).is_some()
    }

    /// Why no cursor can be shown.
    #[must_use]
    pub fn no_cursor(&self, place: Place, world: &World) -> &'static str {
        let live = world.run(&self.run).is_some_and(|run| run.is_live());
        match self.charts(place) {
            None => "the charts need more room: a larger window, or the run's own page",
            Some(_) if live => "no sample yet: the charts begin with the first one",
            Some(_) => "the run ended before the first sample",
        }
    }

    /// Takes the cursor away where there is no room for the charts any more: it must not hold keys unseen.
    pub fn fit_cursor(&mut self, place: Place) {
        if self.tab == Tab::Output && self.charts(place).is_none() {
            self.cursor = None;
        }
    }

    /// The charts have the keys.
    pub(super) fn points(&self) -> bool {
        self.tab == Tab::Output && self.cursor.is_some()
    }

    /// Moves the cursor, shows what was printed then, or takes the cursor away; whether the action was one of these.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all actions, these are the cursor's")]
    pub(super) fn act_on_cursor(&mut self, action: Action, place: Place, world: &World) -> bool {
        let Some(axis) = self.axis(place, world) else {
            return action == Action::Back && self.points() && self.cursor.take().is_some();
        };
        let page = world.page_of(&self.run);
        let Some(at_us) = self.cursor.filter(|_| self.points()) else {
            if action == Action::Cursor {
                self.cursor = Some(self.output.top_us(page).unwrap_or(u64::MAX).min(axis.end_us()));
                return true;
            }
            return false;
        };
        self.cursor = Some(match action {
            Action::Back => {
                self.cursor = None;
                return true;
            }
            Action::ShowMoment => {
                self.output.show_from(axis.moment(at_us).from_us, page);
                at_us
            }
            Action::Cursor => self.output.top_us(page).unwrap_or(u64::MAX).min(axis.end_us()),
            Action::Left => axis.step(at_us, -1),
            Action::Right => axis.step(at_us, 1),
            Action::FarLeft => axis.step(at_us, -FAR),
            Action::FarRight => axis.step(at_us, FAR),
            Action::First => 0,
            Action::Last => axis.end_us(),
            _ => return false,
        });
        true
    }

    /// Puts the cursor where a chart was clicked; a second click there shows what was printed then. Whether there is
    /// a chart.
    pub fn point(&mut self, at: Position, place: Place, world: &World) -> bool {
        let mut charts = self.charts(place).into_iter().flatten();
        let Some(chart) = charts.find(|chart| chart.contains(at)) else { return false };
        let axis = world.detail_of(&self.run).and_then(|detail| Axis::of(detail, chart));
        let Some((clicked, axis)) = axis.zip(self.axis(place, world)) else { return false };
        // Behind border and padding.
        let moment = axis.moment(clicked.at_column(at.x.saturating_sub(chart.x + 2)));
        if self.cursor.is_some_and(|before| axis.moment(before) == moment) {
            self.output.show_from(moment.from_us, world.page_of(&self.run));
        } else {
            self.cursor = Some(moment.samples.first().map_or(moment.from_us, |sample| sample.t_us));
        }
        true
    }

    /// The time axis of the charts that are shown.
    fn axis<'a>(&self, place: Place, world: &'a World) -> Option<Axis<'a>> {
        let [cpu, _] = self.charts(place)?;
        Axis::of(world.detail_of(&self.run)?, cpu)
    }

    /// CPU and memory; `None` on other tabs, and where there is no room.
    fn charts(&self, place: Place) -> Option<[Rect; 2]> {
        let parts = Some(run_parts(place.content())).filter(|_| self.tab == Tab::Output)?;
        Some([parts.cpu?, parts.memory?])
    }
}
