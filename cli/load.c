/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files of the command line. See load.h. */
#include "cli/load.h"

#include "base/child.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_load(const char *path, int *fd_out, struct err *err)
{
    int from CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (from < 0 || fstat(from, &st) != 0)
        return err_set(err, ERR_REFUSE, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_REFUSE, "%s: not a file", path);
    int to CLEANUP(fd_closep) = child_memfd("document");
    for (off_t at = 0; at < st.st_size;)
        if (sendfile(to, from, &at, (size_t)(st.st_size - at)) <= 0)
            return err_set(err, ERR_REFUSE, "%s: %s", path, strerror(errno));
    lseek(to, 0, SEEK_SET);
    *fd_out = to;
    to = -1;
    return true;
}

bool file_save(const char *path, const struct buf *bytes, struct err *err)
{
    bool to_stdout = strcmp(path, "-") == 0;
    FILE *f = to_stdout ? stdout : fopen(path, "wb");
    bool written = f && fwrite(bytes->data, 1, bytes->len, f) == bytes->len;
    bool closed = f && (to_stdout ? fflush(f) : fclose(f)) == 0;
    if (!written || !closed)
        return err_set(err, ERR_FATAL, "%s: cannot be written: %s", path, strerror(errno));
    return true;
}
