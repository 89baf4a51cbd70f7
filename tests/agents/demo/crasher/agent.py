"""Fails in every way an agent can fail."""

import json
import os
import resource
import signal
import sys


def log(message):
    print(message, file=sys.stderr, flush=True)


def read_settings(kind):
    log("reading settings")
    return parse_settings({"kind": kind, "port": "eighty"})


def parse_settings(settings):
    if settings["kind"] == "ValueError":
        return int(settings["port"])
    if settings["kind"] == "KeyError":
        return settings["host"]
    if settings["kind"] == "RecursionError":
        return parse_settings(settings)
    import a_module_that_is_not_installed

    return a_module_that_is_not_installed


def raise_error(kind="ValueError"):
    return read_settings(kind)


def exit_code(code=3):
    log(f"leaving with exit code {code}")
    sys.exit(code)


def die_of_signal(name="SIGSEGV"):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core file in the agent's folder
    log(f"sending {name} to myself")
    os.kill(os.getpid(), getattr(signal, name))


def error_reply(message="the moon is in the wrong phase"):
    log("about to fail, politely")
    print(json.dumps({"error": message}))
    sys.exit(1)


METHODS = {
    "raise_error": raise_error,
    "exit_code": exit_code,
    "signal": die_of_signal,
    "error_reply": error_reply,
}


def main():
    request = json.loads(sys.argv[1])
    if request.get("method") not in METHODS:
        error_reply(f"Unknown method: {request.get('method')}")
    result = METHODS[request["method"]](**request.get("parameters") or {})
    print(json.dumps({"result": result}))


if __name__ == "__main__":
    main()
