#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood of openat, and 200 programs executed during it: none is lost.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/flood.sh
. /falcoc/guest/flood.sh

flooded openat openat 200
