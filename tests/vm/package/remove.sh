#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Removed, the packages leave their configuration; purged, nothing but what is the administrator's.
# shellcheck source=lib.sh
. /falcoc/package/lib.sh

check "the service is active" wait_for 120 active
check "apt removes falcoc-dkms" told apt-get -q -y remove falcoc-dkms
check "its module is unloaded" refused module_loaded
check "and gone" refused modinfo falcoc
check "the service is there, and waits" wait_for 60 says 'Waiting for the module'
check "apt removes falcoc" told apt-get -q -y remove falcoc
check "the service is gone" refused active
check "its configuration is kept" sh -c "tail -1 /etc/falcoc/falcoc_rules.yaml | grep -q administrator"
check "so is its store" test -s /var/lib/falcoc/alerts.db

check "apt purges both" told apt-get -q -y purge falcoc falcoc-dkms
check "what falcoc wrote is gone" test ! -e /var/lib/falcoc
check "rules of the administrator's own stay, and nothing else" test "$(find /etc/falcoc -type f)" = /etc/falcoc/rules.d/local.yaml
rm -rf /etc/falcoc
told apt-get -q -y autoremove --purge
# what came meanwhile: the newer kernel
dpkg-query -W -f '${Package}\n' | sort | comm -13 $KEPT/packages - | xargs -r dpkg -L | sort -u >"$T/came"
list >"$T/after"
# what a Debian that was booted and had packages installed writes by itself
comm -13 $KEPT/before "$T/after" | comm -23 - "$T/came" |
	grep -vE '^/(var/(log|cache|tmp|backups)|var/lib/(dpkg|apt|systemd|private|dbus|initramfs-tools|man-db|update-rc|kernel|dkms/mok)|boot/|etc/(ld.so.cache|ssl/certs|\.pwd\.lock|machine-id)|usr/lib/modules/|root/|lost)' >"$T/left"
echo "left behind, besides logs and caches:"
cat "$T/left"
check "nothing of falcoc is left" sh -c "! find / -xdev -path /falcoc -prune -o -path /proc -prune -o -path /var/log -prune -o -iname '*falcoc*' -print | grep ."
check "nor anything else" test ! -s "$T/left"
