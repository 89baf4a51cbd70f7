//! How the dashboard looks on real terminals: colours that they have, paper that they tell of, nothing but ASCII.

use std::fs;

use crate::support::sandbox::Sandbox;
use crate::support::screen::Screen;

const CTRL_T: &str = "\u{14}";
const ESC: &str = "\u{1b}";
/// The light theme's paper and the dark one's, as they are sent.
const LIGHT: &str = "48;2;251;251;253";
const DARK: &str = "48;2;20;22;28";
const QUESTION: &str = "\u{1b}]11;?";

fn wrote(screen: &Screen, text: &str) -> bool {
    String::from_utf8_lossy(&screen.bytes).contains(text)
}

fn start(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> Screen {
    let mut screen = Screen::start_with(sandbox, arguments, variables, 100, 30);
    screen.wait_for("text-stats");
    screen
}

#[test]
fn a_terminal_that_tells_of_light_paper_gets_the_light_theme_and_no_key_is_lost() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = start(&sandbox, &[], &[]);
    assert!(wrote(&screen, QUESTION) && wrote(&screen, DARK) && !wrote(&screen, LIGHT));
    // The answer among keys: `?` opens the help, and it was not closed, left or scrolled by the answer's characters.
    screen.send("?\u{1b}]11;rgb:fdfd/f6f6/e3e3\u{1b}\\j");
    screen.wait_for("Keys: agents");
    screen.send(ESC);
    screen.wait_gone("Keys: agents");
    screen.wait_for_paper(vt100::Color::Rgb(251, 251, 253));
    // No run was begun by the `r` and the `b` of `rgb`.
    assert!(sandbox.runs().is_empty());
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
}

#[test]
fn an_answer_for_dark_paper_or_none_at_all_changes_nothing() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let mut screen = start(&sandbox, &[], &[]);
    screen.send("\u{1b}]11;rgb:0000/0000/0000\u{7}?");
    screen.wait_for("Keys: agents");
    screen.send(ESC);
    screen.wait_gone("Keys: agents");
    screen.wait_for_paper(vt100::Color::Rgb(20, 22, 28));
    assert!(!wrote(&screen, LIGHT));
}

#[test]
fn a_theme_that_is_named_is_not_asked_about() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let screen = start(&sandbox, &["--theme", "dark"], &[("COLORFGBG", "0;15")]);
    assert!(!wrote(&screen, QUESTION) && !wrote(&screen, LIGHT));
    let screen = start(&sandbox, &[], &[("COLORFGBG", "0;15")]);
    assert!(wrote(&screen, QUESTION) && wrote(&screen, LIGHT) && !wrote(&screen, DARK));
    let screen = start(&sandbox, &[], &[("NO_COLOR", "1")]);
    assert!(!wrote(&screen, QUESTION));
}

/// The numbers of all colour and style sequences.
fn styles(screen: &Screen) -> Vec<String> {
    let bytes = String::from_utf8_lossy(&screen.bytes).into_owned();
    let sequences = bytes.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    sequences.collect()
}

#[test]
fn a_terminal_gets_the_colours_it_has() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let colours =
        |variables: &[(&str, &str)], arguments: &[&str]| styles(&start(&sandbox, arguments, variables));
    let rgb = colours(&[], &[]);
    assert!(rgb.iter().any(|style| style.contains("38;2;")));
    let indexed = colours(&[("COLORTERM", "")], &[]);
    assert!(indexed.iter().any(|style| style.contains("38;5;147")), "{indexed:?}");
    assert!(indexed.iter().all(|style| !style.contains("8;2;")));
    // Of the sixteen, no paper is painted.
    for (variables, arguments) in
        [(&[("COLORTERM", ""), ("TERM", "xterm")][..], &[][..]), (&[][..], &["--theme", "terminal"][..])]
    {
        let sixteen = colours(variables, arguments);
        assert!(sixteen.iter().any(|style| style.contains("38;5;5") || style.contains("35")), "{sixteen:?}");
        assert!(
            sixteen.iter().all(|style| !style.contains("8;2;") && !style.contains("48;5")),
            "{sixteen:?}"
        );
    }
    for (variables, arguments) in [(&[("NO_COLOR", "1")][..], &[][..]), (&[][..], &["--theme", "mono"][..])] {
        let mono = colours(variables, arguments);
        assert!(
            mono.iter()
                .all(|style| !style.contains(';') && !style.starts_with('3') || style.starts_with("39")),
            "{mono:?}"
        );
    }
}

