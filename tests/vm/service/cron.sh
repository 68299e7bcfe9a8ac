#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Reports of a service by what asks for them every day: the script of cron.daily as cron runs it, the timer and its
# hardened service by a real systemd. Both are off until chosen.
# shellcheck source=lib.sh
. /falcoc/service/lib.sh

load_module
service_install WatchdogSec=60
rm -rf /var/lib/falcoc
rule one mark-one
check "it starts" systemctl start falcoc
/bin/true mark-one
stored() { falcoc alerts | grep -q mark-one; }
check "an alert is stored" wait_for 20 stored

# cron
mkdir -p /etc/cron.daily /etc/default
install -m 755 /falcoc/examples/cron.daily /etc/cron.daily/falcoc
install -m 644 /falcoc/examples/default /etc/default/falcoc
daily() { env -i PATH=/falcoc/bin:/usr/sbin:/usr/bin:/sbin:/bin run-parts --report /etc/cron.daily >"$T/mail" 2>&1 </dev/null; }
check "cron: runs it" daily
check "which says nothing until it is chosen" test ! -s "$T/mail"
check "nor keeps a mark" test ! -e /var/lib/falcoc/report.mark
sed -i 's/^FALCOC_REPORT=no/FALCOC_REPORT=yes/' /etc/default/falcoc
check "cron: once it is chosen" daily
check "a mail, with the alert" grep -q 'one saw mark-one' "$T/mail"
check "and coverage first" sh -c "grep -m1 '^[A-Z].*' -A1 '$T/mail' | head -20 && grep -n Coverage '$T/mail'"
check "a mark is kept" grep -q '^last [1-9]' /var/lib/falcoc/report.mark
check "cron: the next day" daily
check "no mail, as nothing is new: $(wc -c <"$T/mail") bytes" test ! -s "$T/mail"
/bin/true mark-one again
again() { falcoc alerts | grep -q 'mark-one again'; }
wait_for 20 again
check "cron: the day after" daily
check "only what is new" sh -c "grep -q 'mark-one again' '$T/mail' && ! grep -q 'saw mark-one\$' '$T/mail'"
pid=$(property MainPID)
kill -KILL "$pid"
restarted() { [ "$(property NRestarts)" -ge 1 ] && says 'rules are enabled'; }
wait_for 40 restarted || fail "it is started again"
check "cron: after a death" daily
check "a mail: coverage was lost" grep -q 'ended without saying so' "$T/mail"

# the timer: as it is but for when, of today, and where falcoc is
install -m 644 /falcoc/examples/falcoc-report.timer /etc/systemd/system/
sed 's|/usr/bin/falcoc|/falcoc/bin/falcoc|; s|--since yesterday --until today|--since today|' \
	/falcoc/examples/falcoc-report.service >/etc/systemd/system/falcoc-report.service
mkdir -p /etc/systemd/system/falcoc-report.timer.d
printf '[Timer]\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1\n' >/etc/systemd/system/falcoc-report.timer.d/soon.conf
systemctl daemon-reload
check "the timer: off until chosen" refused systemctl is-active -q falcoc-report.timer
check "the timer: chosen" systemctl enable --now falcoc-report.timer
PAGE=/var/lib/falcoc/report.html
check "the page comes" wait_for 60 test -s $PAGE
check "it is one, with the alert" grep -q '</html>' $PAGE
check "and with the alert" grep -q 'mark-one' $PAGE
check "for its owner" test "$(stat -c %a $PAGE)" = 600
check "the report is no failure, though coverage was lost" refused systemctl is-failed -q falcoc-report.service
# another run would have no status yet
systemctl stop falcoc-report.timer
report_over() { [ "$(systemctl is-active falcoc-report.service)" != activating ]; }
wait_for 60 report_over
check "systemd has the status of it" sh -c "systemctl show -p ExecMainStatus falcoc-report.service | grep -x 'ExecMainStatus=4'"
check "the timer: off again" systemctl disable --now falcoc-report.timer
rm -rf /etc/systemd/system/falcoc-report.* /etc/cron.daily/falcoc /etc/default/falcoc
systemctl daemon-reload

# logwatch hands its scripts what it wants by the environment
LOGWATCH_DATE_RANGE=today LOGWATCH_DETAIL_LEVEL=10 /falcoc/examples/logwatch/falcoc </dev/null >"$T/watch" 2>&1
check "logwatch: a section" grep -q 'one saw mark-one' "$T/watch"
check "it ends well" systemctl stop falcoc
