"""Keeps the CPU busy."""

import json
import os
import sys
import time
import traceback

LIMIT = 50


def circles(seconds):
    end = time.monotonic() + min(seconds, LIMIT)
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
    return rounds


def spin(seconds=10, processes=1):
    children = []
    for _ in range(min(processes, 8) - 1):
        pid = os.fork()
        if pid == 0:
            circles(seconds)
            os._exit(0)
        children.append(pid)
    print(f"spinning: {[os.getpid()] + children}", file=sys.stderr, flush=True)
    rounds = circles(seconds)
    for pid in children:
        os.waitpid(pid, 0)
    return {"rounds": rounds}


def poll(seconds=10):
    end = time.monotonic() + min(seconds, LIMIT)
    looks = 0
    while time.monotonic() < end:
        looks += 1
        time.sleep(0.001)
    return {"looks": looks}


METHODS = {"spin": spin, "poll": poll}


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
