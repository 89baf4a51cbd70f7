//! Where things stand on a screen of a given size: pure, so that drawing, clicks and the height of what scrolls
//! always agree.

use ratatui::layout::Rect;

/// Narrowest and lowest screen that can be worked on.
pub const SMALLEST: (u16, u16) = (60, 15);

/// From this width on the left column is wide.
const WIDE: u16 = 100;
/// From this width on processes and use of the machine have a column of their own.
const WIDEST: u16 = 160;
/// Below this height of the left column only the focused one of its panes is open.
const ACCORDION: u16 = 20;
/// A page lower than this has its tabs and no more above its content.
const LOW_PAGE: u16 = 26;

/// Rows of a frame, of a pane with nothing but one line, and the fewest of a pane that has something to show.
const FRAME: u16 = 2;
const EMPTY: u16 = 3;
const LEAST: u16 = 5;

/// The widest text that reads well, with its frame; and the least room that is worth a pane beside it.
const TEXT: u16 = 100;
const BESIDE: u16 = 44;

/// Rows of the graphs with frame and axis.
const GRAPHS: u16 = 7;

/// One of the panes of the workbench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    Agents,
    Runs,
    Procs,
    Main,
}

/// The three parts of every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub header: Rect,
    pub body: Rect,
    pub footer: Rect,
}

/// The panes of the workbench. A pane of height 1 is closed: only its title is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workbench {
    pub agents: Rect,
    pub runs: Rect,
    pub procs: Rect,
    pub main: Rect,
}

/// How many rows each of the panes on the left has to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub agents: u16,
    pub runs: u16,
    pub procs: u16,
}

/// The parts of a live or ended run's output view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunParts {
    pub output: Rect,
    pub cpu: Option<Rect>,
    pub memory: Option<Rect>,
    pub processes: Option<Rect>,
}

/// The narrowest left column, and the least for the main pane: what a run's output can be shown in.
const LEFT: u16 = 20;
const RIGHT: u16 = 29;

/// Whether there is room to work.
#[must_use]
pub fn is_too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// Header, body and footer.
#[must_use]
pub fn frame(area: Rect) -> Frame {
    let rows = area.height.saturating_sub(2);
    Frame {
        header: Rect { height: area.height.min(1), ..area },
        body: Rect { y: area.y + area.height.min(1), height: rows, ..area },
        footer: Rect { y: area.y + area.height.saturating_sub(1), height: area.height.min(1), ..area },
    }
}

/// The columns of the left panes, where nobody has moved the edge.
#[must_use]
pub fn usual_left(body: Rect, focus: Pane) -> u16 {
    // Processes have more to tell than names.
    let left = match (body.width, focus) {
        (..WIDE, Pane::Procs) => 46,
        (..WIDE, _) => 31,
        (WIDE..WIDEST, Pane::Procs) => 56,
        (WIDE..WIDEST, _) => 40,
        (_, Pane::Procs) => 64,
        (_, _) => 44,
    };
    left.min(body.width.saturating_sub(RIGHT))
}

/// One pane alone: the others have no room at all.
#[must_use]
pub fn zoomed(body: Rect, pane: Pane) -> Workbench {
    let of = |one| if one == pane { body } else { Rect { width: 0, height: 0, ..body } };
    Workbench { agents: of(Pane::Agents), runs: of(Pane::Runs), procs: of(Pane::Procs), main: of(Pane::Main) }
}

/// The panes, where `focus` is the one that must be open; its edge to the main pane is moved by so many columns, as
/// far as both sides stay usable.
#[must_use]
pub fn workbench(body: Rect, focus: Pane, rows: Rows, moved: i16) -> Workbench {
    let left = usual_left(body, focus).saturating_add_signed(moved).max(LEFT);
    let left = left.min(body.width.saturating_sub(RIGHT));
    let [agents, runs, procs] = heights(body.height, focus, rows);
    let left = left.min(body.width);
    let column = Rect { width: left, ..body };
    Workbench {
        agents: Rect { height: agents, ..column },
        runs: Rect { y: column.y + agents, height: runs, ..column },
        procs: Rect { y: column.y + agents + runs, height: procs, ..column },
        main: Rect { x: body.x + left, width: body.width - left, ..body },
    }
}

/// Each pane as high as what it holds, the focused one first; what is left over is the runs'.
fn heights(height: u16, focus: Pane, rows: Rows) -> [u16; 3] {
    if height < ACCORDION {
        let open = height.saturating_sub(2);
        return match focus {
            Pane::Agents | Pane::Main => [open, 1, 1],
            Pane::Runs => [1, open, 1],
            Pane::Procs => [1, 1, open],
        };
    }
    let share = |of: Pane, focused: u16, else_: u16| if focus == of { focused } else { else_ };
    // Processes come and go: in threes, so that the panes do not move with each of them.
    let procs = match rows.procs {
        0 => EMPTY,
        some => some.div_ceil(3).saturating_mul(3).saturating_add(FRAME + 1),
    };
    let procs = procs.min(share(Pane::Procs, height / 2, (height / 4).max(4)).max(4)).min(height - 2 * LEAST);
    let left = height - procs;
    let runs =
        rows.runs.saturating_add(FRAME).clamp(LEAST, share(Pane::Runs, left / 2, left * 3 / 8).max(LEAST));
    let agents = rows.agents.saturating_add(FRAME).clamp(LEAST, left - runs);
    [agents, left - agents, procs]
}

