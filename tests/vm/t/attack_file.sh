#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One file reached by many ways: fd.name is what the root of the process sees, fd.nameraw what was
# passed, and device and inode say which file it was.
# shellcheck source=../guest/lib.sh
. /falcoc/guest/lib.sh
# shellcheck source=../guest/attack.sh
. /falcoc/guest/attack.sh

[ -e /etc/shadow ] || (umask 077 && echo 'root:*:1::::::' >/etc/shadow)
# hard links need a directory of the same file system
export ROOTPLAY=/root/attack
mkdir -p $ROOTPLAY
chmod 755 "$T"
attacks_run file
