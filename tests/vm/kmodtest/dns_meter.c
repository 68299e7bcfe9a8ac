// SPDX-License-Identifier: Apache-2.0
/*
 * dns_meter.c - what one sender may have of the records of messages to name servers, however many
 * names he comes under: ids of a namespace, cgroups, ids of the users that root of a cgroup can be
 *
 * Each comes a few times under each of many names. Were each name a sender of its own, all would make
 * records.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "consumer.h"

#define GROUPS		"/tmp/cgroup"
#define NAMES		200
#define EACH		15
#define LARGE		60000
/* as kmod/DNS.md has it: a KiB counts as one more */
#define COST		(1 + (LARGE / 1024))
#define RATE		2000
#define BURST		4000

struct way {
	const char *what;
	void (*begin)(void);		/* of all names together */
	void (*become)(unsigned int i);
	bool in_groups;
};

static void must(bool ok)
{
	if (!ok)
		_exit(1);
}

static void join(const char *group)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), GROUPS "/%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	must(fd >= 0 && write(fd, "0", 1) == 1);
	close(fd);
}

static void be_user(void)
{
	must(!setresuid(1000, 1000, 1000) && !unshare(CLONE_NEWUSER));
}

static void be_id(unsigned int i)
{
	must(!setresuid(i, i, i));
}

static void be_in_group(unsigned int i)
{
	char name[32];

	snprintf(name, sizeof(name), "kmodtest/%u", i);
	join(name);
	must(!setresuid(1000, 1000, 1000));
}

static void be_in_one_group(void)
{
	join("kmodtest");
}

static void be_anybody(unsigned int i)
{
	must(!setresuid(2000 + i, 2000 + i, 2000 + i));
}

static const struct way ways[] = {
	{ "the ids that a user was given", be_user, be_id, false },
	{ "a user's cgroups", NULL, be_in_group, true },
	{ "the users that root of a cgroup can be", be_in_one_group, be_anybody, true },
};

static void send_some(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	static char large[LARGE];

	must(fd >= 0);
	for (int i = 0; i < EACH; i++)
		/* an error that came back for the one before is not this one's */
		while (sendto(fd, large, sizeof(large), 0, (void *)&to, sizeof(to)) < 0)
			;
}

/* A child that becomes each in turn, once it is told to go on. */
static void come(const struct way *way, int ready, int go)
{
	int status;
	char byte;

	if (way->begin)
		way->begin();
	must(write(ready, "x", 1) == 1 && read(go, &byte, 1) == 1);
	for (unsigned int i = 0; i < NAMES; i++) {
		if (!fork()) {
			way->become(i);
			send_some();
			_exit(0);
		}
		must(wait(&status) > 0 && !status);
	}
	_exit(0);
}

/* Its ids, where it is in a namespace that has none yet. False: it cannot have any. */
static bool give_ids(const struct way *way, pid_t pid)
{
	char path[64];
	bool ok;
	int fd;

	if (way->begin != be_user)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	fd = open(path, O_WRONLY);
	ok = fd >= 0 && dprintf(fd, "0 100000 %d", NAMES) > 0;
	close(fd);
	return ok;
}

static uint64_t limited(struct consumer *c)
{
	static struct falcoc_stats s;

	s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff, .cls = FALCOC_CLASS_DNS };
	ioctl(c->fd, FALCOC_IOC_STATS, &s);
	return s.dns_limited;
}

/* What so many CPUs let one sender have in that time, in messages that cost 1. */
static uint64_t allowance(uint64_t cpus, uint64_t ns)
{
	return cpus * (BURST + RATE * ns / 1000000000);
}

bool dns_meter_fits(uint64_t messages, uint64_t ns)
{
	return messages * COST <= allowance(1, ns);
}

static void try_way(struct consumer *c, const struct way *way)
{
	uint64_t before = limited(c), begin = now_ns(), passes, may, all = NAMES * EACH;
	int ready[2], go[2], status;
	pid_t pid, over;
	char byte;

	if (!check(!pipe(ready) && !pipe(go), "pipes"))
		return;
	pid = fork();
	if (!pid)
		come(way, ready[1], go[0]);
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &byte, 1) != 1 || !give_ids(way, pid)) {
		printf("SKIP %s: not in this guest\n", way->what);
		close(go[1]);
		waitpid(pid, &status, 0);
		goto out;
	}
	check(write(go[1], "x", 1) == 1, "%s: they may go on", way->what);
	close(go[1]);
	/* so that no ring is what bounds them */
	while (!(over = waitpid(pid, &status, WNOHANG)))
		consumer_read(c, NULL, NULL);
	consumer_read(c, NULL, NULL);
	passes = all - (limited(c) - before);
	may = allowance(sysconf(_SC_NPROCESSORS_ONLN), now_ns() - begin + 100000000);
	check(over == pid && !status, "%s: all sent what they should", way->what);
	check(passes * COST <= may, "%s: %ju of %d messages of %d under %d names made records, no more than one sender's",
	      way->what, (uintmax_t)passes, NAMES * EACH, LARGE, NAMES);
	check(passes < all || may >= all * COST, "%s: and not all", way->what);
out:
	close(ready[0]);
}

static bool make_groups(bool make)
{
	char path[64];
	bool ok = !make || !mkdir(GROUPS "/kmodtest", 0700);

	for (int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), GROUPS "/kmodtest/%d", i);
		ok &= !(make ? mkdir(path, 0700) : rmdir(path));
	}
	return ok && (make || !rmdir(GROUPS "/kmodtest"));
}

void test_dns_meter(struct consumer *c, uint64_t message_ns)
{
	bool groups;

	/* twice: to come under many names takes its time, too */
	if (dns_meter_fits(NAMES * EACH, 2 * message_ns * NAMES * EACH)) {
		printf("SKIP many names of one sender: at %ju us a message nobody sends too many\n",
		       (uintmax_t)message_ns / 1000);
		return;
	}
	mkdir(GROUPS, 0700);
	groups = !mount("none", GROUPS, "cgroup2", 0, NULL) && make_groups(true);
	if (!groups)
		printf("SKIP control groups: %s\n", strerror(errno));
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!ways[i].in_groups || groups)
			try_way(c, &ways[i]);
	if (groups)
		check(make_groups(false), "the groups are gone");
	umount(GROUPS);
	rmdir(GROUPS);
}
