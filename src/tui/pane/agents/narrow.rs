//! The tree narrowed to the agents and methods with some words in their names.

use crossterm::event::KeyEvent;

use crate::tui::fuzzy::Pattern;
use crate::tui::pane::agents::{Agents, Item};
use crate::tui::world::World;

impl Agents {
    /// Begins to narrow, or goes on with the words that are there.
    pub fn narrow(&mut self) {
        self.filter.begin(self.selected.clone());
    }

    /// Whether keys go into the words.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// A key for the words; the best row is selected.
    pub fn key(&mut self, key: KeyEvent, world: &World) {
        if self.filter.key(key) {
            self.select_best(world);
        }
    }

    /// A pasted text for the words.
    pub fn paste(&mut self, text: &str, world: &World) {
        if self.filter.paste(text) {
            self.select_best(world);
        }
    }

    /// Whether nothing has the words.
    #[must_use]
    pub fn finds_nothing(&self, world: &World) -> bool {
        self.pattern().is_some() && self.items(world).is_empty()
    }

    /// How many agents are shown for the words, where there are some.
    #[must_use]
    pub fn found(&self, world: &World) -> Option<usize> {
        let found = narrowed(world, self.pattern()?, |_| false);
        Some(found.iter().filter(|(item, _)| matches!(item, Item::Agent(_))).count())
    }

    /// The words stay as they are; without any, all of the tree is back.
    pub fn keep_narrow(&mut self) {
        self.filter.keep();
    }

    /// All of the tree again: while the words are typed with what was selected before, else with what is selected
    /// now. Whether it was narrow.
    pub fn widen(&mut self, world: &World) -> bool {
        let Some(filter) = self.filter.end() else { return false };
        match (filter.typing, &self.selected) {
            (true, _) => self.selected = filter.before.or(self.selected.take()),
            (false, Some(Item::Method { agent, .. })) => {
                let agent = agent.clone();
                self.unfolded.insert(agent);
            }
            (false, _) => {}
        }
        self.settle(world);
        true
    }

    /// What narrows the tree.
    pub(super) fn pattern(&self) -> Option<&Pattern> {
        self.filter.pattern()
    }

    fn select_best(&mut self, world: &World) {
        if let Some(pattern) = self.pattern() {
            let found = narrowed(world, pattern, |_| false);
            // Of several that fit as well the first.
            let best = found.into_iter().rev().max_by_key(|(_, score)| *score);
            self.selected = best.map(|(item, _)| item).or(self.selected.take());
        } else {
            self.selected = self.filter.before();
        }
        self.settle(world);
    }
}

/// The rows that fit, in the order of the tree, and how well; what they stand in fits least. An agent that fits has
/// its methods below it, where it is unfolded.
pub(super) fn narrowed(
    world: &World,
    pattern: &Pattern,
    unfolded: impl Fn(&str) -> bool,
) -> Vec<(Item, i32)> {
    let mut items = Vec::new();
    let mut namespace = None;
    for listed in world.agents() {
        let name = &listed.agent.name;
        let own = pattern.score_any(&[&name.folder, &name.namespace]);
        let methods = listed.agent.manifest.iter().flat_map(|manifest| &manifest.methods);
        let methods: Vec<_> = methods
            .filter_map(|method| {
                let score = pattern.score_any(&[&method.name, &name.folder, &name.namespace])?;
                let by_itself = own.is_none_or(|own| score > own);
                Some((method, score, by_itself))
            })
            .collect();
        if own.is_none() && methods.is_empty() {
            continue;
        }
        if namespace != Some(&name.namespace) {
            items.push((Item::Namespace(name.namespace.clone()), i32::MIN));
            namespace = Some(&name.namespace);
        }
        let agent = name.to_string();
        let all = own.is_some() && unfolded(&agent);
        items.push((Item::Agent(agent.clone()), own.unwrap_or(i32::MIN)));
        for (method, score, by_itself) in methods {
            if all || by_itself {
                let score = if by_itself { score } else { i32::MIN };
                items.push((Item::Method { agent: agent.clone(), method: method.name.clone() }, score));
            }
        }
    }
    items
}
