#!/bin/bash
# Checks manifests/: the program's own lint over every file, then that the schemas, which tell others the shape, are
# schemas and agree with the files. Usage: manifests.sh [DIRECTORY]; CUDASETUP names the program.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
directory=$(realpath "${1:-$root/manifests}")

/usr/bin/python3 - "$directory" <<'PYTHON'
import json
import pathlib
import sys

import jsonschema

directory = pathlib.Path(sys.argv[1])
faults = []


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from references(member)


for path in sorted((directory / "schema").glob("*.schema.json")):
    schema = json.loads(path.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    defined = {"#/$defs/" + name for name in schema.get("$defs", {})}
    for name in sorted(defined ^ set(references(schema))):
        faults.append(f"{path.name}: {name} is " + ("not used" if name in defined else "not defined"))
validator = jsonschema.Draft202012Validator(json.loads((directory / "schema/manifest.schema.json").read_bytes()))
for path in sorted(directory.rglob("*.json")):
    if "schema" not in path.relative_to(directory).parts:
        for error in validator.iter_errors(json.loads(path.read_bytes())):
            faults.append(f"{path.relative_to(directory)}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
if faults:
    sys.exit("\n".join(faults))
PYTHON

exec "${CUDASETUP:-${CUDASETUP_BUILD:-$root/build}/cudasetup}" manifest lint "$directory"
