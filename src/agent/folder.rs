//! One agent's folder: what may be read there, and how. Nothing here follows a symbolic link into an agent,
//! waits for a pipe, or opens what is not an ordinary file.

use std::fs;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::agent::manifest;
use crate::agent::manifest::{Manifest, Problem, Severity};

/// Names a manifest may have; the first that is there counts.
pub(super) const MANIFESTS: [&str; 2] = ["agent.yaml", "agent.yml"];

/// What an agent is started with.
const PROGRAM: &str = "agent.py";

/// Bytes of a manifest that are read; a real one has some thousands.
const LARGEST_MANIFEST: u64 = 1024 * 1024;

/// Reads the agent in a folder that is no symbolic link itself. Without a manifest there is a problem that is
/// an error.
pub(super) fn read(directory: &Path) -> (Option<Manifest>, Vec<Problem>) {
    let text = match manifest_text(directory) {
        Ok(text) => text,
        Err(message) => return (None, vec![error(message)]),
    };
    let (mut manifest, mut problems) = manifest::parse(&text);
    if manifest.is_some()
        && let Err(message) = check_program(directory)
    {
        problems.push(error(message));
        manifest = None;
    }
    (manifest, problems)
}

/// A problem with the folder rather than with a line of its manifest.
pub(super) fn error(message: String) -> Problem {
    Problem { line: 0, column: 0, path: String::new(), message, severity: Severity::Error }
}

/// Why a symbolic link is not followed, and what to do instead.
pub(super) fn link_message(what: &str, link: &Path) -> String {
    let target = fs::canonicalize(link).or_else(|_| fs::read_link(link));
    let target = target.map_or_else(|error| error.to_string(), |target| target.display().to_string());
    format!("{what} is a symbolic link to {target}, which is not followed: put the real one in its place")
}

/// The same for an agent's folder behind a link, with the way in for a person who means it.
pub(super) fn linked_folder(what: &str, directory: &Path) -> String {
    let Ok(real) = fs::canonicalize(directory) else { return link_message(what, directory) };
    let real = real.to_string_lossy();
    let path = shell_words::quote(&real);
    format!(
        "{what} is a link and not followed: name the folder itself, `plugdeck run {path} METHOD`, or put it in the link's place"
    )
}

/// The text of the manifest, or one sentence why there is none.
fn manifest_text(directory: &Path) -> Result<String, String> {
    for name in MANIFESTS {
        let path = directory.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => {
                check_file(name, &path, &metadata)?;
                let bytes = read_small(&path).map_err(|error| match error.kind() {
                    io::ErrorKind::FileTooLarge => {
                        format!("{name} is larger than 1 MiB, so it is no manifest: make it smaller")
                    }
                    _ => format!("{name} cannot be read: {error}"),
                })?;
                return String::from_utf8(bytes).map_err(|error| {
                    let at = error.utf8_error().valid_up_to() + 1;
                    format!("{name} is not UTF-8 text at byte {at}: save it as UTF-8")
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{name} cannot be read: {error}")),
        }
    }
    Err("there is no agent.yaml in this folder: write one, or remove the folder".to_owned())
}

fn check_program(directory: &Path) -> Result<(), String> {
    let path = directory.join(PROGRAM);
    match fs::symlink_metadata(&path) {
        Ok(metadata) => check_file(PROGRAM, &path, &metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("there is no agent.py in this folder, so nothing can be started: add it".to_owned())
        }
        Err(error) => Err(format!("{PROGRAM} cannot be read: {error}")),
    }
}

/// Refuses everything but an ordinary file.
fn check_file(name: &str, path: &Path, metadata: &Metadata) -> Result<(), String> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_symlink() {
        return Err(link_message(name, path));
    }
    let noun = if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(format!("{name} is {noun}, not a file: put a file in its place"))
}

/// Reads a file that was an ordinary one a moment ago. Should it be something else by now, the open neither
/// waits (`O_NONBLOCK`) nor follows a link (`O_NOFOLLOW`), and the check is made again on what was opened.
fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY;
    let file: File = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("it is no ordinary file any more"));
    }
    // Without a hint a small file takes as many system calls as a large one.
    let room = usize::try_from(found.len().min(LARGEST_MANIFEST)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(room.saturating_add(1));
    file.take(LARGEST_MANIFEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_MANIFEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
