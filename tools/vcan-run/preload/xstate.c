// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Not a part of vcan-run but a library of its own, that goes into the process
 * of a User-Mode Linux in front of its libc. It says there what vm/preload.h
 * tells; what it needs of a libc is the one that is there.
 */
#include <errno.h>
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* libc's, whose first argument has not the same type in each of them */
long ptrace(int request, ...) __attribute__((visibility("default")));

/* With AMX it is 11008 bytes. */
#define XSTATE_MAX 65536

/* Only its first part is to be set: the rest stays as it is. */
static long set_xstate(pid_t pid, void *type, const struct iovec *part)
{
	static char whole[XSTATE_MAX];
	struct iovec all = { whole, sizeof(whole) };

	if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, type, &all))
		return -1;
	if (part->iov_len < all.iov_len)
		memcpy(whole, part->iov_base, part->iov_len);
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, type,
		       part->iov_len < all.iov_len ? &all : part);
}

/* Those that libc, unlike the kernel, has return what they read. */
static long peek(int request, pid_t pid, void *addr)
{
	long word;

	if (syscall(SYS_ptrace, request, pid, addr, &word))
		return -1;
	errno = 0;
	return word;
}

long ptrace(int request, ...)
{
	va_list args;
	pid_t pid;
	void *addr, *data;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSR)
		return peek(request, pid, addr);
	if (request == PTRACE_SETREGSET && addr == (void *)NT_X86_XSTATE)
		return set_xstate(pid, addr, data);
	return syscall(SYS_ptrace, request, pid, addr, data);
}
