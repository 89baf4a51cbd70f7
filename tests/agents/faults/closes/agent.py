"""Closes its own streams and works on."""

import json
import os
import sys
import time


def say(reply):
    os.write(1, json.dumps(reply).encode() + b"\n")


def close(seconds=3, streams="both", reply="before"):
    os.write(2, f"closing {streams}\n".encode())
    if reply == "before":
        say({"result": "done"})
    if streams in ("both", "stdout"):
        os.close(1)
    if streams in ("both", "stderr"):
        os.close(2)
    time.sleep(min(seconds, 50))
    if reply == "after":
        say({"result": "done"})
    os._exit(0)  # without the interpreter's flush, which would fail and change the exit code


METHODS = {"close": close}


def main():
    request = json.loads(sys.argv[1])
    if request.get("method") not in METHODS:
        say({"error": f"Unknown method: {request.get('method')}"})
        sys.exit(1)
    METHODS[request["method"]](**request.get("parameters") or {})


if __name__ == "__main__":
    main()
