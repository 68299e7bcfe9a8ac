#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Trusted domains whose addresses are others at each lookup, processes in several network namespaces: each
# connection to anything else is told, and none to them. So it is while the name server is dead, and while it talks
# nonsense. A thousand connections, a minute without a server and slow answers: tests/vm/dns.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

scene_up 3 320 60 || skip "no world of names can be made here"
scene_falcoc --dns-wait 2000 || exit 1
scene_load "changing addresses" 10 200 0
# nobody waits long for an answer that does not come
scene_resolv timeout:1
scene_server_ends
scene_load "no name server" 10 60 0
check "the name server is back" scene_server
scene_mode garbage
scene_load "nonsense" 10 60 0
scene_judge
scene_down
