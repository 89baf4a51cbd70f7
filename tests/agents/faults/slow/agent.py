"""Works slowly, and shows that it is alive."""

import json
import sys
import time
import traceback

LIMIT = 50


def log(message):
    print(message, file=sys.stderr, flush=True)


def tick(seconds=5, every=0.5):
    end = time.monotonic() + min(seconds, LIMIT)
    lines = 0
    while time.monotonic() < end:
        lines += 1
        log(f"tick {lines}")
        time.sleep(max(0.001, min(every, 9)))
    return {"lines": lines}


def late_start(seconds=5):
    time.sleep(min(seconds, LIMIT))
    for number in range(1, 11):
        log(f"tick {number}")
        time.sleep(0.1)
    return {"lines": 10}


METHODS = {"tick": tick, "late_start": late_start}


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