/// The main pane's text and, where it leaves room, what stands beside it.
#[must_use]
pub fn text_parts(main: Rect) -> (Rect, Option<Rect>) {
    if main.width < TEXT + BESIDE {
        return (main, None);
    }
    let beside = Rect { x: main.x + TEXT, width: main.width - TEXT, ..main };
    (Rect { width: TEXT, ..main }, Some(beside))
}

/// The output of a run and, where there is room, graphs and processes: below it, or beside it on a very wide
/// screen. `bare` areas (pages) keep a margin for the frames.
#[must_use]
pub fn run_parts(area: Rect) -> RunParts {
    if area.width >= 110 && area.height >= 16 {
        let side = (area.width / 3).max(44);
        let column = Rect { x: area.right() - side, width: side, ..area };
        let cpu = Rect { height: GRAPHS, ..column };
        let left = area.height - 2 * GRAPHS;
        // Too low for a pane of its own: the last graph takes what is left.
        let memory = Rect { y: cpu.bottom(), height: GRAPHS + if left < 4 { left } else { 0 }, ..cpu };
        let processes =
            Rect { y: memory.bottom(), height: area.bottom().saturating_sub(memory.bottom()), ..column };
        return RunParts {
            output: Rect { width: area.width - side, ..area },
            cpu: Some(cpu),
            memory: Some(memory),
            processes: (processes.height >= 4).then_some(processes),
        };
    }
    let processes = match area.height {
        ..30 => 0,
        30..48 => 6,
        _ => 9,
    };
    let graphs = if area.height >= 16 && area.width >= 40 { GRAPHS } else { 0 };
    let output = Rect { height: area.height - graphs - processes, ..area };
    let row = Rect { y: output.bottom(), height: graphs, ..area };
    let half = row.width / 2;
    RunParts {
        output,
        cpu: (graphs > 0).then_some(Rect { width: half, ..row }),
        memory: (graphs > 0).then_some(Rect { x: row.x + half, width: row.width - half, ..row }),
        processes: (processes > 0).then_some(Rect { y: row.bottom(), height: processes, ..area }),
    }
}

/// Whether a page has room for a strip of tabs with a rule, and air.
#[must_use]
pub fn is_roomy(page: Rect) -> bool {
    page.height >= LOW_PAGE - 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn focuses() -> impl Iterator<Item = Pane> {
        [Pane::Agents, Pane::Runs, Pane::Procs, Pane::Main].into_iter()
    }

    fn contents() -> impl Iterator<Item = Rows> {
        [(0, 0, 0), (3, 9, 1), (9, 3, 20), (500, 1, 0), (1, 500, 5), (u16::MAX, u16::MAX, u16::MAX)]
            .into_iter()
            .map(|(agents, runs, procs)| Rows { agents, runs, procs })
    }

    #[test]
    fn panes_are_as_high_as_what_they_hold() {
        let heights = |focus, agents, runs, procs| heights(48, focus, Rows { agents, runs, procs });
        assert_eq!(heights(Pane::Agents, 6, 2, 0), [8, 37, 3]);
        assert_eq!(heights(Pane::Agents, 200, 2, 0), [40, 5, 3]);
        assert_eq!(heights(Pane::Agents, 200, 200, 40), [23, 13, 12]);
        assert_eq!(heights(Pane::Runs, 200, 200, 40), [18, 18, 12]);
        assert_eq!(heights(Pane::Procs, 200, 200, 40), [15, 9, 24]);
        assert_eq!(heights(Pane::Agents, 6, 200, 2), [8, 34, 6]);
    }

    #[test]
    fn every_row_and_column_belongs_to_one_pane_at_every_size() {
        for width in SMALLEST.0..220 {
            for height in SMALLEST.1..80 {
                let area = Rect::new(0, 0, width, height);
                let parts = frame(area);
                assert_eq!(parts.body.height + 2, height);
                for (focus, rows) in focuses().flat_map(|focus| contents().map(move |rows| (focus, rows))) {
                    let moved = [0, -200, 200, 7][usize::from(height % 4)];
                    let bench = workbench(parts.body, focus, rows, moved);
                    let panes = [bench.agents, bench.runs, bench.procs, bench.main];
                    assert!(bench.agents.width >= LEFT && bench.main.width >= RIGHT);
                    assert_eq!(panes.iter().map(|pane| pane.area()).sum::<u32>(), parts.body.area());
                    assert!(panes.iter().all(|pane| parts.body.intersection(*pane) == *pane));
                    let open = height - 2 >= ACCORDION;
                    assert!(panes.iter().all(|pane| pane.height >= if open { EMPTY } else { 1 }));
                    let (text, beside) = text_parts(bench.main);
                    let texts = text.area() + beside.map_or(0, Rect::area);
                    assert_eq!(texts, bench.main.area());
                    let run = run_parts(bench.main);
                    let all = [Some(run.output), run.cpu, run.memory, run.processes];
                    assert_eq!(all.iter().flatten().map(|part| part.area()).sum::<u32>(), bench.main.area());
                    assert!(run.output.height >= 6, "{width}x{height}");
                }
            }
        }
    }
}
