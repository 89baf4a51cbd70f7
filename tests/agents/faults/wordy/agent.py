"""Says very much, and what matters stands somewhere in it."""

import json
import sys
import traceback


def talk(lines=1000, every=100):
    needles = 0
    for number in range(1, lines + 1):
        word = ""
        if number % every == 0:
            needles += 1
            word = " need\033[31mle\033[0m" if needles % 2 else " needle"
        sys.stderr.write(f"line {number}{word}\n")
        if number in (lines // 4, lines // 2):
            try:
                raise ValueError(f"after line {number}")
            except ValueError:
                traceback.print_exc()
    return {"needles": needles}


METHODS = {"talk": talk}


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
