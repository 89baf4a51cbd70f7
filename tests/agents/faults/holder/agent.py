"""Replies and ends, while a child holds its streams open."""

import json
import os
import sys
import time
import traceback

LIMIT = 50


def hold(seconds=30, stream="both", late_line=False):
    child = os.fork()
    if child == 0:
        if stream == "stdout":
            os.close(2)
        if stream == "stderr":
            os.close(1)
        time.sleep(min(1, seconds))
        if late_line and stream != "stdout":
            os.write(2, b"a late word from the child\n")
        time.sleep(max(0, min(seconds, LIMIT) - 1))
        os._exit(0)
    print(f"process {child} holds {stream}", file=sys.stderr, flush=True)
    return {"child": child}


METHODS = {"hold": hold}


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
