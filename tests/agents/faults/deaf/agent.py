"""Goes on when it is told to stop."""

import ctypes
import json
import os
import signal
import sys
import threading
import time
import traceback

LIMIT = 50
EXIT_THREAD = {"x86_64": 60}.get(os.uname().machine, 93)
POLITE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def log(message):
    print(message, file=sys.stderr, flush=True)


def pass_time(seconds):
    end = time.monotonic() + min(seconds, LIMIT)
    while time.monotonic() < end:
        time.sleep(0.1)


def ignore(seconds=30, children=0):
    for number in POLITE:
        signal.signal(number, signal.SIG_IGN)
    pids = []
    for _ in range(min(children, 20)):
        pid = os.fork()
        if pid == 0:
            pass_time(seconds)
            os._exit(0)
        pids.append(pid)
    log(f"deaf: {os.getpid()} and {pids}")
    pass_time(seconds)
    for pid in pids:
        os.waitpid(pid, 0)
    return "nobody killed me"


def notice(seconds=30):
    heard = []

    def hear(number, _frame):
        heard.append(number)
        log(f"heard signal {number}, going on")

    for number in POLITE:
        signal.signal(number, hear)
    log("listening")
    pass_time(seconds)
    return {"heard": heard}


def clean_up(seconds=30, cleanup_seconds=1):
    told = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    log("waiting for TERM")
    end = time.monotonic() + min(seconds, LIMIT)
    while not told and time.monotonic() < end:
        time.sleep(0.05)
    log("cleaning up")
    time.sleep(min(cleanup_seconds, 9))
    log("clean")
    return {"told_to_stop": bool(told)}


def lose_head(seconds=30, in_child=False):
    """Ends the first thread alone: the system lists the process as a zombie, and the others go on."""
    if in_child:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            return "nobody killed my child"
    threading.Thread(target=pass_time, args=[seconds]).start()
    log(f"headless: {os.getpid()}")
    ctypes.CDLL(None).syscall(EXIT_THREAD, 0)


METHODS = {"ignore": ignore, "notice": notice, "clean_up": clean_up, "lose_head": lose_head}


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
