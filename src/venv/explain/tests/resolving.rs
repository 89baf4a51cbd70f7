//! What resolvers say: conflicts, what is missing, what is out of reach.

use crate::venv::explain::Kind;
use crate::venv::explain::tests::check;

#[test]
fn a_conflict_is_its_two_requirements_and_who_asks_for_them() {
    let both = ["right asks for base>=2", "left asks for base<2"];
    check(
        Kind::Conflict,
        &both,
        "Using Python 3.11.7 environment at: u
error: No solution found when resolving dependencies
  cause: Because all versions of right depend on base>=2 and all versions of left depend on base<2, we can conclude that all versions of left and all versions of right are incompatible.
         And because your project depends on left and right, we can conclude that your project's requirements are unsatisfiable.
",
    );
    check(
        Kind::Conflict,
        &["left==1.0 asks for base<2", "right==1.0 asks for base>=2"],
        "  × No solution found when resolving dependencies:
  ╰─▶ Because only left==1.0 is available and left==1.0 depends on base<2, we
      can conclude that all versions of left depend on base<2.
      And because right==1.0 depends on base>=2 and only right==1.0 is
      available, we can conclude that all versions of left and all versions of
      right are incompatible.
      And because you require left and right, we can conclude that your
      requirements are unsatisfiable.
",
    );
    check(
        Kind::Conflict,
        &["left (which deep asks for) asks for base<2", "right asks for base>=2"],
        "error: No solution found when resolving dependencies
  cause: Because all versions of left depend on base<2 and all versions of right depend on base>=2, we can conclude that all versions of left and all versions of right are incompatible.
         And because all versions of deep depend on left, we can conclude that all versions of deep and all versions of right are incompatible.
         And because you require deep and right, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::Conflict,
        &["the agent asks for base==1.0", "the agent asks for base==2.0"],
        "error: No solution found when resolving dependencies
  cause: Because you require base==1.0 and base==2.0, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::Conflict,
        &["left==1.0 asks for base<2", "the agent asks for base>=2"],
        "  × No solution found when resolving dependencies:
  ╰─▶ Because only left==1.0 is available and left==1.0 depends on base<2, we
      can conclude that left==1.0 depends on base<2.
      And because your project depends on base>=2 and left==1.0, we can
      conclude that your project's requirements are unsatisfiable.
",
    );
    check(
        Kind::Conflict,
        &["right 1.0 asks for base>=2", "left 1.0 asks for base<2"],
        "INFO: pip is looking at multiple versions of left to determine which version is compatible with other requirements. This could take a while.

The conflict is caused by:
    right 1.0 depends on base>=2
    left 1.0 depends on base<2

To fix this you could try to:
1. loosen the range of package versions you've specified

ERROR: Cannot install -r requirements.txt (line 2) and deep because these package versions have conflicting dependencies.
ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts
",
    );
    check(
        Kind::Conflict,
        &["right 1.0 asks for base>=2", "the agent asks for base==1.0"],
        "ERROR: Cannot install right==1.0 because these package versions have conflicting dependencies.

The conflict is caused by:
    right 1.0 depends on base>=2
    The user requested (constraint) base==1.0

Additionally, some packages in these conflicts have no matching distributions available for your environment:
    base
",
    );
}

#[test]
fn of_several_versions_the_two_that_exclude_one_another_are_told() {
    check(
        Kind::Conflict,
        &["left 1.0 asks for base<2", "right 1.0 asks for base>=2"],
        "conflicting dependencies.

The conflict is caused by:
    The user requested base
    other 1.0 depends on base>=1
    left 1.0 depends on base<2
    right 1.0 depends on base>=2
",
    );
}

#[test]
fn a_missing_package_is_no_conflict() {
    check(
        Kind::MissingPackage,
        &["nosuch was not found in the package registry", "extra==1.1 asks for nosuch"],
        "  × No solution found when resolving dependencies:
  ╰─▶ Because nosuch was not found in the package registry and extra==1.1
      depends on nosuch, we can conclude that extra==1.1 cannot be used.
      And because you require extra==1.1, we can conclude that your
      requirements are unsatisfiable.
",
    );
    check(
        Kind::MissingPackage,
        &["there is no version of base==3.0", "the agent asks for base==3.0"],
        "error: No solution found when resolving dependencies
  cause: Because there is no version of base==3.0 and you require base==3.0, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::MissingPackage,
        &["only base<=2.0 is available", "the agent asks for base>3"],
        "error: No solution found when resolving dependencies
  cause: Because only base<=2.0 is available and you require base>3, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::MissingPackage,
        &[
            "winonly==1.0 has no wheels with a matching Python ABI tag (e.g., `cp311`)",
            "the agent asks for winonly",
        ],
        "error: No solution found when resolving dependencies
  cause: Because winonly==1.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and only winonly==1.0 is available, we can conclude that all versions of winonly cannot be used.
         And because you require winonly, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::MissingPackage,
        &["nosuch was not found", "extra asks for it"],
        "Looking in links: /w
ERROR: Could not find a version that satisfies the requirement nosuch (from extra) (from versions: none)
ERROR: No matching distribution found for nosuch
",
    );
    check(
        Kind::MissingPackage,
        &["base==3.0 was not found, only 1.0, 2.0", "the agent asks for it"],
        "ERROR: Could not find a version that satisfies the requirement base==3.0 (from versions: 1.0, 2.0)
ERROR: No matching distribution found for base==3.0
",
    );
    // What builds a package was missing: nothing was compiled.
    check(
        Kind::MissingPackage,
        &["hatchling was not found", "the agent asks for it"],
        "  error: subprocess-exited-with-error

  × pip subprocess to install build dependencies did not run successfully.
  │ exit code: 1
  ╰─> [3 lines of output]
      ERROR: Could not find a version that satisfies the requirement hatchling (from versions: none)
      ERROR: No matching distribution found for hatchling
      [end of output]
",
    );
}

