/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Passwords, tokens and keys: files of one line that nobody else can read. See secret.h. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The unit's LoadCredential=secret:FOLDER hands over each FILE of it as secret_FILE. */
static const char prefix[] = "secret_";

static const char *secrets_folder(void)
{
#ifdef THANWELA_TEST_BUILD
    if (getenv("THANWELA_SECRETS"))
        return getenv("THANWELA_SECRETS");
#endif
    return "/etc/thanwela/secrets";
}

/* Where systemd put the credentials: of this process, or for who asks at the command line those of
 * the running service, so that one configuration serves both. NULL: nowhere. */
static const char *credential_folder(void)
{
    static const char service[] = "/run/credentials/thanwela.service";
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (folder && *folder)
        return folder;
    return access(service, X_OK) == 0 ? service : NULL;
}

/* They are 0440 in a folder that only the service and root see. */
static bool is_credential(const char *path)
{
    const char *folder = credential_folder();
    size_t n = folder ? strlen(folder) : 0;
    return n > 0 && strncmp(path, folder, n) == 0 && path[n] == '/' && !strstr(path + n, "/..");
}

/* Outside of the unit, root has the file itself: before the first start there is nothing else, and
 * later it is what the next start will have. NULL: not there. */
static char *file_behind(struct arena *a, const char *name)
{
    if (getenv("CREDENTIALS_DIRECTORY") || strncmp(name, prefix, strlen(prefix)) != 0)
        return NULL;
    char *path = arena_printf(a, "%s/%s", secrets_folder(), name + strlen(prefix));
    return access(path, F_OK) == 0 ? path : NULL;
}

static bool resolve(struct arena *a, const char *path, char **out, struct err *err)
{
    const char *folder = credential_folder();
    if (strchr(path, '/'))
        *out = arena_strdup(a, path);
    else if (!(*out = file_behind(a, path)) && folder)
        *out = arena_printf(a, "%s/%s", folder, path);
    return *out ? true
                : err_set(err, ERR_FATAL,
                          "secret %s: a name without a slash is a systemd credential, and this "
                          "process has none: ask as root with the file in %s, or write a path",
                          path, secrets_folder());
}

/* Opens path and says what is wrong with who may read it. */
static bool open_secret(const char *path, int *fd_out, struct err *err)
{
    struct stat st;
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, ERR_FATAL, "secret %s cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_FATAL, "secret %s is not a file", path);
    if ((st.st_mode & 077) != 0 && !is_credential(path))
        return err_set(err, ERR_FATAL, "secret %s can be read by others (mode %04o): chmod 600 %s",
                       path, (unsigned)st.st_mode & 07777U, path);
    *fd_out = fd;
    fd = -1;
    return true;
}

bool secret_path(struct arena *a, const char *path, char **out, struct err *err)
{
    char *whole = NULL;
    int fd CLEANUP(fd_closep) = -1;
    if (!resolve(a, path, &whole, err) || !open_secret(whole, &fd, err))
        return false;
    *out = whole;
    return true;
}

bool secret_read(struct arena *a, const char *path, char **out, struct err *err)
{
    char *whole = NULL, text[SECRET_MAX + 2];
    int fd CLEANUP(fd_closep) = -1;
    if (!resolve(a, path, &whole, err) || !open_secret(whole, &fd, err))
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    if (n < 0)
        return err_set(err, ERR_RETRY, "secret %s cannot be read: %s", whole, strerror(errno));
    text[n] = 0;
    size_t length = strcspn(text, "\r\n");
    if (length == 0 || length > SECRET_MAX)
        err_set(err, ERR_FATAL, "secret %s: its first line is %s", whole,
                length ? "longer than 8192 bytes" : "empty");
    else
        *out = arena_strndup(a, text, length);
    explicit_bzero(text, sizeof text);
    return length > 0 && length <= SECRET_MAX;
}
