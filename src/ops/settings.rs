//! One of the user's settings changed in its file, which is theirs: all else in it stays as it is.

use std::fs;
use std::io;
use std::path::Path;

use crate::config::edit;
use crate::config::table::Setting;
use crate::ops::{Context, private};

/// Writes this setting with this value; a file that is a link stays one.
///
/// # Errors
/// One sentence, when the value cannot be one, or the file cannot be changed. Then it is as before.
pub fn set(context: &Context, setting: &Setting, value: &str) -> Result<(), String> {
    let path = context.paths.settings();
    let shown = context.paths.shorten(&path);
    let failed = |error: &io::Error| format!("{shown} cannot be changed: {error}");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(&error)),
    };
    let changed = edit::set(&text, setting, value)?;
    write(&path, changed.as_bytes()).map_err(|error| failed(&error))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let real = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let before = fs::metadata(&real).ok();
    let (Some(folder), Some(name)) = (real.parent(), real.file_name()) else {
        return Err(io::ErrorKind::InvalidFilename.into());
    };
    let written = private::write(folder, &name.to_string_lossy(), bytes)?;
    match before {
        Some(before) => fs::set_permissions(written, before.permissions()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::config::table;
    use crate::ops::tests::context;

    #[test]
    fn a_file_is_made_where_there_is_none_and_keeps_its_mode_and_place() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        let path = context.paths.settings();
        let grace = table::find("grace").unwrap();
        set(&context, grace, "3").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "grace: 3\n");

        let real = home.path().join("dotfiles.yaml");
        fs::write(&real, "# mine\ngrace: 1 # s\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&real, &path).unwrap();
        set(&context, grace, "0.5").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "# mine\ngrace: 0.5 # s\n");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o644);
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        let home = tempfile::tempdir().unwrap();
        let context = context(home.path());
        fs::write(&context.paths.config, "no folder").unwrap();
        let error = set(&context, table::find("bell").unwrap(), "true").unwrap_err();
        assert!(error.starts_with("~/config/config.yaml cannot be changed: "), "{error}");
    }
}
