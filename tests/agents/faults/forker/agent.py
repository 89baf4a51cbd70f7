"""Leaves children behind that outlive it."""

import json
import os
import sys
import time
import traceback

LIMIT = 50


def child(seconds, own_session, generations):
    """What a child does; it holds no stream of the agent."""
    if own_session:
        os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    if generations > 1 and os.fork() == 0:
        child(seconds, own_session, generations - 1)
    time.sleep(min(seconds, LIMIT))
    os._exit(0)


def leave_children(children=10, seconds=30, own_sessions=True, generations=1, stay_seconds=0):
    generations = max(1, min(generations, 2))
    pids = []
    for _ in range(min(children, 50 // generations)):
        pid = os.fork()
        if pid == 0:
            child(seconds, own_sessions, generations)
        pids.append(pid)
    print(f"leaving {len(pids)} children behind", file=sys.stderr, flush=True)
    time.sleep(min(stay_seconds, LIMIT))
    return {"children": pids}


METHODS = {"leave_children": leave_children}


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
