#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Connections made in unusual ways: fd.* is what the kernel's socket says.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

attack_world 10.98.0.2 10.98.0.3
# fast open: client and server
FASTOPEN=/proc/sys/net/ipv4/tcp_fastopen
before=$(cat $FASTOPEN)
echo 3 >$FASTOPEN
# connected before falcoc is there
attack net-early "$T/now" >"$T/early" &
check "a connection from before" wait_for 20 grep -q port= "$T/early"
attacks_run net
echo "$before" >$FASTOPEN
