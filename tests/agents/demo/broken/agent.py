"""Greets; only its manifest is broken."""

import json
import sys


def greet(name="world"):
    return f"Hello, {name}!"


def main():
    request = json.loads(sys.argv[1])
    if request.get("method") != "greet":
        print(json.dumps({"error": f"Unknown method: {request.get('method')}"}))
        return 1
    print(json.dumps({"result": greet(**request.get("parameters") or {})}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
