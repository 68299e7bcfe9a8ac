// SPDX-License-Identifier: Apache-2.0
/*
 * args.c - calls of all kinds, and what evt.args has to say of each
 *
 * `kmodtest args` makes the calls and prints a line each: the event, a blank, the text ("event~"
 * where the text is a pattern). The test t/params.sh looks for the same lines among the
 * alerts. Numbers that only the process knows (descriptors, inodes, pids) are compared so, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "consumer.h"

#define DIR "/tmp/args.d"
#define FILE_F DIR "/f"
#define NOBODY 4194303	/* no process has this pid */

static void say(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%s ", event);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* "0", or "-2(ENOENT)", of what syscall() returned. Two texts at a time. */
static const char *res(long r)
{
	static char text[2][60];
	static int turn;
	char *to = text[turn ^= 1];

	if (r == -1)
		snprintf(to, sizeof(text[0]), "-%d(%s)", errno, strerrorname_np(errno));
	else
		snprintf(to, sizeof(text[0]), "%ld", r);
	return to;
}

static void args_paths(int dir)
{
	struct stat st;
	long r;

	r = syscall(SYS_mkdirat, dir, "sub", 0700);
	say("mkdirat", "res=%s dirfd=%d(<d>" DIR ") path=sub(" DIR "/sub) mode=1C0", res(r), dir);
	r = syscall(SYS_symlink, "f", DIR "/l");
	say("symlink", "res=%s target=f linkpath=" DIR "/l", res(r));
	r = syscall(SYS_linkat, AT_FDCWD, FILE_F, dir, "h", AT_SYMLINK_FOLLOW);
	say("linkat", "res=%s olddir=-100(AT_FDCWD) oldpath=" FILE_F " newdir=%d(<d>" DIR ") "
	    "newpath=h(" DIR "/h) flags=1024(AT_SYMLINK_FOLLOW)", res(r), dir);
	r = syscall(SYS_renameat2, AT_FDCWD, DIR "/h", AT_FDCWD, DIR "/i", 1);
	say("renameat2", "res=%s olddirfd=-100(AT_FDCWD) oldpath=" DIR "/h newdirfd=-100(AT_FDCWD) "
	    "newpath=" DIR "/i flags=1(RENAME_NOREPLACE)", res(r));
	r = syscall(SYS_access, DIR "/none", R_OK | W_OK);
	say("access", "res=%s name=" DIR "/none mode=6(R_OK|W_OK)", res(r));
	r = syscall(SYS_newfstatat, dir, "l", &st, AT_SYMLINK_NOFOLLOW);
	say("newfstatat", "res=%s dirfd=%d(<d>" DIR ") path=l(" DIR "/l) flags=256(AT_SYMLINK_NOFOLLOW)",
	    res(r), dir);
	r = syscall(SYS_fchmodat, AT_FDCWD, FILE_F, 0640);
	say("fchmodat", "res=%s dirfd=-100(AT_FDCWD) filename=" FILE_F
	    " mode=0640(S_IRGRP|S_IWUSR|S_IRUSR)", res(r));
	r = syscall(SYS_fchownat, AT_FDCWD, FILE_F, 0, 12, AT_SYMLINK_NOFOLLOW);
	say("fchownat", "res=%s dirfd=-100(AT_FDCWD) pathname=" FILE_F
	    " uid=0 gid=12 flags=256(AT_SYMLINK_NOFOLLOW)", res(r));
	r = syscall(SYS_mknod, DIR "/p", S_IFIFO | 0600, 0);
	say("mknod", "res=%s path=" DIR "/p mode=010600(S_IWUSR|S_IRUSR|S_IFIFO) dev=0", res(r));
	r = syscall(SYS_unlinkat, dir, "sub", AT_REMOVEDIR);
	say("unlinkat", "res=%s dirfd=%d(<d>" DIR ") name=sub(" DIR "/sub) flags=512(AT_REMOVEDIR)",
	    res(r), dir);
	r = syscall(SYS_unlink, DIR "/none");
	say("unlink", "res=%s path=" DIR "/none", res(r));
}

static unsigned long long inode(int fd)
{
	struct stat st = { 0 };

	fstat(fd, &st);
	return st.st_ino;
}

static const char *pipe_name(int fd)
{
	static char text[40];

	snprintf(text, sizeof(text), "pipe:[%llu]", inode(fd));
	return text;
}

static void args_fds(int fd)
{
	char buf[16] = "";
	int fds[2];
	long r;

	r = syscall(SYS_write, fd, "hello\n", 6);
	say("write", "res=%s data=hello. fd=%d(<f>" FILE_F ") size=6", res(r), fd);
	r = syscall(SYS_pread64, fd, buf, sizeof(buf), 1);
	say("pread", "res=%s data=ello. fd=%d(<f>" FILE_F ") size=16 pos=1", res(r), fd);
	r = syscall(SYS_lseek, fd, -2L, SEEK_END);
	say("lseek", "res=%s fd=%d(<f>" FILE_F ") offset=-2 whence=2(SEEK_END)", res(r), fd);
	r = syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
	say("fcntl", "res=%s fd=%d(<f>" FILE_F ") cmd=2(F_SETFD) arg=1", res(r), fd);
	r = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 50);
	say("fcntl", "res=%s(<f>" FILE_F ") fd=%d(<f>" FILE_F ") cmd=1030(F_DUPFD_CLOEXEC) arg=32",
	    res(r), fd);
	r = syscall(SYS_dup3, fd, 60, O_CLOEXEC);
	say("dup3", "res=%s(<f>" FILE_F ") oldfd=%d(<f>" FILE_F ") newfd=60(<f>" FILE_F
	    ") flags=524288(O_CLOEXEC)", res(r), fd);
	r = syscall(SYS_flock, fd, LOCK_EX | LOCK_NB);
	say("flock", "res=%s fd=%d(<f>" FILE_F ") operation=6(LOCK_EX|LOCK_NB)", res(r), fd);
	r = syscall(SYS_ioctl, fd, 0x5401, 0x1000);
	say("ioctl", "res=%s fd=%d(<f>" FILE_F ") request=5401 argument=1000", res(r), fd);
	r = syscall(SYS_close_range, 50, 60, 0);
	say("close_range", "res=%s first=50 last=60 flags=0", res(r));
	r = syscall(SYS_close, 777);
	say("close", "res=%s fd=777", res(r));
	if (syscall(SYS_pipe2, fds, O_NONBLOCK) == 0)
		say("pipe2", "res=0 fd1=%d(<p>%s) fd2=%d(<p>%s) ino=%llu flags=2048(O_NONBLOCK)",
		    fds[0], pipe_name(fds[0]), fds[1], pipe_name(fds[1]), inode(fds[0]));
	r = syscall(SYS_splice, fd, &(loff_t){ 0 }, fds[1], NULL, 4, 1);
	say("splice", "res=%s fd_in=%d(<f>" FILE_F ") fd_out=%d(<p>%s) size=4 flags=1(SPLICE_F_MOVE)",
	    res(r), fd, fds[1], pipe_name(fds[1]));
	r = syscall(SYS_memfd_create, "evil", 1);
	say("memfd_create", "fd=%s(<m>evil) name=evil flags=1(MFD_CLOEXEC)", res(r));
	r = syscall(SYS_eventfd2, 3, O_CLOEXEC);
	say("eventfd2", "res=%s(<e>anon_inode:[eventfd]) flags=524288(O_CLOEXEC) initval=3", res(r));
	r = syscall(SYS_epoll_create1, O_CLOEXEC);
	say("epoll_create1", "res=%s flags=524288(EPOLL_CLOEXEC)", res(r));
	r = syscall(SYS_inotify_init1, O_NONBLOCK);
	say("inotify_init1", "res=%s(<i>anon_inode:inotify) flags=2048(O_NONBLOCK)", res(r));
	r = syscall(SYS_timerfd_create, 1, 0);
	say("timerfd_create", "res=%s(<t>anon_inode:[timerfd]) clockid=1 flags=0", res(r));
}

