#!/bin/bash
# Our brick answers requests as stock 10.3 did, but for what is listed with a reason.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

answers=$SOURCE/tests/answers
"$answers/run" "$(command -v glusterfsd)" >"$LAB/ours.txt"
# Titles stand in the first 42 columns.
title() { sed -E 's/^(.{42}).*/\1/; s/ +$//'; }
diff "$answers/stock-10.3.txt" "$LAB/ours.txt" >"$LAB/diff.txt" || true
sed -n 's/^[<>] //p' "$LAB/diff.txt" | title | sort -u >"$LAB/differ.txt"
grep -v '^#' "$answers/differences.txt" | sed 's/: .*//' | sort -u >"$LAB/expected.txt"
diff "$LAB/expected.txt" "$LAB/differ.txt" || {
  cat "$LAB/diff.txt"
  fails "answers differ from stock's otherwise than listed in tests/answers/differences.txt"
}
