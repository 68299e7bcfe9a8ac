#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Memory and descriptors that another thread changes during a call: what the kernel did is told.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

ip addr add 10.98.0.2/32 dev lo 2>/dev/null
attacks_run race
