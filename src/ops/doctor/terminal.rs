//! What the dashboard will be drawn on.

use rustix::termios::{isatty, tcgetwinsize};

use crate::ops::doctor::{Check, variable};

/// The smallest screen that shows everything.
const SMALLEST: (u16, u16) = (60, 15);

pub fn checks() -> Vec<Check> {
    vec![terminal(), locale()]
}

fn terminal() -> Check {
    let term = variable("TERM").unwrap_or_default();
    let size = [rustix::stdio::stdout(), rustix::stdio::stderr(), rustix::stdio::stdin()]
        .into_iter()
        .filter(|end| isatty(end))
        .find_map(|end| tcgetwinsize(end).ok());
    let Some(size) = size else {
        return Check::ok("terminal", "none here: the command line works, the dashboard needs one");
    };
    let mut sentence = format!("{term}, {} columns, {} rows", size.ws_col, size.ws_row);
    let colours = match variable("COLORTERM").as_deref() {
        _ if variable("NO_COLOR").is_some() => "no colours (NO_COLOR)",
        Some("truecolor" | "24bit") => "true colours",
        Some(_) | None if term.contains("256") || term.contains("direct") => "256 colours",
        Some(_) | None => "16 colours",
    };
    sentence += &format!(", {colours}");
    if variable("TMUX").is_some() {
        sentence += ", in tmux";
    }
    if term.is_empty() || term == "dumb" {
        return Check::problem(
            "terminal",
            format!("TERM is {term:?}"),
            "set TERM, for example to xterm-256color",
        );
    }
    if size.ws_col < SMALLEST.0 || size.ws_row < SMALLEST.1 {
        let action = format!("make it at least {} columns and {} rows", SMALLEST.0, SMALLEST.1);
        return Check::note("terminal", sentence, &action);
    }
    Check::ok("terminal", sentence)
}

fn locale() -> Check {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, variable(name)?)));
    let action = "set LANG to a UTF-8 locale, for example C.UTF-8, or start plugdeck --ascii, if lines and glyphs look wrong";
    match set {
        Some((name, value)) if value.to_lowercase().replace('-', "").contains("utf8") => {
            Check::ok("locale", format!("{name} is {value}"))
        }
        Some((name, value)) => {
            Check::note("locale", format!("{name} is {value}, which does not say UTF-8"), action)
        }
        None => Check::note("locale", "neither LC_ALL, LC_CTYPE nor LANG is set", action),
    }
}
