"""Replies with results that mean failure, and with results that only look like it."""

import json
import sys
import traceback

FAILING = {
    "comment": "# Error generating code: All connection attempts failed\n# Please check your API key.",
    "prefix": "Error: the model did not answer within 300 seconds",
    "status": {"status": "error", "message": "HTTP 401: invalid key"},
    "nested_error": {"error": "no model reachable", "status": "error"},
    "in_content": {"content": "Error: all connection attempts failed", "sources": [], "status": "success"},
    "unavailable": {"analysis": "The AI service is temporarily unavailable.", "status": "success"},
    "no_success": {"success": False, "reason": "quota used up", "data": None},
    "traceback": 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nValueError: no',
    "list_of_errors": {"results": [], "errors": ["HTTP 500", "HTTP 500"]},
}
FINE = {
    "null_error": {"error": None, "answer": 42},
    "no_failures": {"passed": 12, "failed": 0, "errors": 0},
    "about_errors": "To handle an error in Python, wrap the call in try and except.",
    "empty_errors": {"errors": [], "warnings": [], "valid": True},
    "code_that_raises": 'def check(n):\n    if n < 0:\n        raise ValueError("Error: below 0")\n',
    "status_ok": {"status": "success", "error": "", "text": "all well"},
    "plain_false": False,
    "empty_text": "",
    "log_analysis": {"summary": "Error rate fell by half", "error_count": 3, "top": ["HTTP 500", "timeout"]},
}


def failing(shape="comment"):
    print("ConnectionError: [Errno 111] Connection refused", file=sys.stderr, flush=True)
    return FAILING[shape]


def fine(shape="about_errors"):
    return FINE[shape]


def raw(value):
    return value


METHODS = {"failing": failing, "fine": fine, "raw": raw}


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
