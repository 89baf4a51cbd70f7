//! The agents of the store as a tree: namespace ▸ agent ▸ method.

mod narrow;

use std::collections::HashSet;
use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::agent::manifest::Severity;
use crate::ops::agents::Listed;
use crate::tui::keymap::Action;
use crate::tui::pane::list::Cursor;
use crate::tui::pane::query::{Narrowing, marked};
use crate::tui::pane::{Look, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{blank, bold, put, row, span, spread};
use crate::tui::widget::pane::{Frame, padded_area, title};
use crate::tui::widget::select::select;
use crate::tui::world::World;

/// Up to so many agents are all unfolded at first.
const FEW: usize = 3;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    Namespace(String),
    /// `namespace/folder`.
    Agent(String),
    Method {
        agent: String,
        method: String,
    },
    /// A folder that could not be read.
    Unreadable(PathBuf),
}

/// How a row is shown.
#[derive(Clone, Copy)]
struct Shown {
    bold: bool,
    /// Rows of its own stand below it.
    open: bool,
    width: u16,
}

/// The tree's state.
#[derive(Debug, Default)]
pub struct Agents {
    /// Namespaces.
    folded: HashSet<String>,
    /// Agents.
    unfolded: HashSet<String>,
    selected: Option<Item>,
    cursor: Cursor,
    filter: Narrowing<Item>,
    /// The first look has chosen what is unfolded.
    opened: bool,
}

