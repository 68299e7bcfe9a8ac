# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the phases of a package's life share. Sourced after guest/lib.sh.
#
#	$OLD, $NEW	the versions of the packages in /falcoc/debs
#	$KEPT		a directory that the next phase finds
#	said		what the last command of `told` said
#
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
NAME="package ${1:-}"
# the program of the package, and no other
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DEBIAN_FRONTEND=noninteractive
KEPT=/falcoc/kept
# shellcheck disable=SC2034  # the phases use it
NEW=9.0.0
OLD=$(basename /falcoc/debs/falcoc_[!9]*.deb)
OLD=${OLD#falcoc_}
OLD=${OLD%_*}
mkdir -p $KEPT
# the version that is installed
installed() { dpkg-query -W -f '${Version}' falcoc-dkms; }

# the compiler's work, done before at these very paths (package-cache.sh)
# by whoever calls the compiler: apt sets a PATH of its own
if [ -d /falcoc/ccache ]; then
	printf '%s\n' 'cache_dir = /falcoc/ccache' 'compiler_check = content' 'sloppiness = locale' >/etc/ccache.conf
	PATH=/usr/lib/ccache:$PATH
	echo "DPkg::Path \"$PATH\";" >/etc/apt/apt.conf.d/ccache
fi
cache_used() { [ ! -d /falcoc/ccache ] || { ccache -s | grep -E 'Hits|Misses' | head -2; ccache -z >/dev/null; }; }
# guests have an initial RAM disk of the tests' own: none is made when a kernel is installed
export INITRD=No

# told COMMAND...: runs it; what it says is kept, and shown if it fails
told() {
	local rc=0
	"$@" >"$T/said" 2>&1 || rc=$?
	[ $rc = 0 ] || tail -60 "$T/said"
	return $rc
}
said() { grep -qE -- "$1" "$T/said" || { cat "$T/said"; false; }; }

deb() { echo /falcoc/debs/"$1"_"$2"_*.deb; }
apt_install() {
	local start=$SECONDS rc=0
	echo "apt-get install $1"
	# shellcheck disable=SC2086  # words
	told apt-get -q -y -o Dpkg::Options::=--force-confold install $1 || rc=$?
	echo "apt took $((SECONDS - start)) s"
	cache_used
	return $rc
}

# list: all files but those of the tests
list() { find / -xdev \( -path /falcoc -o -path /proc -o -path /tmp -o -path /run \) -prune -o -print | sort; }

built_for() { [[ $(dkms status -m falcoc -v "$1" -k "$2") == *installed* ]]; }
loaded_version() { cat /sys/module/falcoc/version 2>/dev/null; }
is_loaded() { [ "$(loaded_version)" = "$1" ]; }
active() { systemctl -q is-active falcoc; }
records() { falcoc status >"$T/status" 2>&1; }
says() { systemctl show -p StatusText --value falcoc | grep -q -- "$1"; }

# the service records, and an alert comes to the journal and the store
rule() {
	cat >/etc/falcoc/rules.d/local.yaml <<-'R'
	- rule: Marked program
	  desc: programs with an argument that marks them
	  condition: evt.type = execve and proc.args contains "mark-"
	  output: "Marked program %proc.args"
	  priority: NOTICE
	R
}
in_journal() { journalctl -q -u falcoc -o json 2>/dev/null | grep -q -- "Marked program $1"; }
in_store() { falcoc alerts 2>/dev/null | grep -q -- "Marked program $1"; }
watches() {
	local mark=mark-$1
	check "the service is active" wait_for 120 active
	check "and records" wait_for 120 records || cat "$T/status"
	seen() { /bin/true "$mark"; wait_for 5 in_journal "$mark"; }
	check "an alert is in the journal" wait_for 90 seen
	check "and in the store" wait_for 60 in_store "$mark"
	[ $FAILED = 0 ] || { systemctl status falcoc --no-pager; journalctl -q -u falcoc --no-pager | tail -30; cat "$T/status"; }
}
