"""Records a session of the real nk and draws it: docs/session.svg, the picture in the README.

It applies shop.toml to an emulator, changes two keys, and records what a terminal shows of the next
apply and of the plan after it. Usage: record.py NK CACHE, with the program to run and a directory for
an emulator of its own. Nothing in the picture is written by hand except the commands and the answers.
"""

import fcntl
import html
import itertools
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

COLUMNS = 128
HERE = Path(__file__).parent
CHANGES = [('nat  = "per-zone"', 'nat  = "single"'), ("memory = 512", "memory = 1024")]
# Each command, with what nk asks and what is answered.
SESSION = [
    ("diff shop.toml stacks/shop.toml", []),
    ("nk apply --env dev --local", [("`yes`", "yes")]),
    ("nk plan --env dev --local", []),
]
# Seconds without output after which a program that has not ended is stuck.
PATIENCE = 120

ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
COLORS = {"31": "red", "32": "green", "33": "yellow", "34": "blue", "35": "magenta", "36": "cyan"}


class Screen:
    """What a terminal shows, as far as nk uses one: lines of (character, style)."""

    def __init__(self):
        self.lines = [[]]
        self.row = self.column = 0
        self.style = frozenset()

    def feed(self, text):
        at = 0
        while at < len(text):
            escape = ESCAPE.match(text, at)
            if escape:
                self.control(*escape.groups())
                at = escape.end()
            else:
                self.put(text[at])
                at += 1

    def put(self, character):
        if character == "\n":
            self.row += 1
        elif character == "\r":
            self.column = 0
        elif character >= " ":
            if self.column == COLUMNS:
                self.row, self.column = self.row + 1, 0
            line = self.line()
            line.extend([(" ", frozenset())] * (self.column + 1 - len(line)))
            line[self.column] = (character, self.style)
            self.column += 1

    def line(self):
        while len(self.lines) <= self.row:
            self.lines.append([])
        return self.lines[self.row]

    def control(self, number, command):
        count = int(number) if number.isdigit() else 1
        if command == "A":
            self.row = max(0, self.row - count)
        elif command == "B":
            self.row += count
        elif command == "K":
            self.line()
            self.lines[self.row] = [] if number == "2" else self.lines[self.row][: self.column]
        elif command == "m":
            for one in (number or "0").split(";"):
                self.style = frozenset() if one == "0" else self.style | {one}
        elif command not in "hl":
            raise ValueError(f"nk uses a control sequence that is not drawn: {number}{command}")


def run(command, answers, directory, environment):
    """What a terminal receives of one command, with the answers typed where they are asked for."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(directory)
        os.execvpe("/bin/sh", ["sh", "-c", command], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    received, answers, answered = "", list(answers), 0
    while True:
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        if not ready:
            raise TimeoutError(f"{command} says nothing: {received[-500:]}")
        try:
            chunk = os.read(terminal, 65536).decode()
        except OSError:
            break
        if not chunk:
            break
        received += chunk
        if answers and answers[0][0] in received[answered:]:
            answered = len(received)
            time.sleep(0.2)
            os.write(terminal, (answers.pop(0)[1] + "\n").encode())
    _, status = os.waitpid(child, 0)
    if status != 0 and not command.startswith("diff"):
        raise RuntimeError(f"{command} ended with {status}: {received[-2000:]}")
    return received


def words(line):
    """A line as (column, text, style): pieces of one style without two spaces in a row."""
    text = "".join(character for character, _ in line)
    column = 0
    for style, run in itertools.groupby(line, key=lambda one: one[1]):
        end = column + len(list(run))
        for piece in re.finditer(r"\S+(?: \S+)*", text[column:end]):
            yield column + piece.start(), piece.group(), style
        column = end


def classes(style):
    names = ["bold"] * ("1" in style) + ["dim"] * ("2" in style)
    return " ".join(names + [COLORS[one] for one in sorted(style) if one in COLORS])


def draw(lines):
    """The picture: a terminal with a background of its own, so that it is readable on any page."""
    wide, high, margin = 7.8, 18, 16
    width, height = COLUMNS * wide + 2 * margin, len(lines) * high + 2 * margin
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
        f'width="{width:.0f}" height="{height}" role="img">'
    )
    yield "<title>A session of nk: an apply, and the plan after it</title>"
    yield (
        "<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
        "fill:#d6dde6;white-space:pre}.bold{font-weight:600;fill:#fff}.dim{fill:#8b98a8}"
        ".red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}.blue{fill:#79c0ff}"
        ".magenta{fill:#d2a8ff}.cyan{fill:#76e3ea}</style>"
    )
    yield (
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#151b23" stroke="#3d444d"/>'
    )
    for number, line in enumerate(lines):
        spans = []
        for column, text, style in words(line):
            name = f' class="{classes(style)}"' if classes(style) else ""
            x, length = margin + column * wide, len(text) * wide
            spans.append(
                f'<tspan x="{x:.1f}" textLength="{length:.1f}"{name}>{html.escape(text)}</tspan>'
            )
        if spans:
            yield f'<text y="{margin + (number + 0.75) * high:.1f}">{"".join(spans)}</text>'
    yield "</svg>"


def main(nk, cache):
    environment = {
        "PATH": f"{Path(nk).resolve().parent}:{os.environ['PATH']}",
        "HOME": os.environ["HOME"],
        "TERM": "xterm-256color",
        "XDG_CACHE_HOME": str(Path(cache).resolve()),
        "NK_LOCAL_PORT": "4566",
    }
    screen = Screen()
    with tempfile.TemporaryDirectory() as directory:
        stack = Path(directory, "stacks", "shop.toml")
        stack.parent.mkdir()
        text = (HERE / "shop.toml").read_text()
        stack.write_text(text)
        Path(directory, "shop.toml").write_text(text)

        def quietly(*arguments):
            done = subprocess.run(
                ["nk", *arguments], cwd=directory, env=environment, capture_output=True, text=True
            )
            if done.returncode != 0:
                sys.exit(done.stdout + done.stderr)

        quietly("local", "up")
        try:
            quietly("local", "reset")
            quietly("apply", "--env", "dev", "--local", "--yes")
            for before, after in CHANGES:
                assert text.count(before) == 1, before
                text = text.replace(before, after)
            stack.write_text(text)
            for command, answers in SESSION:
                screen.feed(f"\x1b[1m$ {command}\x1b[0m\r\n")
                screen.feed(run(command, answers, directory, environment) + "\r\n")
        finally:
            quietly("local", "down")
    while not screen.lines[-1]:
        screen.lines.pop()
    (HERE.parent / "session.svg").write_text("\n".join(draw(screen.lines)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
