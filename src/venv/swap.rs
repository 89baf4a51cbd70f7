//! The beginning and the end of a build, and the cleaning up after one that did not get to its end. Only here is
//! anything in an agent's folder moved or deleted, always under the folder's lock.
//!
//! In every state between two system calls the marker tells [`settle`] what to do, so a `kill -9` at any moment
//! costs the unfinished environment and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::process::id::{self, ProcessId};
use crate::venv::ask::ask;
use crate::venv::error::Error;
use crate::venv::folder::{self, ENVIRONMENT, FORMAT, Hold, MARKER, Marker, NEW, OLD, Place};
use crate::venv::inputs::Inputs;
use crate::venv::packages::{Changes, Installed};
use crate::venv::probe::Basis;
use crate::venv::stamp::{self, Stamp};

/// How long a new environment's interpreter may take to say its version, on a machine busy with other builds.
const ANSWER: Duration = Duration::from_secs(30);

/// What a build is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    pub place: Place,
    pub basis: Basis,
    /// The Python the environment is made with.
    pub interpreter: String,
    /// `uv 0.13.9` or `pip`.
    pub tool: String,
}

/// The first step of a build: cleans up after an earlier one, marks this one, waits, and makes room. `builder` is the
/// build's supervisor; while it lives nobody else builds or cleans up here. `wait` returns when nothing runs in the
/// environment any more; from the mark on nothing new begins there (see [`Hold`]).
pub fn prepare(
    directory: &Path,
    begin: &Begin,
    builder: ProcessId,
    wait: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let marker = {
        let _hold = Hold::take(directory)?;
        clean_up(directory, Some(builder))?;
        nothing_in_the_way(directory)?;
        let marker = mark(directory, begin, builder);
        marker.write(directory)?;
        marker
    };
    // The folder is not held meanwhile: it may take hours, and others are told so by the marker.
    let waited = wait();
    let _hold = Hold::take(directory)?;
    if let Err(error) = waited.and_then(|()| nothing_in_the_way(directory)) {
        clean_up(directory, Some(builder))?;
        return Err(error);
    }
    let marker = Marker { waiting: false, build: marker.build, ..mark(directory, begin, builder) };
    marker.write(directory)?;
    if marker.place == Place::InPlace && marker.replaces {
        folder::rename(directory, ENVIRONMENT, OLD)?;
    }
    Ok(())
}

/// Without a marker these are not plugdeck's: perhaps somebody's only copy.
fn nothing_in_the_way(directory: &Path) -> Result<(), Error> {
    let in_the_way =
        [NEW, OLD].map(|name| directory.join(name)).into_iter().find(|path| folder::exists(path));
    in_the_way.map_or(Ok(()), |path| Err(Error::InTheWay(path)))
}

/// The marker of a build that waits, from what is there now.
fn mark(directory: &Path, begin: &Begin, builder: ProcessId) -> Marker {
    let now = jiff::Timestamp::now().as_millisecond();
    Marker {
        v: FORMAT,
        build: format!("{now}-{}-{}", builder.pid, builder.start_time),
        builder,
        boot_id: id::boot_id().to_owned(),
        place: begin.place,
        basis: begin.basis,
        interpreter: begin.interpreter.clone(),
        tool: begin.tool.clone(),
        replaces: folder::exists(&directory.join(ENVIRONMENT)),
        waiting: true,
        inputs: Inputs::take(directory, begin.basis),
    }
}

/// The last step of a build: checks what was built, stamps it and puts it in place. What is returned is worth a
/// notice and no failure: the former environment could not be deleted, and will be tried again.
pub fn commit(directory: &Path, builder: ProcessId) -> Result<Option<Error>, Error> {
    let _hold = Hold::take(directory)?;
    let mut marker = match Marker::read(directory)? {
        Some(marker) if marker.builder == builder && !marker.waiting => marker,
        _ => return Err(Error::NotPrepared(directory.into())),
    };
    let environment = directory.join(marker.place.folder());
    check(&environment, marker.place)?;
    marker.inputs.complete(directory, marker.basis);
    let former = directory.join(if marker.place == Place::Beside { ENVIRONMENT } else { OLD });
    let real = fs::canonicalize(environment.join("bin/python")).map_err(Error::io("find", &environment))?;
    let stamp = Stamp {
        v: FORMAT,
        build: marker.build,
        plugdeck: env!("CARGO_PKG_VERSION").into(),
        built_ms: jiff::Timestamp::now().as_millisecond(),
        basis: marker.basis,
        tool: marker.tool,
        interpreter: marker.interpreter,
        real_interpreter: real.to_string_lossy().into_owned(),
        inputs: marker.inputs,
        changes: Changes::of(&environment, &former),
        installed: Installed::look(&environment),
    };
    stamp.write(&environment)?;
    if marker.place == Place::Beside {
        exchange(directory)?;
    }
    Ok(finish(directory).err())
}

