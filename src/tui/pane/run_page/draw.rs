//! Draws a run: in a frame with its tabs in the title, or on a page with a strip of tabs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::run::spec::Kind;
use crate::run::status::State;
use crate::tui::layout::run_parts;
use crate::tui::pane::run_page::why::why_columns;
use crate::tui::pane::run_page::{Place, RunPage, Tab};
use crate::tui::pane::{Look, procs, sign, steps, usage};
use crate::tui::seen::{Detail, Run};
use crate::tui::tail::exit;
use crate::tui::widget::callout::callout;
use crate::tui::widget::line::{below, blank, bold, page, put, row, section, span, width, wrap};
use crate::tui::widget::pane::{Frame, padded_area};
use crate::tui::widget::tabs;
use crate::tui::world::World;

impl RunPage {
    /// Draws the view.
    pub fn render(&self, buffer: &mut Buffer, place: Place, world: &World, look: Look) {
        let t = look.theme;
        let Some(run) = world.run(&self.run) else {
            put(buffer, row(place.text(), 0), span("starting…", t.dim));
            return;
        };
        let content = place.content();
        let parts = run_parts(content);
        let framed = if self.tab == Tab::Output { parts.output } else { content };
        let names = self.names();
        let active = self.tabs().iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let fact = self.fact(world, look);
        if place.is_framed() {
            let (glyph, colour) = sign::run(run, t);
            let mut title: Vec<Span> =
                vec![bold(glyph, colour), bold(format!(" {}", run.id.short()), t.fg), blank(2)];
            if matches!(place, Place::Page(_)) {
                title.clear();
            }
            let focused = look.focused && !self.points();
            title.extend(tabs::title(&names, active, focused, t));
            Frame::new(title, focused).fact(fact).draw(buffer, framed, t);
        } else {
            tabs::strip(buffer, place.area(), &names, active, fact, t);
        }
        if let Some(reason) = &run.unreadable {
            return page(buffer, below(place.text(), 1), damaged(run, reason, place, look), 0);
        }
        match self.tab {
            Tab::Output => {
                self.output.render(buffer, place.inside(parts.output), run, world, look);
                self.render_use(buffer, place, world, look);
            }
            Tab::Log => {
                let area = place.inside(content);
                self.output.render(buffer, area, run, world, look);
            }
            Tab::Steps => self.render_steps(buffer, place, run, world, look),
            Tab::Result => match &self.result {
                Some(Ok(result)) => {
                    let accepted = world.is_accepted(run, &world.rules_of(run));
                    result.render(buffer, place.text(), accepted, look);
                }
                Some(Err(reason)) => {
                    let columns = usize::from(place.text().width);
                    let lines = wrap(reason, columns).into_iter().map(|line| span(line, t.err).into());
                    page(buffer, below(place.text(), 1), lines.collect(), 0);
                }
                None => {
                    let text =
                        if run.is_live() { "running: the result comes at the end" } else { "reading…" };
                    put(buffer, row(place.text(), 1), span(text, t.dim));
                }
            },
            Tab::Stats | Tab::Payload | Tab::Why => {
                let text = place.text();
                page(buffer, text, self.lines(usize::from(text.width), world, look), self.scroll);
            }
        }
    }

