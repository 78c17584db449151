/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reading secrets. See secret.h. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* systemd puts credentials into a folder of their own, closed to others. */
static const char *full_path(struct arena *a, const char *path, bool *is_credential_out)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    *is_credential_out = folder && !strchr(path, '/');
    return *is_credential_out ? arena_printf(a, "%s/%s", folder, path) : path;
}

static bool check_mode(int fd, const char *path, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_FATAL, "%s is not a file: put the secret into one", path);
    if (st.st_mode & S_IRWXO)
        return err_set(err, ERR_FATAL, "%s is open to everybody: chmod 0600 it", path);
    return true;
}

bool secret_read(struct arena *a, const char *path, char **out, struct err *err)
{
    bool is_credential;
    const char *name = full_path(a, path, &is_credential);
    int fd CLEANUP(fd_closep)
    = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_FATAL, "%s cannot be read: %s", name, strerror(errno));
    if (!is_credential && !check_mode(fd, name, err))
        return false;
    char *text = arena_alloc(a, SECRET_MAX + 2);
    ssize_t n = read(fd, text, SECRET_MAX + 1);
    if (n < 0)
        return err_set(err, ERR_FATAL, "%s cannot be read: %s", name, strerror(errno));
    text[n] = 0;
    text[strcspn(text, "\r\n")] = 0;
    if (!*text || strlen(text) > SECRET_MAX)
        return err_set(err, ERR_FATAL, "%s: its first line is %s", name,
                       *text ? "too long" : "empty");
    *out = text;
    return true;
}
