#ifndef MARTLET_LINUX_CALLS_H
#define MARTLET_LINUX_CALLS_H

#include <spawn.h>
#include <stdint.h>

/// Calls of Linux that the C library does not wrap, or that Swift cannot call because they are variadic.

/// `openat2` of Linux 5.6: opens a path beneath a folder. Returns -1 and sets `errno` on failure.
int martlet_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve);

/// Makes a spawned child close all files from `first` on (glibc 2.34). Returns an error number, 0 for none.
int martlet_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// Gives pages that hold nothing any more back to the kernel, also those between others.
void martlet_return_free_memory(void);

#endif
