#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same deed by sister calls: whichever is used is told.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

attack_world 10.98.0.2
export SECRET=/root/attack-secret
echo "secret, secret, secret" >$SECRET
attacks_run sister
rm $SECRET
