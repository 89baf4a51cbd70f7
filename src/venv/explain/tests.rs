//! Real texts of uv 0.5, 0.9 and 0.13 and of pip 22 to 26, and what they mean.

use super::*;

mod resolving;

#[track_caller]
fn check(kind: Kind, lines: &[&str], text: &str) {
    let explanation = explain(text).unwrap();
    assert_eq!(
        (explanation.kind, explanation.lines),
        (kind, lines.iter().map(ToString::to_string).collect())
    );
    assert!(explanation.action.ends_with('.') && !explanation.action.contains('\n'));
}

#[test]
fn of_a_failed_compilation_the_first_error_is_shown() {
    let error = "broken.c:1:10: fatal error: nosuchheader.h: No such file or directory";
    check(
        Kind::Compilation,
        &["agent-comp could not be built from its sources", error],
        "Resolved 1 package in 2ms
   Building agent-comp @ file:///a
error: Failed to build `agent-comp @ file:///a`
  cause: The build backend returned an error
  cause: Call to `backend.build_editable` failed (exit status: 1)

         [stdout]
         running build_ext

         [stderr]
         broken.c:1:10: fatal error: nosuchheader.h: No such file or directory
             1 | #include \"nosuchheader.h\"
               |          ^~~~~~~~~~~~~~~~
         compilation terminated.
         Traceback (most recent call last):
         subprocess.CalledProcessError: Command '['cc', '-c', 'broken.c', '-o', 'broken.o']' returned non-zero exit status 1.

hint: Build failures usually indicate a problem with the package or the build environment
",
    );
    check(
        Kind::Compilation,
        &["agent-comp could not be built from its sources", error],
        "  error: subprocess-exited-with-error

  × Building wheel for agent-comp (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [22 lines of output]
      running build_ext
      broken.c:1:10: fatal error: nosuchheader.h: No such file or directory
      compilation terminated.
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for agent-comp
Failed to build agent-comp
ERROR: Could not build wheels for agent-comp, which is required to install pyproject.toml-based projects
",
    );
    check(
        Kind::Compilation,
        &["agent-comp could not be built from its sources", "RuntimeError: pg_config executable not found"],
        "error: Failed to prepare distributions
  Caused by: Failed to build `agent-comp @ file:///a`
  Caused by: Build backend failed to determine requirements with `build_editable()` (exit status: 1)

[stderr]
Traceback (most recent call last):
  File \"<string>\", line 8, in <module>
RuntimeError: pg_config executable not found
",
    );
}

#[test]
fn a_full_disk_is_not_taken_for_anything_else() {
    check(
        Kind::NoDisk,
        &["failed to write to file `/v/CACHEDIR.TAG`: No space left on device (os error 28)"],
        "error: Failed to create virtual environment
  cause: failed to write to file `/v/CACHEDIR.TAG`: No space left on device (os error 28)
",
    );
    check(
        Kind::NoDisk,
        &["x.c:1:1: fatal error: error writing to /tmp/x.s: No space left on device"],
        "error: Failed to build `x`
         [stderr]
         x.c:1:1: fatal error: error writing to /tmp/x.s: No space left on device
",
    );
}

#[test]
fn a_bad_line_is_shown() {
    check(
        Kind::BadRequirement,
        &[
            "requirements.txt: this is !! bad",
            "Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `i`",
        ],
        "error: Couldn't parse requirement in `requirements.txt` at position 5
  cause: Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `i`
         this is !! bad
              ^
",
    );
    check(
        Kind::BadRequirement,
        &["requirements.txt, line 2: this is !! bad"],
        "ERROR: Invalid requirement: 'this is !! bad' (from line 2 of requirements.txt)\n",
    );
    check(
        Kind::BadRequirement,
        &["requirements.txt, line 2: this is !! bad"],
        "ERROR: Invalid requirement: 'this is !! bad': Expected semicolon (after name with no version specifier) or end
    this is !! bad
         ^ (from line 2 of requirements.txt)
",
    );
}

#[test]
fn a_project_that_cannot_be_read_says_where() {
    let broken = "pyproject.toml: line 1, column 9: unclosed table, expected `]`";
    check(
        Kind::BadProject,
        &[broken],
        "warning: Failed to parse `pyproject.toml` during settings discovery:
  TOML parse error at line 1, column 9
    |
  1 | [project
    |         ^
  unclosed table, expected `]`

error: Failed to parse: pyproject.toml
  cause: TOML parse error at line 1, column 9
           |
         1 | [project
           |         ^
         unclosed table, expected `]`
",
    );
    check(
        Kind::BadProject,
        &["pyproject.toml: line 1, column 9: invalid table header, expected `.`, `]`"],
        "error: Failed to parse: `pyproject.toml`
  Caused by: TOML parse error at line 1, column 9
  |
1 | [project
  |         ^
invalid table header
expected `.`, `]`
",
    );
    check(
        Kind::BadProject,
        &["pyproject.toml: Expected ']' at the end of a table declaration (at line 1, column 9)"],
        "ERROR: Exception:
Traceback (most recent call last):
    raise suffixed_err(src, pos, \"Expected ']' at the end of a table declaration\")
pip._vendor.tomli.TOMLDecodeError: Expected ']' at the end of a table declaration (at line 1, column 9)
",
    );
    check(
        Kind::BadProject,
        &["pyproject.toml: ValueError: invalid pyproject.toml config: `project.dependencies[0]`."],
        "error: Failed to build `x @ file:///a`
         [stdout]
         [stderr]
         ValueError: invalid pyproject.toml config: `project.dependencies[0]`.
         configuration error: `project.dependencies[0]` must be pep508
",
    );
}

#[test]
fn a_lock_that_does_not_match_is_told_from_the_project() {
    check(
        Kind::LockMismatch,
        &["The lockfile at `uv.lock` needs to be updated, but `--frozen` was provided: Missing workspace member `agent-one`."],
        "error: The lockfile at `uv.lock` needs to be updated, but `--frozen` was provided: Missing workspace member `agent-one`.

hint: To update the lockfile, run `uv lock`.
",
    );
    check(
        Kind::LockMismatch,
        &["Could not find root package `agent-one`"],
        "error: Could not find root package `agent-one`\n",
    );
    check(
        Kind::LockMismatch,
        &["Failed to parse `uv.lock`", "line 2, column 9: key with no value, expected `=`"],
        "error: Failed to parse `uv.lock`
  cause: TOML parse error at line 2, column 9
           |
         2 | rubbish [
           |         ^
         key with no value, expected `=`
",
    );
}

#[test]
fn a_question_that_nobody_answers_is_told() {
    check(
        Kind::WaitsForInput,
        &["fatal: could not read Username for 'https://example.org': No such device or address"],
        "Cloning\nfatal: could not read Username for 'https://example.org': No such device or address\n",
    );
    check(
        Kind::WaitsForInput,
        &["EOFError: EOF when reading a line"],
        "Name? Traceback\nEOFError: EOF when reading a line\n",
    );
}

#[test]
fn what_is_not_understood_is_not_explained() {
    for text in [
        "",
        "error: something new",
        "Resolved 3 packages in 4ms\nwarning: Failed to parse `pyproject.toml` during settings discovery:\nbang",
        "error: /store/a/.venv.old is in the way and plugdeck did not make it; move it elsewhere",
        "No solution found when resolving dependencies",
        "No solution found when resolving because",
        "TOML parse error at",
        "\u{1b}[31m\u{feff}^^^^\n^",
    ] {
        assert_eq!(explain(text), None, "{text:?}");
    }
}

#[test]
fn any_half_of_a_text_is_survived() {
    let text = "error: No solution found when resolving dependencies\n  cause: Because every × version of ä depends on ö>=2 and you require ö<1, we can conclude\nInvalid requirement: 'x' (from line 2 of y)\n × TOML parse error at line 1\n |\n^";
    for at in text.char_indices().map(|(at, _)| at) {
        let _ = (explain(&text[at..]), explain(&text[..at]));
    }
}
