//! The terminal's modes: entered once, and left whatever happens, a panic in any thread and signals included.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
const TITLE_KEEP: &str = "\x1b[22;0t";
const TITLE_BACK: &str = "\x1b[23;0t";

/// A frame is some ten kilobytes: one write for each.
const BUFFER: usize = 64 * 1024;

/// The exit code of a program that has panicked, as Rust has it.
const PANICKED: i32 = 101;

/// A terminal that is drawn on.
pub type Screen = Terminal<Grid<BufWriter<Stdout>>>;

/// Keeps the terminal in the dashboard's modes; dropped, the terminal is as before.
pub struct Guard {
    /// Leaving twice would take the shell's own title and screen away.
    entered: Arc<AtomicBool>,
    /// The terminal is to report the mouse.
    mouse: bool,
}

/// Enters the modes, and sees to it that a panic leaves them before it is reported.
pub fn enter(mouse: bool) -> io::Result<(Guard, Screen)> {
    // A program of a shell has a terminal even so, and would wait there for keys with nothing to be seen.
    if !io::stdout().is_terminal() {
        let sentence = "standard output is no terminal; the verbs that `plugdeck --help` lists need none";
        return Err(io::Error::new(io::ErrorKind::Unsupported, sentence));
    }
    // Under NO_COLOR crossterm would send a reset after bold and reverse video, and selections would vanish.
    // That no colours are sent then is the theme's business.
    force_color_output(true);
    let entered = Arc::new(AtomicBool::new(false));
    let before = panic::take_hook();
    let (in_panic, owner) = (Arc::clone(&entered), thread::current().id());
    panic::set_hook(Box::new(move |info| {
        // Kept until the end: no frame may come onto what is the shell's screen again.
        let _screen = io::stdout().lock();
        restore(&in_panic);
        before(info);
        if thread::current().id() != owner {
            end();
        }
    }));
    let guard = Guard { entered, mouse };
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
        // Who was stopped and goes on has not left them.
        let keep = if self.entered.swap(true, Ordering::SeqCst) { "" } else { TITLE_KEEP };
        execute!(
            io::stdout(),
            Print(keep),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableFocusChange,
            Print(if self.mouse { MOUSE_ON } else { "" })
        )
    }

    /// Asks the terminal to report the mouse, or to keep it.
    pub fn take_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        execute!(io::stdout(), Print(if mouse { MOUSE_ON } else { MOUSE_OFF }))
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
        Print(TITLE_BACK)
    );
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}

/// Ends the process after a panic in another thread than the loop's: without it the dashboard would lack a part, and
/// the loop would not know.
#[expect(clippy::exit, reason = "the loop may wait for anything, the terminal included")]
fn end() -> ! {
    std::process::exit(PANICKED)
}

/// What gives the terminal this title; `None`: its own one, which stays kept. The text has been made safe.
#[must_use]
pub fn title(text: Option<&str>) -> String {
    match text {
        Some(text) => format!("\x1b]2;{text}\x1b\\"),
        None => format!("{TITLE_BACK}{TITLE_KEEP}"),
    }
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
    use std::io::Read as _;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

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

    /// The other half of the test below, which runs it on a terminal of its own.
    #[test]
    #[ignore = "takes the terminal and ends the process"]
    fn a_thread_panics() {
        let (_guard, mut screen) = enter(true).unwrap();
        screen.hide_cursor().unwrap();
        let _ = thread::spawn(|| panic!("a part is broken")).join();
        screen.backend_mut().write_all(b"went on").unwrap();
    }

    /// The same for the thread that draws.
    #[test]
    #[ignore = "takes the terminal and ends the process"]
    fn the_loop_panics() {
        let (_guard, mut screen) = enter(true).unwrap();
        screen.hide_cursor().unwrap();
        panic!("a part is broken");
    }

    #[track_caller]
    fn check_panic(other_half: &str) {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let discipline = || format!("{:?}", pair.master.get_termios().unwrap());
        let before = discipline();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("tui::terminal::tests::{other_half}"), "--ignored", "--nocapture"]);
        command.env("RUST_BACKTRACE", "0");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        // The end of the other side is an error here.
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..length]);
        }
        assert_eq!(child.wait().unwrap().exit_code(), u32::try_from(PANICKED).unwrap());
        assert_eq!(discipline(), before);
        let mut parser = vt100::Parser::default();
        parser.process(&bytes);
        let (screen, text) = (parser.screen(), String::from_utf8_lossy(&bytes));
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        for [on, off] in
            [["\x1b[?1004h", "\x1b[?1004l"], [TITLE_KEEP, TITLE_BACK], ["\x1b[?1049h", "\x1b[?1049l"]]
        {
            assert!(text.rfind(on) < text.rfind(off) && text.contains(on), "{text}");
        }
        // The report stands on the shell's screen, where it can be read.
        assert!(screen.contents().contains("a part is broken") && !text.contains("went on"), "{text}");
    }

    #[test]
    fn a_panic_in_any_thread_gives_the_terminal_back_and_ends_the_process() {
        check_panic("a_thread_panics");
        check_panic("the_loop_panics");
    }
}
