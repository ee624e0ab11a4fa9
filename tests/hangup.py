"""Runs a command on a terminal of its own, and closes the terminal once a word has appeared there.

Usage: hangup.py WORD COMMAND [ARGUMENT ...]

Prints the command's exit code; less than nought where a signal killed it.
"""

import os
import pty
import sys

word, command = sys.argv[1].encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
seen = b""
while word not in seen:
    seen += os.read(terminal, 65536)
os.close(terminal)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status))
