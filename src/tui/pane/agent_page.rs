//! An agent's overview: what it is, what is wrong with it, where its environment stands, what it can do.

use std::path::Path;

use ratatui::text::Line;

use crate::ops::agents::Listed;
use crate::text;
use crate::tui::pane::agents::standing;
use crate::tui::pane::method::{environment, problems_section};
use crate::tui::pane::{Look, sign};
use crate::tui::widget::line::{blank, bold, fact, section, span, spread, wrap};
use crate::tui::world::World;
use crate::venv::stamp::Environment;

/// The page's lines, `columns` wide.
#[must_use]
pub fn lines(listed: &Listed, columns: usize, world: &World, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let agent = &listed.agent;
    let mut lines = vec![Line::default()];
    let problems: Vec<_> = agent.problems.iter().collect();
    let Some(manifest) = &agent.manifest else {
        lines.push(Line::from(bold("This agent cannot run", t.bright)));
        lines.extend(problems_section(&problems, columns, t));
        lines.push(Line::default());
        lines.push(fact("folder", vec![span(sign::safe(&agent.directory.display().to_string()), t.fg)], t));
        return lines;
    };
    let description = manifest.description.as_deref().unwrap_or("no description in agent.yaml");
    for line in wrap(&text::safe_lines(description.trim().as_bytes()), columns) {
        lines.push(Line::from(bold(line, t.bright)));
    }
    lines.push(Line::default());
    for (label, value) in [
        ("name", &manifest.name),
        ("version", &manifest.version),
        ("author", &manifest.author),
        ("python", &manifest.python_version),
    ] {
        if let Some(value) = value {
            lines.push(fact(label, vec![span(sign::safe(value), t.fg)], t));
        }
    }
    lines.push(fact("folder", vec![span(sign::safe(&agent.directory.display().to_string()), t.fg)], t));
    lines.push(Line::default());
    lines.push(section(vec![bold("Env", t.bright)], Vec::new(), columns, t));
    lines.extend(environment(listed, columns, world, t));
    if !matches!(world.environment(listed), Environment::None) {
        let keys = [bold("]", t.accent), span(" its packages, its inputs, its room on the disk", t.dim)];
        lines.push(Line::from(keys.to_vec()));
    }
    if let Some(build) = world.last_build(&agent.name.to_string()) {
        let (glyph, colour) = sign::state(build.state, t);
        lines.push(fact(
            "built",
            vec![
                bold(format!("{glyph} "), colour),
                span(sign::elapsed(build, look.now), t.fg),
                span(format!("  {}", sign::ago(build.created_ms, look.now.wall_ms)), t.dim),
            ],
            t,
        ));
    }
    lines.push(Line::default());
    let count = sign::count(manifest.methods.len(), "method", "methods");
    lines.push(section(vec![bold("Methods", t.bright)], vec![span(count, t.dim)], columns, t));
    for method in &manifest.methods {
        lines.push(Line::from(bold(sign::safe(&method.name), t.fg)));
        let description = sign::safe(method.description.lines().next().unwrap_or_default());
        if !description.is_empty() {
            let description = text::fit(&description, columns.saturating_sub(2)).into_owned();
            lines.push(Line::from(vec![blank(2), span(description, t.dim)]));
        }
    }
    lines.extend(problems_section(&problems, columns, t));
    lines
}

/// What a namespace holds.
#[must_use]
pub fn namespace(name: &str, columns: usize, world: &World, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let agents = || world.agents().iter().filter(|listed| listed.agent.name.namespace == name);
    let count = sign::count(agents().count(), "agent", "agents");
    let mut lines =
        vec![Line::default(), Line::from(bold(format!("{}/", sign::safe(name)), t.bright)), Line::default()];
    lines.push(section(vec![bold("Agents", t.bright)], vec![span(count, t.dim)], columns, t));
    for listed in agents() {
        let name = vec![bold(sign::safe(&listed.agent.name.folder), t.fg)];
        lines.push(spread(name, standing(listed, true, world, t), columns));
        let manifest = listed.agent.manifest.as_ref();
        let text = manifest.and_then(|manifest| manifest.description.as_deref()).unwrap_or("cannot run");
        let text = sign::safe(text.lines().next().unwrap_or_default());
        let text = text::fit(&text, columns.saturating_sub(2)).into_owned();
        lines.push(Line::from(vec![blank(2), span(text, t.dim)]));
    }
    lines
}

/// Why a folder of the store could not be read.
#[must_use]
pub fn unreadable(path: &Path, columns: usize, world: &World, look: Look) -> Vec<Line<'static>> {
    let t = look.theme;
    let reason = world.unreadable.iter().find(|(known, _)| known == path).map_or("", |(_, reason)| reason);
    let mut lines = vec![Line::default(), Line::from(bold("This folder could not be read", t.bright))];
    for line in wrap(&sign::safe(&format!("{}: {reason}", path.display())), columns) {
        lines.push(Line::from(span(line, t.fg)));
    }
    lines
}
