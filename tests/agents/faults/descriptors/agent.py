"""Opens more files than it should."""

import json
import os
import resource
import sys
import time
import traceback

LIMIT = 50


def open_many(count=500, seconds=2):
    opened, problem = [], None
    try:
        for _ in range(min(count, 5000)):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        problem = str(error)
    print(f"{len(opened)} descriptors are open", file=sys.stderr, flush=True)
    time.sleep(min(seconds, LIMIT))
    for descriptor in opened:
        os.close(descriptor)
    return {"opened": len(opened), "problem": problem}


def run_out(limit=64):
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(16, min(limit, 1024)),) * 2)
    opened = []
    try:
        while True:
            opened.append(open(os.devnull))
    finally:
        print(f"no more after {len(opened)}", file=sys.stderr, flush=True)
        for file in opened:
            file.close()


METHODS = {"open_many": open_many, "run_out": run_out}


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
