// SPDX-License-Identifier: Apache-2.0
/*
 * file.c - one file by many ways: argv[1] is the file, argv[2] a directory to play in
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static const char *target, *play;

static void arguments(int argc, char **argv)
{
	struct stat st;

	must(argc == 3, "two arguments");
	target = argv[1];
	play = argv[2];
	must(stat(target, &st) == 0, target);
	mkdir(play, 0755);
}

/* A name in the directory to play in. The pointer is good for four calls. */
static const char *in_play(const char *name)
{
	static char paths[4][4096];
	static int i;

	i = (i + 1) % 4;
	snprintf(paths[i], sizeof(paths[i]), "%s/%s", play, name);
	return paths[i];
}

/* What was passed is told as `raw`. */
static int read_by(const char *path)
{
	fact("raw", "%s", path);
	must(touch_path(path, O_RDONLY), path);
	return 0;
}

static const char *base(void)
{
	return strrchr(target, '/') + 1;
}

static void target_dir(char *dir, size_t size)
{
	snprintf(dir, size, "%.*s", (int)(strrchr(target, '/') - target), target);
}

static int run_symlink(int argc, char **argv)
{
	arguments(argc, argv);
	must(symlink(target, in_play("link")) == 0, "symlink");
	return read_by(in_play("link"));
}

static int run_dirlink(int argc, char **argv)
{
	char dir[256], path[512], via[256];

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	snprintf(path, sizeof(path), "%s/attack.d", dir);
	must(mkdir(path, 0755) == 0 || errno == EEXIST, path);
	must(symlink(path, in_play("dirlink")) == 0, "symlink");
	snprintf(via, sizeof(via), "dirlink/../%s", base());
	return read_by(in_play(via));
}

static int run_proc_root(int argc, char **argv)
{
	char path[512];

	arguments(argc, argv);
	snprintf(path, sizeof(path), "/proc/self/root%s", target);
	return read_by(path);
}

static int run_proc_fd(int argc, char **argv)
{
	char dir[256], path[512];
	int fd;

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	fd = open(dir, O_PATH | O_DIRECTORY);
	must(fd >= 0, dir);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, base());
	return read_by(path);
}

static int run_proc_cwd(int argc, char **argv)
{
	char dir[256], path[512];

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	must(chdir(dir) == 0, dir);
	snprintf(path, sizeof(path), "/proc/thread-self/cwd/./%s", base());
	return read_by(path);
}

static int run_hardlink(int argc, char **argv)
{
	arguments(argc, argv);
	must(link(target, in_play("hard")) == 0, "link");
	return read_by(in_play("hard"));
}

static int run_renamed(int argc, char **argv)
{
	int rc;

	arguments(argc, argv);
	must(rename(target, in_play("renamed")) == 0, "rename");
	rc = read_by(in_play("renamed"));
	must(rename(in_play("renamed"), target) == 0, "rename back");
	return rc;
}

static int run_bind(int argc, char **argv)
{
	const char *at;
	int rc;

	arguments(argc, argv);
	at = in_play("bound");
	must(touch_path(at, O_CREAT | O_WRONLY), at);
	must(mount(target, at, NULL, MS_BIND, NULL) == 0, "bind mount");
	rc = read_by(at);
	must(umount(at) == 0, "umount");
	return rc;
}

static int run_chroot(int argc, char **argv)
{
	char dir[256], path[512];

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	must(chroot(dir) == 0 && chdir("/") == 0, "chroot");
	snprintf(path, sizeof(path), "/%s", base());
	return read_by(path);
}

/* The root is left by a descriptor that was opened before. */
static int run_chroot_left(int argc, char **argv)
{
	int root;

	arguments(argc, argv);
	root = open("/", O_PATH);
	must(root >= 0 && chroot(play) == 0, "chroot");
	must(fchdir(root) == 0, "fchdir");
	return read_by(target + 1);
}

static void own_mounts(void)
{
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
}

static int run_mountns(int argc, char **argv)
{
	char dir[256], via[256];
	const char *at;

	arguments(argc, argv);
	own_mounts();
	target_dir(dir, sizeof(dir));
	at = in_play("other");
	must(mkdir(at, 0755) == 0 || errno == EEXIST, at);
	must(mount(dir, at, NULL, MS_BIND, NULL) == 0, "bind mount");
	snprintf(via, sizeof(via), "other/%s", base());
	return read_by(in_play(via));
}

