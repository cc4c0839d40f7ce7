#!/bin/bash
# Every JSON document that cudasetup prints is what its schema in manifests/schema says.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../lib/case.sh"

# check_document SCHEMA OPTIONS...: cudasetup's standard output against the schema.
check_document() {
  local schema=$1
  shift
  run_it "$CUDASETUP" "$@"
  /usr/bin/python3 - "$REPOSITORY/manifests/schema/$schema.schema.json" "$OUT" <<'PYTHON' >>"$ERR" 2>&1 || fail "$* is no $schema document"
import json, sys
import jsonschema
schema, document = (json.load(open(path)) for path in sys.argv[1:])
faults = list(jsonschema.Draft202012Validator(schema).iter_errors(document))
for fault in faults[:10]:
    print("/".join(map(str, fault.absolute_path)), fault.message[:300])
sys.exit(1 if faults else 0)
PYTHON
}

for kind in cuda torch drivers gpus pairs; do
  check_document list list "$kind" --json
  expect_status 0
  check_document list list "$kind" --json --os ubuntu22.04 --gpu 10de:1b06
  expect_status 0
done
check_document resolution why-not --json --os ubuntu22.04 --gpu 10de:1b06
expect_status 0
check_document resolution why-not --json --os ubuntu24.04 --container --gpu sm_90 --torch none
check_document refusal why-not --json --os ubuntu22.04 --gpu 10de:2b85 --cuda 11.8
expect_status 1
for record in 'cuda 11.1.1' 'torch 1.7.1' 'drivers 580' 'gpus 10de:1eb8' 'pairs 11.1.1' 'ubuntu 22.04' 'keys 3BF863CC'; do
  # shellcheck disable=SC2086  # a kind and an id
  check_document records manifest show $record --json
  expect_status 0
done
check_document lint manifest lint "$REPOSITORY/manifests" --json
expect_status 0
check_document plan plan --format json --os ubuntu18.04 --gpu 10de:1eb8 --cuda 11.1 --method local
expect_status 0
check_document plan plan --format json --os ubuntu20.04 --gpu 10de:2204 --cuda 11.8 --method network
check_document plan plan --format json --os ubuntu22.04 --gpu 10de:1eb8 --cuda 11.1 --method runfile
check_document plan plan --format json --os ubuntu24.04 --gpu 10de:2b85 --python /opt/venv
check_document plan plan --format json --os ubuntu26.04 --container --gpu sm_90 --torch none
check_document refusal plan --format json --os ubuntu22.04 --gpu 10de:2b85 --cuda 11.8
check_document refusal plan --json --os ubuntu22.04 --cuda 11.15
# What is there, what is wrong with it, and what tools say of it.
for machine in '--os ubuntu22.04 --gpu 10de:1eb8 --driver-present 580.95.05' '--os ubuntu24.04 --gpu 10de:2b85 --gpu 10de:1b06' '--wsl'; do
  # shellcheck disable=SC2086  # options
  check_document status status --json $machine
  expect_status 0
  # shellcheck disable=SC2086  # options
  check_document doctor doctor --json $machine
done
check_document explain explain --json "$REPOSITORY/tests/data/apt/dkms.txt"
expect_status 0
check_document explain explain --json "$REPOSITORY/tests/data/apt/unknown.txt"
expect_status 1
# shellcheck disable=SC2016  # the inner shell's
run_it sh -c 'cat "$1" | "$2" explain' sh "$REPOSITORY/tests/data/apt/dkms.txt" "$CUDASETUP"
expect_status 0
expect_out "^the driver's module could not be built"
# What was done and what takes it back: first where nothing was done.
case_root 22.04
check_document undo undo --root "$ROOT" --yes --json
expect_status 0
check_document uninstall uninstall --root "$ROOT" --yes --json
expect_status 0
check_document history history --root "$ROOT" --json
expect_status 0
check_document status status --root "$ROOT" --json
expect_status 0
check_document doctor doctor --root "$ROOT" --json
expect_status 0
mkdir -p "$ROOT/usr/local/cuda-12.4/bin"
printf '{"cuda": {"name": "CUDA SDK", "version": "12.4.1"}}' >"$ROOT/usr/local/cuda-12.4/version.json"
check_document uninstall uninstall --root "$ROOT" --cuda 12.4 --dry-run --json
expect_status 0
check_document uninstall uninstall --root "$ROOT" --cuda 12.4 --yes --json
expect_status 0
check_document undo undo --root "$ROOT" --dry-run --json
expect_status 0
check_document undo undo --root "$ROOT" --yes --json
expect_status 0
check_document history history --root "$ROOT" --json
expect_status 0
check_document verify verify --root "$ROOT" --json
