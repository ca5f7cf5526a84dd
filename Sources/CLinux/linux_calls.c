#define _GNU_SOURCE
#include "linux_calls.h"

#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

struct martlet_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

int martlet_openat2(int folder, const char *path, uint64_t flags, uint64_t resolve) {
    struct martlet_open_how how = {flags, 0, resolve};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int martlet_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void martlet_return_free_memory(void) {
    malloc_trim(0);
}
