//! Draws the state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget as _};

use crate::tui::app::inspect::AgentTab;
use crate::tui::app::{App, Over, Page, Subject, small};
use crate::tui::ascii;
use crate::tui::keymap::{Action, Layer};
use crate::tui::layout::{self, Pane};
use crate::tui::pane::query::counted;
use crate::tui::pane::run_page::{Place, RunPage};
use crate::tui::pane::{agent_page, env_page, method, orphan_page, plan, procs, sign, welcome};
use crate::tui::widget::bar::header;
use crate::tui::widget::line::{blank, bold, page, put, rule, section, span, width};
use crate::tui::widget::pane::{Frame, padded_area, title};
use crate::tui::widget::popup::backdrop;
use crate::tui::widget::tabs;
use crate::venv::plan::Wish;

/// Facts of a run that stay in the header however narrow it is: state and time.
const ALWAYS: usize = 2;

/// Columns of the header that are neither place nor facts: the program's name and the air.
const HEADER: usize = 14;

impl App {
    /// Draws a frame, in the size that the terminal has now: it may have changed since the last event.
    pub fn render(&mut self, frame: &mut ratatui::Frame) {
        self.screen = frame.area();
        match self.view.picture().filter(|picture| picture.area == self.screen) {
            Some(picture) => frame.buffer_mut().clone_from(picture),
            None => self.draw(frame.buffer_mut()),
        }
    }

    /// Draws everything into a buffer of the screen's size.
    pub(super) fn draw(&self, buffer: &mut Buffer) {
        let area = self.screen;
        Block::new().style(self.theme.paper()).render(area, buffer);
        if layout::is_too_small(area) {
            small::draw(buffer, area, &self.world, self.look(false));
        } else {
            self.draw_all(buffer, area);
        }
        if self.looks.ascii {
            ascii::translate(buffer);
        }
    }

    fn draw_all(&self, buffer: &mut Buffer, area: Rect) {
        let parts = layout::frame(area);
        let look = self.look(true);
        match self.pages.last() {
            Some(Page::Form(form)) => {
                header(
                    buffer,
                    parts.header,
                    form.place(&self.theme),
                    vec![form.facts(look)],
                    &[0],
                    &self.theme,
                );
                form.render(buffer, parts.body, look);
            }
            Some(Page::Run(page)) => {
                let facts = page.facts(&self.world, look);
                let drop: Vec<usize> = (ALWAYS..facts.len()).rev().collect();
                let taken: usize = facts.iter().take(ALWAYS).map(|fact| width(fact) + 2).sum();
                let room = usize::from(parts.header.width).saturating_sub(taken + HEADER);
                let place = page.place(room, &self.world, look);
                header(buffer, parts.header, place, facts, &drop, &self.theme);
                page.render(buffer, Place::Page(parts.body), &self.world, look);
            }
            None => self.draw_bench(buffer, parts.header),
        }
        self.draw_over(buffer, parts.body);
        self.draw_footer(buffer, parts.footer);
    }

