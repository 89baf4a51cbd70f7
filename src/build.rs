//! How the program is linked. A call of a small agent takes a few hundredths of a second, so the start of plugdeck
//! itself shows: with addresses fixed while linking, no page is written only to fill them in, and with the unwinder
//! inside, one library less is looked up, mapped and tied in.

use std::process::Command;

/// What unwinds a panic, as an archive of the compiler's own.
const UNWINDER: &str = "libgcc_eh.a";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let variable = |name| std::env::var(name).unwrap_or_default();
    // Elsewhere the linker has other words for it.
    if variable("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // The compiler of another machine has another archive.
    if variable("HOST") == variable("TARGET") {
        // Where there is none, the answer is the bare name, and the shared library is taken.
        let asked = Command::new("cc").arg(format!("-print-file-name={UNWINDER}")).output();
        let answer =
            asked.map(|asked| String::from_utf8_lossy(&asked.stdout).into_owned()).unwrap_or_default();
        if let Some(folder) = answer.trim_end().strip_suffix(UNWINDER).filter(|folder| !folder.is_empty()) {
            println!("cargo::rustc-link-search=native={folder}");
            println!("cargo::rustc-link-lib=static:+whole-archive,-bundle=gcc_eh");
        }
    }
}
