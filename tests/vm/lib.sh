# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of tests/vm share: where things are kept, how to say that
# something cannot be had here, and an apt that knows other Debian releases
# while the host's own package state stays as it is.
#
# Sourced, never run. A script that sources this exits with 0, with 77 for "cannot
# be had on this machine" (a skip, with a line that says why), with anything else
# for a failure.

# shellcheck disable=SC2034  # used by those who source this
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VM=$TOP/tests/vm
CACHE=${FALCOC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/falcoc}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# lists of packages younger than this many minutes are not asked for again
LISTS_MINUTES=${FALCOC_LISTS_MINUTES:-1440}

say() { echo "falcoc: $*" >&2; }
die() { echo "falcoc: $*" >&2; exit 1; }
skip() { echo "SKIP: $*" >&2; exit 77; }

# lock NAME: the rest of this (sub)shell runs alone among those that lock NAME
lock() {
	mkdir -p "$CACHE/locks"
	exec 200>"$CACHE/locks/$1"
	flock 200
}

host_codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }

# mirror_of SUITE: the archive that this machine's own apt sources name
mirror_of() {
	local suite=$1 own
	own=$(host_codename)
	case $suite in
	*-security) own=$own-security ;;
	esac
	# shellcheck disable=SC2016  # apt fills these in
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v own="$own" '$2 == own && $3 == "main" { sub("/$", "", $1); print $1; exit }'
}

# word_of ROOT KEY: what the lines `#:KEY WORD...` of roots/ROOT say
word_of() { [ ! -f "$VM/roots/$1" ] || sed -n "s/^#:$2 //p" "$VM/roots/$1" | xargs; }

# apt_conf DIR SOURCES...: an apt of its own below DIR, reading the given source lines
apt_conf() {
	local dir=$1
	shift
	mkdir -p "$dir/etc/preferences.d" "$dir/etc/apt.conf.d" "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/state/status"
	printf '%s\n' "$@" >"$dir/etc/sources.list"
	{
		# proxies and the like: the way out is the host's
		apt-config dump | grep '^Acquire::[^ ]* "[^"]'
		cat <<-EOF
		Dir::Etc "$dir/etc";
		Dir::Etc::sourcelist "$dir/etc/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State "$dir/state";
		Dir::State::status "$dir/state/status";
		Dir::Cache "$dir/cache";
		APT::Architecture "amd64";
		APT::Architectures "amd64";
		APT::Sandbox::User "";
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false"; // a mirror that lags is still good for tests
		EOF
	} >"$dir/apt.conf"
}

# apt_suites NAME SUITE...: sets APT_CONFIG to an up-to-date private apt for these suites.
# Returns non-zero, with apt's reason on stderr, if one of them cannot be had.
apt_suites() {
	local dir=$CACHE/apt/$1 suite mirror lines=()
	shift
	[ -f "$KEYRING" ] || { say "no $KEYRING: not a Debian machine"; return 1; }
	for suite in "$@"; do
		mirror=$(mirror_of "$suite")
		[ -n "$mirror" ] || { say "apt here names no archive for $suite"; return 1; }
		lines+=("deb [signed-by=$KEYRING] $mirror $suite main")
	done
	apt_conf "$dir" "${lines[@]}"
	export APT_CONFIG=$dir/apt.conf
	if [ -z "$(find "$dir/updated" -mmin "-$LISTS_MINUTES" 2>/dev/null)" ]; then
		if ! apt-get update -q >"$dir/update.log" 2>&1 || grep -q '^[EW]:' "$dir/update.log"; then
			grep -E '^[EW]:' "$dir/update.log" >&2
			return 1
		fi
		touch "$dir/updated"
	fi
}

# unpack_deb DEB TREE: the files of a package, keeping a merged /usr merged
unpack_deb() {
	dpkg-deb --fsys-tarfile "$1" | tar -C "$2" -xf - --keep-directory-symlink --no-same-owner
}

# merged_usr TREE: the links that every package of a merged-/usr Debian expects
merged_usr() {
	local d
	for d in bin sbin lib lib64; do
		mkdir -p "$1/usr/$d"
		[ -e "$1/$d" ] || ln -s "usr/$d" "$1/$d"
	done
}
