"""Stops going on, in every way a program can."""

import asyncio
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

LIMIT = 50


def say(text):
    print(text, file=sys.stderr, flush=True)


def ask(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"POST /api/generate HTTP/1.1\r\n\r\n")
    say("asked")
    return connection


def wait_socket(port):
    return ask(port).recv(100).decode()


def wait_socket_with_timeout(port):
    connection = ask(port)
    connection.settimeout(LIMIT)
    return connection.recv(100).decode()


def wait_in_thread(port):
    worker = threading.Thread(target=wait_socket, args=(port,))
    worker.start()
    worker.join()


def wait_in_child(port):
    say("starting")
    command = "import socket; c = socket.create_connection(('127.0.0.1', %d)); c.sendall(b'x'); c.recv(9)" % port
    return subprocess.run([sys.executable, "-c", command], capture_output=True).returncode


def dribble(port):
    connection = ask(port)
    while connection.recv(100):
        pass


def connect(port):
    say("connecting")
    socket.create_connection(("127.0.0.1", port))


def stdin():
    reader, writer = os.pipe()
    os.dup2(reader, 0)
    say("your name?")
    return sys.stdin.readline() + str(writer)


def child():
    say("starting")
    return subprocess.run(["sleep", str(LIMIT)]).returncode


def child_output():
    say("starting")
    return subprocess.run(["sleep", str(LIMIT)], capture_output=True).returncode


def child_stdin():
    say("starting")
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE).wait()


def sleep():
    say("sleeping")
    time.sleep(LIMIT)


def lock():
    say("locking")
    mine = threading.Lock()
    mine.acquire()
    mine.acquire()


def file_lock():
    with tempfile.NamedTemporaryFile() as file:
        pid = os.fork()
        if pid == 0:
            with open(file.name) as mine:
                fcntl.flock(mine, fcntl.LOCK_EX)
                time.sleep(LIMIT)
            os._exit(0)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(file, fcntl.LOCK_UN)
            except BlockingIOError:
                break
        say("locking")
        fcntl.flock(file, fcntl.LOCK_EX)


def busy():
    say("spinning")
    while True:
        pass


def stopped():
    say("stopping")
    os.kill(os.getpid(), signal.SIGSTOP)


def pipe_full():
    child = subprocess.Popen(["sleep", str(LIMIT)], stdin=subprocess.PIPE)
    say("writing")
    while True:
        child.stdin.write(b"x" * 65536)


def child_pipe_full():
    say("starting")
    return subprocess.Popen(["yes"], stdout=subprocess.PIPE).wait()


def fifo():
    path = os.path.join(tempfile.mkdtemp(), "fifo")
    os.mkfifo(path)
    say("opening")
    return open(path).read()


def pipe():
    reader, writer = os.pipe()
    say("reading")
    return os.read(reader, 1)


def wait_signal():
    say("waiting")
    signal.sigwait([signal.SIGUSR1])


def pause():
    say("waiting")
    signal.pause()


def zombie():
    if os.fork() == 0:
        os._exit(0)
    say("sleeping")
    time.sleep(LIMIT)


def async_sleep():
    say("sleeping")
    asyncio.run(asyncio.sleep(LIMIT))


def async_future():
    async def wait():
        say("waiting")
        await asyncio.get_event_loop().create_future()

    asyncio.run(wait())


def async_socket(port):
    async def wait():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        say("asked")
        await reader.read()

    asyncio.run(wait())


def memory():
    kept = []
    say("growing")
    while len(kept) < 300:
        kept.append(bytearray(os.urandom(1) * (1 << 20)))
        time.sleep(0.05)
    time.sleep(LIMIT)


def healthy():
    for number in range(LIMIT * 2):
        say(number)
        time.sleep(0.5)


def select_sleep():
    say("waiting")
    select.select([], [], [], LIMIT)


METHODS = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", None) == __name__ and name not in ("say", "ask", "main")
}


def main():
    try:
        if len(sys.argv) != 2:
            raise ValueError("give one argument: a JSON object with method and parameters")
        request = json.loads(sys.argv[1])
        if request.get("method") not in METHODS:
            raise ValueError(f"Unknown method: {request.get('method')}")
        signal.alarm(LIMIT)
        reply = {"result": METHODS[request["method"]](**request.get("parameters") or {})}
    except Exception as problem:
        traceback.print_exc()
        reply = {"error": f"{type(problem).__name__}: {problem}"}
    print(json.dumps(reply))
    return 1 if "error" in reply else 0


if __name__ == "__main__":
    sys.exit(main())
