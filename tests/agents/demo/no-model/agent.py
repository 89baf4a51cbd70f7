"""Finds no model to ask, and still ends with exit code 0 and a result."""

import json
import socket
import sys
import time
import traceback


def log(message):
    print(message, file=sys.stderr, flush=True)


def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask_model(prompt):
    port = closed_port()
    log(f"🔌 connecting to the model at 127.0.0.1:{port}")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as model:
        model.sendall(prompt.encode())
        return model.recv(4096).decode()


def generate_code(prompt, language="python", attempts=3):
    log(f"🧩 writing {language} code")
    for attempt in range(1, attempts + 1):
        try:
            return ask_model(prompt)
        except OSError:
            log(f"❌ attempt {attempt} of {attempts} failed")
            if attempt == attempts:
                traceback.print_exc()
            time.sleep(0.3)
    return (
        "# Error generating code: All connection attempts failed\n"
        "# Please check your API key and internet connection."
    )


def summarize(text):
    try:
        return {"summary": ask_model(text), "status": "success"}
    except OSError as problem:
        traceback.print_exc()
        return {"error": f"no model answered: {problem}", "status": "error"}


METHODS = {"generate_code": generate_code, "summarize": summarize}


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
