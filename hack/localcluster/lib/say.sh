# shellcheck shell=bash
# How the scripts of this folder talk. Everything goes to stderr: stdout is for what a caller may capture, such as a path.

say() { printf '%s\n' "$*" >&2; }

die() { # die MESSAGE...: every line after the first says what to do next
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
  exit 1
}

# usage prints the comment block at the top of the calling script, which is its manual.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

started=${EPOCHREALTIME/[^0-9]/}

# lap prints what has just been reached and the seconds since the script started.
lap() {
  local us=$((${EPOCHREALTIME/[^0-9]/} - started))
  printf '[%3d.%02ds] %s\n' $((us / 1000000)) $((us / 10000 % 100)) "$*" >&2
}

# until_true SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
