//! plugdeck's folders: there, writable, private where they must be, and with room.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use crate::ops::Context;
use crate::ops::doctor::Check;

/// With less a build or a large result may not fit.
const LITTLE: u64 = 1 << 30;

/// With less even a run's own records may not fit.
const TOO_LITTLE: u64 = 64 << 20;

pub fn checks(context: &Context) -> Vec<Check> {
    let paths = &context.paths;
    vec![
        check(context, "store", &paths.store, "AGENTHUB_DIR", false),
        check(context, "state", &paths.state, "XDG_STATE_HOME", true),
        check(context, "config", &paths.config, "XDG_CONFIG_HOME", false),
        check(context, "cache", &paths.cache, "XDG_CACHE_HOME", false),
    ]
}

fn check(context: &Context, name: &'static str, folder: &Path, variable: &str, private: bool) -> Check {
    let shown = context.paths.shorten(folder);
    let elsewhere = format!("set {variable} to a folder of yours");
    // What is not there yet is made when it is needed, where the nearest folder above allows it.
    let there = folder.ancestors().find(|above| fs::symlink_metadata(above).is_ok()).unwrap_or(folder);
    if !there.is_dir() {
        let sentence = format!("{} is no folder", context.paths.shorten(there));
        return Check::problem(name, sentence, format!("move it away, or {elsewhere}"));
    }
    if access(there, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        let sentence = format!("{} cannot be written", context.paths.shorten(there));
        return Check::problem(name, sentence, format!("make it yours (chown, chmod), or {elsewhere}"));
    }
    // Whatever its mode is, a folder that is still to be made will be private.
    let open = private && there == folder && is_open(there);
    let free = statvfs(there).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    let mut sentence = match there == folder {
        true => format!("{shown} is writable"),
        false => format!("{shown} is not there yet and can be made"),
    };
    if private && there == folder {
        sentence += if open { ", open to others" } else { ", private" };
    }
    if let Some(free) = free {
        sentence += &format!(", {} free", amount(free));
    }
    match free {
        Some(free) if free < TOO_LITTLE => {
            Check::problem(name, sentence, format!("make room on that disk, or {elsewhere}"))
        }
        Some(free) if free < LITTLE => Check::note(name, sentence, "make room before large builds"),
        _ if open => {
            Check::note(name, sentence, "`chmod 700` keeps what agents are told and answer to yourself")
        }
        Some(_) | None => Check::ok(name, sentence),
    }
}

/// Whether the group or others may read or enter it.
fn is_open(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// Bytes as a person reads them.
pub fn amount(bytes: u64) -> String {
    let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        let shown: Vec<_> = [0, 1_023, 1_024, 1_600_000, 5 << 30].map(amount).into_iter().collect();
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "5.0 GiB"]);
    }
}
