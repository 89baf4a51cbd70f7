//! How the program is linked. A call of a small agent takes a few hundredths of a second, so the start of plugdeck
//! itself shows: with addresses fixed while linking, no page is written only to fill them in.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    // Elsewhere the linker has other words for it.
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
