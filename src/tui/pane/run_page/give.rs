//! What a run's page gives away: to the pager, to a file, to the clipboard. And the search of its result.

use crate::ops::save::What;
use crate::run::output::Stream;
use crate::run::spec::RunId;
use crate::tui::effect::Effect;
use crate::tui::pager::View;
use crate::tui::pane::copy_menu::Part;
use crate::tui::pane::result::ResultView;
use crate::tui::pane::result::search::Ticket;
use crate::tui::pane::run_page::{RunPage, Tab};
use crate::tui::pane::save_as;
use crate::tui::seen::Run;
use crate::tui::widget::json_tree::search::Hits;
use crate::tui::world::World;

impl RunPage {
    /// What the tab shows, for the pager; else a sentence.
    pub fn view(&self, run: &Run, world: &World) -> Result<View, &'static str> {
        match self.tab {
            Tab::Output | Tab::Log | Tab::Steps => Ok(View::Output(run.dir.clone())),
            Tab::Result => match self.shown_result() {
                None => Err("there is no result to view: v in Output shows what was printed"),
                Some(result) => Ok(match result.node() {
                    Some(node) => View::Node(node),
                    None if result.has_result().is_some() => {
                        View::Result { run: run.dir.clone(), raw: result.is_raw() }
                    }
                    None => View::Output(run.dir.clone()),
                }),
            },
            Tab::Payload => {
                let payload = world.detail_of(&self.run).and_then(|detail| detail.spec.payload.as_ref());
                payload.map(|payload| View::Json(payload.get().to_owned())).ok_or("a build has no payload")
            }
            Tab::Stats | Tab::Why => Err("v shows results, output and payloads"),
        }
    }

    /// What of the tab can be saved, each with the name that is offered; else a sentence.
    pub fn saves(&self, run: &Run) -> Result<Vec<(What, String)>, &'static str> {
        let name = |what: &str, ending: &str| save_as::offered(&run.agent, what, run.id.short(), ending);
        let what = run.what();
        match self.tab {
            Tab::Output | Tab::Log | Tab::Steps => Ok(vec![
                (What::Lines, name(what, "log")),
                (What::Stream(Stream::Out), name(what, "stdout")),
                (What::Stream(Stream::Err), name(what, "stderr")),
            ]),
            Tab::Result => match self.shown_result().and_then(ResultView::has_result) {
                Some(json) => Ok(vec![(What::Result, name(what, if json { "json" } else { "txt" }))]),
                None => Err("there is no result to save: s in Output saves what was printed"),
            },
            Tab::Stats | Tab::Why | Tab::Payload => Err("s saves results and output"),
        }
    }

    /// What of a result can be copied.
    #[must_use]
    pub fn parts(&self, run: &Run) -> Vec<Part> {
        let Some(result) = self.shown_result().filter(|_| self.tab == Tab::Result) else { return Vec::new() };
        let path = result.path();
        let value = path.as_ref().and(result.node()).map(Part::Value);
        let whole = result.has_result().map(|_| Part::Result(run.dir.clone()));
        value.into_iter().chain(path.map(Part::Path)).chain(whole).collect()
    }

    pub(super) fn shown_result(&self) -> Option<&ResultView> {
        self.result.as_ref().and_then(|result| result.as_ref().ok())
    }

    pub(super) fn result(&mut self) -> Option<&mut ResultView> {
        self.result.as_mut().and_then(|result| result.as_mut().ok())
    }

    /// The search that is to be done.
    pub fn ask_search(&mut self) -> Option<Effect> {
        let run = self.run.clone();
        let request = self.result()?.ask_search()?;
        Some(Effect::Search { run, request: Box::new(request) })
    }

    /// Takes what was found, if it is this run's.
    pub fn searched(&mut self, run: &RunId, ticket: &Ticket, hits: &Hits) {
        if *run == self.run
            && let Some(result) = self.result()
        {
            result.found(ticket, hits);
        }
    }
}
