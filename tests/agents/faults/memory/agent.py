"""Takes a lot of memory."""

import json
import resource
import sys
import time
import traceback

LIMIT = 50
MOST = 350
MEGABYTE = 1000000


def peak():
    return {"peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def eat(megabytes=300, seconds=5):
    eaten = bytearray(b"x") * (min(megabytes, MOST) * MEGABYTE)
    print(f"ate {len(eaten)} bytes", file=sys.stderr, flush=True)
    time.sleep(min(seconds, LIMIT))
    del eaten
    return peak()


def leak(megabytes_per_second=20, seconds=10):
    end = time.monotonic() + min(seconds, LIMIT)
    chunk = int(min(megabytes_per_second, 100) * MEGABYTE / 10)
    eaten = []
    while time.monotonic() < end:
        if sum(map(len, eaten)) < MOST * MEGABYTE:
            eaten.append(bytearray(b"x") * chunk)
        time.sleep(0.1)
    return peak()


METHODS = {"eat": eat, "leak": leak}


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
