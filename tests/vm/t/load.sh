#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The module loads and unloads, many times, and its device is for root only.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh

unload_module
check "nothing under the device's name before" test ! -e /dev/falcoc
check "the module loads" load_module
check "the device is there" wait_for 5 test -c /dev/falcoc
check "the device is root's, mode 0600" test "$(stat -c '%U %a' /dev/falcoc)" = "root 600"
check "a second copy is refused" refused insmod /falcoc/falcoc.ko 2>/dev/null
check "the module unloads" unload_module
check "the device is gone" wait_for 10 test ! -e /dev/falcoc

reload() {
	for _ in $(seq 20); do
		load_module && unload_module || return 1
	done
}
check "it loads and unloads twenty times" reload