    /// The left part of a page's header: which run this is. Where room is short the agent's name goes first: what was
    /// called says most.
    #[must_use]
    pub fn place(&self, columns: usize, world: &World, look: Look) -> Vec<Span<'static>> {
        let t = look.theme;
        let Some(run) = world.run(&self.run) else {
            return vec![span(self.run.short().to_owned(), t.dim)];
        };
        if run.unreadable.is_some() {
            return vec![span(format!("{}  ", run.id.short()), t.dim), bold("damaged run", t.bright)];
        }
        let agent = sign::safe(&run.agent);
        if run.kind == Kind::Build {
            let (namespace, folder) = agent.split_once('/').unwrap_or(("", &agent));
            return vec![span(format!("build  {namespace}/"), t.dim), bold(folder.to_owned(), t.bright)];
        }
        let id = span(format!("{}  ", sign::safe(run.id.short())), t.dim);
        let method = bold(sign::safe(run.what()), t.bright);
        let folder = agent.rsplit('/').next().unwrap_or(&agent).to_owned();
        let short = sign::short_agent(&run.agent);
        for name in [agent, folder, short] {
            let place = vec![id.clone(), span(name, t.dim), span(" ▸ ", t.line), method.clone()];
            if width(&place) <= columns {
                return place;
            }
        }
        vec![id, method]
    }

    /// The right part of a page's header: how it stands.
    #[must_use]
    pub fn facts(&self, world: &World, look: Look) -> Vec<Vec<Span<'static>>> {
        let t = look.theme;
        let Some(run) = world.run(&self.run).filter(|run| run.unreadable.is_none()) else {
            return Vec::new();
        };
        let mut time = vec![bold(sign::elapsed(run, look.now), t.fg)];
        let detail = world.detail_of(&self.run);
        let limit = detail.and_then(|detail| detail.spec.limits.timeout());
        if let (true, Some(limit)) = (run.is_live(), limit) {
            time.push(span(format!(" / {}", sign::took(limit)), t.dim));
        }
        let mut facts = vec![vec![sign::chip(run, t)], time];
        if let (Kind::Build, Some(detail)) = (run.kind, detail) {
            let all = detail.spec.steps.len();
            let text = if run.state == State::Succeeded {
                sign::count(all, "step", "steps")
            } else {
                format!("step {} of {all}", steps::current(detail) + 1)
            };
            facts.push(vec![span(text, t.dim)]);
        }
        let outcome =
            run.outcome.as_ref().filter(|outcome| outcome.exit_code.is_some() || outcome.signal.is_some());
        if let (Kind::Call, Some(outcome)) = (run.kind, outcome) {
            facts.push(vec![span(exit(outcome.exit_code, outcome.signal), t.dim)]);
        }
        facts
    }

    fn fact(&self, world: &World, look: Look) -> Vec<Span<'static>> {
        match self.tab {
            Tab::Output | Tab::Log => self.output.fact(world.page_of(&self.run), look),
            Tab::Result => match &self.result {
                Some(Ok(result)) => result.strip_fact(look.theme),
                Some(Err(_)) | None => Vec::new(),
            },
            Tab::Why => self.look_fact(world, look),
            Tab::Stats | Tab::Payload | Tab::Steps => Vec::new(),
        }
    }

    /// The graphs and the processes.
    fn render_use(&self, buffer: &mut Buffer, place: Place, world: &World, look: Look) {
        let t = look.theme;
        let detail = world.detail_of(&self.run);
        let parts = run_parts(place.content());
        if let (Some(cpu), Some(memory)) = (parts.cpu, parts.memory) {
            usage::Charts { cpu, memory, detail, cursor: self.cursor }.render(buffer, look);
        }
        if let Some(area) = parts.processes {
            let live = detail.is_some_and(|detail| detail.run.is_live());
            let title = if live { "Processes" } else { "Processes, last seen" };
            let inner = Frame::new(vec![bold(title, t.fg)], false)
                .fact(procs::tree_heads(area.width.saturating_sub(4), t))
                .draw(buffer, area, t);
            let inner = padded_area(inner);
            match detail.and_then(|detail| detail.latest.as_ref()) {
                Some(sample) => {
                    let run = detail.map(|detail| &detail.run);
                    let has_left = |one: &_| run.is_some_and(|run| run.has_left_session(one));
                    procs::tree(buffer, inner, &sample.processes, has_left, look);
                }
                None if live => put(buffer, row(inner, 0), span("no sample yet", t.dim)),
                None => put(buffer, row(inner, 0), span("ended before the first sample", t.dim)),
            }
        }
    }

    fn render_steps(&self, buffer: &mut Buffer, place: Place, run: &Run, world: &World, look: Look) {
        let t = look.theme;
        let Some(detail) = world.detail_of(&self.run) else { return };
        let parts = self.step_parts(place, world);
        let selected = self.selected_step(detail);
        let wide = Rect { x: parts.steps.x, ..parts.steps };
        steps::steps(buffer, wide, detail, Some(selected), look);
        if !parts.why.is_empty() {
            let area = Rect { x: parts.why.x + 1, width: parts.why.width.saturating_sub(2), ..parts.why };
            callout(buffer, area, t.err, self.why_lines(why_columns(parts.why), t), t);
        }
        let head = Rect { x: parts.head.x + 1, width: parts.head.width.saturating_sub(2), ..parts.head };
        let title = vec![
            bold(format!("Step {}", selected + 1), t.bright),
            span(format!("  {}", step_title(detail, selected)), t.fg),
        ];
        let fact = self.output.fact(world.page_of(&self.run), look);
        put(buffer, head, section(title, fact, usize::from(head.width), t));
        self.output.render(buffer, parts.log, run, world, look);
    }
}

/// What is wrong with a run's folder, and what can be done.
fn damaged(run: &Run, reason: &str, place: Place, look: Look) -> Vec<Line<'static>> {
    let columns = usize::from(place.text().width);
    let folder = sign::safe(&run.dir.path.display().to_string());
    let help = format!(
        "What it printed may still stand in stdout and stderr there. No other run needs this one: to be rid of it, \
         remove the folder {folder}"
    );
    let lines = |text: &str, colour| -> Vec<Line<'static>> {
        wrap(text, columns).into_iter().map(|line| Line::from(span(line, colour))).collect()
    };
    let mut damaged = lines(&format!("This run is damaged: {reason}"), look.theme.err);
    damaged.push(Line::default());
    damaged.extend(lines(&help, look.theme.dim));
    damaged
}

fn step_title(detail: &Detail, index: usize) -> String {
    detail.spec.steps.get(index).map_or(String::new(), |step| sign::safe(&step.title))
}
