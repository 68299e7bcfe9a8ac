#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Connections made in unusual ways: fd.* is what the kernel's socket says.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

ip addr add 10.98.0.2/32 dev lo
ip addr add 10.98.0.3/32 dev lo
# fast open: client and server
echo 3 >/proc/sys/net/ipv4/tcp_fastopen
# connected before falcoc is there
attack net-early "$T/now" >"$T/early" &
check "a connection from before" wait_for 20 grep -q port= "$T/early"
attacks_run net
