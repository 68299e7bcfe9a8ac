/* SPDX-License-Identifier: Apache-2.0 */
/*
 * member.h - whether a process is the host's own, by the files that it sees
 *
 * A container may share the host's network, its processes and its users, and have nothing of its own but
 * its files: they are what makes it one. A service of the host's may have mounts of its own,
 * too (systemd's PrivateTmp and the like), but its root directory is the host's.
 */
#ifndef DNS_MEMBER_H
#define DNS_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

struct members;

/*
 * mntns: inode of the host's mount namespace. proc NULL: /proc. NULL: no memory.
 */
struct members *members_new(uint32_t mntns, const char *proc);
void members_free(struct members *m);

/*
 * A process that is in another mount namespace is looked up in /proc, once; one that is gone, or
 * was not there as of start_ns (CLOCK_BOOTTIME), is no member. Waits for no file system.
 */
bool members_has(struct members *m, uint32_t mntns, uint32_t pid, uint64_t start_ns);

#endif
