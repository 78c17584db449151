/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A token that a command prints. See token_command.h. The command is the operator's own. */
#include "intake/token_command.h"

#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool start(const char *command, int out_fd, pid_t *child, struct err *err)
{
    const char *const args[] = {"sh", "-c", command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP); /* what it starts dies with it */
    int rc =
        posix_spawn(child, "/bin/sh", &actions, &attr, (char *const *)(uintptr_t)args, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    if (rc != 0)
        return err_set(err, ERR_RETRY, "it did not start (%s)", strerror(rc));
    return true;
}

/* Read to the end of the output, the limit, or the end of the time. */
static bool collect(int fd, char *text, size_t room, struct err *err)
{
    int64_t end = clock_mono_ms() + TOKEN_COMMAND_MS;
    size_t n = 0;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = end - clock_mono_ms();
        int rc = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (rc < 0 && errno == EINTR)
            continue;
        if (rc <= 0)
            return err_set(err, ERR_RETRY, "it did not end within %d s", TOKEN_COMMAND_MS / 1000);
        ssize_t got = read(fd, text + n, room - n);
        if (got == 0)
            return true;
        if (got < 0)
            return err_set(err, ERR_RETRY, "its output cannot be read (%s)", strerror(errno));
        n += (size_t)got;
        if (n == room)
            return err_set(err, ERR_RETRY, "it printed more than %d bytes", TOKEN_MAX);
    }
}

bool token_command(struct arena *a, const char *command, char **out, struct err *err)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return err_set(err, ERR_RETRY, "no pipe (%s)", strerror(errno));
    CLEANUP(fd_closep)
    int read_end = pipe_fds[0], write_end = pipe_fds[1];
    pid_t child = 0;
    bool ok = start(command, write_end, &child, err);
    fd_closep(&write_end);
    if (!ok)
        return false;
    char *text = arena_alloc(a, TOKEN_MAX + 2); /* zeroed: it ends in NUL */
    ok = collect(read_end, text, TOKEN_MAX + 1, err);
    if (!ok)
        kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!ok)
        return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_RETRY, "it failed (status %d)", status);
    text[strcspn(text, "\r\n")] = 0;
    if (!*text)
        return err_set(err, ERR_RETRY, "it printed no token");
    *out = text;
    return true;
}
