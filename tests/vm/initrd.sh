#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# initrd.sh KERNELDIR [MODULE...]: the part of the guest's initramfs that only depends on the kernel
# (see kernel.sh): busybox, guest/init, the modules that the root needs, and those that tests may
# load with modprobe, these among them. Prints the path of the archive, kept beside the kernel.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

BOOT_MODULES="virtio_pci virtio_console virtio_blk ext4"
TEST_MODULES="veth dummy bridge overlay br_netfilter inet_diag tcp_diag udp_diag unix_diag \
vsock vsock_loopback binfmt_misc"

# copy_module PATH DIR: uncompressed, as busybox's insmod wants it; prints the name
copy_module() {
	local name
	name=$(basename "$1")
	name=${name%.xz}
	name=${name%.zst}
	case $1 in
	*.xz) xz -dc "$1" >"$2/$name" ;;
	*.zst) zstd -qdc "$1" >"$2/$name" ;;
	*) cp "$1" "$2/$name" ;;
	esac
	echo "$name"
}

# needed KERNELDIR RELEASE MODULE: the files to load for a module, in order
needed() {
	modprobe -d "$1" -S "$2" --show-depends "$3" 2>/dev/null | awk '$1 == "insmod" { print $2 }'
}

build() {
	local dir=$1 release=$2 work=$3 m path
	shift 3
	mkdir -p "$work"/{bin,boot,falcoc} "$work/lib/modules/$release/kernel"
	cp /bin/busybox "$work/bin/"
	ln -s busybox "$work/bin/sh"
	install -m 755 "$VM/guest/init" "$work/init"
	for m in $BOOT_MODULES; do
		needed "$dir" "$release" "$m"
	done | awk '!seen[$0]++' | while read -r path; do
		copy_module "$path" "$work/boot"
	done >"$work/boot/order"
	# a kernel may lack one of these: the test that wants it says so
	for m in $TEST_MODULES "$@"; do
		needed "$dir" "$release" "$m" || true
	done | sort -u | while read -r path; do
		copy_module "$path" "$work/lib/modules/$release/kernel"
	done >/dev/null
	cp "$dir/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$work/lib/modules/$release/"
	depmod -b "$work" "$release"
}

main() {
	local dir=$1 release hash more archive work
	shift
	release=$(cat "$dir/KVER")
	hash=$(cat "$VM/initrd.sh" "$VM/guest/init" | sha256sum | cut -c1-12)
	more=$(echo "$@" | sha256sum | cut -c1-4)
	archive=$dir/initrd-$more-$hash.cpio
	lock "initrd-$release"
	if [ ! -f "$archive" ]; then
		rm -f "$dir/initrd-$more"-*.cpio
		work=$(mktemp -d)
		# shellcheck disable=SC2064  # the directory as it is now
		trap "rm -rf '$work'" EXIT
		build "$dir" "$release" "$work" "$@"
		(cd "$work" && find . | cpio -o -H newc -R 0:0 --quiet) >"$archive.new"
		mv "$archive.new" "$archive"
	fi
	echo "$archive"
}

[ $# -ge 1 ] || die "usage: initrd.sh KERNELDIR [MODULE...]"
main "$@"
