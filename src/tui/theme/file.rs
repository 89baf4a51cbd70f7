//! A theme file: every role has its colour, nothing else stands in it, and what is wrong is said with its place.

use ratatui::style::Color;

use crate::tui::theme::{Depth, Palette, ROLES, Theme};
use crate::yaml::{self, Content, Fault, Node, Place};

/// What may stand at the top of a file.
const KEYS: [&str; 2] = ["colours", "indexed"];
/// The key of the graph's colours.
const GRAPH: &str = "graph";
/// What `colours` may be instead of a list of roles.
const TERMINAL: &str = "terminal";
const NONE: &str = "none";

/// Reads a theme file for a terminal that shows this much. All of it is checked, also what this terminal does not
/// need: whether a file is right does not depend on where it is read.
pub fn parse(name: &str, text: &str, palette: Palette) -> Result<Theme, Fault> {
    let document = yaml::parse(text)?;
    if let Some(repeat) = document.repeats.first() {
        return Err(fault(repeat.place, format!("{} stands here again: keep one", repeat.path)));
    }
    let start = Place { line: 1, column: 1 };
    let Some(root) = document.root() else {
        return Err(fault(start, "the file is empty: a theme has `colours`".to_owned()));
    };
    known_keys(root, "a theme", &KEYS)?;
    let Some(colours) = root.get("colours") else {
        return Err(fault(start, "`colours` is missing".to_owned()));
    };
    let own = match colours.text() {
        Some(TERMINAL) => return Ok(Theme::terminal(name, palette.max(Palette::Sixteen))),
        Some(NONE) => return Ok(Theme::terminal(name, Palette::Mono)),
        Some(_) | None => roles(colours, name, "colours", hexadecimal)?,
    };
    let indexed = match root.get("indexed") {
        Some(indexed) => roles(indexed, name, "indexed", index)?,
        None => own.clone().nearest_indexed(),
    };
    Ok(match palette {
        Palette::Rgb => own,
        Palette::Indexed => indexed,
        Palette::Sixteen | Palette::Mono => Theme::terminal(name, palette),
    })
}

/// A colour for each role, as `read` reads them.
fn roles(
    node: Node<'_>,
    name: &str,
    section: &str,
    read: fn(Node<'_>) -> Option<Color>,
) -> Result<Theme, Fault> {
    let keys = [ROLES.as_slice(), &[GRAPH]].concat();
    known_keys(node, &format!("`{section}`"), &keys)?;
    let missing = |role: &str| fault(node.place(), format!("{section}: `{role}` is missing"));
    let colour = |role: &str, value: Node<'_>| {
        let example =
            if section == "colours" { "write it like \"#a99bff\"" } else { "16 to 255 are colours" };
        let written =
            if value.written().is_empty() { value.content().to_string() } else { value.written().to_owned() };
        read(value)
            .ok_or_else(|| fault(value.place(), format!("{role}: {written} is not a colour: {example}")))
    };
    let mut colours = Vec::new();
    for role in ROLES {
        colours.push(colour(role, node.get(role).ok_or_else(|| missing(role))?)?);
    }
    let graph = node.get(GRAPH).ok_or_else(|| missing(GRAPH))?;
    let mut theme = Theme { depth: Depth::Full, ..Theme::terminal(name, Palette::Sixteen) };
    if graph.items().count() != theme.g.len() {
        return Err(fault(
            graph.place(),
            "graph: it takes four colours, from the bottom to the top".to_owned(),
        ));
    }
    for item in graph.items() {
        colours.push(colour(GRAPH, item)?);
    }
    for (role, colour) in theme.roles_mut().zip(colours) {
        *role = colour;
    }
    Ok(theme)
}

