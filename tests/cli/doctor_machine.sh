#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What `falcoc doctor` finds wrong with the machine where a guest is not needed: each is brought about in a mount
# namespace, or by setarch(8). What needs a module is in tests/vm/t/doctor.sh; lib/doctor/CHECKS.md has all of it.
# shellcheck disable=SC2016  # what inner shells are to expand, and Markdown
TOP=$(realpath "$(dirname "$0")/../..")
# shellcheck source=common
. "$(dirname "$0")/common"

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
	echo "SKIP doctor_machine: mount namespaces are made by root"
	finish
fi
good_rule
RELEASE=$(uname -r)
export RELEASE TOP

# with WHAT [ARG...]: what the doctor says where the commands of WHAT were run before
with() {
	local what=$1
	shift
	unshare -m sh -ec "exec >setup.log 2>&1; $what"'
		exec "$0" doctor -c none -r good.yaml -o dns.queries=false "$@" >out 2>err </dev/null' "$FALCOC" "$@"
	status=$?
	: >>err
}
# tells NAME VERDICT CHECK TEXT [BELOW...]: the line of that check, and what stands below it
tells() {
	local name=$1 want=$2 check=$3
	shift 3
	awk -v c="$check" '/^[^ ]/ { on = $2 == c } on' out >lines
	[ "$(awk '{ print $1; exit }' lines)" = "$want" ] ||
		{ verdict "$name" "not $want, but '$(head -1 lines)'"; return; }
	for text; do
		grep -qF -- "$text" lines || { verdict "$name" "not '$text' in '$(cat lines)'"; return; }
	done
	verdict "$name" ok
}

# ---- the kernel ----

setarch i686 "$FALCOC" doctor -c none -r good.yaml -o dns.queries=false >out 2>err
tells "another architecture" FAILURE kernel "i686: the module is for x86_64 only"
setarch x86_64 --uname-2.6 "$FALCOC" doctor -c none -r good.yaml -o dns.queries=false >out 2>err
tells "a kernel that is too old" FAILURE kernel "2.6." "the module needs 5.10 or later" "mend it: apt-get install linux-image-amd64"

# what DKMS asks of a kernel's configuration is what the doctor asks
wanted=$(sed -n 's/^BUILD_EXCLUSIVE_CONFIG="\(.*\)"/\1/p' "$TOP/dkms.conf")
for option in $wanted; do
	case $option in !*) ;; *) echo "$option=y" ;; esac
done >whole
echo CONFIG_BPF_JIT=y >>whole
# the kernel's own is read first where there is one
config='if [ -e /proc/config.gz ]; then gzip -c config >config.gz; mount --bind config.gz /proc/config.gz
	else mount -t tmpfs none /boot; cp config /boot/config-$RELEASE; fi'
cp whole config
with "$config"
tells "a configuration that has all" ok kernel-config "has what the module needs"
[ -n "$wanted" ] || verdict "what DKMS asks for" "is nothing"
for option in $wanted; do
	case $option in
	!*)
		{ cat whole; echo "${option#!}=y"; } >config
		text="has ${option#!}, with which the module cannot work"
		;;
	*)
		sed "s/^$option=y/# $option is not set/" whole >config
		text="lacks what the module needs: $option"
		;;
	esac
	with "$config"
	tells "a kernel with regard to $option" FAILURE kernel-config "$text" "use a kernel of the distribution"
done
sed '/BPF_JIT/d' whole >config
with "$config"
tells "a kernel without a compiler of BPF" warning kernel-config "lacks CONFIG_BPF_JIT"
echo 0 >zero
if [ -e /proc/sys/net/core/bpf_jit_enable ]; then
	with 'mount --bind zero /proc/sys/net/core/bpf_jit_enable'
	tells "one that is switched off" warning bpf-jit "off: what rules keep out is interpreted" "sysctl -w net.core.bpf_jit_enable=1"
fi
echo 'MemAvailable: 1024 kB' >meminfo
with 'mount --bind meminfo /proc/meminfo'
tells "rings larger than what is available" FAILURE memory "1 MiB are available" "make engine.kmod.ring_size smaller"
expect "and that ends it" 1 out "falcoc cannot run here"
sed -n 's/.*the rings of [0-9]* CPUs take \([0-9]*\) MiB.*/\1/p' out | awk '{ print "MemAvailable: " $1 * 2048 " kB" }' >meminfo
with 'mount --bind meminfo /proc/meminfo'
tells "rings of half of it" warning memory "that are available" "make engine.kmod.ring_size smaller"

# ---- the module, on its way into the kernel ----

VERSION=$("$FALCOC" version | sed 's/falcoc //')
export VERSION
bare='mount -t tmpfs none /lib/modules; mount -t tmpfs none /usr/src; mount -t tmpfs none /var/lib
	mkdir -p /lib/modules/$RELEASE /var/lib/dkms'
with "$bare"
tells "its source is not there" FAILURE module "its source is not there" "install the package falcoc-dkms"
source='mkdir /usr/src/falcoc-$VERSION; cp "$TOP/dkms.conf" /usr/src/falcoc-$VERSION'
with "$bare; $source"
tells "headers are not there" FAILURE module "its headers are not there" \
	"apt-get install linux-headers-$RELEASE" "&& dkms install falcoc/$VERSION -k $RELEASE && modprobe falcoc"
