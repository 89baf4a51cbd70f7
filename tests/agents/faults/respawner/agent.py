"""Leaves a process behind that keeps being replaced by another one."""

import json
import os
import signal
import sys
import time
import traceback

GENERATIONS = 50
LIFETIME = 30
LIMIT = 50


def leave(work):
    """Forks a child in a session of its own, without the agent's streams, and lets it work."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    work(time.monotonic())
    os._exit(0)


def chain(generations=50, pause_ms=200, stay_seconds=0):
    pause = max(0, min(pause_ms / 1000, 10))

    def work(born):
        for _ in range(min(generations, GENERATIONS) - 1):
            time.sleep(pause)
            if time.monotonic() > born + LIFETIME or os.fork():
                os._exit(0)
        time.sleep(pause)

    pid = leave(work)
    print("the chain has begun", file=sys.stderr, flush=True)
    time.sleep(min(stay_seconds, LIMIT))
    return {"first": pid}


def dodge(generations=50, seconds=30, stay_seconds=0):
    def work(born):
        lives = [min(generations, GENERATIONS)]

        def replace(_signal, _frame):
            lives[0] -= 1
            if lives[0] <= 0 or os.fork():
                os._exit(0)

        signal.signal(signal.SIGTERM, replace)
        os.write(ready, b"!")
        os.close(ready)
        while time.monotonic() < born + min(seconds, LIMIT):
            time.sleep(0.05)

    reader, ready = os.pipe()
    pid = leave(work)
    os.read(reader, 1)
    print("the dodger is ready", file=sys.stderr, flush=True)
    time.sleep(min(stay_seconds, LIMIT))
    return {"first": pid}


METHODS = {"chain": chain, "dodge": dodge}


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
