//! How the screen looks at the start: by what was asked for, the settings, and the terminal.

use crate::ops::Context;
use crate::tui::theme::{Palette, Theme, shelf};

/// What a person asked for on the command line, before the settings.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// A theme's name.
    pub theme: Option<String>,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// What is wrong with the settings.
    pub trouble: Option<String>,
    /// The terminal keeps the mouse.
    pub no_mouse: bool,
}

/// The looks.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Looks {
    pub theme: Theme,
    /// Somebody named the theme, so the terminal's paper does not choose it.
    pub named: bool,
    /// The theme that the command line names: it wins over the settings.
    pub asked: Option<String>,
    /// `NO_COLOR` takes every theme's colours.
    pub colourless: bool,
    /// The terminal's paper is light, as far as that is known.
    pub light: bool,
    pub ascii: bool,
    /// The terminal is asked to report the mouse.
    pub mouse: bool,
    /// The file of the settings, as a person reads it.
    pub settings: String,
    /// What is wrong with the settings, or why it is not the theme that was named.
    pub trouble: Option<String>,
}

impl Looks {
    /// The looks for this terminal. A theme that cannot be used costs its looks, and never the dashboard.
    ///
    /// # Errors
    /// A sentence, when the command line names a theme that is not there: whoever types it can type it again.
    pub fn find(
        context: &Context,
        asked: &Asked,
        palette: Palette,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let folder = context.paths.themes();
        let light = variable("COLORFGBG").is_some_and(|colours| is_light(&colours));
        let mut looks = Self {
            theme: shelf::built_in(light, palette),
            named: false,
            asked: asked.theme.clone(),
            colourless: variable("NO_COLOR").is_some_and(|value| !value.is_empty()),
            light,
            ascii: asked.ascii || context.settings.ascii,
            mouse: context.settings.mouse && !asked.no_mouse,
            settings: context.paths.shorten(&context.paths.settings()),
            trouble: asked.trouble.clone(),
        };
        let Some(name) = asked.theme.as_ref().or(context.settings.theme.as_ref()) else {
            // The person's own file may stand in the place of the shipped one.
            match shelf::load(&looks.theme.name, &folder, palette) {
                Ok(theme) => looks.theme = theme,
                Err(trouble) => looks.trouble = Some(trouble),
            }
            return Ok(looks);
        };
        match shelf::load(name, &folder, palette) {
            Ok(theme) => (looks.theme, looks.named) = (theme, true),
            Err(trouble) if shelf::names(&folder).contains(name) => looks.trouble = Some(trouble),
            Err(trouble) if asked.theme.is_some() => return Err(trouble),
            Err(trouble) => looks.trouble = Some(format!("{}: {trouble}", looks.settings)),
        }
        Ok(looks)
    }
}

/// What is wrong with the theme that the settings name.
pub fn trouble(context: &Context) -> Option<String> {
    Looks::find(context, &Asked::default(), Palette::Rgb, |_| None).ok()?.trouble
}

/// Whether `COLORFGBG` (`foreground;background`, numbers of the sixteen colours) tells of light paper.
fn is_light(colours: &str) -> bool {
    matches!(colours.rsplit(';').next(), Some("7" | "9" | "10" | "11" | "12" | "13" | "14" | "15"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::paths::Paths;

    fn find(
        files: &[(&str, &str)],
        asked: Option<&str>,
        set: Option<&str>,
        paper: &str,
    ) -> Result<Looks, String> {
        let home = tempfile::tempdir().unwrap();
        let themes = home.path().join("themes");
        std::fs::create_dir(&themes).unwrap();
        for (name, text) in files {
            std::fs::write(themes.join(name), text).unwrap();
        }
        let context = Context {
            paths: Paths {
                store: "/store".into(),
                state: "/state".into(),
                config: home.path().into(),
                cache: "/cache".into(),
                home: home.path().into(),
            },
            settings: Settings { theme: set.map(str::to_owned), ..Settings::default() },
            program: "/bin/plugdeck".into(),
        };
        let asked = Asked { theme: asked.map(str::to_owned), ascii: false, no_mouse: false, trouble: None };
        Looks::find(&context, &asked, Palette::Rgb, |_| Some(paper.to_owned()))
    }

    #[track_caller]
    fn check(looks: &Result<Looks, String>, theme: &str, named: bool, trouble: Option<&str>) {
        let looks = looks.as_ref().unwrap();
        assert_eq!((looks.theme.name.as_str(), looks.named), (theme, named));
        match trouble {
            None => assert_eq!(looks.trouble, None),
            Some(part) => assert!(looks.trouble.as_ref().unwrap().contains(part), "{:?}", looks.trouble),
        }
    }

    #[test]
    fn the_command_line_comes_before_the_settings_and_both_before_the_paper() {
        check(&find(&[], None, None, ""), "dark", false, None);
        check(&find(&[], None, None, "0;15"), "light", false, None);
        check(&find(&[], None, None, "0;default;15"), "light", false, None);
        check(&find(&[], None, None, "15;0"), "dark", false, None);
        check(&find(&[], None, Some("nord"), "0;15"), "nord", true, None);
        check(&find(&[], Some("mono"), Some("nord"), "0;15"), "mono", true, None);
    }

    #[test]
    fn a_theme_that_cannot_be_used_is_said_and_the_default_taken() {
        let broken = [("mine.yaml", "colours:\n  gb: \"#000000\"\n")];
        let place = "mine.yaml: line 2, column 3: gb is not known here";
        check(&find(&broken, Some("mine"), None, ""), "dark", false, Some(place));
        check(&find(&broken, None, Some("mine"), "0;15"), "light", false, Some(place));
        check(&find(&[], None, Some("nrod"), ""), "dark", false, Some("config.yaml: there is no theme nrod"));
        let broken = [("dark.yaml", "colours: blue\n")];
        check(&find(&broken, None, None, ""), "dark", false, Some("dark.yaml: line 1, column 10"));
        assert!(find(&[], Some("nrod"), None, "").unwrap_err().contains("there is no theme nrod"));
    }
}
