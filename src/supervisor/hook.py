"""Put first on PYTHONPATH: hands the payload over, buffers by line, arms stack dumps, and steps aside.

Never breaks the agent: whatever fails here is left undone, in silence. Python 3.8 and newer.
"""
import os
import sys

# A real-time signal that nobody else uses; plugdeck knows the same number.
STACK_SIGNAL = 61


# The descriptor of the file in memory that brought the payload; the stacks go there next.
_memory = []


def _hand_over_payload():
    """Sets sys.argv[1] from an inherited file in memory; it and its variable are gone before any agent code runs."""
    descriptor = os.environ.pop("PLUGDECK_PAYLOAD_FD", None)
    if descriptor:
        memory = int(descriptor)
        _memory.append(memory)
        sys.argv[1:] = [str(os.read(memory, os.fstat(memory).st_size), "utf-8")]
        os.ftruncate(memory, 0)
        os.lseek(memory, 0, os.SEEK_SET)


def _buffer_by_line():
    """Lines arrive as they are printed. Not PYTHONUNBUFFERED: a signal would cut its single raw write short."""
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)


def _arm_stack_dump():
    """On the signal, all threads' stacks are written to a file whose first line names descriptor and process."""
    folder = os.environ.get("PLUGDECK_STACK_DIR")
    if not folder:
        return
    import faulthandler

    # Descriptors without a limit count as -1.
    most = min(os.sysconf("SC_OPEN_MAX") % 2**31, 1024)

    def identity(number):
        try:
            file = os.fstat(number)
        except OSError:
            return None
        return file.st_dev, file.st_ino

    def own_file():
        os.makedirs(folder, 0o700, exist_ok=True)
        path = os.path.join(folder, str(os.getpid()))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)

    def arm(low):
        try:
            # High up, where it changes no number that the agent's own files get.
            free = next(number for number in range(most - 8, 2, -1) if not identity(number))
            high = os.dup2(low, free, inheritable=False)
        finally:
            os.close(low)
        os.write(high, b"%d %d\n" % (high, os.getpid()))
        faulthandler.register(STACK_SIGNAL, file=high, all_threads=True)
        return high, identity(high)

    held = [arm(_memory.pop() if _memory else own_file())]

    def in_child():
        # A forked child gets a file of its own instead of writing into its parent's. Where the agent has closed that,
        # its number may be that of one of the agent's by now.
        try:
            number, own = held[0]
            if identity(number) == own:
                os.close(number)
            held[0] = arm(own_file())
        except Exception:
            faulthandler.unregister(STACK_SIGNAL)

    os.register_at_fork(after_in_child=in_child)


def _keep_compiled():
    """Python keeps no bytecode where the user wants none; this folder is plugdeck's own, and every run starts here."""
    compiled = __spec__.cached
    if sys.dont_write_bytecode and not os.path.exists(compiled):
        import py_compile

        py_compile.compile(__file__, cfile=compiled)


def _step_aside():
    """Takes this folder off sys.path and lets the environment's own sitecustomize run, if it has one."""
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    this = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        sys.modules["sitecustomize"] = this


for _step in (_hand_over_payload, _buffer_by_line, _arm_stack_dump, _keep_compiled, _step_aside):
    try:
        _step()
    except Exception:
        pass
