"""Reads its standard input and reports what came."""

import json
import os
import signal
import stat
import sys
import time
import traceback

LIMIT = 30


def kind():
    try:
        found = os.fstat(0)
    except OSError:
        return "closed"
    if stat.S_ISCHR(found.st_mode):
        null = found.st_rdev == os.stat(os.devnull).st_rdev
        return "null" if null else "terminal" if os.isatty(0) else "device"
    names = {stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket", stat.S_IFREG: "file"}
    return names.get(stat.S_IFMT(found.st_mode), "other")


def give_up(_signal, _frame):
    raise TimeoutError(f"nothing came in {LIMIT} seconds")


def start_timer():
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT)


def read():
    start_timer()
    begin = time.monotonic()
    data = sys.stdin.buffer.read()
    seconds = round(time.monotonic() - begin, 3)
    return {"kind": kind(), "bytes": len(data), "begins": repr(data[:100]), "seconds": seconds}


def ask(question="Go on? [y/n] "):
    start_timer()
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline() or "nobody is there"


METHODS = {"read": read, "ask": ask}


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
