/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Values by kind: what is right, where it lands, how it is shown again. */
#include "config/value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *tls_mode_name(enum tls_mode mode)
{
    static const char *const names[] = {
        [TLS_IMPLICIT] = "implicit", [TLS_STARTTLS] = "starttls", [TLS_NONE] = "none"};
    return names[mode];
}

/* The place of value among the table's words, or -1. */
static int find_word(const char *words, const char *value)
{
    size_t n = strlen(value);
    int at = 0;
    for (const char *w = words; *w; w += strspn(w, " "), at++) {
        size_t length = strcspn(w, " ");
        if (length == n && memcmp(w, value, n) == 0)
            return at;
        w += length;
    }
    return -1;
}

static bool not_one_of(const struct config_option *o, const char *value, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    return err_set(err, ERR_FATAL, "'%s' is none of %s", value, config_range(a, o));
}

static bool is_address(const char *s)
{
    const char *at = strrchr(s, '@');
    return at && at > s && strchr(at, '.') && at[strlen(at) - 1] != '.' && !strpbrk(s, " \t<>,;\"");
}

static bool parse_int(const char *s, int min, int max, int *out)
{
    char *end;
    if (*s != '-' && (*s < '0' || *s > '9'))
        return false;
    long value = strtol(s, &end, 10);
    if (*end || end - s > 10 || value < min || value > max)
        return false;
    *out = (int)value;
    return true;
}

static bool store_text(struct arena *a, const struct config_option *o, const char *folder,
                       const char *value, void *field, struct err *err)
{
    (void)o, (void)folder, (void)err;
    *(const char **)field = arena_strdup(a, value);
    return true;
}

static bool store_path(struct arena *a, const struct config_option *o, const char *folder,
                       const char *value, void *field, struct err *err)
{
    (void)o, (void)err;
    *(const char **)field =
        *value == '/' ? arena_strdup(a, value) : arena_printf(a, "%s/%s", folder, value);
    return true;
}

/* Without a slash it is the name of a systemd credential and stays one. */
static bool store_secret(struct arena *a, const struct config_option *o, const char *folder,
                         const char *value, void *field, struct err *err)
{
    return (strchr(value, '/') ? store_path : store_text)(a, o, folder, value, field, err);
}

static bool store_address(struct arena *a, const struct config_option *o, const char *folder,
                          const char *value, void *field, struct err *err)
{
    if (!is_address(value))
        return err_set(err, ERR_FATAL, "'%s' is not a mail address", value);
    return store_text(a, o, folder, value, field, err);
}

static bool store_url(struct arena *a, const struct config_option *o, const char *folder,
                      const char *value, void *field, struct err *err)
{
    size_t scheme = strncmp(value, "https://", 8) == 0  ? 8
                    : strncmp(value, "http://", 7) == 0 ? 7
                                                        : 0;
    if (!scheme || !value[scheme] || value[scheme] == '/' || strpbrk(value, " \t\"<>?#@"))
        return err_set(err, ERR_FATAL, "'%s' is not a web address such as https://host.example",
                       value);
    if (!store_text(a, o, folder, value, field, err))
        return false;
    char *url = *(char **)field;
    for (size_t n = strlen(url); url[n - 1] == '/'; n--)
        url[n - 1] = 0;
    return true;
}

static bool store_listen(struct arena *a, const struct config_option *o, const char *folder,
                         const char *value, void *field, struct err *err)
{
    const char *colon = strrchr(value, ':');
    int port;
    if (!colon || colon == value || !parse_int(colon + 1, 1, 65535, &port))
        return err_set(err, ERR_FATAL, "'%s' is not ADDRESS:PORT, such as 127.0.0.1:8080", value);
    return store_text(a, o, folder, value, field, err);
}

static bool store_series(struct arena *a, const struct config_option *o, const char *folder,
                         const char *value, void *field, struct err *err)
{
    size_t n = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (value[n] || n > 8)
        return err_set(err, ERR_FATAL, "'%s' is not 1-8 capitals and digits, such as R", value);
    return store_text(a, o, folder, value, field, err);
}

static bool store_word(struct arena *a, const struct config_option *o, const char *folder,
                       const char *value, void *field, struct err *err)
{
    if (find_word(o->words, value) < 0)
        return not_one_of(o, value, err);
    return store_text(a, o, folder, value, field, err);
}

