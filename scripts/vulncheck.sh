#!/usr/bin/env bash
# Fails when the program calls a vulnerable function of a module in go.mod.
# A hole in Go's own library is shown and does not fail: no change of ours mends
# it, building with the toolchain it names does, and releases are built so.
#
#   scripts/vulncheck.sh GOVULNCHECK DATABASE-URL
set -euo pipefail
cd "$(dirname "$0")/.."

report=$(mktemp)
trap 'rm -f "$report"' EXIT
code=0
"$1" -db "$2" ./... >"$report" || code=$?
case $code in
0 | 3) ;; # 3: something was found
*) cat "$report"; exit "$code" ;;
esac
if grep -q '^  Module: ' "$report"; then
	cat "$report"
	exit 1
fi
echo "No module of go.mod has a known hole in what is called."
fixed=$(awk '/Fixed in: .*@go/ {sub(/.*@/, ""); print}' "$report" | sort -Vu | tail -1)
if [[ -n $fixed ]]; then
	printf '%s has %s known holes that the program reaches; build releases with %s or newer.\n' \
		"$(go env GOVERSION)" "$(grep -c '^Vulnerability #' "$report")" "$fixed"
fi
