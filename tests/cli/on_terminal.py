# SPDX-License-Identifier: Apache-2.0
"""on_terminal.py COLUMNS KEYS PROGRAM ARG...: a program whose standard input, output and error are a
terminal of that width. What it shows goes to the standard output, as it is. KEYS: "TEXT=BYTES", which are
typed once TEXT was shown, with escapes as of Python; or nothing. Ends as the program ends."""
import fcntl
import os
import pty
import struct
import sys
import termios

columns, keys, argv = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
wait, _, typed = keys.partition("=")
pid, fd = pty.fork()
if pid == 0:
    # not before the terminal has its width
    os.read(0, 1)
    try:
        os.execvp(argv[0], argv)
    finally:
        os._exit(127)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
mode = termios.tcgetattr(fd)
mode[3] &= ~termios.ECHO
termios.tcsetattr(fd, termios.TCSANOW, mode)
os.write(fd, b"\n")
shown = b""
while True:
    try:
        some = os.read(fd, 65536)
    except OSError:
        break
    if not some:
        break
    sys.stdout.buffer.write(some)
    sys.stdout.buffer.flush()
    shown += some
    if typed and wait.encode() in shown:
        os.write(fd, typed.encode().decode("unicode_escape").encode("latin-1"))
        typed = ""
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
