#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages that are missing, and nothing else.
#
#   scripts/deps.sh run    PostgreSQL, Redis and the font of printed forms, for `hotline dev`
#   scripts/deps.sh test   those, what the tests drive (sipp, baresip, Chromium), and a C compiler
#
# Only the programs are wanted: no database cluster is created, no system
# service is started now or at the next boot. What was installed before is left
# exactly as it is.
set -euo pipefail

say() { printf '==> %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

has_postgres() {
	local bin major
	for bin in /usr/lib/postgresql/*/bin/postgres; do
		major=${bin#/usr/lib/postgresql/}; major=${major%%/*}
		[[ -x $bin && $major -ge 15 ]] && return 0
	done
	return 1
}
has_font() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=()
has_postgres || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
has_font fonts-lxgw-wenkai || missing+=(fonts-lxgw-wenkai) # of printed forms
if [[ ${1:-test} == test ]]; then
	command -v sipp >/dev/null || missing+=(sip-tester)
	command -v baresip >/dev/null || missing+=(baresip-core)
	command -v chromium >/dev/null || missing+=(chromium)
	has_font fonts-noto-cjk || missing+=(fonts-noto-cjk)
	command -v "${CC:-gcc}" >/dev/null || missing+=(gcc libc6-dev) # the race detector needs cgo
fi
if [[ ${#missing[@]} -eq 0 ]]; then
	exit 0
fi

command -v apt-get >/dev/null || die "please install ${missing[*]} yourself: this script knows apt-get only"
if [[ $(id -u) -ne 0 ]]; then
	command -v sudo >/dev/null || die "please install ${missing[*]} as root: sudo is not here"
	say "Installing ${missing[*]} needs root: sudo may ask for your password."
	exec sudo -- bash "$0" "$@"
fi

say "Installing ${missing[*]} (Debian packages; once, some minutes with a slow network)."
undo=()
finish() {
	[[ ${#undo[@]} -eq 0 ]] || rm -f -- "${undo[@]}"
	rmdir --ignore-fail-on-non-empty /etc/postgresql-common/createcluster.d 2>/dev/null || true
}
trap finish EXIT

# invoke-rc.d(8): 101 forbids a package's scripts to start its service.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	undo+=("$policy")
fi
# pg_createcluster(8): without this the package makes a cluster called main.
cluster=/etc/postgresql-common/createcluster.d/hotline.conf
if [[ " ${missing[*]} " == *' postgresql '* && ! -e $cluster ]]; then
	mkdir -p "${cluster%/*}"
	echo 'create_main_cluster = false' >"$cluster"
	undo+=("$cluster")
fi

export DEBIAN_FRONTEND=noninteractive
export TMPDIR=/var/tmp # Chromium is big, and /tmp is a small tmpfs on some machines
apt=(apt-get -o DPkg::Lock::Timeout=240 -o Dpkg::Use-Pty=0 -q)
"${apt[@]}" update || say "apt-get update failed; trying with the package lists at hand."
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"

# PostgreSQL's service starts clusters, and there is none; Redis's would start at
# the next boot.
if [[ " ${missing[*]} " == *' redis-server '* ]]; then
	update-rc.d redis-server disable || true # for systemd too
fi
has_postgres || die "this system's postgresql package is older than 15; install PostgreSQL 15 or newer (apt.postgresql.org)"
say "Installed. No system service was started."
