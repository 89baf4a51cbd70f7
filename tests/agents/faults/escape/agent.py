"""Prints terminal codes. Run it by hand only with its output in a file."""

import json
import os
import sys
import time

CODES = {
    "colour": "\x1b[31mred\x1b[0m",
    "never_ends": "\x1b[5;7mblinking",
    "clear_screen": "\x1b[2J\x1b[3J\x1b[H",
    "cursor_up": "\x1b[5Aover the lines above",
    "alternate_screen": "\x1b[?1049h",
    "hide_cursor": "\x1b[?25l",
    "mouse_on": "\x1b[?1003h\x1b[?1006h",
    "paste_mode": "\x1b[?2004h",
    "scroll_region": "\x1b[3;5r",
    "full_reset": "\x1bc",
    "charset": "\x1b(0lqqqk\x0e",
    "title": "\x1b]0;owned by an agent\x07",
    "title_st": "\x1b]2;owned by an agent\x1b\\",
    "clipboard": "\x1b]52;c;cGx1Z2RlY2s=\x07",
    "link": "\x1b]8;;http://localhost:9/\x1b\\a link\x1b]8;;\x1b\\",
    "working_folder": "\x1b]7;file:///etc\x07",
    "palette": "\x1b]4;1;rgb:00/00/00\x07",
    "ask_position": "\x1b[6n",
    "ask_device": "\x1b[c\x1b[>q",
    "sixel": '\x1bPq"1;1;1;1#0@\x1b\\',
    "application_command": "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\",
    "c1_colour": "\x9b31mC1 red\x9b0m",
    "c1_title": "\x9d0;owned by an agent\x9c",
    "bell": "\x07\x07",
    "backspace": "secret\b\b\b\b\b\bpublic",
    "carriage_return": "what you should see\rwhat you see       ",
    "delete_nul": "a\x7fb\x00c",
    "vertical": "one\x0btwo\x0cthree\x85four\u2028five",
    "right_to_left": "file\u202egnp.exe\u202c",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade",
    "combining": "z" + "\u0300\u0301\u0302\u0303" * 20 + "algo",
    "joined": "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 ☠\ufe0f",
    "tag_characters": "hi\U000e0068\U000e0069",
    "unfinished": "\x1b[38;5;",
    "unfinished_title": "\x1b]0;swallows all that follows",
}


def main():
    request = json.loads(sys.argv[1])
    method, parameters = request.get("method"), request.get("parameters") or {}
    where = parameters.get("where", "both")
    if method == "print_codes":
        if where in ("both", "stderr"):
            lines = "".join(f"{name}: {code}\n" for name, code in CODES.items())
            os.write(2, lines.encode())
        reply = json.dumps({"result": CODES if where in ("both", "result") else len(CODES)})
        if parameters.get("raw"):
            for code in "".join(CODES.values()):
                if ord(code) > 126 or ord(code) < 32:
                    escaped = json.dumps(code)[1:-1]
                    reply = reply.replace(escaped, code)
    elif method == "error":
        reply = json.dumps({"error": "".join(CODES.values())})
    elif method == "split":
        for code in CODES.values():
            data = code.encode()
            os.write(2, data[: len(data) // 2])
            time.sleep(0.02)
            os.write(2, data[len(data) // 2 :] + b"\n")
        reply = json.dumps({"result": len(CODES)})
    else:
        reply = json.dumps({"error": f"Unknown method: {method}"})
    os.write(1, reply.encode("utf-8", "surrogatepass") + b"\n")
    return 1 if method not in ("print_codes", "split") else 0


if __name__ == "__main__":
    sys.exit(main())
