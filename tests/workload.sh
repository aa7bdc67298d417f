# Sourced: what the labs do on a mount. `work_on DIRECTORY` ends the script where something is wrong.
# A process of its own: errexit would not hold inside a condition.
work_on() {
  mkdir "$1/work"
  bash -e -o pipefail "$SOURCE/tests/workload-steps" "$1/work" || fails "the work on $1 went wrong"
}

leave_nothing_on() {
  rm -rf "$1/work"
  test -z "$(ls -A "$1")" || fails "$1 is not empty: $(ls -A "$1")"
}
