"""Leaves a daemon behind that has cut every tie to the agent."""

import json
import os
import sys
import time
import traceback

LIMIT = 50
DAEMON = """
import os, sys, time
seconds, pid_file = float(sys.argv[1]), sys.argv[2]
if pid_file:
    with open(pid_file + ".new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(pid_file + ".new", pid_file)
time.sleep(seconds)
"""


def become_daemon(seconds, pid_file, report, keep):
    """Runs in a child; never returns."""
    os.setsid()
    pid = os.fork()
    if pid:
        os.write(report, str(pid).encode())
        os._exit(0)
    os.chdir("/")
    os.umask(0)
    if keep == "streams":
        os.closerange(3, 1024)
    else:
        os.closerange(0, 1024)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
    environment = dict(os.environ) if keep == "environment" else {}
    os.execve(sys.executable, [sys.executable, "-c", DAEMON, str(seconds), pid_file], environment)


def daemonize(seconds=30, pid_file="", stay_seconds=0, keep="nothing"):
    reader, report = os.pipe()
    child = os.fork()
    if child == 0:
        become_daemon(min(seconds, LIMIT), pid_file, report, keep)
    os.close(report)
    daemon = int(os.read(reader, 20))
    os.waitpid(child, 0)
    end = time.monotonic() + 10
    while pid_file and not os.path.exists(pid_file) and time.monotonic() < end:
        time.sleep(0.01)
    print(f"the daemon is process {daemon}", file=sys.stderr, flush=True)
    time.sleep(min(stay_seconds, LIMIT))
    return {"daemon": daemon}


METHODS = {"daemonize": daemonize}


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
