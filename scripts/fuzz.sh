#!/usr/bin/env bash
# Runs every fuzz target of the tree in turn, each for the time given (60s).
# Minimizing what was found is bounded: by default it may take all of that time.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-60s}

found=0
while IFS=: read -r file line; do
	target=${line#func }
	target=${target%%(*}
	printf '==> %s in %s for %s\n' "$target" "${file%/*}" "$time"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x "./${file%/*}"
	found=$((found + 1))
done < <(git ls-files --cached --others --exclude-standard '*_test.go' | xargs grep -H '^func Fuzz')
printf '==> %d fuzz targets held.\n' "$found"
