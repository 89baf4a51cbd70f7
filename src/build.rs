//! How the program is linked. A call of a small agent takes a few hundredths of a second, so the start of plugdeck
//! itself shows: with addresses fixed while linking, no page is written only to fill them in, and with the C library
//! and the unwinder inside, nothing is looked up, mapped and tied in. `crt-static` would do that too, but nothing can
//! turn it on for one program alone, without the compiler's plugins that are built beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rustc asks the linker for beside the unwinder: parts of the C library.
const PARTS: [&str; 6] = ["c", "m", "pthread", "dl", "rt", "util"];

/// The size of an archive with nothing in it. In the C library that can be linked in without a second thought (glibc
/// from 2.34 on), threads are no part of their own any more.
const EMPTY: u64 = 8;

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let variable = |name| std::env::var(name).unwrap_or_default();
    // Elsewhere the linker has other words for it.
    if variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // The compiler of another machine has other archives.
    let unwinder = archive("gcc_eh").filter(|_| variable("HOST") == variable("TARGET"));
    let Some(unwinder) = unwinder else { return };

    // The linker takes what it finds first, and looks into this folder before it looks where shared libraries are.
    let folder = Path::new(&variable("OUT_DIR")).join("archives");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("cargo gives a folder to write to");
    let take = |archive: &Path, part| {
        symlink(archive, folder.join(format!("lib{part}.a"))).expect("a new folder takes a link");
    };
    take(&unwinder, "gcc_s");
    println!("cargo::rustc-link-arg-bins=-L{}", folder.display());

    let parts: Vec<_> = PARTS.iter().filter_map(|part| archive(part)).collect();
    let threads = archive("pthread").and_then(|threads| threads.metadata().ok());
    if parts.len() == PARTS.len() && threads.is_some_and(|threads| threads.len() == EMPTY) {
        parts.iter().zip(PARTS).for_each(|(archive, part)| take(archive, part));
        println!("cargo::rustc-link-arg-bins=-static");
        // They ask for each other and for the compiler's own, which some linkers only look for in this order.
        println!("cargo::rustc-link-arg-bins=-Wl,--start-group,-lgcc_s,-lgcc,-lc,--end-group");
    }
}

/// Where the compiler has the archive `name`.
fn archive(name: &str) -> Option<PathBuf> {
    let name = format!("lib{name}.a");
    let asked = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim_end());
    // Of what it does not have it says the bare name.
    path.is_absolute().then_some(path)
}
