//! The person's clipboard: by a program of the desktop where there is one, inside tmux by tmux, else by the terminal
//! itself (OSC 52), which works over ssh and needs no other program; what is too large for it goes into a file.
//! Terminals may refuse it without a word, so whoever copies says how it was done.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::config::Clipboard as Setting;

/// Bytes of a text in base64 that terminals still take; what is longer goes into a file.
const MOST: usize = 74_994;

/// Bytes of a text that a program of the desktop is given.
const MOST_NATIVE: usize = 4 << 20;

/// How long such a program may take; it goes on in the background when it has the text.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks whether it is done.
const LOOK: Duration = Duration::from_millis(5);

/// Bytes of a sequence that `screen` passes on at a time.
const PIECE: usize = 76;

/// The programs of the desktops, by the variable that tells of the desktop.
const PROGRAMS: [(&str, &[&str]); 2] =
    [("WAYLAND_DISPLAY", &["wl-copy"]), ("DISPLAY", &["xclip", "-selection", "clipboard"])];

/// Takes a text into tmux's own buffers and gives it to the terminal around: as tmux comes, it heeds no OSC 52 of a
/// program inside.
const TMUX: &[&str] = &["tmux", "load-buffer", "-w", "-"];

/// What stands between plugdeck and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Nothing,
    Tmux,
    Screen,
}

/// The ways there are here, in the order in which they are tried.
#[derive(Debug)]
pub struct Clipboard {
    programs: Vec<&'static [&'static str]>,
    terminal: Option<Around>,
}

/// How a text was handed over.
#[derive(Debug, PartialEq, Eq)]
pub struct Handed {
    /// What is to be sent to the terminal, if that is the way.
    pub sequence: Option<String>,
    /// `by OSC 52`.
    pub way: String,
}

impl Clipboard {
    /// The ways that the setting allows, by the variables of the environment.
    #[must_use]
    pub fn find(setting: Setting, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let remote = set("SSH_CONNECTION") || set("SSH_TTY");
        let native = match setting {
            Setting::Auto => !remote,
            Setting::Native => true,
            Setting::Osc52 | Setting::File => false,
        };
        let programs = PROGRAMS.iter().filter(|(name, _)| native && set(name)).map(|(_, program)| *program);
        let multiplexed = setting == Setting::Auto && set("TMUX");
        let around = if set("TMUX") {
            Around::Tmux
        } else if set("STY") {
            Around::Screen
        } else {
            Around::Nothing
        };
        let terminal = matches!(setting, Setting::Auto | Setting::Osc52).then_some(around);
        Self { programs: programs.chain(multiplexed.then_some(TMUX)).collect(), terminal }
    }

    /// Bytes of a text from which on it certainly goes into a file.
    #[must_use]
    pub fn most(&self) -> usize {
        match (self.programs.is_empty(), self.terminal) {
            (false, _) => MOST_NATIVE,
            (true, Some(_)) => MOST / 4 * 3,
            (true, None) => 0,
        }
    }

    /// Whether it is the setting that sends texts into files, not their size.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.programs.is_empty() && self.terminal.is_none()
    }

    /// Hands a text over; `None` where it has to go into a file.
    #[must_use]
    pub fn hand(&self, text: &str) -> Option<Handed> {
        let natively = |program: &&&[&str]| text.len() <= MOST_NATIVE && give(program, text);
        if let Some([name, ..]) = self.programs.iter().find(natively) {
            return Some(Handed { sequence: None, way: format!("by {name}") });
        }
        let around = self.terminal?;
        let way = match around {
            Around::Nothing => "by OSC 52",
            Around::Tmux => "by OSC 52 through tmux",
            Around::Screen => "by OSC 52 through screen",
        };
        Some(Handed { sequence: Some(sequence(text, around)?), way: way.to_owned() })
    }
}

