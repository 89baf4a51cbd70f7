"""Put first on PYTHONPATH: hands the payload over, buffers by line, and steps aside.

Never breaks the agent: whatever fails here is left undone, in silence. Python 3.8 and newer.
"""
import os
import sys


def _hand_over_payload():
    """Sets sys.argv[1] from an inherited file in memory; it and its variable are gone before any agent code runs."""
    descriptor = os.environ.pop("PLUGDECK_PAYLOAD_FD", None)
    if descriptor:
        with open(int(descriptor), encoding="utf-8") as payload:
            sys.argv[1:] = [payload.read()]


def _buffer_by_line():
    """Lines arrive as they are printed. Not PYTHONUNBUFFERED: a signal would cut its single raw write short."""
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)


def _step_aside():
    """Takes this folder off sys.path and lets the environment's own sitecustomize run, if it has one."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    this = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        sys.modules["sitecustomize"] = this


for _step in (_hand_over_payload, _buffer_by_line, _step_aside):
    try:
        _step()
    except Exception:
        pass