#[test]
fn a_bad_theme_file_says_line_and_key_and_the_dashboard_opens_all_the_same() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    let variables = sandbox.variables();
    let config =
        variables.iter().find(|(name, _)| *name == "XDG_CONFIG_HOME").map(|(_, value)| value.clone());
    let folder = config.unwrap().join("plugdeck");
    fs::create_dir_all(folder.join("themes")).unwrap();
    let dark = include_str!("../../themes/dark.yaml");
    let line = dark.lines().position(|line| line.contains("accent:")).unwrap() + 1;
    fs::write(folder.join("themes/mine.yaml"), dark.replacen("  accent:", "  acent:", 1)).unwrap();
    fs::write(folder.join("config.yaml"), "theme: mine\n").unwrap();
    let mut screen = start(&sandbox, &[], &[]);
    screen.wait_until("the sentence", |text| {
        let text = text.split_whitespace().filter(|word| *word != "▌").collect::<Vec<_>>().join(" ");
        text.contains(&format!("line {line}, column 3")) && text.contains("acent")
    });
    assert_eq!(screen.paper(), vt100::Color::Rgb(20, 22, 28));
    // It stands in the list too, and cannot be chosen.
    screen.send(CTRL_T);
    screen.wait_for("cannot be used");
    screen.send(ESC);
    screen.wait_gone("cannot be used");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    // Who types a name can type it again.
    let output = sandbox.plugdeck(&["--theme", "nrod"]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("there is no theme nrod: there are dark, light"), "{}", output.stderr);
}

#[test]
fn a_chosen_theme_is_shown_at_once_written_and_there_at_the_next_start() {
    let sandbox = Sandbox::with(&["demo/text-stats"]);
    sandbox.configure("# mine\ngrace: 0.5 # soon\n");
    let file = sandbox.path().join("config/plugdeck/config.yaml");
    let mut screen = start(&sandbox, &[], &[]);
    screen.send(CTRL_T);
    screen.wait_for("gruvbox-dark");
    screen.send("j");
    // The list itself stands there.
    screen.wait_for_paper(vt100::Color::Rgb(240, 241, 246));
    screen.send("\r");
    screen.wait_for("theme light, written to");
    screen.wait_gone("gruvbox-dark");
    screen.wait_for_paper(vt100::Color::Rgb(251, 251, 253));
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\ngrace: 0.5 # soon\ntheme: light\n");
    screen.send("q");
    assert_eq!(screen.wait_exit(), 0);
    let mut screen = start(&sandbox, &[], &[]);
    screen.wait_for_paper(vt100::Color::Rgb(251, 251, 253));

    // From the palette too, where the command line wins.
    let mut screen = start(&sandbox, &["--theme", "nord"], &[]);
    screen.send(":");
    screen.wait_for(" Commands ");
    screen.send("gruvbox\r");
    screen.wait_for("theme gruvbox-dark, written to");
    screen.wait_for("wins");
    assert!(fs::read_to_string(&file).unwrap().ends_with("theme: gruvbox-dark\n"));

    // A file that one line cannot mend stays as it is.
    sandbox.configure("theme: [light\n");
    let mut screen = start(&sandbox, &[], &[]);
    screen.send(CTRL_T);
    screen.wait_for("gruvbox-dark");
    screen.send("j\r");
    screen.wait_for("theme light holds until you quit.");
    screen.wait_for("correct the file first");
    screen.wait_for_paper(vt100::Color::Rgb(251, 251, 253));
    assert_eq!(fs::read_to_string(&file).unwrap(), "theme: [light\n");
}

#[test]
fn with_ascii_nothing_else_leaves_the_program() {
    let sandbox = Sandbox::new();
    let mut screen = Screen::start(&sandbox, &["--ascii", "demo"], 120, 40);
    screen.wait_for("text-stats");
    screen.send("Glj");
    screen.wait_for("Takes a text apart");
    screen.send("b");
    screen.wait_for("venv");
    screen.send("\r");
    screen.wait_until("the end of the build", |text| text.contains("+ succeeded"));
    screen.send(ESC);
    screen.wait_for("1 Agents");
    screen.send("\r");
    screen.wait_for("1 problem");
    screen.send("so it goes\u{12}");
    screen.wait_for("\"different_words\": 3");
    screen.send("]]?");
    screen.wait_for("Keys:");
    screen.send(ESC);
    screen.wait_gone("Keys:");
    screen.send(CTRL_T);
    screen.wait_for("gruvbox-dark");
    screen.send("\r\u{3}");
    screen.wait_for("Quit");
    screen.send("\r");
    assert_eq!(screen.wait_exit(), 0);
    let foreign =
        String::from_utf8_lossy(&screen.bytes).chars().filter(|c| !c.is_ascii()).collect::<String>();
    assert_eq!(foreign, "");
}