    fn draw_bench(&self, buffer: &mut Buffer, bar: Rect) {
        let t = &self.theme;
        self.draw_header(buffer, bar);
        let bench = self.bench();
        let bare = self.over.is_none() && self.commands.open.is_none();
        let focused = |pane| self.focus == pane && bare;
        for (area, pane) in
            [(bench.agents, Pane::Agents), (bench.runs, Pane::Runs), (bench.procs, Pane::Procs)]
        {
            let look = self.look(focused(pane));
            if area.is_empty() {
                continue;
            }
            if area.height == 1 {
                self.draw_closed(buffer, area, pane);
                continue;
            }
            match pane {
                Pane::Agents => self.agents.render(buffer, area, &self.world, look),
                Pane::Runs => self.runs.render(buffer, area, &self.world, look),
                Pane::Procs => self.procs.render(buffer, area, &self.world, look),
                Pane::Main => {}
            }
        }
        if bench.main.is_empty() {
            return;
        }
        let look = self.look(focused(Pane::Main));
        if let Some(page) = &self.main_run {
            return page.render(buffer, Place::Pane(bench.main), &self.world, look);
        }
        let name = match self.subject() {
            Subject::Method { method, .. } => sign::safe(&method),
            Subject::Agent(agent) => sign::safe(agent.rsplit('/').next().unwrap_or(&agent)),
            Subject::Namespace(namespace) => sign::safe(&namespace),
            Subject::Welcome | Subject::Unreadable(_) | Subject::Run(_) | Subject::Nothing => String::new(),
            Subject::Orphan(root) => root.pid.to_string(),
        };
        let (names, active): (&[&str], usize) = match self.subject() {
            Subject::Method { .. } => (&["Doc"], 0),
            Subject::Agent(_) => (&AgentTab::NAMES, self.inspection.tab.index()),
            Subject::Welcome => (&["Welcome"], 0),
            Subject::Namespace(_) => (&["Namespace"], 0),
            Subject::Unreadable(_) => (&["Unreadable"], 0),
            Subject::Orphan(_) => (&["Orphan"], 0),
            Subject::Run(_) | Subject::Nothing => (&[], 0),
        };
        let titles = if names.is_empty() {
            title("4", "Main", look.focused, t)
        } else {
            tabs::title(names, active, look.focused, t)
        };
        let fact = if name.is_empty() { Vec::new() } else { vec![bold(name, t.fg)] };
        let (main, beside) = match self.subject() {
            Subject::Method { .. } | Subject::Agent(_) => layout::text_parts(bench.main),
            Subject::Welcome
            | Subject::Namespace(_)
            | Subject::Unreadable(_)
            | Subject::Run(_)
            | Subject::Orphan(_)
            | Subject::Nothing => (bench.main, None),
        };
        if let Some(area) = beside {
            self.draw_earlier(buffer, area);
        }
        let inner = Frame::new(titles, look.focused).fact(fact).draw(buffer, main, t);
        let inner = padded_area(inner);
        page(buffer, inner, self.text(inner.width), self.scroll);
    }

    /// The runs of what the main pane tells of, beside its text.
    fn draw_earlier(&self, buffer: &mut Buffer, area: Rect) {
        let look = self.look(false);
        let subject = self.subject();
        let (agent, name) = match &subject {
            Subject::Method { agent, method } => (agent, Some(method.as_str())),
            Subject::Agent(agent) => (agent, None),
            Subject::Welcome
            | Subject::Namespace(_)
            | Subject::Unreadable(_)
            | Subject::Run(_)
            | Subject::Orphan(_)
            | Subject::Nothing => return,
        };
        let title = vec![bold("Last runs", self.theme.fg)];
        let inner = padded_area(Frame::new(title, false).draw(buffer, area, &self.theme));
        let rows = usize::from(inner.height);
        let lines = method::earlier(agent, name, usize::from(inner.width), rows, &self.world, look);
        page(buffer, inner, lines, 0);
    }