/* Another file under the name of the target: the name is right, the identity is not. */
static int run_decoy(int argc, char **argv)
{
	const char *decoy;

	arguments(argc, argv);
	own_mounts();
	decoy = in_play("decoy");
	must(touch_path(decoy, O_CREAT | O_WRONLY), decoy);
	must(mount(decoy, target, NULL, MS_BIND, NULL) == 0, "bind mount");
	return read_by(target);
}

/* A mount that is in no tree any more has no path but its own. */
static int run_detached(int argc, char **argv)
{
	char dir[256];
	const char *at;
	int mnt, fd;

	arguments(argc, argv);
	own_mounts();
	target_dir(dir, sizeof(dir));
	at = in_play("detached");
	must(mkdir(at, 0755) == 0 || errno == EEXIST, at);
	must(mount(dir, at, NULL, MS_BIND, NULL) == 0, "bind mount");
	mnt = open(at, O_PATH | O_DIRECTORY);
	must(mnt >= 0 && umount2(at, MNT_DETACH) == 0, "detach");
	fd = openat(mnt, base(), O_RDONLY);
	must(fd >= 0, "openat");
	fact("raw", "%s", base());
	return 0;
}

static int run_opath(int argc, char **argv)
{
	char path[64];
	int fd;

	arguments(argc, argv);
	fd = open(target, O_PATH);
	must(fd >= 0, "O_PATH");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return read_by(path);
}

static int run_handle(int argc, char **argv)
{
	struct {
		struct file_handle h;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = { .h = { .handle_bytes = MAX_HANDLE_SZ } };
	int mount_id, mount_fd, fd;

	arguments(argc, argv);
	if (name_to_handle_at(AT_FDCWD, target, &handle.h, &mount_id, 0))
		return cannot("no handle of this file system");
	mount_fd = open("/", O_RDONLY | O_DIRECTORY);
	fd = open_by_handle_at(mount_fd, &handle.h, O_RDONLY);
	must(fd >= 0, "open_by_handle_at");
	return 0;
}

/* Deeper than any path can be told. */
static int run_deep(int argc, char **argv)
{
	char name[251];

	arguments(argc, argv);
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	must(chdir(play) == 0, play);
	for (int i = 0; i < 40; i++) {
		mkdir(name, 0755);
		must(chdir(name) == 0, "chdir");
	}
	must(link(target, "deep") == 0, "link");
	return read_by("deep");
}

/* The last component is a link that opens must not follow, but one before it may be. */
static int run_nofollow(int argc, char **argv)
{
	char dir[256], via[256];
	int fd;

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	must(symlink(dir, in_play("nofollow")) == 0, "symlink");
	snprintf(via, sizeof(via), "nofollow/%s", base());
	fact("raw", "%s", in_play(via));
	fd = open(in_play(via), O_RDONLY | O_NOFOLLOW);
	must(fd >= 0, "open");
	return 0;
}

/* Without the right to: the name is still that of the file. */
static int run_denied(int argc, char **argv)
{
	arguments(argc, argv);
	must(symlink(target, in_play("denied")) == 0, "symlink");
	must(setgid(65534) == 0 && setuid(65534) == 0, "setuid");
	fact("raw", "%s", in_play("denied"));
	must(!touch_path(in_play("denied"), O_RDONLY) && errno == EACCES, "refusal");
	return 0;
}

static int run_relative(int argc, char **argv)
{
	char dir[256];
	int fd;

	arguments(argc, argv);
	target_dir(dir, sizeof(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	must(fd >= 0, dir);
	fact("raw", "./././%s", base());
	dir[0] = '\0';
	snprintf(dir, sizeof(dir), "./././%s", base());
	must(openat(fd, dir, O_RDONLY) >= 0, dir);
	return 0;
}

const struct attack attacks_file[] = {
	{ "file-symlink", run_symlink },
	{ "file-dirlink", run_dirlink },
	{ "file-proc-root", run_proc_root },
	{ "file-proc-fd", run_proc_fd },
	{ "file-proc-cwd", run_proc_cwd },
	{ "file-hardlink", run_hardlink },
	{ "file-renamed", run_renamed },
	{ "file-bind", run_bind },
	{ "file-chroot", run_chroot },
	{ "file-chroot-left", run_chroot_left },
	{ "file-mountns", run_mountns },
	{ "file-decoy", run_decoy },
	{ "file-detached", run_detached },
	{ "file-opath", run_opath },
	{ "file-handle", run_handle },
	{ "file-deep", run_deep },
	{ "file-nofollow", run_nofollow },
	{ "file-denied", run_denied },
	{ "file-relative", run_relative },
	{ NULL, NULL },
};
