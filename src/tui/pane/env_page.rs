//! An agent's environment: where it stands and why, what made it, from what, what is in it, what it takes.

use ratatui::text::Line;

use crate::ops::agents::Listed;
use crate::text;
use crate::tui::pane::method::environment;
use crate::tui::pane::{Look, sign};
use crate::tui::theme::Theme;
use crate::tui::widget::line::{LABEL, blank, bold, fact, section, span, spread, wrap};
use crate::tui::world::World;
use crate::venv::details::Details;
use crate::venv::disk::Disk;
use crate::venv::inputs::Change;
use crate::venv::packages::Package;
use crate::venv::stamp::Stamp;

/// Narrowest and widest column of the packages' names.
const NAMES: (usize, usize) = (16, 32);

/// Widest column of the versions.
const VERSIONS: usize = 16;

/// Columns of the sizes.
const SIZES: usize = 9;

/// The page's lines, `columns` wide. `details` are `None` while they are being read.
#[must_use]
pub fn lines(
    listed: &Listed,
    details: Option<&Details>,
    by_size: bool,
    columns: usize,
    world: &World,
    look: Look,
) -> Vec<Line<'static>> {
    let t = look.theme;
    let mut lines = vec![Line::default()];
    lines.extend(environment(listed, columns, world, t));
    let Some(details) = details else {
        lines.extend([Line::default(), Line::from(span("reading…", t.dim))]);
        return lines;
    };
    for problem in &details.problems {
        lines.extend(marked("▲", problem, columns, t));
    }
    let Some(disk) = &details.disk else { return lines };
    lines.push(Line::default());
    let mut told = |label: &str, value: &str, rest: &str| {
        let columns = columns.saturating_sub(usize::from(LABEL));
        let mut label = label;
        for line in wrap(value, columns) {
            lines.push(fact(std::mem::take(&mut label), vec![span(line, t.fg)], t));
        }
        for line in wrap(rest, columns) {
            lines.push(fact(std::mem::take(&mut label), vec![span(line, t.dim)], t));
        }
    };
    let version = details.python.as_deref().unwrap_or("of an unknown version");
    told("python", &sign::safe(version), details.interpreter.as_deref().unwrap_or_default());
    match &details.stamp {
        Some(stamp) => {
            let ago = sign::ago(stamp.built_ms, look.now.wall_ms);
            told("built", &format!("{ago} by {}", sign::safe(&stamp.tool)), "");
            told("from", stamp.basis.told(), "");
        }
        None => told("built", "by somebody else", "plugdeck asks before it replaces it"),
    }
    let (size, shared) = room(disk, details.stamp.as_ref());
    told("disk", &size, &shared);
    if !details.inputs.is_empty() {
        lines.push(Line::default());
        let changed = details.inputs.iter().filter(|(_, change)| *change != Change::None).count();
        let count = if changed == 0 { "none changed".to_owned() } else { format!("{changed} changed") };
        lines.push(section(vec![bold("Inputs", t.bright)], vec![span(count, t.dim)], columns, t));
        for (name, change) in &details.inputs {
            let (glyph, colour) = match change {
                Change::None | Change::Absent => ("✓", t.ok),
                Change::New | Change::Gone | Change::Contents => ("▲", t.warn),
            };
            lines.push(Line::from(vec![
                bold(format!("{glyph} "), colour),
                span(format!("{:<18}", sign::safe(name)), t.fg),
                span(change.word(), t.dim),
            ]));
        }
    }
    if let Some(stamp) = &details.stamp {
        lines.push(Line::default());
        lines.push(section(vec![bold("Last build", t.bright)], Vec::new(), columns, t));
        for part in stamp.told().split("; ") {
            let mut lead = 0;
            for line in wrap(&sign::safe(part), columns.saturating_sub(2)) {
                lines.push(Line::from(vec![blank(lead), span(line, t.fg)]));
                lead = 2;
            }
        }
    }
    lines.push(Line::default());
    lines.extend(packages(&details.packages, by_size, columns, t));
    lines
}

/// What it takes on the disk, and how much of that others hold too.
fn room(disk: &Disk, stamp: Option<&Stamp>) -> (String, String) {
    let most = if disk.more { "more than " } else { "" };
    let size = format!("{most}{} in {} files", sign::size(disk.bytes), disk.files);
    let owner = match stamp {
        Some(stamp) if stamp.tool.starts_with("uv") => "uv's cache",
        Some(_) | None => "other folders",
    };
    let shared = match disk.shared_bytes {
        0 => String::new(),
        shared => format!("{} of them shared with {owner}", sign::size(shared)),
    };
    (size, shared)
}

fn packages(packages: &[Package], by_size: bool, columns: usize, t: &Theme) -> Vec<Line<'static>> {
    let sum = packages.iter().filter_map(|package| package.bytes).fold(0, u64::saturating_add);
    let order = if by_size { " by name" } else { " by size" };
    let mut facts = vec![span(format!("{} · {}  ", packages.len(), sign::size(sum)), t.dim)];
    facts.extend([bold("s", t.accent), span(order, t.dim)]);
    let mut lines = vec![section(vec![bold("Packages", t.bright)], facts, columns, t)];
    if packages.is_empty() {
        lines.push(Line::from(span("none are installed", t.dim)));
        return lines;
    }
    let mut packages: Vec<&Package> = packages.iter().collect();
    if by_size {
        packages.sort_by_key(|package| std::cmp::Reverse(package.bytes));
    }
    let widest = packages.iter().map(|package| text::width(&package.name)).max().unwrap_or(0);
    let names = (widest + 2).clamp(NAMES.0, NAMES.1).min(columns / 2);
    let versions = packages.iter().map(|package| text::width(&package.version)).max().unwrap_or(0);
    let versions = versions.min(VERSIONS);
    for package in packages {
        let padded = |word: &str, columns: usize| {
            let word = text::fit(word, columns.saturating_sub(1)).into_owned();
            let pad = columns.saturating_sub(text::width(&word));
            word + &" ".repeat(pad)
        };
        let size = package.bytes.map_or("–".to_owned(), sign::size);
        let mut left = vec![
            span(padded(&package.name, names), t.fg),
            span(padded(&package.version, versions + 1), t.dim),
            span(format!("{size:>SIZES$}"), t.fg),
        ];
        if let Some(folder) = &package.editable {
            left.push(span(format!("  editable, {folder}"), t.dim));
        }
        lines.push(spread(left, Vec::new(), columns));
    }
    lines
}

/// A sentence with a sign before it.
#[must_use]
pub fn marked(glyph: &'static str, sentence: &str, columns: usize, t: &Theme) -> Vec<Line<'static>> {
    let lines = wrap(sentence, columns.saturating_sub(2)).into_iter().enumerate();
    let lead = |at: usize| if at == 0 { bold(format!("{glyph} "), t.warn) } else { blank(2) };
    lines.map(|(at, line)| Line::from(vec![lead(at), span(line, t.fg)])).collect()
}
