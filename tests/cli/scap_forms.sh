#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A capture says the same in whatever form it is written: old types of events and what the format's
# description makes of them, each kind of event block, each version of the lists.
. "$(dirname "$0")/common"
top=$(realpath "$here/..")
reference=$(realpath -m "${FALCOC_SHARED:-$top/../../shared}")/reference
[ -f "$reference/scap-conversions.tsv" ] || { echo "SKIP scap_forms: no tables in $reference"; exit 77; }
mkdir forms
events=$("$top/scap-forms.py" "$reference" forms) || { echo "FAIL scap_forms: no captures were made"; exit 1; }

form='%evt.rawtime %thread.tid %evt.type %proc.name %fd.num %fd.name %evt.args'
show() { # FILE FORM
	"$FALCOC" -c none -e "$1" --print "$2" 2>err
	grep -i "make no sense\|unknown kind\|cut" err
}
show forms/new.scap "$form" >new
verdict "each old event is one of today's" "$([ "$(wc -l <new)" -ge $((events - 5)) ] && echo ok || wc -l new)"
for capture in forms/events-*.scap; do
	show "$capture" "$form" >old
	verdict "${capture#forms/}" "$(diff new old | head -5 | grep . || echo ok)"
done

# what a version does not tell has no value, or what it is without
full='%proc.ppid %proc.pname %proc.name %proc.args %proc.cwd %user.uid %user.name %group.name %fd.num %fd.name'
full+=' %fd.typechar %fd.is_server %fd.lip %fd.cip'
cat >wanted <<'W'
1 init abc -a -b /cwd/ 5 fred grp 3 /etc/x f false <NA> <NA>
1 init abc -a -b /cwd/ 5 fred grp 4 10.0.0.1:4000->10.0.0.2:80 4 false 10.0.0.1 10.0.0.1
1 init abc -a -b /cwd/ 5 fred grp 5 /run/s u false <NA> <NA>
1 init abc -a -b /cwd/ 5 fred grp 6 ::1:443 6 true <NA> <NA>
1 init abc -a -b /cwd/ 5 fred grp 7 /v2 f false <NA> <NA>
1 init abc -a -b /cwd/ 5 fred grp 8 1.2.3.4:1->5.6.7.8:2 4 false 5.6.7.8 1.2.3.4
W
for capture in forms/lists-*.scap; do
	show "$capture" "$full" >lists
	verdict "${capture#forms/}" "$(head -6 lists | diff wanted - | head -5 | grep . || echo ok)"
	version=${capture#forms/lists-}
	version=${version%%-*}
	told=$(show "$capture" '%proc.vmsize %proc.env[A] %proc.vpid %proc.sid %proc.exepath %proc.vpgid' | head -1)
	wanted="$([ "$version" -ge 2 ] && echo 10 || echo 0) $([ "$version" -ge 3 ] && echo 1 || echo '<NA>')"
	wanted+=" $([ "$version" -ge 4 ] && echo 4 || echo 50) $([ "$version" -ge 6 ] && echo 77 || echo -1)"
	wanted+=" $([ "$version" -ge 7 ] && echo /path/abc) $([ "$version" -ge 8 ] && echo 78 || echo -1)"
	verdict "${capture#forms/}: what it tells" "$([ "$told" = "$wanted" ] && echo ok || echo "$told, not $wanted")"
done
finish