#[test]
fn without_a_network_nothing_is_missing() {
    check(
        Kind::NoNetwork,
        &["http://127.0.0.1:9/simple/zzz/ was not reached", "Connection refused (os error 111)"],
        "Using Python 3.11.7 environment at: u
error: Failed to fetch: http://127.0.0.1:9/simple/zzz/
  cause: error sending request for url (http://127.0.0.1:9/simple/zzz/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
",
    );
    check(
        Kind::NoNetwork,
        &[
            "https://index.example/simple/zzz/ was not reached",
            "failed to lookup address information: Name or service not known",
        ],
        "error: Failed to fetch: `https://me:secret@index.example/simple/zzz/`
  Caused by: Could not connect, are you offline?
  Caused by: Request failed after 3 retries
  Caused by: dns error: failed to lookup address information: Name or service not known
  Caused by: failed to lookup address information: Name or service not known
",
    );
    check(
        Kind::NoNetwork,
        &["http://127.0.0.1:9/simple was not reached", "[Errno 111] Connection refused"],
        "Looking in indexes: http://127.0.0.1:9/simple
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f50c01327d0>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/zzz/
ERROR: Could not find a version that satisfies the requirement zzz (from versions: none)
ERROR: No matching distribution found for zzz
",
    );
    check(
        Kind::NoNetwork,
        &["no-such-thing was not found in the cache", "the agent asks for no-such-thing==1.0"],
        "  × No solution found when resolving dependencies:
  ╰─▶ Because no-such-thing was not found in the cache and you require
      no-such-thing==1.0, we can conclude that your requirements are
      unsatisfiable.

      hint: Packages were unavailable because the network was disabled. When
      the network is disabled, registry packages may only be read from the
      cache.
",
    );
    check(
        Kind::NoNetwork,
        &[
            "https://127.0.0.1:9/x/y.git/ was not reached",
            "fatal: unable to access 'https://127.0.0.1:9/x/y.git/': Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
        ],
        "  fatal: unable to access 'https://127.0.0.1:9/x/y.git/': Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server
  error: subprocess-exited-with-error

  × git clone --filter=blob:none --quiet https://127.0.0.1:9/x/y.git /tmp/x did not run successfully.
",
    );
}

#[test]
fn a_python_that_does_not_fit_is_named() {
    check(
        Kind::NoPython,
        &["newer==1.0.0 asks for Python>=3.99", "the environment has Python 3.11.7"],
        "Using Python 3.11.7 environment at: u
error: No solution found when resolving dependencies
  cause: Because newer==1.0.0 requires Python >=3.99 and only newer==1.0.0 is available, we can conclude that all versions of newer cannot be used.
         And because you require newer, we can conclude that your requirements are unsatisfiable.
",
    );
    check(
        Kind::NoPython,
        &[
            "newer==1.0 asks for Python>=3.12",
            "the requested Python version (>=3.9) does not satisfy Python>=3.12",
        ],
        "  × No solution found when resolving dependencies for split
  ╰─▶ Because the requested Python version (>=3.9) does not satisfy
      Python>=3.12 and newer==1.0 depends on Python>=3.12, we can conclude
      that newer==1.0 cannot be used.
      And because your project depends on newer==1.0, we can conclude that
      your project's requirements are unsatisfiable.
",
    );
    check(
        Kind::NoPython,
        &["newer asks for Python>=3.99", "the environment has Python 3.11.7"],
        "Looking in links: /w\nERROR: Package 'newer' requires a different Python: 3.11.7 not in '>=3.99'\n",
    );
    check(
        Kind::NoPython,
        &["every version of newer asks for another Python: >=3.98"],
        "ERROR: Ignored the following versions that require a different python version: 1.0 Requires-Python >=3.98
ERROR: Could not find a version that satisfies the requirement newer (from versions: none)
ERROR: No matching distribution found for newer
",
    );
    check(
        Kind::NoPython,
        &["No interpreter found for Python 3.99 in managed installations or search path"],
        "error: No interpreter found for Python 3.99 in managed installations or search path\n",
    );
}
