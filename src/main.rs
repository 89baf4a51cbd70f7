//! The program: everything is in the library, so that its rooms can be tested and documented.

fn main() -> std::process::ExitCode {
    plugdeck::main()
}
