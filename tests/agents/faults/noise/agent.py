"""Replies in every way that is not exactly one tidy JSON object on stdout."""

import json
import os
import sys

BOTTOMLESS = 5000000
FIXED = {
    "same_line": b'the answer is {"result": "found"} I think\n',
    "two_objects": b'{"result": "first"}\n{"result": "second"}\n',
    "nothing": b"",
    "not_json": b"I did it, all went well!\n",
    "cut_short": b'{"result": {"text": "the rest of this is mis',
    "not_an_object": b'["result", "in a list"]\n',
    "empty_object": b"{}\n",
    "null_result": b'{"result": null}\n',
    "both_keys": b'{"result": "it worked", "error": "it did not"}\n',
    "null_error": b'{"result": "fine", "error": null}\n',
    "pretty": b'{\n  "result": {\n    "lines": [\n      1,\n      2\n    ]\n  }\n}\n',
    "byte_order_mark": b'\xef\xbb\xbf{"result": "fine"}\r\n',
    "duplicate_keys": b'{"result": "first", "result": "second"}\n',
    "nan": b'{"result": {"nan": NaN, "up": Infinity, "down": -Infinity}}\n',
    "big_numbers": b'{"result": {"integer": 123456789012345678901234567890, "decimal": '
    b'0.1234567890123456789012345678901234567890, "exponent": 1e400, "zero": -0.0, "trailing": 1.10}}\n',
    "lone_surrogate": b'{"result": "half of \\ud83d a face"}\n',
    "invalid_utf8": b'{"result": "caf\xe9 \xff\xc3( ok"}\n',
}


def around(lines=3):
    before = "".join(f"preparing, part {number} of {lines}\n" for number in range(1, lines + 1))
    after = "".join(f"tidying up, part {number} of {lines}\n" for number in range(1, lines + 1))
    return before.encode() + b'{"result": "found"}\n' + after.encode()


def deep(levels=1000):
    levels = min(levels, BOTTOMLESS)
    return b'{"result": ' + b"[" * levels + b"7" + b"]" * levels + b"}\n"


def big_result(megabytes=10, lines=False):
    line = ("0123456789" * 10)[: 99 if lines else 100] + ("\n" if lines else "")
    return json.dumps({"result": line * (min(megabytes, 50) * 10000)}).encode() + b"\n"


METHODS = {"around": around, "deep": deep, "big_result": big_result}


def main():
    request = json.loads(sys.argv[1])
    method = request.get("method")
    if method in FIXED:
        reply = FIXED[method]
    elif method in METHODS:
        reply = METHODS[method](**request.get("parameters") or {})
    else:
        reply = json.dumps({"error": f"Unknown method: {method}"}).encode() + b"\n"
    print(f"replying with {len(reply)} bytes", file=sys.stderr, flush=True)
    view = memoryview(reply)
    while view:
        view = view[os.write(1, view) :]
    return 1 if method not in FIXED and method not in METHODS else 0


if __name__ == "__main__":
    sys.exit(main())
