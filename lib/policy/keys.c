// SPDX-License-Identifier: Apache-2.0
/* keys.c - the keys of policy files */
#include "policy/keys.h"

#include <stddef.h>

#define K(n, t, h) { .name = n, .type = KEY_##t, .help = h }

const struct key_def policy_keys[] = {
	K("policy", TEXT, "The policy's name, which alerts and results carry."),
	K("description", TEXT, "What it is for."),
	K("enabled", BOOL, "false: it takes no rules; default true."),
	K("rules", TEXTS, "Names of rules; * stands for anything."),
	K("tags", TEXTS, "Rules with any of these tags, beside those of `rules`."),
	K("priority", PRIORITY, "Only rules of this priority or above; default debug."),
	K("scope", TEXT, "Where it applies: a condition over fields of the event, without macros "
	  "and lists; default everywhere."),
	K("elsewhere", ANY, "What becomes of its rules' alerts where no policy applies: tell "
	  "(the default) or silent."),
	K("actions", ANY, "What is done: items such as kill, {kill: container}, "
	  "{exec: [/usr/local/bin/notify, -v], timeout_s: 5}."),
	K("limit", ANY, "So many actions in so many seconds at most: {actions: 10, seconds: 60}."),
	K("outputs", TEXTS, "The outputs that its alerts go to; default all."),
	{ 0 },
};

const struct key_def protect_keys[] = {
	K("protect", TEXT, "A name for what no action is to touch."),
	K("programs", TEXTS, "Paths of programs; * stands for anything."),
	K("images", TEXTS, "Images of containers, with or without their tag; * as above."),
	K("containers", TEXTS, "Names or ids of containers; * as above."),
	K("namespaces", TEXTS, "Namespaces of Kubernetes; * as above. kube-system is always one."),
	{ 0 },
};

const struct key_def limit_keys[] = {
	K("actions", NUMBER, "So many at once, and in that time."),
	K("seconds", NUMBER, "The time in which as many may be done again."),
	{ 0 },
};

const struct key_def action_option_keys[] = {
	K("timeout_s", NUMBER, "stop: when force is used, default 10. exec: when the program is "
	  "killed, default 10."),
	K("by", ANY, "pause, unpause: runtime (its API where it has one, else the cgroup; the "
	  "default) or cgroup (at once)."),
	{ 0 },
};
