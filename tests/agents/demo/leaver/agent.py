"""Answers at once and leaves a sleeping child behind."""

import json
import subprocess
import sys
import traceback


def leave_child(seconds=300, own_session=True, keep_output_open=False):
    output = None if keep_output_open else subprocess.DEVNULL
    child = subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep({float(seconds)})"],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=own_session,
    )
    print(f"started process {child.pid}; leaving without it", file=sys.stderr, flush=True)
    return {"child": child.pid, "sleeps_seconds": seconds, "own_session": own_session}


METHODS = {"leave_child": leave_child}


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