    /// The main pane's text, where it shows text.
    fn text(&self, columns: u16) -> Vec<Line<'static>> {
        let look = self.look(false);
        let columns = usize::from(columns.min(96));
        match self.subject() {
            Subject::Method { agent, method: name } => match self.world.method(&agent, &name) {
                Some((listed, found)) => method::lines(listed, found, columns, &self.world, look),
                None => Vec::new(),
            },
            Subject::Agent(agent) => match self.world.agent(&agent) {
                Some(listed) => match self.inspection.tab {
                    AgentTab::Overview => agent_page::lines(listed, columns, &self.world, look),
                    AgentTab::Env => {
                        let (details, by_size) = (self.inspection.of(&agent), self.inspection.by_size);
                        env_page::lines(listed, details, by_size, columns, &self.world, look)
                    }
                    AgentTab::Plan => {
                        plan::lines(self.inspection.plan_of(&agent), Wish::default(), columns, look)
                    }
                },
                None => Vec::new(),
            },
            Subject::Welcome => welcome::lines(&self.folder, columns, look),
            Subject::Namespace(namespace) => agent_page::namespace(&namespace, columns, &self.world, look),
            Subject::Unreadable(path) => agent_page::unreadable(&path, columns, &self.world, look),
            Subject::Orphan(root) => match self.world.orphan(root) {
                Some(tree) => orphan_page::lines(tree, &self.orphan, columns, look),
                None => Vec::new(),
            },
            Subject::Nothing => {
                let known = self.world.agents.is_some();
                let words = if known { "nothing is selected" } else { "reading…" };
                vec![Line::default(), Line::from(span(words, self.theme.dim))]
            }
            Subject::Run(_) => Vec::new(),
        }
    }

    /// Scrolls the main pane's text.
    pub(super) fn scroll_text(&mut self, by: isize) {
        let main = self.bench().main;
        let rows = self.text(main.width.saturating_sub(4)).len();
        let most = rows.saturating_sub(usize::from(main.height.saturating_sub(2)));
        self.scroll = self.scroll.saturating_add_signed(by).min(most);
    }

    fn draw_closed(&self, buffer: &mut Buffer, area: Rect, pane: Pane) {
        let t = &self.theme;
        let (key, name, found, count) = match pane {
            Pane::Agents => ("1", "Agents", self.agents.found(&self.world), self.world.agents().len()),
            Pane::Runs => ("2", "Runs", self.runs.count_found(), self.world.runs().len()),
            Pane::Procs => ("3", "Procs", None, procs::processes(&self.world)),
            Pane::Main => ("4", "Main", None, 0),
        };
        let count = found.map_or_else(|| count.to_string(), |found| counted(found, count));
        let mut name = title(key, name, false, t);
        name.insert(0, blank(2));
        let fact = vec![span(count, t.dim), blank(2)];
        rule(buffer, area, t);
        put(buffer, area, section(name, fact, usize::from(area.width), t));
    }

    fn draw_header(&self, buffer: &mut Buffer, bar: Rect) {
        let t = &self.theme;
        let mut place = vec![span(self.folder.trim_end_matches("/agents").to_owned(), t.dim)];
        if bar.width >= 100 && self.world.agents.is_some() {
            place.push(span(
                format!("  {}", sign::count(self.world.agents().len(), "agent", "agents")),
                t.dim,
            ));
        }
        let live = self.world.live().count();
        let mut groups: Vec<Vec<Span>> = Vec::new();
        if live > 0 {
            let word = if bar.width >= 100 { " running" } else { "" };
            groups.push(vec![bold("▶", t.info), span(format!(" {live}{word}"), t.fg)]);
        }
        let stuck = self.world.live().filter(|run| run.stuck).count();
        if stuck > 0 {
            let word = if bar.width >= 100 { " stuck" } else { "" };
            groups.push(vec![bold(sign::STUCK, t.warn), span(format!(" {stuck}{word}"), t.fg)]);
        }
        if !self.world.orphans.is_empty() {
            let orphans = self.world.orphans.len();
            let words = if orphans == 1 { " orphan" } else { " orphans" };
            let word = if bar.width >= 100 { words } else { "" };
            groups.push(vec![bold(format!("☠{orphans}"), t.err), span(word, t.fg)]);
        }
        if let Some((cpu, memory)) = self.world.usage() {
            groups.push(vec![span("cpu ", t.dim), span(sign::percent(cpu), t.fg)]);
            groups.push(vec![span("mem ", t.dim), span(sign::memory(memory), t.fg)]);
        }
        let drop: Vec<usize> = (1..groups.len()).rev().collect();
        header(buffer, bar, place, groups, &drop, t);
    }

    /// Whether the footer and the palette should offer an action now.
    pub(super) fn makes_sense(&self, action: Action) -> bool {
        let run = match (self.pages.last(), self.subject()) {
            (Some(Page::Run(page)), _) => self.world.run(&page.run),
            (None, Subject::Run(run)) => self.world.run(&run),
            _ => None,
        };
        match (action, run) {
            (
                Action::Open
                | Action::ToggleRaw
                | Action::Rerun
                | Action::Edit
                | Action::Search
                | Action::View
                | Action::Save
                | Action::CopyAs
                | Action::Wrap
                | Action::Times,
                Some(run),
            ) if run.unreadable.is_some() && !self.pages.is_empty() => false,
            (
                Action::EnterField | Action::Omit | Action::EditText | Action::InsertFile | Action::PickValue,
                _,
            ) => match self.pages.last() {
                Some(Page::Form(form)) => form.offers(action),
                Some(Page::Run(_)) | None => true,
            },
            (Action::Accept, _) => self.judged().is_some(),
            (Action::Search, Some(_)) => self.shown_page().is_some_and(RunPage::can_search),
            (Action::Save, Some(run)) => self.shown_page().is_some_and(|page| page.saves(run).is_ok()),
            (Action::View, Some(run)) => {
                self.shown_page().is_some_and(|page| page.view(run, &self.world).is_ok())
            }
            (Action::Open, _) if !self.pages.is_empty() => self.layer() == Layer::Result,
            (Action::Open | Action::Stop | Action::Kill | Action::Signal | Action::Sort, _)
                if self.pages.is_empty() && self.is_on_nothing() =>
            {
                false
            }
            (Action::AllFrames, _) => self.shown_page().is_some_and(RunPage::has_evidence),
            (Action::OpenFrame, _) => self.shown_page().is_some_and(|page| page.frame(&self.world).is_some()),
            (Action::NextHit, _) => self.shown_page().is_some_and(RunPage::searches),
            (Action::Cursor, _) => {
                self.shown_page().is_some_and(|page| page.can_point(self.run_place(), &self.world))
            }
            (Action::Zoom | Action::EdgeLeft | Action::EdgeRight, _) => self.pages.is_empty(),
            (Action::Sort, _) => self.shows_packages() || self.layer() == Layer::Procs,
            (Action::Stop | Action::Kill | Action::Signal | Action::Why, Some(run)) => run.is_live(),
            (Action::Why, None) if self.layer() == Layer::Procs => {
                matches!(self.subject(), Subject::Orphan(_))
            }
            (Action::Why, None) => self.world.live().any(|run| run.stuck),
            (Action::Presets, _) if self.pages.is_empty() => {
                matches!(self.subject(), Subject::Method { .. })
            }
            (Action::Rerun | Action::Edit, Some(run)) => run.kind == crate::run::spec::Kind::Call,
            (Action::Build, Some(run)) if self.layer() == Layer::Build => !run.is_live(),
            (Action::Rerun | Action::Edit, None) => match self.subject() {
                Subject::Method { agent, method } => self.world.last_run(&agent, &method).is_some(),
                _ => false,
            },
            _ => true,
        }
    }

    fn draw_over(&self, buffer: &mut Buffer, body: Rect) {
        let look = self.look(true);
        let above = self.above();
        // A theme is chosen by what the screen looks like.
        if self.over.as_ref().is_some_and(|over| !matches!(over, Over::Themes(_))) {
            backdrop(buffer, above, &self.theme);
        }
        match &self.over {
            Some(Over::Dialog(dialog)) => dialog.render(buffer, above, &self.world, look),
            Some(Over::Plan(plan)) => plan.render(buffer, above, look),
            Some(Over::Stop(stop)) => stop.render(buffer, above, &self.world, look),
            Some(Over::Signals(signals)) => signals.render(buffer, above, look),
            Some(Over::Saving(saving)) => saving.render(buffer, above, look),
            Some(Over::Presets(presets)) => presets.render(buffer, above, look),
            Some(Over::Copy(menu)) => menu.render(buffer, above, look),
            Some(Over::SaveAs(dialog)) => dialog.render(buffer, above, look),
            Some(Over::Themes(themes)) => themes.render(buffer, above, look),
            Some(Over::Settings(page)) => page.render(buffer, above, look),
            Some(Over::Help(help)) => help.render(buffer, above, look),
            Some(Over::Doctor(doctor)) => doctor.render(buffer, above, look),
            None if self.commands.open.is_some() => {}
            None => {
                if let Some(toast) = &self.toast {
                    toast.render(buffer, body, look);
                }
            }
        }
        if let Some(palette) = &self.commands.open {
            backdrop(buffer, above, &self.theme);
            palette.render(buffer, above, look);
        }
    }
}
