"""Prints many lines of many kinds."""

import collections
import itertools
import json
import re
import sys
import time
import traceback

EMOJI = [
    "🧩 fitting the pieces",
    "🤖 thinking",
    "📝 writing it down",
    "⚠️ careful now",
    "👩‍🔬 measuring",
    "🇩🇪 日本語 e\u0301",
]
LEVELS = [
    "\x1b[2mDEBUG\x1b[0m",
    "\x1b[32mINFO\x1b[0m",
    "\x1b[33;1mWARNING\x1b[0m",
    "\x1b[97;41mERROR\x1b[0m",
]


def plain(number):
    return f"line {number}: nothing special here"


def colours(number):
    rainbow = "".join(f"\x1b[38;5;{16 + (number * 3 + step) % 216}m█" for step in range(24))
    return f"{LEVELS[number % 4]} line {number} {rainbow}\x1b[0m \x1b[3;4mslanted\x1b[0m"


def emoji(number):
    return f"{EMOJI[number % len(EMOJI)]} ({number})"


def progress(number):
    """One line that is drawn over and over with carriage returns."""
    bars = (f"\rdownloading part {number} [{'#' * done:<20}] {done * 5:3} %" for done in range(0, 21, 4))
    return "".join(bars)


def table(number):
    return f"row {number}\tname {number % 7}\t{number * 37 % 101}\tyes"


def long(number):
    return f"line {number} is long: " + "lorem ipsum dolor sit amet " * (4 + number % 90)


STYLES = {
    "plain": plain,
    "colours": colours,
    "emoji": emoji,
    "progress": progress,
    "table": table,
    "long": long,
}


def say(line, pause):
    """Prints a line, and lets the eye follow where it is drawn over itself."""
    pieces = re.split(r"(?=\r)", line)
    for piece in pieces:
        print(piece, end="", file=sys.stderr, flush=True)
        time.sleep(pause / len(pieces))
    print(file=sys.stderr, flush=True)


def talk(lines=200, delay_ms=20, style="mixed", noise=False):
    kinds = itertools.cycle(STYLES if style == "mixed" else [style])
    counts = collections.Counter()
    for number, kind in zip(range(1, lines + 1), kinds):
        counts[kind] += 1
        say(STYLES[kind](counts[kind]), delay_ms / 1000)
        if noise and number % 5 == 0:
            print(f"chatty: {number} lines so far", flush=True)
    return {"lines": lines, "kinds": dict(counts)}


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
