#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# `falcoc doctor` on a real kernel: each thing that keeps falcoc from running is brought about, told,
# and mended by the very command that it names.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/doctor.sh
. /falcoc/guest/doctor.sh

RELEASE=$(uname -r)
MODULES=/lib/modules/$RELEASE
cat >"$T/rules.yaml" <<'R'
- rule: A rule
  desc: d
  condition: evt.type = execve
  output: o
  priority: NOTICE
R

doctor() { falcoc doctor -c none -r "$T/rules.yaml" -o dns.queries=false "$@" >"$T/out" 2>"$T/err"; }

# what there is of falcoc in the guest; after this test the same is to be there
found() {
	module_loaded && echo loaded
	stat -c '%n %F %a %u:%g' /dev/falcoc /dev/elsewhere 2>/dev/null
	[ "$(stat -c '%Hr:%Lr' /dev/falcoc)" = "$(cat /sys/class/misc/falcoc/dev)" ] && echo "the module's"
	find "$MODULES" -name 'falcoc.ko*'
	ls /etc/modules-load.d 2>/dev/null
	cat /proc/sys/net/core/bpf_jit_enable 2>/dev/null
}
load_module
BEFORE=$(found)
mkdir "$T/installed"
unload_module
! ls "$MODULES"/updates/falcoc.ko* >/dev/null 2>&1 || mv "$MODULES"/updates/falcoc.ko* "$T/installed/"
tells "no module for this kernel" module FAILURE "none for the running kernel $RELEASE"
falcoc -c none -r "$T/rules.yaml" >"$T/out" 2>"$T/err"
check "falcoc without a module ends with status 4" test $? = 4
check "and points to the doctor" grep -q "falcoc doctor" "$T/err"

insmod /falcoc/falcoc.ko
tells "loaded, and gone at the next boot" module warning "loaded, but not installed"
rmmod falcoc

# the guest has none of these
[ -e "$MODULES/build/Makefile" ] || tells "no headers" headers warning "apt-get install linux-headers-$RELEASE"
command -v make >/dev/null || tells "no compiler" compiler warning "apt-get install gcc make"
command -v dkms >/dev/null || tells "no DKMS" dkms warning "apt-get install dkms"

mkdir -p "$MODULES/updates"
cp /falcoc/falcoc.ko "$MODULES/updates/"
tells "installed, not known to modprobe" module FAILURE "depmod -a && modprobe falcoc"
check "what it says mends it" mend module
tells "loaded" module ok "loaded, version"
tells "the device is there" device ok "/dev/falcoc, for root only"
tells "and opens" open ok "speaks our ABI"
check "falcoc can run" doctor
modprobe -r falcoc
tells "installed, not loaded" module FAILURE "but not loaded"
check "what it says mends it" mend module
check "it is loaded" module_loaded

tells "not loaded at boot" boot warning "modules-load.d"
check "what it says mends it" mend boot
tells "loaded at boot" boot ok "at boot"

mv /dev/falcoc /dev/elsewhere
tells "no node in /dev" device FAILURE "though the module is loaded"
check "what it says mends it" mend device
tells "a node of its own" open ok "speaks our ABI"
rm /dev/falcoc
mknod /dev/falcoc c 1 3
tells "another device under that name" device FAILURE "is not the module's device"
check "what it says mends it" mend device
chmod 666 /dev/falcoc
tells "open to all" device warning "not for root only"
setpriv --reuid 4242 --regid 4242 --clear-groups --bounding-set=-all \
	falcoc doctor -c none -r "$T/rules.yaml" -o dns.queries=false >"$T/out" 2>"$T/err"
check "which lets nobody in" test "$(line open)" = FAILURE
check "but root, as the doctor says" grep -q 'mend it: sudo falcoc doctor' <(sed -n '/^FAILURE open/,/^[a-z]/p' "$T/out")
doctor
check "what it says mends it" mend device
tells "for root only" device ok "for root only"
# the kernel takes its own node away with the module; one made by hand would stay for the tests to come
mv /dev/elsewhere /dev/falcoc

for ((size = 16 << 20; size < 512 << 20; size *= 2)); do
	doctor -o engine.kmod.ring_size=$size
	[ "$(line memory)" = ok ] || break
done
check "rings of more than a quarter of memory are worth a warning" test "$(line memory)" = warning
tells "rings larger than memory" memory FAILURE "make engine.kmod.ring_size smaller" -o engine.kmod.ring_size=536870912
tells "neither does the module give them" open FAILURE "ring" -o engine.kmod.ring_size=536870912

# all places of consumers are taken
(
	for i in $(seq 3 40); do
		eval "exec $i<>/dev/falcoc" 2>/dev/null || break
	done
	touch "$T/held"
	exec sleep 1000
) &
HOLDER=$!
wait_for 20 test -e "$T/held"
tells "too many read it" open FAILURE "fuser -v /dev/falcoc"
kill "$HOLDER"
wait "$HOLDER" 2>/dev/null
tells "one goes, and it opens again" open ok "speaks our ABI"

container() { unshare -mpf sh -c "mount -t proc proc /proc; mount -t tmpfs none /dev; mknod /dev/null c 1 3; $1"; }
container "falcoc doctor -c none -r $T/rules.yaml -o dns.queries=false" >"$T/out" 2>"$T/err"
check "a container without the device: says how to start it" grep -q -- "--device /dev/falcoc" "$T/out"

if [ -e /proc/sys/net/core/bpf_jit_enable ] && echo 0 >/proc/sys/net/core/bpf_jit_enable 2>/dev/null; then
	tells "BPF interpreted" bpf-jit warning "sysctl -w"
	check "what it says mends it" mend bpf-jit
else
	echo "SKIP $NAME: this kernel always compiles BPF"
fi

# as it was
rm -f "$MODULES"/updates/falcoc.ko* /etc/modules-load.d/falcoc.conf
! ls "$T"/installed/falcoc.ko* >/dev/null 2>&1 || mv "$T"/installed/falcoc.ko* "$MODULES/updates/"
depmod -a
AFTER=$(found)
check "the guest is as it was found" test "$BEFORE" = "$AFTER"
[ "$BEFORE" = "$AFTER" ] || diff <(echo "$BEFORE") <(echo "$AFTER")
true
