/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela.conf → struct config, by the table of options.c. The first mistake ends the reading: a
 * service that half obeys its configuration is worse than one that says what is wrong. */
#include "config/config.h"

#include "config/ini.h"
#include "config/nearest.h"
#include "config/value.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    struct arena *a;
    struct config *c;
    const char *path, *folder;
    const char *section;        /* without a mailbox's name; NULL before the first */
    struct config_mailbox *box; /* that the lines belong to, or NULL */
    int *option_line;           /* of each option, in the section that is open; 0: not yet */
    int *section_line;          /* indexed like the table: first option of the section */
    int box_line[CONFIG_MAILBOXES_MAX];
};

const char *config_default_path(void)
{
    const char *path = getenv("THANWELA_CONF");
    return path && *path ? path : "/etc/thanwela/thanwela.conf";
}

static bool is_box_option(const struct config_option *o)
{
    return strcmp(o->section, "mailbox") == 0;
}

static void *field_of(const struct reader *r, const struct config_option *o)
{
    return is_box_option(o) ? (char *)r->box + o->offset : (char *)r->c + o->offset;
}

/* Defaults of the mailbox that was just opened, or of everything else. */
static bool store_defaults(struct reader *r, struct err *err)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        if (!o[i].default_value || is_box_option(&o[i]) != (r->box != NULL))
            continue;
        if (!value_store(r->a, &o[i], "", o[i].default_value, field_of(r, &o[i]), err))
            return err_add(err, "[%s] %s: default", o[i].section, o[i].name);
    }
    return true;
}

static bool is_box_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= 40 && !strpbrk(name, " \t[]\"'/\\:;,%$");
}

static bool open_box(struct reader *r, const struct ini_line *line, const char *name,
                     struct err *err)
{
    struct config *c = r->c;
    if (!is_box_name(name))
        return err_set(err, ERR_FATAL,
                       "%s:%d: [%s]: a mailbox has a name of 1-40 bytes without blanks: [mailbox "
                       "saraban]",
                       r->path, line->no, line->section);
    for (uint32_t i = 0; i < c->n_mailboxes; i++)
        if (strcmp(c->mailbox[i].name, name) == 0)
            return err_set(err, ERR_FATAL, "%s:%d: [%s] is there already, at line %d", r->path,
                           line->no, line->section, r->box_line[i]);
    if (c->n_mailboxes == CONFIG_MAILBOXES_MAX)
        return err_set(err, ERR_FATAL, "%s:%d: more than %d mailboxes", r->path, line->no,
                       CONFIG_MAILBOXES_MAX);
    r->box_line[c->n_mailboxes] = line->no;
    r->box = &c->mailbox[c->n_mailboxes++];
    r->box->name = arena_strdup(r->a, name);
    r->section = "mailbox";
    return store_defaults(r, err);
}

static bool no_such_section(const struct reader *r, const struct ini_line *line, struct err *err)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    struct nearest near = {.of = line->section};
    for (size_t i = 0; i < n; i++)
        nearest_offer(&near, o[i].section);
    return err_set(err, ERR_FATAL, "%s:%d: [%s]: no such section%s%s%s", r->path, line->no,
                   line->section, near.best ? "; did you mean [" : "", near.best ? near.best : "",
                   near.best ? "]?" : "");
}

static bool open_section(struct reader *r, const struct ini_line *line, struct err *err)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    memset(r->option_line, 0, n * sizeof *r->option_line);
    r->box = NULL;
    if (strncmp(line->section, "mailbox", 7) == 0 && strchr(" ", line->section[7]))
        return open_box(r, line, line->section + 7 + strspn(line->section + 7, " "), err);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(o[i].section, line->section) != 0)
            continue;
        if (r->section_line[i])
            return err_set(err, ERR_FATAL, "%s:%d: [%s] is there already, at line %d", r->path,
                           line->no, line->section, r->section_line[i]);
        r->section = o[i].section;
        r->section_line[i] = line->no;
        return true;
    }
    return no_such_section(r, line, err);
}

static bool no_such_option(const struct reader *r, const struct ini_line *line, struct err *err)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    struct nearest near = {.of = line->name};
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, r->section) == 0)
            nearest_offer(&near, o[i].name);
    const char *start = near.best ? "; did you mean " : "", *end = near.best ? "?" : "";
    for (size_t i = 0; !near.best && i < n; i++)
        if (strcmp(o[i].name, line->name) == 0) {
            near.best = o[i].section;
            start = "; it belongs to [", end = "]";
        }
    return err_set(err, ERR_FATAL, "%s:%d: [%s] %s: no such option%s%s%s", r->path, line->no,
                   line->section, line->name, start, near.best ? near.best : "", end);
}

