"""Sends a signal to the process that started it, if it is told so."""

import json
import os
import signal as signals
import sys
import time
import traceback


def attack(confirm=False, signal="SIGKILL", seconds=5):
    parent = os.getppid()
    if not confirm or parent == 1:
        return {"sent": None, "parent": parent, "hint": "confirm must be true"}
    print(f"sending {signal} to process {parent}", file=sys.stderr, flush=True)
    os.kill(parent, getattr(signals, signal))
    end = time.monotonic() + min(seconds, 50)
    while time.monotonic() < end:
        time.sleep(0.1)
    if signal == "SIGSTOP" and os.getppid() == parent:
        os.kill(parent, signals.SIGCONT)
    return {"sent": signal, "parent": parent, "parent_now": os.getppid()}


METHODS = {"attack": attack}


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
