"""Gets stuck in one of several ways, until a timer lets it give up."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback


def log(message):
    print(message, file=sys.stderr, flush=True)


def sleep_forever(seconds=600):
    log("going to sleep")
    while True:
        time.sleep(3600)


def wait_on_socket(seconds=600):
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    log(f"asking the server at 127.0.0.1:{port}")
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client.recv(4096).decode()


def wait_for_child(seconds=600):
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({float(seconds) + 5})"])
    log(f"waiting for process {child.pid}")
    try:
        child.wait()
    finally:
        child.kill()


def deadlock(seconds=600):
    mine, theirs = threading.Lock(), threading.Lock()
    ready = threading.Event()

    def other_thread():
        with theirs:
            ready.set()
            with mine:
                log("this line is never reached")

    with mine:
        threading.Thread(target=other_thread, name="other", daemon=True).start()
        ready.wait()
        log("taking the second lock")
        with theirs:
            log("this line is never reached")


def spin(seconds=600):
    log("running in circles")
    rounds = 0
    while True:
        rounds += 1


METHODS = {
    "sleep_forever": sleep_forever,
    "wait_on_socket": wait_on_socket,
    "wait_for_child": wait_for_child,
    "deadlock": deadlock,
    "spin": spin,
}


def give_up(_signal, _frame):
    raise TimeoutError("gave up: nothing happened in all that time")


def main():
    try:
        if len(sys.argv) != 2:
            raise ValueError("give one argument: a JSON object with method and parameters")
        request = json.loads(sys.argv[1])
        parameters = request.get("parameters") or {}
        if request.get("method") not in METHODS:
            raise ValueError(f"Unknown method: {request.get('method')}")
        signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, max(0.01, float(parameters.get("seconds", 600))))
        reply = {"result": METHODS[request["method"]](**parameters)}
    except Exception as problem:
        traceback.print_exc()
        reply = {"error": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(reply))
    return 1 if "error" in reply else 0


if __name__ == "__main__":
    sys.exit(main())
