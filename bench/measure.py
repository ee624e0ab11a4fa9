"""Runs a command and measures it."""

import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Taken:
    """One run of a command."""

    code: int
    out: str
    wall: float  # seconds
    cpu: float  # seconds, of the command and its descendants
    memory: float  # MiB, the peak of the command and its descendants together


def run(command, environment, folder=None, family=False):
    """Runs a command to its end. With `family`, the memory of its descendants counts as well."""
    with subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        began = time.perf_counter()
        said = []
        reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
        reader.start()
        watch = Watch(process.pid) if family else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
        peak = usage.ru_maxrss / 1024
        return Taken(
            code=process.returncode,
            out=said[0].decode(errors="replace"),
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            memory=max(peak, watch.end()) if watch else peak,
        )


class Watch:
    """Measures every 25 ms how much memory a process and its descendants use together."""

    def __init__(self, pid):
        self.peak = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look, args=[pid])
        self.thread.start()

    def look(self, pid):
        while not self.over.wait(0.025):
            self.peak = max(self.peak, sum(map(resident, family(pid))))

    def end(self):
        self.over.set()
        self.thread.join()
        return self.peak


def family(pid):
    """A process and its running descendants."""
    members = [pid]
    for parent in members:
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children") as children:
                    members += map(int, children.read().split())
        except OSError:
            # It has ended in the meantime.
            continue
    return members


def resident(pid):
    """The resident memory of a process in MiB."""
    try:
        with open(f"/proc/{pid}/statm") as pages:
            return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0


class Series:
    """Several measurements of the same thing."""

    def __init__(self, values):
        self.values = sorted(values)

    @property
    def median(self):
        return statistics.median(self.values)

    def show(self, digits):
        """The median, followed by the minimum and the maximum if there were several runs."""
        text = f"{self.median:.{digits}f}"
        if len(self.values) > 1:
            text += f" ({self.values[0]:.{digits}f}–{self.values[-1]:.{digits}f})"
        return text
