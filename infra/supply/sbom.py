"""The bill of materials of the functions.

Which crates they link is asked of `cargo tree`, for `cargo metadata`, and what is built on it, answers for the workspace
as a whole: with the features that only tests ask for, and the crates that only those bring. What a crate is, licence and
checksum, is asked of `cargo metadata` and Cargo.lock.
"""

import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = "functions"
# As the template has it.
TARGET = "aarch64-unknown-linux-gnu"
# `name v1.2.3 (…)`, after the depth.
LINE = re.compile(r"(?P<depth>\d+)(?P<name>\S+) v(?P<version>\S+)")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@cache
def linked():
    """Each crate that the functions link, as (name, version), with those that it needs. Procedural macros, and what
    these need, run in the compiler and are none of it."""
    edges = "normal,no-proc-macro"
    lines = cargo("tree", "--locked", "--package", ROOT, "--edges", edges, "--target", TARGET, "--prefix", "depth", "--no-dedupe")
    crates, path = {}, []
    for line in lines.splitlines():
        found = LINE.match(line)
        crate, depth = (found["name"], found["version"]), int(found["depth"])
        crates.setdefault(crate, set())
        del path[depth:]
        if path:
            crates[path[-1]].add(crate)
        path.append(crate)
    return crates


@cache
def packages():
    """What `cargo metadata` says of each crate of the workspace's graph."""
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET))
    return {(package["name"], package["version"]): package for package in metadata["packages"]}


@cache
def checksums():
    locked = tomllib.loads(Path("Cargo.lock").read_text())["package"]
    return {(package["name"], package["version"]): package.get("checksum") for package in locked}


def component(crate):
    name, version = crate
    # The separator of SPDX 1, which Cargo still takes.
    licence = packages()[crate]["license"].replace("/", " OR ")
    checksum = checksums()[crate]
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION if name == ROOT else ComponentType.LIBRARY,
        licenses=[LicenseFactory().make_from_string(licence)],
        purl=PackageURL("cargo", name=name, version=version),
        bom_ref=f"{name}@{version}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
    )


def bill_of_materials():
    components = {crate: component(crate) for crate in linked()}
    bill = Bom()
    [root] = [crate for crate in components if crate[0] == ROOT]
    bill.metadata.component = components[root]
    bill.components.update(part for crate, part in components.items() if crate != root)
    for crate, needed in linked().items():
        bill.register_dependency(components[crate], [components[other] for other in needed])
    return bill


def to_json(bill):
    return JsonV1Dot6(bill).output_as_string(indent=2)


def normal_closure():
    """The crates that normal dependencies lead to from the functions, by `cargo metadata`: at least those that they
    link, with procedural macros, and with what only the tests' features bring."""
    text = cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET)
    nodes = {node["id"]: node for node in json.loads(text)["resolve"]["nodes"]}
    names = {package["id"]: crate for crate, package in packages().items()}
    [start] = [identity for identity, (name, _) in names.items() if name == ROOT]
    seen, left = set(), [start]
    while left:
        identity = left.pop()
        if identity not in seen:
            seen.add(identity)
            kinds = [(dep["pkg"], {kind["kind"] for kind in dep["dep_kinds"]}) for dep in nodes[identity]["deps"]]
            left.extend(package for package, kind in kinds if None in kind)
    return {names[identity] for identity in seen}


def named():
    """The crates that the functions' Cargo.toml and the product's name themselves."""
    manifests = [tomllib.loads(Path(folder, "Cargo.toml").read_text()) for folder in ("functions", "shared")]
    return {name for manifest in manifests for name in manifest["dependencies"]}


def faults(text):
    """What is wrong with a bill of materials: against the schema, the lock file, the manifests and two answers of cargo."""
    if invalid := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        return [f"not CycloneDX: {invalid}"]
    bill = json.loads(text)
    listed = {(part["name"], part["version"]): part for part in bill["components"]}
    wanted = {crate for crate in linked() if crate[0] != ROOT}
    found = [f"{name} {version} is missing" for name, version in sorted(wanted - set(listed))]
    found += [f"{name} {version} is not linked" for name, version in sorted(set(listed) - wanted)]
    names = {name for name, _ in listed}
    found += [f"{name} is named by a Cargo.toml, and missing" for name in sorted(named() - names)]
    found += [f"{name} {version} is no normal dependency" for name, version in sorted(set(listed) - normal_closure())]
    for (name, version), part in listed.items():
        if part.get("purl") != f"pkg:cargo/{name}@{version}":
            found.append(f"{name}: purl {part.get('purl')}")
        if not part.get("licenses"):
            found.append(f"{name}: no licence")
        hashes = [value["content"] for value in part.get("hashes", [])]
        if hashes != [sum for sum in [checksums().get((name, version))] if sum]:
            found.append(f"{name}: not the checksum of Cargo.lock")
    references = {part["bom-ref"] for part in [*bill["components"], bill["metadata"]["component"]]}
    if references != {dependency["ref"] for dependency in bill["dependencies"]}:
        found.append("not every crate says what it needs")
    return found


def broken(text):
    """Bills of materials that are wrong, each with how."""
    bill = json.loads(text)
    first, *others = bill["components"]
    stranger = {**first, "name": "proptest", "bom-ref": "proptest", "purl": f"pkg:cargo/proptest@{first['version']}"}
    for how, parts in {
        "a crate that is missing": others,
        "a crate that only tests use": [*bill["components"], stranger],
        "another version": [{**first, "version": "0.0.0"}, *others],
        "another purl": [{**first, "purl": "pkg:cargo/another@1.0.0"}, *others],
        "a licence that is missing": [{**first, "licenses": []}, *others],
        "another checksum": [{**first, "hashes": [{"alg": "SHA-256", "content": "0" * 64}]}, *others],
        "a name that is missing": [{key: value for key, value in first.items() if key != "name"}, *others],
    }.items():
        yield json.dumps({**bill, "components": parts}), how
