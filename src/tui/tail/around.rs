//! What stands around the window that is shown. A folded traceback is one line on screen, so a window with one in it
//! needs more rows than the screen has, and the head of one may stand above.

use std::io;

use crate::tui::seen::Row;
use crate::tui::tail::traceback;

/// Rows above that are always there: a line of source code under its frame takes fewer.
const ABOVE: u64 = 16;

/// Rows looked at at a time, where there are tracebacks.
const CHUNK: u64 = 128;

/// Most bytes of text on each side. Far more than the tracebacks that fill a screen as folded lines.
const BUDGET: usize = 256 * 1024;

/// The rows right above and right below a window.
#[derive(Default)]
pub struct Around {
    pub above: Vec<Row>,
    pub below: Vec<Row>,
}

/// Looks around the window `rows`, which begins at `from`; `read` gives the rows `first..end`, and there are those of
/// `bounds`. The screen has `height` rows.
pub fn look(
    rows: &[Row],
    from: u64,
    (low, high): (u64, u64),
    height: u64,
    read: impl Fn(u64, u64) -> io::Result<Vec<Row>>,
) -> io::Result<Around> {
    let to = from + rows.len() as u64;
    let mut top = from.saturating_sub(ABOVE).max(low);
    let mut above = read(top, from)?;
    let mut below = Vec::new();
    if !above.iter().chain(rows).any(traceback::is_piece) {
        return Ok(Around { above, below });
    }
    // Where all of them are folded, the screen shows most.
    let lines = |rows: Vec<&Row>| {
        let folded: usize = traceback::find(&rows).iter().map(|traceback| traceback.lines.len() - 1).sum();
        (rows.len() - folded) as u64
    };
    // What stands before the first head may be the end of a traceback that begins further up.
    let cut = |above: &[Row]| above.iter().position(traceback::is_head).unwrap_or(above.len());
    while top > low && size(&above) < BUDGET && lines(above[cut(&above)..].iter().collect()) < height {
        let first = top.saturating_sub(CHUNK).max(low);
        let mut more = read(first, top)?;
        more.append(&mut above);
        (above, top) = (more, first);
    }
    if top > low && size(&above) < BUDGET {
        above.drain(..cut(&above));
    }
    let mut end = to;
    while end < high && size(&below) < BUDGET && lines(rows.iter().chain(&below).collect()) < height + ABOVE {
        let next = (end + CHUNK).min(high);
        below.append(&mut read(end, next)?);
        end = next;
    }
    Ok(Around { above, below })
}

fn size(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.text.len()).sum()
}
