"""The two tools, the emulator, and the proxy between them."""

import json
import os
import secrets
import shutil
import subprocess
import urllib.request
from pathlib import Path

import measure

BENCH = Path(__file__).resolve().parent
STACK = BENCH.parent / "stacks/neuraknot.toml"


class Failed(Exception):
    """A tool failed."""


class Place:
    """An emulator for the benchmark, and the proxy in front of it."""

    def __init__(self, binaries, folder):
        self.nk = binaries / "nk"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        said = self.local("up")
        emulator = said.split()[-1]
        self.proxy = subprocess.Popen(
            [binaries / "nk-bench-proxy", emulator], stdout=subprocess.PIPE, text=True
        )
        self.endpoint = self.proxy.stdout.readline().strip()

    def local(self, command):
        done = subprocess.run(
            [self.nk, "local", command],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return done.stdout

    def reset(self):
        """Empties the emulator."""
        self.local("reset")

    def begin(self, mode):
        """Makes the proxy start counting, with this latency and at this scale."""
        order = f"latency={mode.latency}" + (f"&speed={mode.speed}" if mode.speed else "")
        self.ask(f"begin?{order}")

    def tally(self):
        """What the proxy has counted since then."""
        return json.loads(self.ask("tally"))

    def ask(self, order):
        request = urllib.request.Request(f"{self.endpoint}/nk-bench/{order}", method="POST")
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def end(self):
        self.proxy.terminate()
        self.proxy.wait()
        self.local("down")


class Nk:
    """nk."""

    name = "nk"
    family = False

    def __init__(self, place):
        self.place = place

    def prepare(self):
        """nk keeps no state that would have to be removed."""

    def run(self, operation, mode):
        arguments = {
            "plan": ["plan"],
            "apply": ["apply", "--yes", "--json"],
            "no-op plan": ["plan", "--detailed-exitcode"],
            "destroy": ["destroy", "--yes", "--json"],
        }[operation]
        environment = self.place.environment | {
            "NK_LOCAL": "1",
            "AWS_ENDPOINT_URL": self.place.endpoint,
            "NK_LOCAL_SPEED": str(mode.speed or 1),
        }
        command = [self.place.nk, *arguments, "--env", "dev", "--stack", STACK]
        return measure.run(command, environment, family=self.family)


class Terraform:
    """Terraform with the AWS provider and the configuration in `terraform/`."""

    name = "Terraform"
    family = True

    def __init__(self, place, folder, mirror):
        self.folder = folder / "terraform"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(BENCH / "terraform", self.folder)
        self.environment = place.environment | {
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_VAR_endpoint": place.endpoint,
            "TF_VAR_database_password": secrets.token_hex(16),
        }
        if mirror:
            settings = self.folder / "settings.tfrc"
            settings.write_text(
                f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
            )
            self.environment["TF_CLI_CONFIG_FILE"] = str(settings)
        elif chosen := os.environ.get("TF_CLI_CONFIG_FILE"):
            self.environment["TF_CLI_CONFIG_FILE"] = chosen
        done = self.terraform("init")
        if done.code != 0:
            raise Failed("`terraform init` finds no AWS provider:\n" + done.out)
        versions = json.loads(self.terraform("version", "-json").out)
        provider = versions["provider_selections"]["registry.terraform.io/hashicorp/aws"]
        self.version = f"Terraform {versions['terraform_version']}, AWS provider {provider}"

    def terraform(self, *arguments):
        flags = [] if "-json" in arguments else ["-no-color", "-input=false"]
        command = ["terraform", *arguments, *flags]
        return measure.run(command, self.environment, self.folder, self.family)

    def prepare(self):
        """Removes the state."""
        for state in self.folder.glob("terraform.tfstate*"):
            state.unlink()

    def run(self, operation, mode):
        return self.terraform(*{
            "plan": ["plan"],
            "apply": ["apply", "-auto-approve"],
            "no-op plan": ["plan", "-detailed-exitcode"],
            "destroy": ["destroy", "-auto-approve"],
        }[operation])


def terraform(place, folder, mirror):
    """Terraform, or the reason why it cannot run."""
    if shutil.which("terraform") is None:
        return None, "there is no `terraform` on the PATH"
    try:
        return Terraform(place, folder, mirror), None
    except Failed as error:
        return None, str(error)
