"""Lives on with dead children that it never collects."""

import json
import os
import sys
import time
import traceback


def leave_unreaped(children=10, seconds=10):
    pids = []
    for _ in range(min(children, 50)):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        pids.append(pid)
    print(f"{len(pids)} children have died", file=sys.stderr, flush=True)
    time.sleep(min(seconds, 50))
    return {"zombies": pids}


METHODS = {"leave_unreaped": leave_unreaped}


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
