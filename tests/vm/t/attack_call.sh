#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Calls that change who a process is, what it sees, or what the kernel runs: told with their arguments.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

attack_world 10.98.0.2
export SECRET=/root/attack-secret
echo "secret, secret, secret" >$SECRET
attacks_run call
rm $SECRET
