"""Echoes its payload and reports the surroundings it was started in."""

import json
import os
import resource
import sys
import traceback

SIGNAL_SETS = ("SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt")


def descriptors():
    """Every open descriptor and what it is; the one that lists them is gone again."""
    found = {}
    for name in sorted(os.listdir("/proc/self/fd"), key=int):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            pass
    return found


def status():
    with open("/proc/self/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def command_line_bytes():
    """How much of this process's command line everybody on the machine can read."""
    with open("/proc/self/cmdline", "rb") as file:
        return len(file.read())


def out_of_memory_score():
    with open("/proc/self/oom_score_adj") as file:
        return int(file.read())


def stdin_is_null():
    try:
        return os.fstat(0).st_rdev == os.stat(os.devnull).st_rdev
    except OSError:
        return None


def has_terminal():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        return True
    except OSError:
        return False


def surroundings():
    facts = status()
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "argument_count": len(sys.argv) - 1,
        "argument_bytes": len(sys.argv[1].encode("utf-8", "surrogatepass")),
        "argv0": sys.argv[0],
        "command_line_bytes": command_line_bytes(),
        "file": __file__,
        "module": __name__,
        "cwd": os.getcwd(),
        "sys_path_0": sys.path[0],
        "executable": sys.executable,
        "prefix": sys.prefix,
        "version": sys.version.split()[0],
        "variables": sorted(os.environ),
        "descriptors": descriptors(),
        "stdin_is_null": stdin_is_null(),
        "has_terminal": has_terminal(),
        "line_buffering": sys.stdout.line_buffering,
        "pid": os.getpid(),
        "parent": os.getppid(),
        "group": os.getpgid(0),
        "session": os.getsid(0),
        "nice": os.nice(0),
        "out_of_memory_score": out_of_memory_score(),
        "umask": f"{umask:04o}",
        "signals": {name: facts.get(name) for name in SIGNAL_SETS},
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in limits},
        "status": facts,
    }


def required(text=""):
    return text


def say(word="hello", lines=10):
    for number in range(1, min(lines, 1000) + 1):
        print(f"{word} {number}", file=sys.stderr)
    return word


def reply_to(request):
    """Also knows a method that its manifest does not declare, as real agents do."""
    method, parameters = request.get("method"), request.get("parameters") or {}
    if method in ("echo", "undeclared"):
        return {"parameters": parameters, "tool_context": request.get("tool_context"), "keys": sorted(request)}
    if method == "surroundings":
        return surroundings()
    if method == "required":
        return required(**parameters)
    if method == "say":
        return say(**parameters)
    raise ValueError(f"Unknown method: {method}")


def main():
    try:
        if len(sys.argv) != 2:
            raise ValueError("give one argument: a JSON object with method and parameters")
        reply = {"result": reply_to(json.loads(sys.argv[1]))}
    except Exception as problem:
        traceback.print_exc()
        reply = {"error": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(reply))
    return 1 if "error" in reply else 0


if __name__ == "__main__":
    sys.exit(main())
