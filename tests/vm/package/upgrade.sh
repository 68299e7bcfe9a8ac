#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Upgrades while the service runs: first the module's package alone, whose ABI the old program does not speak, then
# the program's.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

check "the old module is loaded" wait_for 60 is_loaded "$OLD"
check "the old service is active" wait_for 120 active
pid=$(systemctl show -p MainPID --value falcoc)
echo '# changed by the administrator' >>/etc/falcoc/falcoc_rules.yaml

check "apt upgrades falcoc-dkms" apt_install "$(deb falcoc-dkms $NEW)"
check "DKMS built the new module" built_for "$NEW" "$(uname -r)"
check "the old one is gone" sh -c "! dkms status | grep -q '$OLD'"
check "the new one took the old one's place" is_loaded "$NEW"
check "the service went on, started anew" sh -c "systemctl -q is-active falcoc && [ \$(systemctl show -p MainPID --value falcoc) != $pid ]"
told timeout 60 falcoc -M 1
check "the old program says what to do" said 'older than the loaded module .* upgrade the falcoc program'
check "so does the service" wait_for 60 sh -c "systemctl status falcoc --no-pager | grep -q 'upgrade the falcoc program'"
systemctl status falcoc --no-pager | head -20
falcoc doctor 2>&1 | grep -vE '^ok' | head

check "apt upgrades falcoc" apt_install "$(deb falcoc $NEW)"
check "rules that were changed are still so" sh -c "tail -1 /etc/falcoc/falcoc_rules.yaml | grep -q administrator"
check "the program is the new one" sh -c "falcoc --version | grep -qF $NEW"
watches upgrade
check "nothing is wedged: the module can be taken out and put back" told sh -c \
	"systemctl stop falcoc && modprobe -r falcoc && modprobe falcoc && systemctl start falcoc"
watches again
