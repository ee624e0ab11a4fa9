"""Measures nk and Terraform on the emulator that `nk local` starts, and writes RESULTS.md.

    just bench                                    everything, about fourteen minutes
    just bench --quick                            only nk, once or twice, about a minute
    just bench --mirror DIR                       with the AWS provider from a filesystem mirror
    just bench --terraform-runs 3                 Terraform's applies more than once, half an hour
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import measure
import report
from tools import BENCH, Nk, Place, terraform


@dataclass
class Mode:
    """How AWS behaves."""

    title: str
    latency: int  # milliseconds added to each call
    speed: int  # how many times faster than AWS slow resources are; 0 for at once
    runs: int  # number of runs of nk
    plans: int  # number of plans in each run of a tool
    terraform: bool


def modes(runs, quick):
    """The modes of the benchmark."""
    few = 1 if quick else 3
    every = [
        Mode("AWS answers at once", 0, 0, runs, 1 if quick else 2, True),
        Mode("AWS is 40 ms away", 40, 0, few, 1, True),
        Mode("AWS takes its time, at 1:60", 0, 60, few, 1, True),
        Mode("AWS takes its time, at 1:10", 0, 10, 1, 1, False),
    ]
    return every[:3] if quick else every


def say(text):
    """Reports progress."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


class Bench:
    """The measurements so far."""

    def __init__(self, place):
        self.place = place
        # By mode, tool and operation: the runs, each with the counts of the proxy.
        self.taken = {}

    def measure(self, tool, operation, mode, expected):
        self.place.begin(mode)
        taken = tool.run(operation, mode)
        tally = self.place.tally()
        if taken.code != expected:
            sys.exit(f"{tool.name} {operation} ended with {taken.code}:\n{taken.out}")
        say(
            f"  {tool.name:9} {operation:10} {taken.wall:6.2f} s, CPU {taken.cpu:6.2f} s, "
            f"{taken.memory:5.0f} MiB, {tally['calls']} calls"
        )
        key = (mode.title, tool.name, operation)
        self.taken.setdefault(key, []).append((taken, tally))

    def round(self, tool, mode):
        """Plan, apply, plan again, destroy."""
        self.place.reset()
        # The first calls after a reset make the emulator read AWS's managed policies, which must not count.
        Nk(self.place).run("plan", mode)
        tool.prepare()
        for _ in range(mode.plans):
            self.measure(tool, "plan", mode, 0)
        self.measure(tool, "apply", mode, 0)
        for _ in range(mode.plans):
            self.measure(tool, "no-op plan", mode, 0)
        self.measure(tool, "destroy", mode, 0)


def small(place, quick):
    """The wall times of the commands that do not need AWS, in milliseconds."""
    stack = BENCH.parent / "stacks/neuraknot.toml"
    series = {}
    for arguments in (["--version"], ["validate", "--stack", stack]):
        command = [place.nk, *arguments]
        runs = [measure.run(command, place.environment) for _ in range(5 if quick else 30)]
        assert all(run.code == 0 for run in runs), runs[0].out
        series[arguments[0]] = measure.Series([run.wall * 1000 for run in runs])
    return series


def main():
    parser = argparse.ArgumentParser(description=__doc__, add_help=True,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="nk alone, once or twice")
    parser.add_argument("--runs", type=int, default=3, help="how often nk runs where AWS answers at once")
    parser.add_argument("--terraform-runs", type=int, default=1, help="how often Terraform runs")
    parser.add_argument("--mirror", type=Path, help="a filesystem mirror with the AWS provider")
    parser.add_argument("--output", type=Path, help="where the results go, if not RESULTS.md")
    chosen = parser.parse_args()
    output = chosen.output or (None if chosen.quick else BENCH / "RESULTS.md")

    target = Path(os.environ.get("CARGO_TARGET_DIR", BENCH.parent / "target")).absolute()
    folder = target / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    say("starting an emulator; the first time it is installed, which takes some minutes")
    place = Place(target / "release", folder)
    try:
        tool, reason = (None, "it was not asked for (`--quick`)") if chosen.quick else terraform(
            place, folder, chosen.mirror)
        if tool is None:
            say(f"without Terraform: {reason}")
        bench = Bench(place)
        every = modes(2 if chosen.quick else chosen.runs, chosen.quick)
        for mode in every:
            say(mode.title)
            for _ in range(mode.runs):
                bench.round(Nk(place), mode)
            if tool and mode.terraform:
                for _ in range(chosen.terraform_runs):
                    bench.round(tool, mode)
        say("what needs no AWS")
        alone = small(place, chosen.quick)
        machine = report.machine(place, tool)
    finally:
        place.end()
    text = report.results(bench.taken, every, alone, machine, reason, " ".join(sys.argv[1:]))
    if output:
        output.write_text(text)
        say(f"written to {output}, after {time.monotonic() - began:.0f} s")
    else:
        print(text)


if __name__ == "__main__":
    main()
