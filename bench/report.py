"""Writes what was measured as a document."""

import json
import os
import platform
import subprocess
import time

from measure import Series

OPERATIONS = ["plan", "apply", "no-op plan", "destroy"]
# Seconds that the slowest chain of what the proxy delays takes on AWS: in both directions it is the
# database instance alone (bench/src/proxy/hold.rs).
BOUNDS = {"apply": 428, "destroy": 186}
# The best figures of https://github.com/go-to-k/cdkd for creating 58 of these resources on moto.
PEER = {"wall": 8.0, "cpu": 5.5}

# Why a target is missed, where it is.
WHY = {
    "call": "Nearly all of the time is the emulator's. It is one Python process, which handles one "
            "call at a time.",
    "bound": "The calls are not scaled: a second that the emulator needs for them counts as much "
             "as a minute of AWS at 1:60, and as ten seconds at 1:10.",
    "cpu": "What remains is encoding, signing and sending the calls and reading the answers.",
    "destroy": "Terraform's destroy is mostly fixed waits; nk's is mostly the emulator's work.",
}


def machine(place, terraform):
    """The machine on which it was measured."""
    with open("/proc/meminfo") as memory:
        gigabytes = int(memory.readline().split()[1]) / 2**20
    version = subprocess.run([place.nk, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return {
        "nk": version.stdout.strip(),
        "size": place.nk.stat().st_size / 2**20,
        "cores": os.cpu_count(),
        "memory": round(gigabytes),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0],
        "terraform": terraform.version if terraform else None,
    }


class Results:
    """Everything measured, by mode, tool and operation."""

    def __init__(self, taken):
        self.taken = taken

    def has(self, mode, tool):
        return (mode.title, tool, "apply") in self.taken

    def series(self, mode, tool, operation, of):
        """The runs of an operation, reduced to a number each."""
        return Series([of(*one) for one in self.taken[mode.title, tool, operation]])

    def wall(self, mode, tool, operation):
        return self.series(mode, tool, operation, lambda taken, _: taken.wall)

    def cpu(self, mode, tool, operation):
        return self.series(mode, tool, operation, lambda taken, _: taken.cpu)

    def memory(self, mode, tool, operation):
        return self.series(mode, tool, operation, lambda taken, _: taken.memory)

    def calls(self, mode, tool, operation):
        return self.series(mode, tool, operation, lambda _, tally: tally["calls"])

    def own(self, mode, tool, operation):
        """The time in which no call was in progress: the tool's own, and its fixed waits."""
        return self.series(mode, tool, operation, lambda taken, tally: taken.wall - tally["away"])

    def ratio(self, of, mode, operation):
        """How many times as much as nk Terraform needs."""
        return of(mode, "Terraform", operation).median / of(mode, "nk", operation).median

    def makespan(self, mode, operation):
        """How long nk's runs took from the first step to the last."""
        return self.series(mode, "nk", operation, lambda taken, _: ended(taken.out))

    def begun(self, mode, operation):
        """When the step of the database instance started."""
        return self.series(mode, "nk", operation, lambda taken, _: begun(taken.out))


def events(out):
    for line in out.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def ended(out):
    return next(one["summary"]["seconds"] for one in events(out) if one["event"] == "ended")


def begun(out):
    return next(
        one["at"]
        for one in events(out)
        if one["event"] == "started" and one["address"] == "db-instance.main"
    )


def table(head, rows):
    """A table whose first column is text and whose others are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def beside(results, mode):
    """Both tools in one mode."""
    rows = []
    both = results.has(mode, "Terraform")
    for operation in OPERATIONS:
        for tool in ["nk", "Terraform"] if both else ["nk"]:
            what = [mode, tool, operation]
            rows.append([
                f"{operation}, {tool}",
                results.wall(*what).show(2),
                results.cpu(*what).show(2),
                results.memory(*what).show(0),
                results.calls(*what).show(0),
                results.own(*what).show(2),
            ])
        if both:
            times = [f"**{results.ratio(of, mode, operation):.3g}**"
                     for of in (results.wall, results.cpu, results.memory, results.calls)]
            rows.append([f"{operation}, Terraform ÷ nk", *times, ""])
    head = ["", "wall, s", "CPU, s", "memory, MiB", "calls", "no call in progress, s"]
    return table(head, rows)


class Targets:
    """The targets, and whether they were reached."""

    def __init__(self):
        self.rows = []
        self.missed = []

    def add(self, what, target, value, reached, why=None, digits=1):
        self.rows.append([what, target, f"{value:.{digits}f}", "yes" if reached else "**no**"])
        if not reached:
            self.missed.append(f"- {what}: {WHY[why] if why else 'not known yet.'}")

    def less(self, what, limit, unit, value, why=None, digits=1):
        self.add(what, f"under {limit}{unit}", value, value < limit, why, digits)

    def times(self, what, factor, value, why=None):
        self.add(what, f"{factor} times", value, value >= factor, why)

    def text(self):
        text = table(["", "target", "measured", "reached"], self.rows)
        if self.missed:
            text += "\nTargets that were missed, and why:\n\n" + "\n".join(self.missed) + "\n"
        return text


def targets(results, modes, alone, machine):
    """Every target that has a number."""
    list = Targets()
    quick = modes[0]
    noop = [quick, "nk", "no-op plan"]
    list.less("`nk --version`, ms", 10, "", alone["--version"].median)
    list.less("`nk validate`, ms", 50, "", alone["validate"].median)
    list.less("no-op plan, memory, MiB", 40, "", results.memory(*noop).median)
    list.less("no-op plan, CPU, s", 0.15, "", results.cpu(*noop).median, "cpu", 3)
    list.less("release binary, MiB", 40, "", machine["size"])
    list.less("calls of a plan", 61, "", results.calls(*noop).median, digits=0)
    list.less("calls of a first apply", 200, "",
              results.calls(quick, "nk", "apply").median, digits=0)
    peer_wall = PEER["wall"] / results.wall(quick, "nk", "apply").median
    peer_cpu = PEER["cpu"] / results.cpu(quick, "nk", "apply").median
    list.times("apply, less wall time than cdkd", 3, peer_wall, "call")
    list.times("apply, less CPU time than cdkd", 20, peer_cpu, "cpu")
    if results.has(quick, "Terraform"):
        for plan in ("plan", "no-op plan"):
            wall, memory = results.wall, results.memory
            list.times(f"{plan}, less wall time than Terraform", 20,
                       results.ratio(wall, quick, plan), "call")
            list.times(f"{plan}, less memory than Terraform", 10,
                       results.ratio(memory, quick, plan))
        for change in ("apply", "destroy"):
            list.times(f"{change}, less wall time than Terraform", 10,
                       results.ratio(results.wall, quick, change), "destroy")
    for mode in modes:
        if mode.speed:
            for change, bound in BOUNDS.items():
                ratio = results.makespan(mode, change).median * mode.speed / bound
                list.add(f"{change} at 1:{mode.speed}, makespan ÷ bound", "at most 1.05", ratio,
                         ratio <= 1.05, "bound", 3)
    return list.text()


def spans(results, modes):
    """How close nk comes to the time that AWS itself needs."""
    rows = []
    for mode in modes:
        if not mode.speed:
            continue
        for change, bound in BOUNDS.items():
            makespan = results.makespan(mode, change)
            rows.append([
                f"{change} at 1:{mode.speed}",
                f"{bound / mode.speed:.2f}",
                makespan.show(2),
                f"{makespan.median * mode.speed / bound:.3f}",
                results.begun(mode, change).show(2),
                f"{makespan.median - bound / mode.speed:.2f}",
            ])
    head = ["", "bound, s", "makespan, s", "makespan ÷ bound", "database started after, s",
            "beyond the bound, s"]
    return table(head, rows)


def results(taken, modes, alone, machine, reason, arguments):
    """The document."""
    every = Results(taken)
    terraform = machine["terraform"] or f"Terraform was not run: {reason.splitlines()[0]}"
    parts = [
        "# Results\n\n"
        f"Made by `just bench{' ' + arguments if arguments else ''}` on "
        f"{time.strftime('%Y-%m-%d')}: {machine['nk']}, {machine['cores']} cores, "
        f"{machine['memory']} GiB, {machine['system']}, load {machine['load']:.1f} at the end. "
        f"{terraform}.\n\n"
        "Each figure is the median, followed by the minimum and the maximum where there were several "
        "runs.\n[README.md](README.md) explains what is measured and how to read it, and "
        "[PROFILE.md](PROFILE.md) how the release binary\nis built.\n",
        "## Targets\n\n" + targets(every, modes, alone, machine),
    ]
    parts += [f"## {mode.title}\n\n{beside(every, mode)}" for mode in modes]
    parts.append("## How close to the bound\n\n" + spans(every, modes))
    parts.append(
        "## Without AWS\n\n"
        + table(["", "wall, ms"], [[f"`nk {name}`", one.show(1)] for name, one in alone.items()])
    )
    return "\n".join(parts)