/* A password in the connection string would be shown by ps and by `thanwela config`. */
static bool has_password(const struct config_option *o, const char *value)
{
    const char *colon = strstr(value, "://"), *userinfo = strchr(value, '@');
    if (!strstr(o->name, "conninfo"))
        return false;
    if (colon && userinfo && memchr(colon + 3, ':', (size_t)(userinfo - colon - 3)))
        return true;
    for (const char *at = value; (at = strstr(at, "password")); at += 8)
        if (at[8 + strspn(at + 8, " ")] == '=')
            return true;
    return false;
}

static bool is_list(const struct config_option *o)
{
    return o->kind == CONFIG_ADDRESSES || o->kind == CONFIG_WORDS;
}

static bool take_option(struct reader *r, const struct ini_line *line, size_t at, struct err *err)
{
    size_t n;
    const struct config_option *o = &config_options(&n)[at];
    void *field = field_of(r, o);
    if (r->option_line[at] && !is_list(o))
        return err_set(err, ERR_FATAL, "%s:%d: [%s] %s is there already, at line %d", r->path,
                       line->no, line->section, o->name, r->option_line[at]);
    if (has_password(o, line->value))
        return err_set(err, ERR_FATAL,
                       "%s:%d: [%s] %s: no password here: write it to a file of mode 0600 and name "
                       "that in %.*spassword_file",
                       r->path, line->no, line->section, o->name,
                       (int)(strlen(o->name) - strlen("conninfo")), o->name);
    if (is_list(o) && !r->option_line[at])
        ((struct string_list *)field)->n = 0;
    r->option_line[at] = line->no;
    if (!value_store(r->a, o, r->folder, line->value, field, err))
        return err_add(err, "%s:%d: [%s] %s", r->path, line->no, line->section, o->name);
    return true;
}

static bool take_line(void *user, const struct ini_line *line, struct err *err)
{
    struct reader *r = user;
    size_t n;
    const struct config_option *o = config_options(&n);
    if (!line->name)
        return open_section(r, line, err);
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, r->section) == 0 && strcmp(o[i].name, line->name) == 0)
            return take_option(r, line, i, err);
    return no_such_option(r, line, err);
}

static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(a, path, (size_t)(slash - path)) : ".";
}

bool config_parse(struct arena *a, const char *path, const char *text, size_t n, struct config *out,
                  struct err *err)
{
    size_t n_options;
    (void)config_options(&n_options);
    struct config *c = arena_alloc(a, sizeof *c);
    struct reader r = {.a = a, .c = c, .path = path, .folder = folder_of(a, path)};
    r.option_line = arena_array(a, n_options, sizeof *r.option_line);
    r.section_line = arena_array(a, n_options, sizeof *r.section_line);
    c->path = arena_strdup(a, path);
    if (!store_defaults(&r, err) || !ini_parse(a, path, text, n, take_line, &r, err))
        return false;
    *out = *c;
    return true;
}

static bool read_all(int fd, char *data, size_t cap, size_t *n_out)
{
    size_t n = 0;
    for (ssize_t got; n < cap; n += (size_t)got) {
        got = read(fd, data + n, cap - n);
        if (got < 0)
            return false;
        if (got == 0)
            break;
    }
    *n_out = n;
    return true;
}

/* A machine at its limits may have room soon; everything else is the file's. */
static enum err_kind kind_of(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM ? ERR_RETRY : ERR_FATAL;
}

bool config_read(struct arena *a, const char *path, struct config *out, struct err *err)
{
    struct stat st;
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, kind_of(errno), "%s cannot be read: %s%s", path, strerror(errno),
                       errno == ENOENT ? "; name the configuration with -c" : "");
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_FATAL, "%s is not a file: name the configuration with -c", path);
    size_t n, cap = CONFIG_FILE_MAX + 1;
    char *text = arena_alloc(a, cap);
    if (!read_all(fd, text, cap, &n))
        return err_set(err, ERR_FATAL, "%s cannot be read: %s", path, strerror(errno));
    if (n == cap)
        return err_set(err, ERR_FATAL, "%s is larger than %d bytes: it is no configuration", path,
                       CONFIG_FILE_MAX);
    return config_parse(a, path, text, n, out, err);
}