static bool store_number(struct arena *a, const struct config_option *o, const char *folder,
                         const char *value, void *field, struct err *err)
{
    (void)a, (void)folder;
    if (parse_int(value, o->min, o->max, field))
        return true;
    return err_set(err, ERR_FATAL, "'%s' is not a whole number%s%s between %d and %d", value,
                   o->unit ? " of " : "", o->unit ? o->unit : "", o->min, o->max);
}

static bool store_yesno(struct arena *a, const struct config_option *o, const char *folder,
                        const char *value, void *field, struct err *err)
{
    (void)a, (void)o, (void)folder;
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return err_set(err, ERR_FATAL, "'%s' is neither yes nor no", value);
    *(bool *)field = *value == 'y';
    return true;
}

static bool store_tls(struct arena *a, const struct config_option *o, const char *folder,
                      const char *value, void *field, struct err *err)
{
    (void)a, (void)folder;
    int at = find_word(o->words, value);
    if (at < 0)
        return not_one_of(o, value, err);
    *(enum tls_mode *)field = (enum tls_mode)at;
    return true;
}

static bool check_item(const struct config_option *o, const char *item, struct err *err)
{
    if (o->kind == CONFIG_ADDRESSES && !is_address(item))
        return err_set(err, ERR_FATAL, "'%s' is not a mail address", item);
    if (o->kind == CONFIG_WORDS && find_word(o->words, item) < 0)
        return not_one_of(o, item, err);
    return true;
}

/* Adds to what earlier lines of the same option brought; read.c empties a default first. */
static bool store_list(struct arena *a, const struct config_option *o, const char *folder,
                       const char *value, void *field, struct err *err)
{
    struct string_list *list = field;
    (void)folder;
    for (const char *p = value; *p; p += strspn(p, ", \t")) {
        size_t n = strcspn(p, ",");
        size_t used = n;
        while (used > 0 && strchr(" \t", p[used - 1]))
            used--;
        char *item = arena_strndup(a, p, used);
        if (!check_item(o, item, err))
            return false;
        if (list->n == CONFIG_LIST_MAX)
            return err_set(err, ERR_FATAL, "more than %d entries", CONFIG_LIST_MAX);
        list->item[list->n++] = item;
        p += n;
    }
    return list->n > 0 || err_set(err, ERR_FATAL, "'%s' names nothing", value);
}

typedef bool store_fn(struct arena *, const struct config_option *, const char *, const char *,
                      void *, struct err *);

bool value_store(struct arena *a, const struct config_option *o, const char *folder,
                 const char *value, void *field, struct err *err)
{
    static store_fn *const store[] = {
        [CONFIG_TEXT] = store_text,     [CONFIG_PATH] = store_path,
        [CONFIG_SECRET] = store_secret, [CONFIG_ADDRESS] = store_address,
        [CONFIG_URL] = store_url,       [CONFIG_LISTEN] = store_listen,
        [CONFIG_SERIES] = store_series, [CONFIG_WORD] = store_word,
        [CONFIG_NUMBER] = store_number, [CONFIG_YESNO] = store_yesno,
        [CONFIG_TLS] = store_tls,       [CONFIG_ADDRESSES] = store_list,
        [CONFIG_WORDS] = store_list,
    };
    static_assert(ARRAY_LEN(store) == CONFIG_N_KINDS, "a way to store each kind");
    if (*value)
        return store[o->kind](a, o, folder, value, field, err);
    bool is_text = o->kind <= CONFIG_WORD;
    if (o->default_value && *o->default_value && !o->may_be_empty)
        return err_set(err, ERR_FATAL, "the value is empty");
    if (is_text)
        *(const char **)field = o->default_value ? "" : NULL;
    return true;
}

/* Blanks at an end would be taken off again: quotes hold them. */
static char *show_text(struct arena *a, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    bool is_loose = n > 0 && (strchr(" \t", text[0]) || strchr(" \t", text[n - 1]));
    return arena_printf(a, is_loose ? "\"%s\"" : "%s", n ? text : "");
}

char *value_show(struct arena *a, const struct config_option *o, const void *field)
{
    switch (o->kind) {
    case CONFIG_NUMBER:
        if (*(const int *)field < o->min)
            return arena_strdup(a, ""); /* a port that was not set */
        return arena_printf(a, "%d", *(const int *)field);
    case CONFIG_YESNO:
        return arena_strdup(a, *(const bool *)field ? "yes" : "no");
    case CONFIG_TLS:
        return arena_strdup(a, tls_mode_name(*(const enum tls_mode *)field));
    default:
        return show_text(a, *(const char *const *)field);
    }
}
