//! plugdeck in a pseudo-terminal: keys in, screen out.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::modes;
use crate::support::sandbox::Sandbox;

/// Far above what any machine needs, so that only what hangs meets it.
const CEILING: Duration = Duration::from_secs(60);

/// A terminal with plugdeck in it.
pub struct Screen {
    parser: vt100::Parser,
    /// Everything the program wrote, as it wrote it.
    pub bytes: Vec<u8>,
    output: Receiver<Vec<u8>>,
    input: Box<dyn std::io::Write + Send>,
    master: Box<dyn MasterPty + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    /// The terminal's line discipline before the program began.
    before: String,
}

impl Screen {
    /// Starts plugdeck with these arguments on a terminal of this size.
    pub fn start(sandbox: &Sandbox, arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::start_with(sandbox, arguments, &[], columns, rows)
    }

    /// The same with variables of the environment.
    pub fn start_with(
        sandbox: &Sandbox,
        arguments: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let command = [&[env!("CARGO_BIN_EXE_plugdeck")], arguments].concat();
        Self::start_command(sandbox, &command, variables, columns, rows)
    }

    /// The same with plugdeck started by another program.
    pub fn start_command(
        sandbox: &Sandbox,
        command: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let before = discipline(pair.master.as_ref());
        let mut command = CommandBuilder::from_argv(command.iter().map(Into::into).collect());
        for (name, value) in sandbox.variables() {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("RUST_BACKTRACE", "0");
        command.env("TZ", "UTC");
        // What is copied goes to this terminal, not to the desktop of who runs the tests.
        for name in ["NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY"] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(sandbox.path());
        let child = pair.slave.spawn_command(command).unwrap();
        // Else the reader never sees the end.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let input = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        Self { parser, bytes: Vec::new(), output, input, master: pair.master, child, before }
    }

    /// What the screen shows now.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The parsed screen, with colours.
    pub fn cells(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("{text:?}"), |screen| screen.contains(text));
    }

    /// Waits until the screen no longer shows this text.
    #[track_caller]
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("the end of {text:?}"), |screen| !screen.contains(text));
    }

    /// Waits until the screen's text is as it should be.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, right: impl Fn(&str) -> bool) {
        let end = Instant::now() + CEILING;
        while !right(&self.text()) {
            assert!(Instant::now() < end, "waited in vain for {what} in:\n{}", self.text());
            self.pump(Duration::from_millis(20));
        }
        // Lets the frame come to its end.
        while self.pump(Duration::from_millis(30)) {}
    }

    /// Waits until the middle of the screen has this colour behind it.
    #[track_caller]
    pub fn wait_for_paper(&mut self, colour: vt100::Color) {
        let end = Instant::now() + CEILING;
        while self.paper() != colour {
            assert!(
                Instant::now() < end,
                "{colour:?} is awaited, there is {:?}:\n{}",
                self.paper(),
                self.text()
            );
            self.pump(Duration::from_millis(20));
        }
    }

    /// The colour behind the middle of the screen.
    pub fn paper(&self) -> vt100::Color {
        let (rows, columns) = self.cells().size();
        self.cells().cell(rows.get() * 2 / 3, columns.get() * 2 / 3).unwrap().bgcolor()
    }

    /// Types these bytes.
    pub fn send(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Waits for the end of the program: its exit code.
    #[track_caller]
    pub fn wait_exit(&mut self) -> u32 {
        let end = Instant::now() + CEILING;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.pump(Duration::from_millis(50)) {}
                return status.exit_code();
            }
            assert!(Instant::now() < end, "plugdeck does not end:\n{}", self.text());
            self.pump(Duration::from_millis(20));
        }
    }

    /// Everything that was set in the terminal has been reset, as its last state tells: modes, colours, the title, the
    /// line discipline.
    #[track_caller]
    pub fn is_restored(&self) {
        let on = modes::left_on(&self.bytes);
        assert!(on.is_empty(), "left on: {on:?}");
        assert!(!self.cells().alternate_screen() && !self.cells().hide_cursor());
        let (colours, default) = ((self.cells().fgcolor(), self.cells().bgcolor()), vt100::Color::Default);
        assert_eq!(colours, (default, default));
        assert_eq!(self.discipline(), self.before);
    }

    /// The line discipline is the program's.
    pub fn is_raw(&self) -> bool {
        self.discipline() != self.before
    }

    fn discipline(&self) -> String {
        discipline(self.master.as_ref())
    }

    /// Takes what the program has written by now.
    pub fn pump_once(&mut self) {
        self.pump(Duration::from_millis(10));
    }

    fn pump(&mut self, wait: Duration) -> bool {
        match self.output.recv_timeout(wait) {
            Ok(bytes) => {
                self.parser.process(&bytes);
                self.bytes.extend(bytes);
                true
            }
            Err(_) => false,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that `stty` shows.
fn discipline(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count.max(1)).unwrap()
}
