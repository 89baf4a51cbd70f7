"""Stops itself or a child; a helper process continues it after some time."""

import json
import os
import signal
import sys
import time
import traceback

LIMIT = 50


def log(message):
    print(message, file=sys.stderr, flush=True)


def stop(seconds):
    """Stops this process. The helper, a child of it, sends CONT when the time is over."""
    stopped = os.getpid()
    helper = os.fork()
    if helper == 0:
        end = time.monotonic() + min(seconds, LIMIT)
        while time.monotonic() < end and os.getppid() == stopped:
            time.sleep(0.1)
        if os.getppid() == stopped:
            os.kill(stopped, signal.SIGCONT)
        os._exit(0)
    os.kill(stopped, signal.SIGSTOP)
    os.kill(helper, signal.SIGKILL)
    os.waitpid(helper, 0)


def stop_self(seconds=30):
    log(f"process {os.getpid()} stops itself")
    stop(seconds)
    return "somebody woke me"


def stop_child(seconds=30):
    child = os.fork()
    if child == 0:
        log(f"child {os.getpid()} stops itself")
        stop(seconds)
        os._exit(0)
    os.waitpid(child, 0)
    return "somebody woke my child"


METHODS = {"stop_self": stop_self, "stop_child": stop_child}


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
