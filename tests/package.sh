#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# package.sh: builds the packages and tries what is in them, without installing them: the tool runs, and
# the module's source builds as DKMS would build it. Then `make install` and `make uninstall`. What
# `make all` built is packed; package-repro.sh compiles. Prints PASS and FAIL lines.
# shellcheck source=package-lib.sh
. "$(dirname "$0")/package-lib.sh"

# ---- the packages ----

unpacked() { dpkg-deb -x "$tool" "$work/root" && dpkg-deb -x "$dkms" "$work/dkms-root"; }
conffiles() { [ "$(dpkg-deb -I "$tool" conffiles | sort)" = "$(cd "$work/root" && find etc -type f | sed 's|^|/|' | sort)" ]; }
only_source() { [ -z "$(find "$work/dkms-root/usr/src" -type f ! -name '*.[ch]' ! -name Kbuild ! -name dkms.conf ! -name supported.sh)" ]; }
version_of() { dpkg-deb -f "$1" Version; }
# Nothing but the packaging knows of libraries that are loaded when they are needed.
needs_libraries() {
	local soname package
	readelf -d build/lazy-libs.so | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' >"$work/sonames"
	[ -s "$work/sonames" ] || return 1
	while read -r soname; do
		package=$(dpkg -S "*/$soname" | sed -n '1s/:.*//p')
		needs "$package" || { echo "$soname: $package"; return 1; }
	done <"$work/sonames"
}
needs() { dpkg-deb -f "$tool" Depends | grep -qw -- "$1"; }
# nor of the libc that packed relocations need
needs_libc() { ! readelf -V "$work/root/usr/bin/falcoc" | grep -q GLIBC_ABI_DT_RELR || needs 'libc6 (>= 2.36)'; }
starts_service() { dpkg-deb -I "$tool" postinst | grep -q "deb-systemd-helper enable 'falcoc.service'"; }

# builds SOURCE: as its dkms.conf says, for kernel 6.1
builds() {
	(
		# shellcheck disable=SC2034  # its commands name it
		kernel_source_dir=$("$PWD/tests/vm/kernel.sh" 6.1)/headers dkms_tree=$work/dkms
		# shellcheck source=/dev/null
		. "$1/dkms.conf"
		mkdir -p "$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION"
		cp -r "$1" "$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build"
		# shellcheck source=/dev/null
		. "$1/dkms.conf"
		eval "${MAKE[0]/#make/make -s -j$(nproc)}"
	)
}
module_version() { [ "$(modinfo -F version "$work/dkms/falcoc/$version/build/falcoc.ko")" = "$version" ]; }
# of the 8 KiB that all modules of a machine have together
little_per_cpu() { size -A "$work/dkms/falcoc/$version/build/falcoc.ko" | awk '/percpu/ { n = $2 } END { exit n > 2048 }'; }

# ---- kernels that are left out ----

config=$work/config
excluded() { refused "$source/supported.sh" "$@"; }
whole_config() {
	sed -n 's/^BUILD_EXCLUSIVE_CONFIG="\(.*\)"$/\1/p' dkms.conf | tr ' ' '\n' | sed '/^!/d; s/$/=y/'
}
left_out() {
	whole_config >"$config"
	check "a kernel with all that is needed is taken" "$source/supported.sh" 6.1.0-1-amd64 "$config"
	check "so is the oldest" "$source/supported.sh" 5.10.0-46-cloud-amd64 "$config"
	check "and one to come" "$source/supported.sh" 10.0.1 "$config"
	check "an older one is not" excluded 5.9.16 "$config"
	check "which is said" says '5.9.16: it needs Linux 5.10 or later'
	sed -i /KPROBES/d "$config"
	check "one without kprobes is not" excluded 6.1.0-1-amd64 "$config"
	check "which is said, with a reason" says 'CONFIG_KPROBES is not set .*: what a call really used'
	{ whole_config; echo CONFIG_PREEMPT_RT=y; } >"$config"
	check "nor one for real time" excluded 6.1.0-1-rt-amd64 "$config"
	check "which is said, too" says 'CONFIG_PREEMPT_RT is set'
	check "falcoc doctor asks for the same" same_as_doctor
}
same_as_doctor() {
	diff <(whole_config | sed 's/=y//' | sort) \
		<(sed -n '/needed\[\] = {/,/};/p' lib/doctor/kernel.c | grep -o 'CONFIG_[A-Z_]*' | sort)
}