impl Agents {
    /// What is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        self.selected.as_ref()
    }

    /// Selects an item and unfolds what it stands in.
    pub fn select(&mut self, item: Item, world: &World) {
        self.filter.end();
        if let Item::Method { agent, .. } = &item {
            self.unfolded.insert(agent.clone());
        }
        self.selected = Some(item);
        self.settle(world);
    }

    /// Fits the state to what is there now.
    pub fn settle(&mut self, world: &World) {
        if !self.opened && world.agents.is_some() {
            self.opened = true;
            let runnable = || world.agents().iter().filter(|listed| listed.agent.manifest.is_some());
            let most = if world.agents().len() <= FEW { usize::MAX } else { 1 };
            let valid_first =
                || runnable().filter(|l| l.agent.valid()).chain(runnable().filter(|l| !l.agent.valid()));
            self.unfolded = valid_first().take(most).map(|listed| listed.agent.name.to_string()).collect();
            self.selected = valid_first().find_map(|listed| {
                let method = listed.agent.manifest.as_ref()?.methods.first()?.name.clone();
                Some(Item::Method { agent: listed.agent.name.to_string(), method })
            });
        }
        let items = self.items(world);
        let at = self.selected.as_ref().and_then(|selected| items.iter().position(|item| item == selected));
        self.cursor.settle(at, items.len());
        let found = items.into_iter().nth(self.cursor.selected());
        // Words that nothing has leave the main pane as it is.
        self.selected = if self.pattern().is_some() { found.or(self.selected.take()) } else { found };
    }

    /// How many rows there are to show; as many while the tree is narrowed, so that the pane stands still.
    #[must_use]
    pub fn rows(&self, world: &World) -> usize {
        self.all_items(world).len()
    }

    /// Makes the selected row visible in a pane of this many rows.
    pub fn fit(&mut self, height: u16, world: &World) {
        self.cursor.fit(height, self.items(world).len());
    }

    /// Moves, folds, unfolds. Whether the action was one of these.
    pub fn act(&mut self, action: Action, height: u16, world: &World) -> bool {
        let items = self.items(world);
        if self.cursor.act(action, height, items.len()) {
            self.selected = items.into_iter().nth(self.cursor.selected());
            return true;
        }
        let Some(selected) = self.selected.clone() else { return false };
        match (action, &selected) {
            (Action::Left, Item::Method { agent, .. }) => self.selected = Some(Item::Agent(agent.clone())),
            (Action::Left, Item::Agent(agent)) => {
                if !self.unfolded.remove(agent) {
                    let namespace = agent.split('/').next().unwrap_or_default();
                    self.selected = Some(Item::Namespace(namespace.to_owned()));
                }
            }
            (Action::Left, Item::Namespace(namespace)) => {
                self.folded.insert(namespace.clone());
            }
            (Action::Right, Item::Agent(agent)) => {
                self.unfolded.insert(agent.clone());
            }
            (Action::Right, Item::Namespace(namespace)) => {
                self.folded.remove(namespace);
            }
            (Action::Open, Item::Agent(agent)) => {
                if !self.unfolded.remove(agent) {
                    self.unfolded.insert(agent.clone());
                }
            }
            (Action::Open, Item::Namespace(namespace)) => {
                if !self.folded.remove(namespace) {
                    self.folded.insert(namespace.clone());
                }
            }
            _ => return false,
        }
        self.settle(world);
        true
    }

    /// Moves the selection by rows, for the wheel.
    pub fn wheel(&mut self, rows: isize, height: u16, world: &World) {
        let items = self.items(world);
        self.cursor.step(rows, height, items.len());
        self.selected = items.into_iter().nth(self.cursor.selected());
    }

    /// Selects the row that stands at this height of the pane; whether it was selected before.
    pub fn click(&mut self, y: u16, world: &World) -> bool {
        let items = self.items(world);
        let Some(item) = items.into_iter().nth(self.cursor.offset() + usize::from(y)) else { return false };
        let again = self.selected.as_ref() == Some(&item);
        self.selected = Some(item);
        self.settle(world);
        again
    }

    /// Draws the pane.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, world: &World, look: Look) {
        let t = look.theme;
        let all = world.agents().len();
        let fact = if world.agents.is_some() { all.to_string() } else { "reading…".to_owned() };
        let mut fact = [vec![span(fact, t.dim)], Vec::new()];
        if let Some(filter) = self.filter.filter() {
            let found = self.found(world).unwrap_or(all);
            let [own, _] = fact;
            fact = filter.fact(area.width, own, (found, all), t);
        }
        let [fact, below] = fact;
        let frame = Frame::new(title("1", "Agents", look.focused, t), look.focused);
        let inner = frame.fact(fact).below(below).draw(buffer, area, t);
        let items = self.items(world);
        if items.is_empty() && self.filter.filter().is_some() {
            put(buffer, row(padded_area(inner), 0), span("nothing has these words", t.dim));
        } else if world.has_no_agents() {
            put(buffer, row(padded_area(inner), 0), span("no agents yet", t.dim));
        }
        for (y, (at, item)) in (0..inner.height).zip(items.iter().enumerate().skip(self.cursor.offset())) {
            let selected = self.selected.as_ref() == Some(item);
            let is = Shown {
                bold: selected && look.focused,
                open: matches!(items.get(at + 1), Some(Item::Method { .. })),
                width: inner.width,
            };
            let (left, mut right) = self.line(item, is, world, look);
            right.push(blank(1));
            let place = row(inner, y);
            put(buffer, place, spread(left, right, usize::from(inner.width)));
            if selected {
                select(buffer, place, look.focused, t);
            }
        }
    }

    /// Every visible row, from the top.
    fn items(&self, world: &World) -> Vec<Item> {
        if let Some(pattern) = self.pattern() {
            let found = narrow::narrowed(world, pattern, |agent| self.unfolded.contains(agent));
            return found.into_iter().map(|(item, _)| item).collect();
        }
        self.all_items(world)
    }

    fn all_items(&self, world: &World) -> Vec<Item> {
        let mut items = Vec::new();
        let mut namespace = None;
        for listed in world.agents() {
            let name = &listed.agent.name;
            if namespace != Some(&name.namespace) {
                items.push(Item::Namespace(name.namespace.clone()));
                namespace = Some(&name.namespace);
            }
            if self.folded.contains(&name.namespace) {
                continue;
            }
            let agent = name.to_string();
            items.push(Item::Agent(agent.clone()));
            if self.unfolded.contains(&agent) {
                let methods = listed.agent.manifest.iter().flat_map(|manifest| &manifest.methods);
                items.extend(
                    methods.map(|method| Item::Method { agent: agent.clone(), method: method.name.clone() }),
                );
            }
        }
        items.extend(world.unreadable.iter().map(|(path, _)| Item::Unreadable(path.clone())));
        items
    }

    /// A name with what the words find in it.
    fn marked(&self, name: &str, plain: Span<'static>, t: &Theme) -> Vec<Span<'static>> {
        match self.pattern() {
            Some(pattern) => marked(name, pattern, plain, t),
            None => vec![plain],
        }
    }

    fn line(
        &self,
        item: &Item,
        Shown { bold: selected, open, width }: Shown,
        world: &World,
        look: Look,
    ) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let t = look.theme;
        match item {
            Item::Namespace(namespace) => {
                let fold = if self.folded.contains(namespace) { "▸" } else { "▾" };
                let name = format!("{}/", sign::safe(namespace));
                (vec![span(format!(" {fold} "), t.dim), span(name, t.dim)], Vec::new())
            }
            Item::Agent(agent) => {
                let Some(listed) = world.agent(agent) else { return Default::default() };
                let colour = if selected { t.bright } else { t.fg };
                let name = sign::safe(&listed.agent.name.folder);
                let name = self.marked(&name, bold(name.clone(), colour), t);
                if listed.agent.manifest.is_none() {
                    let left = std::iter::once(span("   ✗ ", t.err)).chain(name);
                    return (left.collect(), vec![span(place(listed), t.err)]);
                }
                let fold = if open || self.unfolded.contains(agent) { "▾" } else { "▸" };
                let right = standing(listed, width >= 36, world, t);
                (std::iter::once(span(format!("   {fold} "), t.dim)).chain(name).collect(), right)
            }
            Item::Method { agent, method } => {
                let name = sign::safe(method);
                let plain = if selected { bold(name.clone(), t.bright) } else { span(name.clone(), t.fg) };
                let name = self.marked(&name, plain, t);
                let right = world.last_run(agent, method).map_or_else(Vec::new, |run| {
                    let (glyph, colour) = sign::state(run.state, t);
                    let time = sign::elapsed(run, look.now);
                    let time_colour = if run.is_live() { colour } else { t.fg };
                    vec![bold(glyph, colour), span(format!("{time:>6}"), time_colour)]
                });
                (std::iter::once(blank(7)).chain(name).collect(), right)
            }
            Item::Unreadable(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                (vec![span(" ✗ ", t.err), bold(sign::safe(&name), t.fg)], vec![span("unreadable", t.err)])
            }
        }
    }
}

/// Where an agent stands: where it is broken, else its environment.
#[must_use]
pub fn standing(listed: &Listed, words: bool, world: &World, t: &Theme) -> Vec<Span<'static>> {
    if listed.agent.valid() {
        sign::environment(&world.environment(listed), words, t)
    } else {
        vec![bold("✗", t.err), span(format!(" {}", place(listed)), t.err)]
    }
}

/// Where a broken agent is broken, as short as can be.
fn place(listed: &Listed) -> String {
    let worst = listed.agent.problems.iter().find(|problem| problem.severity == Severity::Error);
    match worst {
        Some(problem) if problem.line > 0 => format!("line {}", problem.line),
        Some(_) | None => "broken".to_owned(),
    }
}
