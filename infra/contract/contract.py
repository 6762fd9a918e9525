"""Checks infra/openapi.yaml: that it is valid, and that the running receiver keeps to it.

Run it from the root of the repository, after `cargo build --workspace`, with the packages of requirements.txt:

    python infra/contract/contract.py

The receiver is the one of `make run`, on free ports of loopback and with data of its own. schemathesis makes good and
bad requests of the document, and checks each answer against it. That is worth something only if it can fail:
mutations.py breaks the document in one way after another, and each has to be noticed.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from mutations import MUTATIONS
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

HERE = Path(__file__).resolve().parent
DOCUMENT = Path("infra/openapi.yaml")
RECEIVER = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "debug/dataconnect-local"
CARGO_LAMBDA = Path(".dataconnect/tools/bin/cargo-lambda")
SCHEMATHESIS = Path(sys.executable).with_name("st")

# Seconds after which something is wrong. The functions may have to be compiled first.
STARTING = 900
STOPPING = 30
RUNNING = 300

# What each operation has to have answered, or its requests were not what they should be.
STATUSES = {200, 400, 401}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(ready, process):
    deadline = time.monotonic() + STARTING
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("error: the receiver did not start")
        time.sleep(0.1)


@contextlib.contextmanager
def receiver(folder):
    """Runs the receiver, yields its address and its token, and stops it whatever happens."""
    command = [RECEIVER, "run", "--folder", folder, "--cargo-lambda", CARGO_LAMBDA]
    command += ["--port", str(free_port()), "--dynamodb-port", "0", "--s3-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        # The file is there when every function answers.
        wait_for(folder / "env", process)
        script = '. "$0" && echo "$DATACONNECT_URL" && echo "$DATACONNECT_TOKEN"'
        yield subprocess.check_output(["sh", "-c", script, folder / "env"], text=True).split()
    finally:
        # It stops the functions itself; they would outlive a kill.
        process.terminate()
        try:
            process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            process.kill()


class Run:
    """What schemathesis makes of a document."""

    def __init__(self, document, folder, url, token, *options):
        folder.mkdir()
        reports = {kind: folder / f"report.{kind}" for kind in ("har", "json")}
        command = [SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run", document, "--url", url, *options]
        command += [f"--report-{kind}-path={path}" for kind, path in reports.items()]
        environment = os.environ | {"DATACONNECT_TOKEN": token, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        # It leaves files in its working directory.
        process = subprocess.Popen(command, cwd=folder, env=environment, **output)
        try:
            self.output, _ = process.communicate(timeout=RUNNING)
        except subprocess.TimeoutExpired:
            sys.exit(f"error: schemathesis takes longer than {RUNNING} s")
        finally:
            process.kill()
        self.passed = process.returncode == 0
        if not all(path.exists() for path in reports.values()):
            sys.exit(f"{self.output}\nerror: schemathesis did not run")
        self.report = json.loads(reports["json"].read_text())
        self.exchanges = json.loads(reports["har"].read_text())["log"]["entries"]

    def failures(self):
        return {failure["type"] for failure in self.report["failures"]}

    def answers(self):
        """How often each operation answered with each status."""
        answers = {}
        for exchange in self.exchanges:
            request, status = exchange["request"], exchange["response"]["status"]
            operation = f"{request['method']} {urlsplit(request['url']).path}"
            answers.setdefault(operation, Counter())[status] += 1
        return answers


def operations(spec):
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    return [f"{method.upper()} {path}" for path, item in spec["paths"].items() for method in item if method in methods]


# Each of these yields names of checks with the faults that they found.


def verdicts_of_answers(spec, run):
    yield "schemathesis", [] if run.passed else [run.output]
    answers = run.answers()
    for operation in operations(spec):
        found = answers.get(operation, Counter())
        name = f"{operation}: {', '.join(f'{status} x {found[status]}' for status in sorted(found))}"
        yield name, [f"never answered {status}" for status in STATUSES - found.keys()]


def verdicts_of_mutations(text, folder, url, token):
    for index, (failure, old, new) in enumerate(MUTATIONS):
        name = f"{failure}: {old.strip()!r} -> {new.strip()!r}"
        if old not in text:
            yield name, ["the document does not hold that text"]
            continue
        document = folder / f"broken-{index}.yaml"
        document.write_text(text.replace(old, new))
        # One operation is enough, and this phase has every kind of request.
        less = ["--include-operation-id=post-notes", "--phases=coverage"]
        run = Run(document, folder / f"broken-{index}", url, token, *less)
        yield name, [] if failure in run.failures() else ["not noticed"]


def main():
    # An interrupted run has to stop the receiver, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: terminated"))
    spec, _ = read_from_filename(str(DOCUMENT))
    # The rest would stumble over what it finds.
    if faults := [f"{error.json_path}: {error.message}" for error in OpenAPIV31SpecValidator(spec).iter_errors()]:
        sys.exit("\n".join([*faults, f"error: {DOCUMENT} is not valid"]))
    print("ok   openapi-spec-validator")

    results = []
    with tempfile.TemporaryDirectory() as scratch, receiver(Path(scratch) / "receiver") as (url, token):
        folder = Path(scratch)
        run = Run(DOCUMENT.resolve(), folder / "run", url, token)
        mutations = verdicts_of_mutations(DOCUMENT.read_text(), folder, url, token)
        for verdicts in (verdicts_of_answers(spec, run), mutations):
            for name, faults in verdicts:
                results.append(not faults)
                print("FAIL" if faults else "ok  ", name, flush=True)
                for fault in faults:
                    print("    ", fault.replace("\n", "\n      "))
    print(f"{len(run.exchanges)} requests, {results.count(False)} failures")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
