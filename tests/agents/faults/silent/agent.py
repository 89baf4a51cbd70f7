"""Says nothing for a long time."""

import json
import sys
import time
import traceback

LIMIT = 50


def never_speaks(seconds=10):
    time.sleep(min(seconds, LIMIT))
    return "done"


def stops_speaking(seconds=10, lines=10):
    for number in range(1, min(lines, 50) + 1):
        print(f"line {number}", file=sys.stderr, flush=True)
        time.sleep(0.1)
    time.sleep(min(seconds, LIMIT))
    return "done"


METHODS = {"never_speaks": never_speaks, "stops_speaking": stops_speaking}


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