static void args_sockets(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1, fd, pair[2];
	socklen_t len = sizeof(one);
	long r;

	fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	say("socket", "fd=%d(<4u>) domain=2(AF_INET) type=2 proto=0 flags=524288(O_CLOEXEC)", fd);
	r = syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	say("setsockopt", "res=%s fd=%d(<4u>) level=1(SOL_SOCKET) optname=2(SO_REUSEADDR) val=1 optlen=4",
	    res(r), fd);
	r = syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 2, 500000 },
		    sizeof(struct timeval));
	say("setsockopt", "res=%s fd=%d(<4u>) level=1(SOL_SOCKET) optname=20(SO_RCVTIMEO) "
	    "val=2500000000(2.5s) optlen=16", res(r), fd);
	r = syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &one, &len);
	say("getsockopt", "res=%s fd=%d(<4u>) level=1(SOL_SOCKET) optname=4(SO_ERROR) val=0 optlen=4",
	    res(r), fd);
	r = syscall(SYS_bind, fd, &(struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(4712) },
		    sizeof(sin));
	say("bind", "res=%s addr=0.0.0.0:4712 fd=%d(<4u>0.0.0.0:4712)", res(r), fd);
	r = syscall(SYS_sendto, fd, "ping", 4, 0, &sin, sizeof(sin));
	say("sendto", "res=%s data=ping fd=%d(<4u>0.0.0.0:4712->127.0.0.1:9) size=4 "
	    "tuple=0.0.0.0:4712->127.0.0.1:9", res(r), fd);
	r = syscall(SYS_shutdown, fd, SHUT_WR);
	say("shutdown", "res=%s fd=%d(<4u>0.0.0.0:4712) how=1(SHUT_WR)", res(r), fd);
	r = syscall(SYS_socket, 77, SOCK_STREAM, 0);
	say("socket", "fd=%s domain=77 type=1 proto=0 flags=0(O_NONE)", res(r));
	if (syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair) == 0)
		printf("socketpair~ res=0 fd1=%d[(]<u>[)] fd2=%d[(]<u>[)] source=[0-9A-F]+ peer=[0-9A-F]+ "
		       "domain=1[(]AF_LOCAL[|]AF_UNIX[)] type=1 proto=0\n", pair[0], pair[1]);
}

