"""Becomes another command, after arranging to die with the parent: `python child.py PARENT_PID COMMAND…`.

Run as a file of its own between fork and exec, because code that runs there inside the parent
(`preexec_fn`) can deadlock a parent that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal this process gets when its parent is gone; survives exec
PARENT_GONE = 75  # sysexits' EX_TEMPFAIL: nothing was begun


def die_with_parent(parent: int) -> bool:
    """True once the kernel will kill this process when `parent` ends; False where `parent` is gone already.

    Only Linux can do this. Elsewhere the child finishes its crawl alone; the site's lock keeps it from
    meeting a second one.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return os.getppid() == parent


def main() -> None:
    if not die_with_parent(int(sys.argv[1])):
        sys.exit(PARENT_GONE)
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # becoming the command without a shell is the purpose


if __name__ == "__main__":
    main()
