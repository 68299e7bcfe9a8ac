#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Floods of what shares a ring with the programs executed during it: none of these is lost.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/flood.sh
. /falcoc/guest/flood.sh

flooded chdir chdir 10
flooded setuid setuid 10
flooded badexec execve 10
flooded fork sched_process_fork 10
