#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# supported.sh [RELEASE [CONFIG]]: why DKMS leaves this kernel out (the running one), a line for each reason; exit
# status 1 if it does. It judges by the BUILD_EXCLUSIVE_* of the dkms.conf beside it, as DKMS does, which
# itself says no more than that they do not match. CONFIG is the kernel's configuration; without it
# the one that its headers have.
here=$(dirname "$0")
release=${1:-$(uname -r)}
config=${2:-/lib/modules/$release/build/.config}
conf=$here/dkms.conf
[ -f "$conf" ] || conf=$here/../dkms.conf
value() { sed -n "s/^$1=\"\(.*\)\"$/\1/p" "$conf"; }
excluded=0
out() {
	echo "falcoc: no module for kernel $release: $*"
	excluded=1
}

# what the module would miss
needed_for() {
	case $1 in
	CONFIG_MODULES) echo "it takes no modules" ;;
	CONFIG_TRACEPOINTS | CONFIG_HAVE_SYSCALL_TRACEPOINTS | CONFIG_FTRACE_SYSCALLS)
		echo "system calls are watched through their tracepoints" ;;
	CONFIG_KPROBES) echo "what a call really used is seen by kprobes" ;;
	CONFIG_NET) echo "connections and name servers' answers are seen in the network stack" ;;
	CONFIG_SECURITY) echo "files and sockets are seen where the kernel asks its security modules" ;;
	CONFIG_BPF) echo "rules are tried in the kernel as BPF programs" ;;
	CONFIG_PREEMPT_RT) echo "the module takes locks that sleep there" ;;
	*) echo "the module needs it so" ;;
	esac
}

echo "$release" | grep -qE "$(value BUILD_EXCLUSIVE_KERNEL)" || out "it needs Linux 5.10 or later"
uname -m | grep -qE "$(value BUILD_EXCLUSIVE_ARCH)" || out "it is for x86_64, and this is $(uname -m)"
if [ -r "$config" ]; then
	for word in $(value BUILD_EXCLUSIVE_CONFIG); do
		name=${word#!}
		if grep -qE "^$name=[ym]" "$config"; then
			[ "$word" = "$name" ] || out "$name is set ($config): $(needed_for "$name")"
		else
			[ "$word" != "$name" ] || out "$name is not set ($config): $(needed_for "$name")"
		fi
	done
fi
exit $excluded
