//! Every theme there is: those shipped with the program, and a person's own files.

use std::io;
use std::path::Path;

use crate::tui::theme::{Palette, Theme, file};

/// The shipped themes: name and file.
pub const SHIPPED: [(&str, &str); 10] = [
    (DARK, include_str!("../../../themes/dark.yaml")),
    (LIGHT, include_str!("../../../themes/light.yaml")),
    ("terminal", include_str!("../../../themes/terminal.yaml")),
    ("mono", include_str!("../../../themes/mono.yaml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.yaml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.yaml")),
    ("catppuccin-mocha", include_str!("../../../themes/catppuccin-mocha.yaml")),
    ("gruvbox-dark", include_str!("../../../themes/gruvbox-dark.yaml")),
    ("nord", include_str!("../../../themes/nord.yaml")),
    ("solarized-light", include_str!("../../../themes/solarized-light.yaml")),
];

/// The theme where none is named, and the one for light paper.
pub const DARK: &str = "dark";
pub const LIGHT: &str = "light";

/// A theme to choose, or why it cannot be used: a safe sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub theme: Result<Theme, String>,
    /// A file of the person's own.
    pub own: bool,
}

/// The theme of this name: the person's own file first, then the shipped one.
///
/// # Errors
/// One sentence: the file, the line and the key that is wrong; or which themes there are.
pub fn load(name: &str, folder: &Path, palette: Palette) -> Result<Theme, String> {
    let path = folder.join(format!("{name}.yaml"));
    match std::fs::read_to_string(&path) {
        Ok(text) => file::parse(name, &text, palette).map_err(|fault| format!("{}: {fault}", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match shipped(name, palette) {
            Some(theme) => Ok(theme),
            None => Err(format!("there is no theme {name}: there are {}", names(folder).join(", "))),
        },
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// A shipped theme.
fn shipped(name: &str, palette: Palette) -> Option<Theme> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    file::parse(name, text, palette).ok()
}

/// The name of the theme for dark or for light paper.
#[must_use]
pub fn by_paper(light: bool) -> &'static str {
    if light { LIGHT } else { DARK }
}

/// The shipped theme for dark or for light paper.
#[must_use]
pub fn built_in(light: bool, palette: Palette) -> Theme {
    let name = by_paper(light);
    shipped(name, palette).unwrap_or_else(|| Theme::terminal(name, palette.max(Palette::Sixteen)))
}

/// Every theme that can be named: the shipped ones in their order, then the person's own by name.
#[must_use]
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut own = own(folder);
    own.retain(|name| !names.contains(name));
    names.extend(own);
    names
}

/// Every theme, read.
#[must_use]
pub fn all(folder: &Path, palette: Palette) -> Vec<Choice> {
    let own = own(folder);
    let choice =
        |name: String| Choice { theme: load(&name, folder, palette), own: own.contains(&name), name };
    names(folder).into_iter().map(choice).collect()
}

/// The names of the person's own files, sorted.
fn own(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = files
        .filter_map(|entry| {
            let path = entry.path();
            (path.extension()? == "yaml").then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn every_shipped_theme_reads_for_every_terminal() {
        for (name, _) in SHIPPED {
            for (palette, depth) in [
                (Palette::Rgb, Depth::Full),
                (Palette::Indexed, Depth::Full),
                (Palette::Sixteen, Depth::Sixteen),
                (Palette::Mono, Depth::Mono),
            ] {
                let theme = shipped(name, palette).unwrap();
                assert_eq!(theme.name, name);
                let depth = match name {
                    "mono" => Depth::Mono,
                    "terminal" if palette != Palette::Mono => Depth::Sixteen,
                    _ => depth,
                };
                assert_eq!(theme.depth, depth, "{name}");
            }
        }
    }

    #[test]
    fn ones_own_files_come_first_and_a_bad_one_is_named_and_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("nord.yaml", "colours: none\n");
        write("broken.yaml", "colours:\n  bg: red\n");
        write("notes.txt", "nothing\n");
        let all = all(folder.path(), Palette::Rgb);
        assert_eq!(all.len(), SHIPPED.len() + 1);
        let nord = all.iter().find(|choice| choice.name == "nord").unwrap();
        assert!(nord.own && nord.theme.as_ref().unwrap().depth == Depth::Mono);
        let broken = all.last().unwrap();
        let sentence = broken.theme.as_ref().unwrap_err();
        let place = "broken.yaml: line 2, column 7: bg: red is not a colour";
        assert!(broken.own && sentence.contains(place), "{sentence}");
        let error = load("nrod", folder.path(), Palette::Rgb).unwrap_err();
        assert!(error.starts_with("there is no theme nrod: there are dark, light,"), "{error}");
    }
}