static void args_process(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];
	struct rlimit64 old, lim;
	long r;

	r = syscall(SYS_ptrace, 16, NOBODY, 0, 0);
	say("ptrace", "res=%s addr=0 data=0 request=16(PTRACE_ATTACH) pid=%d", res(r), NOBODY);
	r = syscall(SYS_prctl, PR_SET_NAME, "kmodtest", 0, 0, 0);
	say("prctl", "res=%s option=15(PR_SET_NAME) arg2_str=kmodtest arg2_int=0", res(r));
	r = syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	say("prctl", "res=%s option=36(PR_SET_CHILD_SUBREAPER) arg2_str=<NA> arg2_int=0", res(r));
	r = syscall(SYS_kill, NOBODY, SIGTERM);
	say("kill", "res=%s pid=%d sig=15(SIGTERM)", res(r), NOBODY);
	syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &old);
	lim = (struct rlimit64){ 512, old.rlim_max };
	r = syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &lim, &old);
	say("prlimit", "res=%s newcur=512 newmax=%lld oldcur=%lld oldmax=%lld pid=0 "
	    "resource=7(RLIMIT_NOFILE)", res(r), (long long)lim.rlim_max, (long long)old.rlim_cur,
	    (long long)old.rlim_max);
	r = syscall(SYS_setresuid, 0, 0, 0);
	say("setresuid", "res=%s ruid=0(root) euid=0(root) suid=0(root)", res(r));
	r = syscall(SYS_setresgid, -1, 0, -1);
	say("setresgid", "res=%s rgid=-1(<NONE>) egid=0(root) sgid=-1(<NONE>)", res(r));
	r = syscall(SYS_getuid);
	say("getuid", "uid=0(root)");
	r = syscall(SYS_setpgid, NOBODY, 0);
	say("setpgid", "res=%s pid=%d pgid=0", res(r), NOBODY);
	r = syscall(SYS_capget, &head, caps);
	if (r == 0)
		r = syscall(SYS_capset, &head, caps);
	say("capset", "res=%s cap_inheritable=%llX cap_permitted=%llX cap_effective=%llX", res(r),
	    (unsigned long long)caps[1].inheritable << 32 | caps[0].inheritable,
	    (unsigned long long)caps[1].permitted << 32 | caps[0].permitted,
	    (unsigned long long)caps[1].effective << 32 | caps[0].effective);
	r = syscall(SYS_bpf, 11, NULL, 0);
	say("bpf", "fd=%s cmd=11(BPF_PROG_GET_NEXT_ID)", res(r));
	r = syscall(SYS_keyctl, 0, -3L, 0, 0, 0);
	say("keyctl", "res=%s operation=0(KEYCTL_GET_KEYRING_ID) arg2=-3 arg3=0 arg4=0 arg5=0", res(r));
	r = syscall(SYS_pidfd_open, NOBODY, 0);
	say("pidfd_open", "fd=%s pid=%d flags=0", res(r), NOBODY);
	r = syscall(SYS_seccomp, 9, 3, NULL);
	say("seccomp", "res=%s op=9 flags=3", res(r));
	r = syscall(SYS_getpid);
	/* what stands in the registers */
	printf("getpid~ ID=39[(]getpid[)] nativeID=39( arg[0-5]=[0-9A-F]+){6}\n");
	r = syscall(SYS_alarm, 0, 1, 2, 3, 4, 5);
	say("alarm", "ID=37(alarm) nativeID=37 arg0=0 arg1=1 arg2=2 arg3=3 arg4=4 arg5=5");
}

