"""Deletes its own program or folder while it runs, if it is told so."""

import json
import os
import shutil
import sys
import time
import traceback

FOLDER = os.path.dirname(os.path.abspath(__file__))


def delete(confirm=False, what="agent.py", seconds=1):
    if not confirm:
        return {"deleted": None, "hint": "confirm must be true"}
    if os.path.exists(os.path.join(FOLDER, "../../../../Cargo.toml")):
        raise PermissionError("this is the original, not an installed copy; it stays")
    if what == "folder":
        shutil.rmtree(FOLDER)
    else:
        os.remove(os.path.join(FOLDER, "agent.py"))
    print(f"deleted {what}", file=sys.stderr, flush=True)
    time.sleep(min(seconds, 50))
    return {"deleted": what, "folder_is_there": os.path.isdir(FOLDER)}


METHODS = {"delete": delete}


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
