"""Eats memory step by step and gives it back."""

import json
import resource
import sys
import time
import traceback

STEPS = 10


def log(message):
    print(message, file=sys.stderr, flush=True)


def eat(megabytes=200, seconds=10):
    pause = seconds / (STEPS + 3)
    megabytes = min(megabytes, 2000)
    eaten = []
    for step in range(1, STEPS + 1):
        eaten.append(bytearray(b"x") * (megabytes * 1000000 // STEPS))
        log(f"{'▆' * step:<10} {sum(map(len, eaten)) // 1000000} MB")
        time.sleep(pause)
    log("full; resting")
    time.sleep(pause)
    eaten.clear()
    log("gave it all back")
    time.sleep(2 * pause)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"eaten_megabytes": megabytes, "peak_megabytes": peak * 1024 // 1000000}


METHODS = {"eat": eat}


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
