/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A private office of real servers for one test program. See office.h. */
#include "tests/flow/office.h"

#include "base/buf.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { OPTIONS_MAX = 16 };

struct office {
    struct arena *a;
    char *dir;
    char *env; /* the text of DIR/env */
    unsigned n_delivered;
};

/* Run script/lib/office VERB DIR OPTIONS... to its end. */
static int run_script(const char *verb, const char *dir, const char *const *options)
{
    const char *args[OPTIONS_MAX + 6] = {CHECKOUT "/script/lib/office", verb, dir};
    size_t n = 3;
    char parent[16];
    snprintf(parent, sizeof parent, "%d", (int)getpid());
    if (strcmp(verb, "start") == 0) {
        args[n++] = "--with";
        args[n++] = parent;
    }
    for (size_t i = 0; options && options[i]; i++) {
        assert_true(i < OPTIONS_MAX);
        args[n++] = options[i];
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execv(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static char *read_file(struct arena *a, const char *path)
{
    CLEANUP(fd_closep)
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s cannot be read", path);
    char *text = arena_alloc(a, 1 << 16);
    ssize_t n = read(fd, text, (1 << 16) - 1);
    assert_true(n >= 0);
    return text;
}

struct office *office_start(const char *const *options)
{
    struct arena *a = arena_new();
    struct office *o = arena_alloc(a, sizeof *o);
    o->a = a;
    mkdir(PROGRAMS "/office", 0755);
    o->dir = arena_printf(a, "%s/office/%s.XXXXXX", PROGRAMS, program_invocation_short_name);
    assert_non_null(mkdtemp(o->dir));
    if (run_script("start", o->dir, options) != 0)
        fail_msg("the private office in %s did not start", o->dir);
    o->env = read_file(a, arena_printf(a, "%s/env", o->dir));
    return o;
}

void office_stop(struct office *o)
{
    if (!o)
        return;
    if (run_script("wipe", o->dir, NULL) != 0)
        fail_msg("the private office in %s did not stop", o->dir);
    arena_free(o->a);
}

void office_crash_database(const struct office *o)
{
    if (run_script("crash", o->dir, NULL) != 0)
        fail_msg("the database of %s did not come back", o->dir);
}

void office_renumber(const struct office *o, const char *address, bool reused)
{
    const char *const options[] = {reused ? "reused" : "anew", address, NULL};
    if (run_script("renumber", o->dir, options) != 0)
        fail_msg("the IMAP server of %s did not come back", o->dir);
}

const char *office_get(const struct office *o, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = o->env; line && *line;) {
        const char *end = strchrnul(line, '\n');
        if (strncmp(line, name, n) == 0 && line[n] == '=')
            return arena_strndup(o->a, line + n + 1, (size_t)(end - line) - n - 1);
        line = *end ? end + 1 : end;
    }
    fail_msg("%s/env has no %s", o->dir, name);
    return "";
}

int office_port(const struct office *o, const char *name)
{
    return atoi(office_get(o, name));
}

char *office_path(struct arena *a, const struct office *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *rest = arena_vprintf(a, fmt, args);
    va_end(args);
    return arena_printf(a, "%s/%s", o->dir, rest);
}

char *office_password_file(struct arena *a, const struct office *o, const char *address)
{
    return office_path(a, o, "secrets/%s", address);
}

struct config_mailbox office_mailbox(struct arena *a, const struct office *o, const char *address)
{
    return (struct config_mailbox){
        .name = "saraban",
        .host = "localhost",
        .port = office_port(o, "IMAPS_PORT"),
        .tls = TLS_IMPLICIT,
        .ca_file = office_get(o, "CA_FILE"),
        .login = arena_strdup(a, address),
        .password_file = office_password_file(a, o, address),
        .auth = "auto",
        .token_file = NULL,
        .folder = "INBOX",
        .done_folder = "ลงทะเบียนแล้ว",
        .aside_folder = "พักไว้",
        .body = "cabinet",
        .poll_s = 60,
        .timeout_s = 60,
        .gap_s = 600,
    };
}

/* Files that root writes into the Maildir must belong to the user of the servers. */
static void give_to_servers(const struct office *o, const char *path)
{
    struct stat st;
    assert_int_equal(stat(o->dir, &st), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(path, st.st_uid, st.st_gid), 0);
}

static void write_all(int fd, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t wrote = write(fd, bytes + done, n - done);
        assert_true(wrote > 0);
        done += (size_t)wrote;
    }
}

/* As an MTA writes into a Maildir: Courier would give a line that ends in CR LF one more CR. */
static void write_as_unix(int fd, const char *bytes, size_t n)
{
    struct buf text CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != '\r' || i + 1 == n || bytes[i + 1] != '\n')
            buf_addc(&text, bytes[i]);
    write_all(fd, text.data, text.len);
}

void office_deliver(const struct office *o, const char *address, const void *bytes, size_t n)
{
    struct office *counter = (struct office *)(uintptr_t)o;
    const char *const folders[] = {"", "/tmp", "/new", "/cur"};
    char *path = NULL;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        path = office_path(o->a, o, "mail/%s/Maildir%s", address, folders[i]);
        if (mkdir(path, 0700) == 0)
            give_to_servers(o, path);
    }
    char *tmp = office_path(o->a, o, "mail/%s/Maildir/tmp/%u", address, ++counter->n_delivered);
    CLEANUP(fd_closep)
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (strcmp(office_get(o, "IMAP_SERVER"), "courier") == 0)
        write_as_unix(fd, bytes, n);
    else
        write_all(fd, bytes, n);
    give_to_servers(o, tmp);
    char *name = office_path(o->a, o, "mail/%s/Maildir/new/%ld.T%06u.test", address, time(NULL),
                             o->n_delivered);
    assert_int_equal(rename(tmp, name), 0);
}

static int count_files(const char *path)
{
    DIR *d = opendir(path);
    if (!d)
        return 0;
    int n = 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

int office_count(const struct office *o, const char *address, const char *maildir_folder)
{
    int n = 0;
    const char *const parts[] = {"new", "cur"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        n += count_files(office_path(o->a, o, "mail/%s/Maildir/%s%s%s", address, maildir_folder,
                                     *maildir_folder ? "/" : "", parts[i]));
    return n;
}
