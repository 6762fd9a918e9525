"""Builds the fuzz targets and runs each for some seconds: `make fuzz FUZZ_SECONDS=60`.

    python3 tests/fuzz/fuzz.py [--seconds 60] [--keep] [TARGET…]

Starts from what is kept in tests/fuzz/corpus, from the fixtures, and from what earlier runs found, which stays in
.dataconnect/fuzz. Prints a line for each target, and fails if one of them fails, with the input and the command that
repeats it. `--keep` then minimises all of it into tests/fuzz/corpus: the fewest inputs that reach the same edges.

Coverage is counted in edges of the crate `dataconnect`, the only one that is compiled for it, of those that the target
is linked with.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
WORK = ROOT / ".dataconnect" / "fuzz"
FIXTURES = ROOT / "tests" / "fixtures"

# Each target with its dictionary and the longest input that it is given.
TARGETS = {
    "body-to-outcome": ("json", 4096),
    "drift": ("json", 4096),
    "archive-key": ("archive-key", 4096),
    "access-list": ("access-list", 1024),
    "api-event": ("api-event", 8192),
}
OPERATIONS = ["post-workorderrequests", "post-punches", "delete-punches", "post-incidents", "post-notes"]
# A target that needs more memory, in MB, or more seconds for one input, fails.
LIMITS = ["-rss_limit_mb=1024", "-timeout=30"]


def build(targets):
    bins = [argument for target in targets for argument in ("--bin", f"fuzz-{target}")]
    environment = {**os.environ, "RUSTC_WORKSPACE_WRAPPER": str(HERE / "instrument")}
    command = ["cargo", "build", "--quiet", "--workspace", "--features", "fuzz/fuzzing", *bins]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def seeds(target):
    """The fixtures as inputs of a target, by name."""
    bodies = {path.stem: path.read_bytes() for path in sorted(FIXTURES.rglob("*.json")) if path.parent.name != "events"}
    number = lambda name: b"%d" % (OPERATIONS.index(name) if name in OPERATIONS else 4)
    match target:
        case "body-to-outcome":
            return {name: number(name) + body for name, body in bodies.items()}
        case "drift":
            return bodies
        case "archive-key":
            return {"sample": b"\xff".join([b"2", b"Securitime", b"T49098.34277.001N", b"3", b"../a", b"b/%", b"8e5c-1"])}
        case "access-list":
            return {"sample": b"wfx-2026:#a:expires=2027-06-30, wfx-2027:#b:for=2/Securitime+3/Other%20Guards"}
        case "api-event":
            head = b"authorization: Bearer dc_test-token\ncontent-type: application/json\n\n"
            requests = {name: number(name) + head + body for name, body in bodies.items()}
            events = {f"event-{path.stem}": path.read_bytes() for path in sorted((FIXTURES / "events").glob("*.json"))}
            return requests | {name: event.replace(b"Bearer PAT", b"Bearer dc_test-token") for name, event in events.items()}


def corpora(target):
    """The folders of a target's inputs. libFuzzer writes what is new to the first."""
    found, sown, kept = WORK / "found" / target, WORK / "seeds" / target, HERE / "corpus" / target
    shutil.rmtree(sown, ignore_errors=True)
    for folder in (found, sown, kept):
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds(target).items():
        (sown / name).write_bytes(content)
    return found, sown, kept


def libfuzzer(target, *arguments):
    dictionary, longest = TARGETS[target]
    options = [f"-dict={HERE / 'dictionaries' / dictionary}.dict", f"-max_len={longest}", *LIMITS]
    command = [BUILT / f"fuzz-{target}", *options, *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def last(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run(target, seconds):
    """Fuzzes a target, prints its line, and says whether it held."""
    folders = corpora(target)
    crashes = WORK / "crashes" / target
    crashes.mkdir(parents=True, exist_ok=True)
    ran = libfuzzer(target, f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={crashes}/", *folders)
    text = ran.stdout
    held = ran.returncode == 0
    executions = last(r"number_of_executed_units: (\d+)", text)
    per_second = last(r"average_exec_per_sec: +(\d+)", text)
    covered, edges = last(r"cov: (\d+)", text), last(r"\((\d+) inline 8-bit counters\)", text)
    share = 100 * covered / edges if edges else 0
    inputs, memory = last(r"corp: (\d+)", text), last(r"peak_rss_mb: +(\d+)", text)
    print(
        f"{target:16} {executions:12,} {per_second:9,} {covered:8,} of {edges:6,} {share:4.0f} % {inputs:7,}"
        f" {memory:6,} MB  {'held' if held else 'FAILED'}",
        flush=True,
    )
    if not held:
        # What failed, if it was a panic; what libFuzzer says of a limit, if not.
        panic = re.search(r"thread .* panicked.*(\n(?! +\d+:|stack backtrace).*){0,20}", text)
        print(panic[0] if panic else text[-2000:])
        for artifact in re.findall(r"Test unit written to (\S+)", text):
            print(f"Repeat it: {BUILT / f'fuzz-{target}'} {artifact}")
    return held


def keep(target):
    """Minimises all inputs of a target into its corpus."""
    folders = corpora(target)
    minimal = WORK / "minimal" / target
    shutil.rmtree(minimal, ignore_errors=True)
    minimal.mkdir(parents=True)
    merged = libfuzzer(target, "-set_cover_merge=1", "-use_counters=0", minimal, *folders)
    if merged.returncode != 0:
        sys.exit(merged.stdout[-4000:])
    kept = folders[-1]
    shutil.rmtree(kept)
    shutil.copytree(minimal, kept)
    inputs = list(kept.iterdir())
    print(f"{target:16} {len(inputs)} inputs kept, {sum(path.stat().st_size for path in inputs):,} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="one of " + ", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", action="store_true", help="minimise what was found into tests/fuzz/corpus")
    arguments = parser.parse_args()
    targets = arguments.targets or list(TARGETS)
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"no target {', '.join(unknown)}")

    build(targets)
    print(f"{'target':16} {'executions':>12} {'per s':>9} {'edges of dataconnect':>18} {'':>6} {'inputs':>7} {'memory':>9}")
    held = [run(target, arguments.seconds) for target in targets]
    if not all(held):
        sys.exit(1)
    if arguments.keep:
        for target in targets:
            keep(target)


if __name__ == "__main__":
    main()
