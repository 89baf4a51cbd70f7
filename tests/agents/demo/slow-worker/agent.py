"""Works slowly, and says how far it is."""

import concurrent.futures
import json
import math
import sys
import time
import traceback


def log(message):
    print(message, file=sys.stderr, flush=True)


def compute_until(moment):
    """Burns CPU until the clock says so; returns how many rounds it made."""
    rounds = 0
    while time.monotonic() < moment:
        sum(math.sqrt(number) for number in range(1000))
        rounds += 1
    return rounds


def work(steps=10, seconds_per_step=0.5, load=0.4):
    started = time.monotonic()
    rounds = 0
    for step in range(1, steps + 1):
        begin = time.monotonic()
        rounds += compute_until(begin + seconds_per_step * load)
        time.sleep(max(0, begin + seconds_per_step - time.monotonic()))
        log(f"step {step} of {steps} done ({100 * step // steps} %)")
    return {"steps": steps, "seconds": round(time.monotonic() - started, 2), "rounds": rounds}


def primes_between(first, last):
    """The number of primes in a range, and the largest of them."""
    count, largest = 0, None
    for number in range(max(first, 2), last + 1):
        if all(number % divisor for divisor in range(2, math.isqrt(number) + 1)):
            count, largest = count + 1, number
    return count, largest


def count_primes(up_to=2000000, processes=2):
    size = max(1, up_to // 50)
    ranges = [(first, min(first + size - 1, up_to)) for first in range(1, up_to + 1, size)]
    count, largest = 0, None
    with concurrent.futures.ProcessPoolExecutor(max(1, min(processes, 16))) as pool:
        parts = pool.map(primes_between, *zip(*ranges))
        for (first, last), (found, last_prime) in zip(ranges, parts):
            count, largest = count + found, last_prime or largest
            log(f"up to {last}: {count} primes ({100 * last // up_to} %)")
    return {"up_to": up_to, "primes": count, "largest": largest}


METHODS = {"work": work, "count_primes": count_primes}


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