/// Whether a value is a mapping with nothing but these keys.
fn known_keys(node: Node<'_>, what: &str, keys: &[&str]) -> Result<(), Fault> {
    if !node.is_mapping() {
        let found = if let Content::Text = node.content() {
            node.written().to_owned()
        } else {
            node.content().to_string()
        };
        return Err(fault(node.place(), format!("{what} has {}: this is {found}", keys.join(", "))));
    }
    match node.entries().find(|(key, _)| !keys.contains(&key.written())) {
        Some((key, _)) => {
            let message = format!("{} is not known here: {what} has {}", key.written(), keys.join(", "));
            Err(fault(key.place(), message))
        }
        None => Ok(()),
    }
}

/// `#a99bff`.
fn hexadecimal(value: Node<'_>) -> Option<Color> {
    let digits = value.text()?.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(Color::Rgb(part(0)?, part(2)?, part(4)?))
}

/// A number of the 256-colour table; the first sixteen are the terminal's own, and nobody knows what they look like.
fn index(value: Node<'_>) -> Option<Color> {
    let Content::Integer(digits) = value.content() else { return None };
    digits.parse().ok().filter(|number| *number >= 16).map(Color::Indexed)
}

fn fault(place: Place, message: String) -> Fault {
    Fault { place, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::shelf::SHIPPED;

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let text = SHIPPED[0].1;
        assert!(text.contains(from), "{from}");
        for palette in [Palette::Rgb, Palette::Indexed, Palette::Mono] {
            let error = parse("mine", &text.replacen(from, to, 1), palette).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_its_key() {
        let roles = [ROLES.as_slice(), &["graph"]].concat().join(", ");
        check(
            "\"#a99bff\"",
            "violetish",
            "line 12, column 11: accent: violetish is not a colour: write it like \"#a99bff\"",
        );
        check(
            "\"#a99bff\"",
            "",
            "line 12, column 9: accent: nothing is not a colour: write it like \"#a99bff\"",
        );
        check(
            "accent: 147",
            "accent: 7",
            "line 33, column 11: accent: 7 is not a colour: 16 to 255 are colours",
        );
        check(
            "  accent:",
            "  acent:",
            &format!("line 12, column 3: acent is not known here: `colours` has {roles}"),
        );
        check("  accent: \"#a99bff\"\n", "", "line 5, column 3: colours: `accent` is missing");
        check(
            ", \"#8fd6f2\"]",
            "]",
            "line 23, column 10: graph: it takes four colours, from the bottom to the top",
        );
        check(
            "colours:",
            "colors:",
            "line 4, column 1: colors is not known here: a theme has colours, indexed",
        );
        check(
            "  fg: \"",
            "  fg: \"#000000\"\n  fg: \"",
            "line 8, column 3: colours.fg stands here again: keep one",
        );
        check(
            "accent: \"#a99bff\"",
            "accent: [",
            "line 14, column 3: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'",
        );
    }

    #[test]
    fn a_file_that_is_no_theme_says_so() {
        let said = |text: &str| parse("mine", text, Palette::Rgb).unwrap_err().to_string();
        assert_eq!(said("# nothing\n"), "line 1, column 1: the file is empty: a theme has `colours`");
        assert_eq!(said("indexed: {}\n"), "line 1, column 1: `colours` is missing");
        assert_eq!(said("- a\n"), "line 1, column 1: a theme has colours, indexed: this is a list");
        assert!(said("colours: black\n").starts_with("line 1, column 10: `colours` has bg,"));
    }

    #[test]
    fn a_theme_of_ones_own_needs_no_second_column() {
        let text = SHIPPED[0].1.split("# For terminals").next().unwrap();
        let theme = parse("mine", text, Palette::Indexed).unwrap();
        assert!(matches!(theme.accent, Color::Indexed(_)));
    }

    #[test]
    fn a_theme_may_leave_the_colours_to_the_terminal() {
        let depth = |text: &str, palette| parse("mine", text, palette).unwrap().depth;
        for palette in [Palette::Rgb, Palette::Indexed, Palette::Sixteen] {
            assert_eq!(depth("colours: terminal\n", palette), Depth::Sixteen);
            assert_eq!(depth("colours: none\n", palette), Depth::Mono);
        }
        assert_eq!(depth("colours: terminal\n", Palette::Mono), Depth::Mono);
    }
}
