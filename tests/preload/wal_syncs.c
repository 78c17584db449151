/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Loaded into PostgreSQL by tests/bench/wal: who asks the disk to keep the log? One line for each
 * fdatasync of a file below pg_wal, with the process as PostgreSQL names it, into WAL_SYNCS_FILE.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_title(char *out, size_t size)
{
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : 0;
    out[n > 0 ? n : 0] = 0; /* ends at the first argument: the rest is padding */
    if (fd >= 0)
        close(fd);
}

static void note(int fd)
{
    char link[64], path[512] = "", line[300], title[256];
    const char *file = getenv("WAL_SYNCS_FILE");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!file || readlink(link, path, sizeof path - 1) <= 0 || !strstr(path, "/pg_wal/"))
        return;
    read_title(title, sizeof title);
    int n = snprintf(line, sizeof line, "%s\n", title);
    int out = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (out < 0)
        return;
    ssize_t ignored = write(out, line, (size_t)n);
    (void)ignored;
    close(out);
}

int fdatasync(int fd)
{
    int (*real)(int) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    note(fd);
    return real(fd);
}
