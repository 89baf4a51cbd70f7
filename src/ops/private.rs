//! Small files that nobody else may read, whole or not there: drafts, presets, texts on their way somewhere else.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::run::dir;

/// Longest name of a file, in bytes; what is longer is cut and told apart by a hash.
const LONGEST: usize = 180;

/// Writes a file of this name by write-then-rename, in a folder that is made where it is missing: its path. Of two
/// programs that write the same file, the last one wins; inside one program two writers of it must not meet.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    write_by(folder, name, |file| file.write_all(bytes))
}

/// The same for what is written bit by bit.
pub fn write_by(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<PathBuf> {
    dir::make_private(folder)?;
    let (half, path) = (folder.join(format!(".{name}.{}", std::process::id())), folder.join(name));
    // What an earlier program of this number has left.
    remove(&half)?;
    let written = dir::private(&half).and_then(|mut file| write(&mut file));
    written.and_then(|()| fs::rename(&half, &path)).inspect_err(|_| drop(fs::remove_file(&half)))?;
    Ok(path)
}

/// Removes a file; that it is not there is well.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Reads a text of the user's own; `None` where there is none.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    let text = |bytes| String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8 text"));
    match dir::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.and_then(text).map(Some),
    }
}

/// A file's name made of any texts, without an ending: different ones for different texts.
#[must_use]
pub fn name_of(parts: &[&str]) -> String {
    let mut name = String::new();
    for part in parts {
        if !name.is_empty() {
            name.push('+');
        }
        for byte in part.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
                other => name.push_str(&format!("%{other:02x}")),
            }
        }
    }
    if name.len() > LONGEST {
        let hash = fingerprint(name.as_bytes());
        name.truncate(LONGEST);
        name.push_str(&format!("~{hash}"));
    }
    name
}

/// The same for a method of an agent, `namespace/folder`.
#[must_use]
pub fn name_of_method(agent: &str, method: &str) -> String {
    let (namespace, folder) = agent.split_once('/').unwrap_or(("", agent));
    name_of(&[namespace, folder, method])
}

/// Sixteen digits that tell texts apart. FNV-1a: the same in every version of every program.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_private_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("a/b");
        write(&folder, "x.json", b"long before").unwrap();
        let half = format!(".x.json.{}", std::process::id());
        fs::write(folder.join(half), "left by a killed writer").unwrap();
        let path = write(&folder, "x.json", b"now").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("now"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(read(&path).unwrap(), None);
    }

    #[test]
    fn names_are_plain_and_never_the_same_for_different_texts() {
        assert_eq!(name_of(&["demo", "text-stats", "a/b ü"]), "demo+text-stats+a%2fb%20%c3%bc");
        assert_eq!(name_of(&["..", "."]), "%2e%2e+%2e");
        assert_ne!(name_of(&["a+b"]), name_of(&["a", "b"]));
        let long = |end: &str| name_of(&[&"m".repeat(500), end]);
        assert!(long("a").len() < 255 && long("a") != long("b"));
    }
}
