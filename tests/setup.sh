#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh [build|run|test|all]: installs the Debian packages that building falcoc, showing it (`make
# run`), testing it (the default), or all of `make test-all` needs. As root, or through sudo. Quick when nothing is missing.
set -euo pipefail

BUILD="gcc libc6-dev make pkg-config libyaml-dev libmnl-dev libnl-3-dev libnl-route-3-dev
libc-ares-dev libpcre2-dev libjansson-dev zlib1g-dev
libidn2-dev libpsl-dev libcurl4-openssl-dev libsqlite3-dev libsystemd-dev libmicrohttpd-dev libseccomp-dev libcap-ng-dev libssl-dev scdoc"
# the guests of tests/vm, and the module for their kernels
RUN="qemu-system-x86 busybox-static kmod cpio zstd xz-utils e2fsprogs bc libelf-dev util-linux
debian-archive-keyring curl dnsmasq-base"
TEST="check netbase dpkg-dev debhelper dh-dkms lintian git shellcheck sparse cppcheck codespell python3
python3-jsonschema python3-yaml openssl rsyslog mandoc fish"
# the debug kernel is built here, a client of name servers with another C library, a Debian to install packages in
ALL="flex bison musl-tools chromium mmdebstrap rpm"

case ${1:-test} in
build) wanted=$BUILD ;;
run) wanted="$BUILD $RUN" ;;
test) wanted="$BUILD $RUN $TEST" ;;
all) wanted="$BUILD $RUN $TEST $ALL" ;;
*)
	echo "usage: setup.sh [build|run|test|all]" >&2
	exit 2
	;;
esac

missing=
for p in $wanted; do
	# shellcheck disable=SC2016  # dpkg-query's word
	status=$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

echo "falcoc: installing packages:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "falcoc: packages are missing, and this is neither root nor is there sudo:$missing" >&2
		exit 1
	}
	as_root="sudo"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # one word a package
if ! $as_root apt-get update -q >"$log" 2>&1 ||
	! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		$missing >>"$log" 2>&1; then
	tail -30 "$log" >&2
	echo "falcoc: apt-get could not install them" >&2
	exit 1
fi
