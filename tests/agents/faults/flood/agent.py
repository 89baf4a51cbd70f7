"""Prints more, or stranger, than anybody can read."""

import hashlib
import json
import os
import random
import sys
import time
import traceback

LIMIT = 50
STREAMS = {"stdout": 1, "stderr": 2}


def write(stream, data):
    """Writes all of it, however little the pipe takes at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(STREAMS[stream], view) :]


def lines(count=100000, width=100, stream="stderr"):
    end = time.monotonic() + LIMIT
    width = min(width, 10000)
    written, last, total = 0, "", 0
    while written < count and time.monotonic() < end:
        numbers = range(written + 1, min(written + 1000, count) + 1)
        batch = [f"line {number} ".ljust(width - 1, ".") for number in numbers]
        data = ("\n".join(batch) + "\n").encode()
        write(stream, data)
        written, last, total = numbers[-1], batch[-1], total + len(data)
    return {"lines": written, "bytes": total, "last": last}


def huge_line(megabytes=10, stream="stderr"):
    total = 0
    for number in range(min(megabytes, 200)):
        chunk = b"%09d " % number * 100000
        write(stream, chunk)
        total += len(chunk)
    write(stream, b"\n")
    return {"bytes": total + 1}


def dribble(count=2000, delay_ms=1, stream="stderr"):
    end = time.monotonic() + LIMIT
    written = 0
    for number in range(count):
        write(stream, b"\n" if number % 40 == 39 else b"%c" % (97 + number % 26))
        written += 1
        time.sleep(min(delay_ms, 1000) / 1000)
        if time.monotonic() > end:
            break
    write(stream, b"\n")
    return {"bytes": written + 1}


def garbage(kilobytes=64, stream="stderr"):
    dice = random.Random(7)
    data = b"\0\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80\x9b31m\x1b[\r\b\x7f \xe2\x82"
    data += bytes(dice.getrandbits(8) for _ in range(min(kilobytes, 10000) * 1000 - len(data) - 1)) + b"\n"
    write(stream, data)
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


ODD = [
    "plain",
    "ab\tcd\tef",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd, 123 (abc)",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8 wide",
    "marks: e\u0301 a\u0308 Z\u0351\u036b\u0343a\u0347l\u0321go",
    "pictures: \u26a0\ufe0f \u26a0 \U0001f469\u200d\U0001f52c \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea 1\ufe0f\u20e3 end",
    "joined: \u0915\u094d\u0937\u093f \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",
    "\u001b[31mred \u001b[1;32mgreen\u001b[0m plain",
    "\u001b[2J\u001b[H\u001b]0;title\u0007cleared?",
    "turned \u202eback\u202c and \u2066apart\u2069",
    "nul \0 bell \a back \b del \x7f",
    "\u0301a mark first",
    "from dos\r",
]


def odd():
    text = "\n".join(ODD) + "\n" + "".join(f"\r{step}% done" for step in range(101)) + "\nlast one\rlast two\r"
    write("stderr", text.encode())
    return {"lines": len(ODD) + 2}


def fail(depth):
    if depth == 0:
        raise ValueError("bad input")
    fail(depth - 1)


def tracebacks(count=30):
    for number in range(min(count, 1000)):
        print(f"attempt {number}", file=sys.stderr)
        try:
            fail(number % 5)
        except ValueError:
            traceback.print_exc()
    print("giving up", file=sys.stderr, flush=True)
    return {"attempts": count}


METHODS = {"lines": lines, "odd": odd, "tracebacks": tracebacks, "huge_line": huge_line, "dribble": dribble, "garbage": garbage}


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