/// Gives a text to a program of the desktop; whether it has taken it.
fn give(program: &[&str], text: &str) -> bool {
    let [name, arguments @ ..] = program else { return false };
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let input = child.stdin.take();
    let bytes = text.as_bytes().to_vec();
    // One that does not read must not hold this thread up.
    let writer = std::thread::spawn(move || input.is_some_and(|mut input| input.write_all(&bytes).is_ok()));
    let end = Instant::now() + PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success() && writer.join().unwrap_or(false),
            Ok(None) if Instant::now() < end => std::thread::sleep(LOOK),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// What makes the terminal take a text into its clipboard; `None` where the text is too long for that. Inside tmux or
/// screen it is passed through to the terminal around it.
fn sequence(text: &str, around: Around) -> Option<String> {
    let encoded = base64(text.as_bytes());
    if encoded.len() > MOST {
        return None;
    }
    let plain = format!("\x1b]52;c;{encoded}\x07");
    Some(match around {
        Around::Nothing => plain,
        // tmux itself takes the plain one where it is set so, and hands the wrapped one on where that is allowed.
        Around::Tmux => format!("{plain}\x1bPtmux;\x1b\x1b]52;c;{encoded}\x07\x1b\\"),
        Around::Screen => {
            let mut wrapped = String::new();
            let mut rest = plain.as_str();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(PIECE.min(rest.len()));
                wrapped.push_str(&format!("\x1bP{piece}\x1b\\"));
                rest = after;
            }
            wrapped
        }
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            encoded.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_and_wrapped() {
        for (text, encoded) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("ü🧩?", "w7zwn6epPw==")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(sequence("abc", Around::Nothing).as_deref(), Some("\x1b]52;c;YWJj\x07"));
        let wrapped = sequence("abc", Around::Tmux).unwrap();
        assert!(wrapped.ends_with("\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\"));
        assert!(sequence(&"x".repeat(56_244), Around::Nothing).is_some());
        assert_eq!(sequence(&"x".repeat(56_247), Around::Nothing), None);
        let wrapped = sequence(&"x".repeat(100), Around::Screen).unwrap();
        let pieces: Vec<_> = wrapped.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(
            pieces.iter().all(|piece| piece.starts_with("\x1bP") && piece.len() <= PIECE + 2),
            "{pieces:?}"
        );
        let joined: String = pieces.iter().map(|piece| &piece[2..]).collect();
        assert_eq!(Some(joined), sequence(&"x".repeat(100), Around::Nothing));
    }

    #[test]
    fn the_ways_follow_the_setting_and_the_environment() {
        let find = |setting, set: &[&str]| {
            let clipboard = Clipboard::find(setting, |name| set.contains(&name).then(|| "1".to_owned()));
            let programs: Vec<_> = clipboard.programs.iter().map(|program| program[0]).collect();
            (programs, clipboard.terminal)
        };
        let desktop = ["WAYLAND_DISPLAY", "DISPLAY"];
        assert_eq!(find(Setting::Auto, &desktop), (vec!["wl-copy", "xclip"], Some(Around::Nothing)));
        assert_eq!(find(Setting::Auto, &["DISPLAY", "SSH_TTY", "TMUX"]), (vec!["tmux"], Some(Around::Tmux)));
        assert_eq!(find(Setting::Native, &["DISPLAY", "SSH_TTY"]), (vec!["xclip"], None));
        assert_eq!(find(Setting::Osc52, &["DISPLAY", "STY"]), (vec![], Some(Around::Screen)));
        assert_eq!(find(Setting::File, &desktop), (vec![], None));
        assert_eq!(Clipboard::find(Setting::File, |_| None).hand("x"), None);
    }

    #[test]
    fn a_program_has_taken_a_text_when_it_has_read_it_and_ended_well() {
        assert!(give(&["sh", "-c", "test \"$(cat)\" = text"], "text"));
        assert!(!give(&["sh", "-c", "test \"$(cat)\" = text"], "other"));
        assert!(!give(&["plugdeck-no-such-program"], "text"));
    }
}
