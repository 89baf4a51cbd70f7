"""Tries to write to the terminal behind everybody's back."""

import json
import os
import sys
import traceback


def attempt(path, text):
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError as problem:
        return {"opened": False, "problem": str(problem)}
    try:
        written = os.write(terminal, text.encode() + b"\r\n")
        return {"opened": True, "written": written}
    except OSError as problem:
        return {"opened": True, "problem": str(problem)}
    finally:
        os.close(terminal)


def write(text="the tty agent was here"):
    return {
        "dev_tty": attempt("/dev/tty", text),
        "streams": {stream: os.isatty(stream) for stream in (0, 1, 2)},
        "session": os.getsid(0),
    }


METHODS = {"write": write}


def main():
    try:
        if len(sys.argv) != 2:
            raise ValueError("give one argument: a JSON object with method and parameters")
        request = json.loads(sys.argv[1])
        if request.get("method") not in METHODS:
            raise ValueError(f"Unknown method: {request.get('method')}")
        reply = {"result": METHODS[request["method"]](**request.get("parameters") or {})}
    except Exception as problem:
        traceback.print_exc()
        reply = {"error": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(reply))
    return 1 if "error" in reply else 0


if __name__ == "__main__":
    sys.exit(main())