/// Cleans up after a build that was killed or failed: an environment put aside comes back, an unfinished one goes.
/// Does nothing while a build lives, while another plugdeck is at it, and where there is nothing to do, which
/// costs one system call. Returns whether something was done.
pub fn settle(directory: &Path) -> Result<bool, Error> {
    if !folder::is_marked(directory) {
        return Ok(false);
    }
    let Some(_hold) = Hold::attempt(directory)? else { return Ok(false) };
    match clean_up(directory, None) {
        Err(Error::Building { .. }) => Ok(false),
        other => other,
    }
}

/// Under the folder's lock. A marker of `own` is no other build's: its first step came twice.
fn clean_up(directory: &Path, own: Option<ProcessId>) -> Result<bool, Error> {
    let Some(marker) = Marker::read(directory)? else { return Ok(false) };
    if own != Some(marker.builder) && marker.is_alive() {
        return Err(Error::Building { agent: directory.into(), pid: marker.builder.pid });
    }
    if marker.waiting {
        unmark(directory)?;
        return Ok(true);
    }
    let at = |name: &str| directory.join(name);
    let committed = Stamp::read(&at(ENVIRONMENT)).is_some_and(|stamp| stamp.build == marker.build);
    if !committed {
        let put_aside = folder::exists(&at(OLD));
        let unfinished = match marker.place {
            Place::Beside => false,
            // Nothing aside although there was something: it has not been moved yet, or is back already.
            Place::InPlace => put_aside || !marker.replaces,
        };
        if unfinished && folder::exists(&at(ENVIRONMENT)) {
            folder::remove(directory, NEW)?;
            folder::rename(directory, ENVIRONMENT, NEW)?;
        }
        if put_aside && !folder::exists(&at(ENVIRONMENT)) {
            folder::rename(directory, OLD, ENVIRONMENT)?;
        }
    }
    finish(directory)?;
    Ok(true)
}

/// Deletes what is not needed any more; the marker last, so that a try that fails is repeated.
fn finish(directory: &Path) -> Result<(), Error> {
    folder::remove(directory, NEW)?;
    folder::remove(directory, OLD)?;
    unmark(directory)
}

fn unmark(directory: &Path) -> Result<(), Error> {
    let marker = directory.join(MARKER);
    fs::remove_file(&marker).map_err(Error::io("remove", marker))
}

fn check(environment: &Path, place: Place) -> Result<(), Error> {
    let unusable = |problem: String| Error::Unusable { environment: environment.into(), problem };
    if !fs::symlink_metadata(environment).is_ok_and(|file| file.is_dir()) {
        return Err(unusable("the build left no folder there".into()));
    }
    // A tool that made the environment anew with another interpreter has dropped this silently: after the move
    // every console script in it would be dead.
    let relocatable = stamp::setting(environment, "relocatable").as_deref() == Some("true");
    if place == Place::Beside && !relocatable {
        return Err(unusable("it can no longer be moved (pyvenv.cfg lacks `relocatable = true`)".into()));
    }
    let python = environment.join("bin/python");
    match ask(&python, &["-I", "-c", "import sys; print(sys.prefix)"], ANSWER) {
        Ok(prefix) if same(Path::new(prefix.trim_end()), environment) => Ok(()),
        Ok(prefix) => Err(unusable(format!("its Python works in {} instead", prefix.trim_end()))),
        Err(problem) => Err(unusable(format!("its Python does not run: {problem}"))),
    }
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Puts `.venv.new` in the place of `.venv`: at no moment is there none.
fn exchange(directory: &Path) -> Result<(), Error> {
    let (new, environment): (PathBuf, PathBuf) = (directory.join(NEW), directory.join(ENVIRONMENT));
    if !folder::exists(&environment) {
        return folder::rename(directory, NEW, ENVIRONMENT);
    }
    if renameat_with(CWD, &new, CWD, &environment, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    // Some file systems cannot exchange; then there is none for an instant, and `settle` knows what to do.
    folder::rename(directory, ENVIRONMENT, OLD)?;
    folder::rename(directory, NEW, ENVIRONMENT)
}

#[cfg(test)]
#[path = "swap_tests.rs"]
mod tests;
