"""Counts and compares texts."""

import collections
import difflib
import json
import re
import sys
import traceback

WORDS_A_MINUTE = 230


def log(message):
    print(message, file=sys.stderr, flush=True)


def words_of(text):
    return re.findall(r"\w+(?:['’-]\w+)*", text)


def sentences_of(text):
    return [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n{2,}", text) if part.strip()]


def analyze(text, top=5, ignore_case=True):
    log(f"reading {len(text)} characters")
    words = words_of(text.lower() if ignore_case else text)
    sentences = sentences_of(text)
    log(f"found {len(words)} words in {len(sentences)} sentences")
    counts = collections.Counter(words)
    seconds = round(len(words) * 60 / WORDS_A_MINUTE)
    lengths = [len(words_of(sentence)) for sentence in sentences]
    return {
        "counts": {
            "characters": len(text),
            "letters": sum(character.isalpha() for character in text),
            "words": len(words),
            "different_words": len(counts),
            "sentences": len(sentences),
            "paragraphs": len([part for part in re.split(r"\n\s*\n", text) if part.strip()]),
            "lines": len(text.splitlines()),
        },
        "top_words": [
            {"word": word, "count": count, "share": round(count / len(words), 4)}
            for word, count in counts.most_common(top)
        ],
        "sentences": {
            "average_words": round(sum(lengths) / len(lengths), 1) if lengths else 0,
            "longest": max(sentences, key=len, default=""),
            "shortest": min(sentences, key=len, default=""),
        },
        "reading_time": {"seconds": seconds, "text": f"{seconds // 60} min {seconds % 60} s"},
    }


def compare(first, second, by="words"):
    split = {"words": words_of, "lines": str.splitlines, "characters": list}[by]
    log(f"comparing by {by}")
    ratio = difflib.SequenceMatcher(None, split(first), split(second), autojunk=False).ratio()
    ours, theirs = set(words_of(first.lower())), set(words_of(second.lower()))
    return {
        "similarity": round(ratio, 4),
        "the_same": first == second,
        "words": {
            "in_both": sorted(ours & theirs),
            "only_in_first": sorted(ours - theirs),
            "only_in_second": sorted(theirs - ours),
        },
    }


def sample():
    return (
        "The lighthouse keeper wrote one line every evening.\n"
        "Most evenings the line was about the sea, and the sea was calm.\n\n"
        "Once it was about a visitor who brought bread, a newspaper and the sound of another voice!"
    )


METHODS = {"analyze": analyze, "compare": compare, "sample": sample}


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
