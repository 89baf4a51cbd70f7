"""Picks, renames and flattens JSON."""

import json
import sys
import traceback


def log(message):
    print(message, file=sys.stderr, flush=True)


def entries(value):
    """The (key, value) pairs of an object or a list."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [(str(index), entry) for index, entry in enumerate(value)]
    return []


def query(data, path):
    parts = path.split(".") if path else []
    return walk(data, parts, "the top")


def walk(value, parts, place):
    if not parts:
        return value
    part, rest = parts[0], parts[1:]
    if part == "*":
        return [walk(entry, rest, f"{place}.{key}") for key, entry in entries(value)]
    found = dict(entries(value))
    if part not in found:
        there = ", ".join(found) or f"only {json.dumps(value)}"
        raise LookupError(f"no {part!r} at {place}; there is {there}")
    return walk(found[part], rest, part if place == "the top" else f"{place}.{part}")


def pick(value, paths):
    """The part of a value that some path leads to; a path is a list of keys."""
    if any(not path for path in paths):
        return value
    kept = []
    for key, entry in entries(value):
        below = [path[1:] for path in paths if path[0] in (key, "*")]
        if below:
            kept.append((key, pick(entry, below)))
    return dict(kept) if isinstance(value, dict) else [entry for _, entry in kept]


def renamed(value, names):
    if isinstance(value, dict):
        return {names.get(key, key): renamed(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [renamed(entry, names) for entry in value]
    return value


def reshape(data, keep=(), rename=None):
    log(f"{len(data)} keys come in")
    shaped = pick(data, [path.split(".") for path in keep]) if keep else data
    shaped = renamed(shaped, rename or {})
    log(f"{len(shaped)} keys go out")
    return shaped


def flatten(data, separator=".", max_depth=0):
    flat = {}

    def descend(value, path):
        inner = entries(value)
        if path and (not inner or len(path) == max_depth):
            flat[separator.join(path)] = value
            return
        for key, entry in inner:
            descend(entry, path + [key])

    descend(data, [])
    log(f"{len(flat)} values")
    return flat


METHODS = {"reshape": reshape, "flatten": flatten, "query": query}


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
