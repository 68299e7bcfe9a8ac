#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs that look like others: what runs is told by the file that the kernel runs.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

chmod 755 "$T"
attacks_run exec