tells "and that is a line of its own" warning headers "mend it: apt-get install linux-headers-$RELEASE"
headers='mkdir -p /lib/modules/$RELEASE/build; : >/lib/modules/$RELEASE/build/Makefile'
programs='for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
	[ ! -d $d ] || [ -L $d ] || where="$where $d"; done
	for p in $gone; do for d in $where; do [ ! -e $d/$p ] || mount --bind /dev/null $d/$p; done; done'
with "$bare; $source; $headers; gone='gcc cc clang make dkms'; $programs"
tells "no compiler, no DKMS" FAILURE module "apt-get install gcc make dkms && dkms install"
tells "a line of the compiler" warning compiler "mend it: apt-get install gcc make"
tells "a line of DKMS" warning dkms "mend it: apt-get install dkms"

# DKMS itself fails on a source that does not compile
kernel=
for dir in /lib/modules/*/build; do
	[ ! -e "$dir/Makefile" ] || kernel=$(basename "$(dirname "$dir")")
done
if command -v dkms >/dev/null && [ -n "$kernel" ]; then
	mkdir -p "src/falcoc-$VERSION" tree
	sed "s/#MODULE_VERSION#/$VERSION/; /^BUILD_EXCLUSIVE/d" "$TOP/dkms.conf" >"src/falcoc-$VERSION/dkms.conf"
	echo 'obj-m := falcoc.o' >"src/falcoc-$VERSION/Kbuild"
	echo '#error "this does not compile"' >"src/falcoc-$VERSION/falcoc.c"
	for step in add build; do
		dkms $step -m falcoc -v "$VERSION" -k "$kernel" --sourcetree "$PWD/src" --dkmstree "$PWD/tree" >dkms.log 2>&1
	done
	built="$headers"'; mount --bind src /usr/src; mount --bind tree /var/lib/dkms'
	with "$bare; $built"
	tells "DKMS could not build it" FAILURE module "DKMS could not build it" \
		"the compiler's words are in /var/lib/dkms/falcoc/$VERSION/build/make.log" "mend it: dkms install falcoc/$VERSION"
	verdict "and they are" "$(grep -qs "this does not compile" "tree/falcoc/$VERSION/build/make.log" && echo ok || cat dkms.log)"
else
	echo "SKIP doctor_machine: no DKMS, or no headers of any kernel"
fi

# ---- what it is given to do ----

unshare -m sh -c '[ ! -d /etc/falcoc ] || mount -t tmpfs none /etc/falcoc
	exec "$0" doctor -c none -o dns.queries=false' "$FALCOC" >out 2>err </dev/null
tells "no rules" FAILURE rules "names no rules file that is there" "name yours under rules_files"
run doctor -c none -r good.yaml -o 'rules[]={disable: {rule: "*"}}' -o dns.queries=false
tells "rules that are all switched off" warning rules "1 rules, 0 enabled"
: >nothing
unshare -m sh -c 'mount --bind nothing /etc/resolv.conf && exec "$0" doctor -c none -r good.yaml' "$FALCOC" >out 2>err </dev/null
tells "no name servers" warning resolver "127.0.0.1: " "see /etc/resolv.conf, or dns.servers"
store=(-o alert_store.enabled=true -o "alert_store.file=$PWD/alerts.db")
head -c 3000 "$FALCOC" >alerts.db
run doctor -c none -r good.yaml -o dns.queries=false "${store[@]}"
tells "a store that is none" warning store "alerts.db"
tells "and what mends it" warning store "mend it: mv $PWD/alerts.db"
awk '/^[^ ]/ { on = $2 == "store" } on' out | sed -n 's/^ *mend it: //p' | sh
run doctor -c none -r good.yaml -o dns.queries=false "${store[@]}"
tells "what was said to mend it does" ok store "can be written to"
python3 -c 'import sqlite3; db = sqlite3.connect("alerts.db")
db.execute("CREATE TABLE alerts (id)"); db.execute("PRAGMA user_version = 99"); db.commit()'
run doctor -c none -r good.yaml -o dns.queries=false "${store[@]}"
tells "a store of a newer falcoc" warning store "is of a newer falcoc" "upgrade falcoc, or name another file"
run doctor -c none -r good.yaml -o dns.queries=false -o "capture.directory=$PWD/nothing"
tells "a file in place of a directory" warning captures "Not a directory" "ls -ld $PWD/nothing"

# ---- the list of checks is whole, and true ----

list=$TOP/lib/doctor/CHECKS.md
sed -n 's/^| `\([a-z-]*\)` .*/\1/p' "$list" | sort -u >listed
grep -ohE 'doctor_say\(d, "[a-z-]+"|doctor_directory\(d, "[a-z-]+"|check_(tool|file)\(d, "[a-z-]+"' "$TOP"/lib/doctor/*.c "$TOP/lib/engine/doctor.c" |
	sed 's/.*"\(.*\)"/\1/' | sort -u >said
verdict "CHECKS.md has each check" "$(cmp -s listed said && echo ok || diff listed said)"
missing=$(sed -n 's/^| `[a-z-]*` .*| \([^|]*\) |$/\1/p' "$list" | tr -d '`' | tr ',' '\n' | while read -r test _; do
	[ -e "$TOP/tests/$test" ] || echo "$test"; done)
verdict "and each test that it names is there" "${missing:-ok}"
finish
