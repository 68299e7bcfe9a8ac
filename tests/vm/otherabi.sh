#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# otherabi.sh KERNEL: builds this tree's module as if it were of the release before, and of the next: another
# ABI, another version. Prints the two files. Exit status 77, and a line why, if the kernel cannot be had.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

KERNEL=$1
COPY=$TOP/build/otherabi
ABI=$(sed -n 's/^#define FALCOC_ABI[[:space:]]*//p' "$TOP/kmod/uapi/falcoc.h")

# module NAME ABI VERSION
module() {
	sed -i -E "s/^(#define FALCOC_ABI[[:space:]]*).*/\1$2/" "$COPY/kmod/uapi/falcoc.h"
	sed -i -E "1,5s/\(([0-9][0-9.]*)([^)]*)\)/($3\2)/" "$COPY/debian/changelog"
	"$COPY/tests/vm/buildmod.sh" "$KERNEL" >/dev/null
	strip -g -o "$COPY/$1.ko" "$COPY/build-kmod-$KERNEL/falcoc.ko"
	echo "$COPY/$1.ko"
}

rm -rf "$COPY"
mkdir -p "$COPY"
(cd "$TOP" && tar -cf - Kbuild Makefile ./*.mk debian kmod tests/vm) | tar -xf - -C "$COPY"
module abi-old $((ABI - 1)) 0.0.1
module abi-new $((ABI + 1)) 99.0
