#!/bin/bash
# Checks manifests/ against its schema, and what a schema cannot say: order, doubled keys and records, references,
# rules that hold between members. Needs python3 with jsonschema. Usage: manifests.sh [DIRECTORY]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec /usr/bin/python3 - "${1:-$here/../../manifests}" <<'PYTHON'
import json
import pathlib
import re
import sys

import jsonschema

directory = pathlib.Path(sys.argv[1]).resolve()
faults = []
DIGESTS = {"sha256": 64, "md5": 32, "fingerprint": 40}
DRIVER_PACKAGES = re.compile(r"^(cuda(-drivers.*|-runtime.*|-demo-suite.*|-[0-9]+-[0-9]+)?|nvidia-.*|libnvidia-.*)$")


def fault(where, text):
    faults.append(f"{where}: {text}")


def unique_members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError("doubled member " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    return members


def read(path):
    try:
        return json.loads(path.read_bytes().decode("ascii"), object_pairs_hook=unique_members)
    except (OSError, ValueError) as error:
        fault(path.relative_to(directory), error)
        return None


def numbers(version):
    return [int(part) for part in version.split(".")]


def walk(value, where):
    """Addresses, digests and sources, wherever they stand."""
    if isinstance(value, dict):
        if "sources" in value and not any(str(source).strip() for source in value["sources"]):
            fault(where, "a record without a source")
        if "url" in value and value.get("evidence") == "derived" and not any(
                source.startswith("derived: ") for source in value["sources"]):
            fault(where, "derived, but no source says by which rule")
        for name, member in value.items():
            place = f"{where}/{name}"
            if name in DIGESTS and isinstance(member, str):
                if not re.fullmatch("[0-9a-fA-F]{%d}" % DIGESTS[name], member):
                    fault(place, f"not {DIGESTS[name]} hexadecimal digits")
            if (name in ("url", "md5_list") or name.endswith("_url")) and isinstance(member, str):
                if not re.fullmatch(r"https://[a-z0-9.-]+/\S*", member):
                    fault(place, f"not an https address: {member}")
            walk(member, place)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            walk(member, f"{where}/{index}")
    elif isinstance(value, str) and "http://" in value:
        fault(where, f"an address without https: {value}")


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from references(member)


schemas = {}
for path in sorted((directory / "schema").glob("*.schema.json")):
    schema = read(path)
    if schema is not None:
        jsonschema.Draft202012Validator.check_schema(schema)
        defined = {"#/$defs/" + name for name in schema.get("$defs", {})}
        used = set(references(schema))
        for name in sorted(defined ^ used):
            fault(path.relative_to(directory), f"{name} is " + ("not used" if name in defined else "not defined"))
        schemas[path.name] = schema
if "manifest.schema.json" not in schemas:
    sys.exit(f"{directory}: schema/manifest.schema.json is missing or bad")
validator = jsonschema.Draft202012Validator(schemas["manifest.schema.json"])

# Every record by kind and identity, with its place.
IDENTITY = {
    "cuda": lambda record: record["version"],
    "torch": lambda record: record["version"],
    "ubuntu": lambda record: record["version"],
    "keys": lambda record: record["id"],
    "gpus": lambda record: record["id"],
    "drivers": lambda record: record["branch"],
    "pairs": lambda record: (record["cuda"], record["torch"], record["platform"], record["driver"]),
}
records = {kind: {} for kind in IDENTITY}
files = [path for path in sorted(directory.rglob("*.json")) if "schema" not in path.relative_to(directory).parts]
if not files:
    sys.exit(f"{directory}: no manifest files")
for path in files:
    document = read(path)
    if document is None:
        continue
    name = path.relative_to(directory)
    errors = list(validator.iter_errors(document))
    for error in errors:
        fault(name, "/" + "/".join(map(str, error.absolute_path)) + ": " + error.message[:200])
    walk(document, str(name))
    if errors:
        continue
    for kind, identity in IDENTITY.items():
        order = []
        for index, record in enumerate(document.get(kind, [])):
            place = f"{name}/{kind}/{index}"
            key = identity(record)
            if key in records[kind]:
                fault(place, f"doubled, see {records[kind][key][0]}")
            records[kind][key] = (place, record)
            order.append(key)
        if kind in ("cuda", "torch", "ubuntu") and order != sorted(order, key=numbers):
            fault(name, f"{kind} not in ascending order")
        if kind in ("keys", "gpus", "drivers") and order != sorted(order):
            fault(name, f"{kind} not in ascending order")


def check_cuda(place, record):
    for profile, packages in record["packages"].items():
        for package in packages:
            if DRIVER_PACKAGES.fullmatch(package["name"]):
                fault(place, f"{profile}: {package['name']} reaches the driver")
        if len({package["name"] for package in packages}) != len(packages):
            fault(place, f"{profile}: a package is named twice")
    minor = ".".join(record["version"].split(".")[:2])
    if not place.startswith(f"cuda/{minor}.json/"):
        fault(place, f"CUDA {record['version']} belongs into cuda/{minor}.json")
    for kind, key in (("local_installers", lambda item: (item["os"], item["arch"])), ("runfiles", lambda item: item["arch"])):
        keys = [key(item) for item in record[kind]]
        if len(set(keys)) != len(keys):
            fault(place, f"{kind}: the same system twice")
    for installer in record["local_installers"]:
        if installer["os"] not in systems:
            fault(place, f"no Ubuntu record for {installer['os']}")
        if installer["os"] not in installer["url"]:
            fault(place, f"{installer['url']} is not for {installer['os']}")
    for item in record["local_installers"] + record["runfiles"]:
        if record["version"] not in item["url"]:
            fault(place, f"{item['url']} is not of {record['version']}")
    if record["local_installers"] and record["local_repository"] is None:
        fault(place, "local installers, but no local repository")
    if record["gcc"] and record["gcc"]["least"] > record["gcc"]["most"]:
        fault(place, "gcc: least is above most")
    least, most = record["least_capability"], record["most_capability"]
    if least and most and numbers(least) > numbers(most):
        fault(place, "least capability is above the most")


def platform_minor(platform):
    digits = platform[2:]
    return [int(digits[:-1]), int(digits[-1])]


def check_torch(place, record):
    order = [build["platform"] for build in record["builds"]]
    wanted = sorted((p for p in order if p != "cpu"), key=platform_minor, reverse=True) + [p for p in order if p == "cpu"]
    if order != wanted or len(set(order)) != len(order):
        fault(place, f"builds are not newest CUDA first and cpu last: {order}")
    if record["unmarked_platform"] not in [None] + order:
        fault(place, f"unmarked_platform {record['unmarked_platform']} has no build")
    for build in record["builds"]:
        cpu = build["platform"] == "cpu"
        if cpu != (build["cuda"] is None) or cpu and (build["sm"] or build["ptx"] or build["minimum_driver"]):
            fault(place, f"{build['platform']}: cuda, sm, ptx and minimum_driver are for CUDA builds")
        if not cpu and numbers(build["cuda"])[:2] != platform_minor(build["platform"]):
            fault(place, f"{build['platform']} is not built with {build['cuda']}")
        for name in ("sm", "ptx"):
            if build[name] != sorted(build[name], key=numbers):
                fault(place, f"{build['platform']}: {name} not in ascending order")
        for file in build["zips"]:
            if f"/{build['platform']}/" not in file["url"] or record["version"] not in file["url"]:
                fault(place, f"{file['url']} is not of {record['version']}+{build['platform']}")
        if len({file["abi"] for file in build["zips"]}) != len(build["zips"]):
            fault(place, f"{build['platform']}: two zips of one ABI")


def check_pair(place, record):
    release = records["cuda"].get(record["cuda"])
    torch = records["torch"].get(record["torch"])
    if release is None:
        fault(place, f"no CUDA release {record['cuda']}")
    elif not release[0].split("/cuda/")[0] == place.split("/pairs/")[0]:
        fault(place, f"not in the file of CUDA {record['cuda']}")
    if torch is None or record["platform"] not in [build["platform"] for build in torch[1]["builds"]]:
        fault(place, f"no torch build {record['torch']}+{record['platform']}")
    if record["platform"] == "cpu":
        fault(place, "a pair of a CUDA release needs a CUDA build")
    elif numbers(record["cuda"])[0] != platform_minor(record["platform"])[0]:
        fault(place, f"{record['platform']} is of another CUDA major than {record['cuda']}")
    if numbers(record["cuda"]) >= [12, 9] and numbers(record["torch"]) < [2, 8]:
        fault(place, "torch up to 2.7 needs nvToolsExt, which CUDA 12.9 and later do not have")
    if release and record["driver"]:
        floor = release[1]["compatible_driver"] or release[1]["minimum_driver"]
        if floor and numbers(record["driver"]) < numbers(floor):
            fault(place, f"driver {record['driver']} is older than {floor}, which CUDA {record['cuda']} needs")


def check_ubuntu(place, record):
    for archive in record["archives"]:
        if archive["os"] != record["os"] or f"/{archive['os']}/" not in archive["url"]:
            fault(place, f"{archive['url']} is not of {record['os']}")
        if archive["key"] not in records["keys"]:
            fault(place, f"no key {archive['key']}")
        if not archive["pin_url"].startswith(archive["url"]) or archive["keyring"] and not archive["keyring"]["url"].startswith(archive["url"]):
            fault(place, "pin or keyring of another directory")


def check_key(place, record):
    if not record["fingerprint"].endswith(record["id"]):
        fault(place, "the fingerprint does not end with the id")
    if record["file"].lower() != record["id"].lower() + ".pub":
        fault(place, "the file is not named after the id")


def check_gpu(place, record):
    if record["first_branch"] and record["last_branch"] and record["first_branch"] > record["last_branch"]:
        fault(place, "first branch is above the last")
    if record["architecture"] in ("Kepler", "Maxwell", "Pascal", "Volta") and record["module"] != "proprietary-only":
        fault(place, "only the proprietary module drives GPUs before Turing")
    if record["architecture"] in ("Blackwell", "Rubin") and record["module"] != "open-only":
        fault(place, "only the open module drives Blackwell and later")


def check_driver(place, record):
    for release, packages in record["ubuntu_packages"].items():
        if release not in records["ubuntu"]:
            fault(place, f"no Ubuntu record {release}")
        for package in packages:
            if not re.fullmatch(rf"nvidia-driver-{record['branch']}(-server)?(-open)?", package):
                fault(place, f"{package} is not of branch {record['branch']}")
            if ("open" if package.endswith("-open") else "proprietary") not in record["modules"]:
                fault(place, f"{package}: the branch has no such module")


systems = {record["os"] for _, record in records["ubuntu"].values()}
for kind, check in (("cuda", check_cuda), ("torch", check_torch), ("pairs", check_pair), ("ubuntu", check_ubuntu),
                    ("keys", check_key), ("gpus", check_gpu), ("drivers", check_driver)):
    for place, record in records[kind].values():
        check(place, record)

for text in faults:
    print(text, file=sys.stderr)
if faults:
    sys.exit(1)
print(f"{len(files)} manifest files: " + ", ".join(f"{len(found)} {kind}" for kind, found in records.items()))
PYTHON
