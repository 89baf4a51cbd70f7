"""Ends badly, sometimes with a reply that says otherwise."""

import ctypes
import json
import os
import resource
import sys


def log(message):
    print(message, file=sys.stderr, flush=True)


def say(reply):
    print(json.dumps(reply), flush=True)


def exit_code(code=3):
    log(f"leaving with exit code {code}")
    sys.exit(code)


def die(number=11):
    log(f"sending signal {number} to myself")
    os.kill(os.getpid(), number)


def fault():
    log("reading from address 0")
    ctypes.string_at(0)


def read_port(settings):
    try:
        return int(settings["port"])
    except ValueError as problem:
        raise RuntimeError("the settings make no sense") from problem


def escape():
    log("reading the settings")
    read_port({"port": "eighty"})


def error_exit_0(message="no luck today"):
    say({"error": message})


def result_exit(code=3):
    say({"result": "done"})
    exit_code(code)


def result_signal(number=9):
    say({"result": "done"})
    die(number)


def error_object():
    say({"error": {"code": 42, "message": "no luck today"}})
    sys.exit(1)


METHODS = {
    "exit_code": exit_code,
    "signal": die,
    "fault": fault,
    "traceback": escape,
    "error_exit_0": error_exit_0,
    "result_exit": result_exit,
    "result_signal": result_signal,
    "error_object": error_object,
}


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core files in the agent's folder
    request = json.loads(sys.argv[1])
    if request.get("method") not in METHODS:
        say({"error": f"Unknown method: {request.get('method')}"})
        sys.exit(1)
    METHODS[request["method"]](**request.get("parameters") or {})


if __name__ == "__main__":
    main()