static void args_system(void)
{
	static const char *const garbage = "garbage";
	int fd = open("/proc/self/ns/uts", O_RDONLY);
	char name[60] = "", link[60];
	ssize_t n;
	long r;

	mkdir(DIR "/m", 0700);
	r = syscall(SYS_mount, "nodev", DIR "/m", "tmpfs", MS_NOSUID | MS_NODEV, NULL);
	say("mount", "res=%s dev=nodev dir=" DIR "/m type=tmpfs flags=6(NOSUID|NODEV)", res(r));
	r = syscall(SYS_umount2, DIR "/m", MNT_DETACH);
	say("umount2", "res=%s name=" DIR "/m flags=2(DETACH)", res(r));
	r = syscall(SYS_unshare, CLONE_NEWUTS);
	say("unshare", "res=%s flags=67108864(CLONE_NEWUTS)", res(r));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name) - 1);
	r = syscall(SYS_setns, fd, CLONE_NEWUTS);
	say("setns", "res=%s fd=%d(<f>%.*s) nstype=67108864(CLONE_NEWUTS)", res(r), fd, (int)n, name);
	r = syscall(SYS_delete_module, "nosuch", O_NONBLOCK);
	say("delete_module", "res=%s name=nosuch flags=2048(O_NONBLOCK)", res(r));
	r = syscall(SYS_init_module, garbage, 7, "debug=1");
	say("init_module", "res=%s img=garbage length=7 uargs=debug=1", res(r));
	r = syscall(SYS_finit_module, 777, "", 2);
	say("finit_module", "res=%s fd=777 uargs= flags=2(MODULE_INIT_IGNORE_VERMAGIC)", res(r));
	r = syscall(SYS_chdir, DIR);
	say("chdir", "res=%s path=" DIR, res(r));
	r = syscall(SYS_getcwd, name, sizeof(name));
	say("getcwd", "res=%s path=" DIR, res(r));
	r = syscall(SYS_chroot, DIR "/none");
	say("chroot", "res=%s path=" DIR "/none", res(r));
	r = syscall(SYS_semget, 0x1234, 0, IPC_CREAT | IPC_EXCL | 0600);
	say("semget", "res=%s key=1234 nsems=0 semflg=1920(IPC_EXCL|IPC_CREAT)", res(r));
}

static void args_memory_and_time(void)
{
	struct pollfd pfd[2] = { { .fd = 1, .events = POLLOUT }, { .fd = 777, .events = POLLIN } };
	struct timespec brief = { 0, 1000 };
	sigset_t set;
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long r;

	r = syscall(SYS_mprotect, p, 4096, PROT_READ | PROT_EXEC);
	say("mprotect", "res=%s addr=%lX length=4096 prot=5(PROT_READ|PROT_EXEC)", res(r), (long)p);
	r = syscall(SYS_mlock, p, 4096);
	say("mlock", "res=%s addr=%lX len=4096", res(r), (long)p);
	r = syscall(SYS_futex, p + 4096, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
	say("futex", "res=%s addr=%lX op=129(FUTEX_PRIVATE_FLAG|FUTEX_WAKE) val=1", res(r),
	    (long)p + 4096);
	r = syscall(SYS_nanosleep, &brief, NULL);
	say("nanosleep", "res=%s interval=1000(1e-06s)", res(r));
	r = syscall(SYS_poll, pfd, 2, 100);
	say("poll", "res=%s fds=1:?4 777:?40 timeout=100", res(r));
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	r = syscall(SYS_ppoll, pfd, 1, &brief, &set, 8);
	printf("ppoll~ res=%s fds=1:[?]4 timeout=[0-9]+[(].*s[)] sigmask=SIGHUP SIGTERM\n", res(r));
}

void print_args(void)
{
	unsigned int made = 0;
	struct stat st;
	int dir, fd;

	mkdir(DIR, 0755);
	dir = open(DIR, O_RDONLY | O_DIRECTORY);
	fd = (int)syscall(SYS_openat, AT_FDCWD, FILE_F, O_CREAT | O_RDWR, 0640);
	if (dir < 0 || fd < 0 || fstat(fd, &st) < 0) {
		perror(DIR);
		return;
	}
	made = (minor(st.st_dev) & 0xff) | major(st.st_dev) << 8 | (minor(st.st_dev) & ~0xffu) << 12;
	say("openat", "fd=%d(<f>" FILE_F ") dirfd=-100(AT_FDCWD) name=" FILE_F
	    " flags=66(O_CREAT|O_RDWR|O_F_CREATED) mode=0640 dev=%X ino=%llu", fd, made,
	    (unsigned long long)st.st_ino);
	args_paths(dir);
	args_fds(fd);
	args_sockets();
	args_process();
	args_system();
	args_memory_and_time();
}
