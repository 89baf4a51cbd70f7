//! The terminal's modes: entered once, and left whatever happens, a panic in any thread and signals included.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::execute;
use crossterm::style::{Print, ResetColor, force_color_output};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::Backend as _;

use crate::tui::grid::Grid;
use crate::tui::paper::{self, Paper};
use crate::tui::theme::Palette;

/// Presses, drags and the wheel, with coordinates of any size; not every movement, which crossterm's own command
/// asks for as well.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// The terminal keeps its title on a stack while ours is shown.
const TITLE_ON: &str = "\x1b[22;0t\x1b]2;plugdeck\x1b\\";
const TITLE_OFF: &str = "\x1b[23;0t";

/// A frame is some ten kilobytes: one write for each.
const BUFFER: usize = 64 * 1024;

/// A terminal that is drawn on.
pub type Screen = Terminal<Grid<BufWriter<Stdout>>>;

/// Keeps the terminal in the dashboard's modes; dropped, the terminal is as before.
pub struct Guard {
    /// Leaving twice would take the shell's own title and screen away.
    entered: Arc<AtomicBool>,
}

/// Enters the modes, and sees to it that a panic leaves them before it is reported.
pub fn enter() -> io::Result<(Guard, Screen)> {
    // Under NO_COLOR crossterm would send a reset after bold and reverse video, and selections would vanish.
    // That no colours are sent then is the theme's business.
    force_color_output(true);
    let entered = Arc::new(AtomicBool::new(false));
    let before = panic::take_hook();
    let in_panic = Arc::clone(&entered);
    panic::set_hook(Box::new(move |info| {
        restore(&in_panic);
        before(info);
    }));
    let guard = Guard { entered };
    guard.set()?;
    let backend = Grid::new(BufWriter::with_capacity(BUFFER, io::stdout()));
    Ok((guard, Terminal::new(backend)?))
}

/// Makes the next frame draw every cell. ratatui's own way asks the terminal where its cursor is, which not every
/// terminal answers, and then the dashboard would end.
pub fn clear(screen: &mut Screen) -> io::Result<()> {
    screen.backend_mut().clear()?;
    screen.swap_buffers();
    Ok(())
}

impl Guard {
    /// Sets the modes, at first and after something else had the terminal.
    pub fn set(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.entered.store(true, Ordering::SeqCst);
        execute!(
            io::stdout(),
            Print(TITLE_ON),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange,
            Print(MOUSE_ON)
        )
    }

    /// Leaves the modes, for somebody else or for good.
    pub fn leave(&self) {
        restore(&self.entered);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
    }
}

/// May be called at any time, from any thread; errors are of no use to anybody here.
fn restore(entered: &AtomicBool) {
    if !entered.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        io::stdout(),
        Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        Show,
        Print(TITLE_OFF)
    );
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}

/// Asks the terminal for the colour of its paper, where somebody wants to know it; the answer is among the events.
pub fn ask_for_paper(wanted: bool) -> io::Result<Paper> {
    if !wanted {
        return Ok(Paper::unasked());
    }
    execute!(io::stdout(), Print(paper::QUESTION))?;
    Ok(Paper::default())
}

/// How many colours the terminal shows, by its variables.
#[must_use]
pub fn palette(variable: impl Fn(&str) -> Option<String>) -> Palette {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    if set("NO_COLOR").is_some() || term == "dumb" {
        return Palette::Mono;
    }
    match set("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Palette::Rgb,
        _ if term.contains("direct") => Palette::Rgb,
        _ if term.contains("256color") => Palette::Indexed,
        _ => Palette::Sixteen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Palette) {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(palette(variable), expected);
    }

    #[test]
    fn colours_are_what_the_terminal_says_it_shows() {
        check(&[("TERM", "xterm-256color")], Palette::Indexed);
        check(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Palette::Rgb);
        check(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Palette::Mono);
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Palette::Indexed);
        check(&[("TERM", "linux")], Palette::Sixteen);
        check(&[], Palette::Sixteen);
    }
}
