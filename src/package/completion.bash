# bash completion of cudasetup. Verbs and options come from the program's own help, so they are those it has.
# shellcheck shell=bash

_cudasetup() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' words='' at
  COMPREPLY=()
  # bash breaks --cuda=11 into three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ ${COMP_WORDS[at]} != -* ]]; then
      verb=${COMP_WORDS[at]}
      break
    fi
  done
  case $before in
  --cuda) words="auto latest none $("$program" list cuda 2>/dev/null | awk '$1 ~ /^[0-9.]+$/ { print $1 }')" ;;
  --torch) words="auto latest none $("$program" list torch 2>/dev/null | awk '$1 ~ /^[0-9]/ { print $1 }')" ;;
  --driver) words='auto none keep' ;;
  --gpu | --driver-present) words='none' ;;
  --abi) words='cxx11 pre-cxx11' ;;
  --module) words='auto open proprietary' ;;
  --profile) words='full build runtime' ;;
  --method) words='auto network local runfile' ;;
  --arch) words='amd64 arm64' ;;
  --os) words='ubuntu18.04 ubuntu20.04 ubuntu22.04 ubuntu24.04 ubuntu26.04' ;;
  --mirror) words='nvidia= pytorch=' && compopt -o nospace ;;
  --format) words='sh text json' ;;
  --color) words='auto always never' ;;
  --progress) words='auto tty plain json none' ;;
  --level) words='driver toolkit torch python' ;;
  --reboot) words='ask yes no' ;;
  --expect-gpu) words='auto yes no' ;;
  --root | --sys-path | --manifest | --python | --*-dir) compopt -o dirnames ;;
  --os-release | --output | -o) compopt -o default ;;
  --lock-timeout | --jobs | --limit-rate) ;;
  list) words='cuda torch drivers gpus pairs' ;;
  manifest) words='lint show' ;;
  repair) words='repo' ;;
  show) words='cuda torch drivers gpus pairs ubuntu keys' && compopt -o default ;;
  help) words=$("$program" help 2>/dev/null | awk '/^Subcommands:/ { inside = 1; next } inside { print $1 }') ;;
  *)
    if [[ -z $verb ]]; then
      words="$("$program" help 2>/dev/null | awk '/^Subcommands:/ { inside = 1; next } inside { print $1 }') help --help --version"
    elif [[ $word == -* ]]; then
      words=$("$program" help "$verb" 2>/dev/null | awk '/^  -/ { n = split($1, names, ","); print names[n] }')
    else
      compopt -o default
    fi
    ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _cudasetup cudasetup
