#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Memory and descriptors that another thread changes during a call: what the kernel did is told.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

attack_world 10.98.0.2
attacks_run race