# ---- make install ----

dest=$work/dest
run_make() { env -u MAKEFLAGS -u MAKELEVEL make -s "$@" DESTDIR="$dest" PREFIX=/opt/falcoc; }
installed() { "$dest/opt/falcoc/bin/falcoc" --version && [ -f "$dest/opt/falcoc/lib/systemd/system/falcoc.service" ]; }
unit_names_program() { grep -q '^ExecStart=/opt/falcoc/bin/falcoc daemon$' "$dest/opt/falcoc/lib/systemd/system/falcoc.service"; }
nothing_left() { [ -z "$(find "$dest" -mindepth 1 ! -path "$dest/etc" ! -path "$dest/opt")" ] || { find "$dest"; false; }; }
rules_are() { [ "$(tail -1 "$dest/etc/falcoc/falcoc_rules.yaml$2")" = "$1" ]; }
install_and_undo() {
	local last again
	last=$(tail -1 rules/falcoc_rules.yaml)
	check "make install" run_make install
	check "it brings what it should" installed
	check "the unit names the program" unit_names_program
	check "make uninstall" run_make uninstall
	check "leaves nothing" nothing_left
	check "there is nothing to uninstall then" refused run_make uninstall
	check "which is said" says 'nothing that .make install. brought'

	# what `make install` does once all is made
	again="./install.sh put build/stage $dest /opt/falcoc/share/falcoc/manifest"
	$again
	$again
	echo '# mine' >>"$dest/etc/falcoc/falcoc_rules.yaml"
	echo '[]' >"$dest/etc/falcoc/rules.d/local.yaml"
	# shellcheck disable=SC2086  # words
	check "make install beside rules that were changed" $again
	check "says that they stay" says 'was changed and stays'
	check "leaves them" rules_are '# mine' ''
	check "and lays its own beside them" rules_are "$last" .new
	check "make uninstall says so, too" run_make uninstall
	check "that they stay" says 'falcoc_rules.yaml was changed and stays'
	check "and leaves only what is the administrator's" test "$(cd "$dest" && find . -type f | sort | xargs)" = \
		"./etc/falcoc/falcoc_rules.yaml ./etc/falcoc/rules.d/local.yaml"
}

check "they are built" env FALCOC_BUILD="$PWD/build" DEB_BUILD_OPTIONS=noautodbgsym make -s deb
tool=$(echo build/falcoc_"$version"_*.deb) dkms=build/falcoc-dkms_${version}_all.deb
source=$work/dkms-root/usr/src/falcoc-$version
check "lintian finds neither errors nor warnings" \
	lintian --fail-on error,warning --allow-root "$tool" "$dkms"
check "they unpack" unpacked
check "their version is the changelog's" test "$(version_of "$tool") $(version_of "$dkms")" = "$version $version"
check "so is the program's" sh -c "'$work/root/usr/bin/falcoc' --version | grep -qwF '$version'"
check "its rules are right" "$work/root/usr/bin/falcoc" -V "$work/root/etc/falcoc/falcoc_rules.yaml"
check "its configuration is right, and changes nothing" sh -c \
	"'$work/root/usr/bin/falcoc' validate -c '$work/root/etc/falcoc/falcoc.yaml' \
		'$work/root/etc/falcoc/falcoc_rules.yaml' | grep -q '0 warnings'"
check "what lies in /etc is what Debian asks about" conffiles
check "its service is enabled" starts_service
check "it asks for the libraries that are loaded when they are needed" needs_libraries
check "it asks for the libc that the program was linked for" needs_libc
check "falcoc-dkms has the module's source and nothing else" only_source
check "it builds as DKMS builds it" builds "$source"
check "the module's version is the changelog's" module_version
check "it asks for little of the memory for each CPU that all modules share" little_per_cpu
left_out
install_and_undo
exit $failed
