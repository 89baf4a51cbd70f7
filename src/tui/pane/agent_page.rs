//! An agent's overview: what it is, what is wrong with it, where its environment stands, what it can do.

use ratatui::text::Line;

use crate::ops::agents::Listed;
use crate::text;
use crate::tui::pane::method::{environment, problems_section};
use crate::tui::pane::{Look, sign};
use crate::tui::widget::line::{blank, bold, fact, section, span, wrap};
use crate::tui::world::World;

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
    if let Some(build) = world.last_build(&agent.name.to_string()) {
        let (glyph, colour) = sign::state(build.state, t);
        lines.push(fact(
            "last build",
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
