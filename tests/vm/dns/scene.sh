#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A thousand connections by fifty processes in five network namespaces, to three trusted domains whose
# addresses and TTLs (1 to 60 s) differ at each lookup, and to others: no false alert, none missed.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/scene.sh
. /falcoc/guest/scene.sh

CONNECTIONS=${CONNECTIONS:-1000}
scene_up 5 "$CONNECTIONS" 60 || skip "no world of names can be made here"
scene_falcoc --dns-wait 2000 || exit 1
scene_load "changing addresses" "${PROCESSES:-50}" "$CONNECTIONS" 0
scene_judge
scene_ages "age of alerts" UNTRUSTED
scene_down
