/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of agencies and of what tells them. */
#include "db/agency.h"

#include "base/thai.h"
#include "db/change.h"
#include "db/query.h"
#include <ctype.h>
#include <string.h>

enum { MARK_MAX = 254, CODE_MAX = 20, MARK_PREFIX_MIN = 2 };

static const char put_sql[] =
    "insert into agency as g (code, name_th, short_th, contact, contact_mail, valid_from, valid_to)"
    " values ($1, $2, $3, $4, $5, coalesce(bangkok_date(from_us($6::bigint)), '1900-01-01'),"
    " bangkok_date(from_us($7::bigint)))"
    " on conflict (code) do update set name_th = excluded.name_th, short_th = excluded.short_th,"
    " contact = excluded.contact, contact_mail = excluded.contact_mail,"
    " valid_from = excluded.valid_from, valid_to = excluded.valid_to"
    " where (g.name_th, g.short_th, g.contact, g.contact_mail, g.valid_from, g.valid_to)"
    " is distinct from (excluded.name_th, excluded.short_th, excluded.contact,"
    " excluded.contact_mail, excluded.valid_from, excluded.valid_to)"
    " returning id, xmax = 0";
static const char find_sql[] = "select id from agency where code = $1";
static const char list_sql[] =
    "select id, code, name_th, short_th, contact, contact_mail,"
    " us(bangkok(nullif(valid_from, '1900-01-01'), '0:00')), us(bangkok(valid_to, '0:00'))"
    " from agency where $1::bigint is null or bangkok_date(from_us($1::bigint))"
    " between valid_from and coalesce(valid_to, 'infinity') order by code";
static const char marks_sql[] =
    "select agency_id, kind, value, us(bangkok(nullif(valid_from, '1900-01-01'), '0:00')),"
    " us(bangkok(valid_to, '0:00')) from agency_mark order by agency_id, kind, value, valid_from";
static const char mark_other_sql[] =
    "select g.code from agency_mark m join agency g on g.id = m.agency_id"
    " where m.kind = $1 and m.value = $2 and m.agency_id <> $3"
    " and m.valid_from <= coalesce(bangkok_date(from_us($5::bigint)), 'infinity')"
    " and coalesce(m.valid_to, 'infinity') >= coalesce(bangkok_date(from_us($4::bigint)), "
    "'-infinity') limit 1";
static const char mark_put_sql[] =
    "insert into agency_mark as m (kind, value, agency_id, valid_from, valid_to) values ($1, $2,"
    " $3, coalesce(bangkok_date(from_us($4::bigint)), '1900-01-01'),"
    " bangkok_date(from_us($5::bigint)))"
    " on conflict (kind, value, valid_from) do update set valid_to = excluded.valid_to"
    " where m.valid_to is distinct from excluded.valid_to and m.agency_id = excluded.agency_id"
    " returning xmax = 0";
static const char mark_end_sql[] =
    "update agency_mark set valid_to = bangkok_date(from_us($4::bigint))"
    " where agency_id = $1 and kind = $2 and value = $3 and coalesce(valid_to, 'infinity') >="
    " bangkok_date(from_us($4::bigint)) and valid_from <= bangkok_date(from_us($4::bigint))";

static bool code_ok(const char *code)
{
    size_t n = strlen(code);
    return n >= 2 && n <= CODE_MAX && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n;
}

static bool agency_ok(const struct agency *g, struct err *err)
{
    if (!code_ok(g->code))
        return err_set(err, ERR_REFUSE,
                       "agency %s: a code is 2 to 20 capital letters, digits or hyphens", g->code);
    if (!g->name || !*g->name)
        return err_set(err, ERR_REFUSE, "agency %s: it needs a name", g->code);
    if (g->until_us != TIME_NONE && g->from_us != TIME_NONE && g->until_us < g->from_us)
        return err_set(err, ERR_REFUSE, "agency %s: its last day is before its first", g->code);
    return true;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static enum row_change change_of(const struct rows *r, int col_is_new)
{
    if (r->n == 0)
        return ROW_SAME;
    return row_bool(r, 0, col_is_new) ? ROW_ADDED : ROW_CHANGED;
}

bool agency_put(struct db *db, const struct agency *g, const char *who, int *id_out,
                enum row_change *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    if (!agency_ok(g, err))
        return false;
    param_text(&p, g->code);
    param_text(&p, g->name);
    param_text(&p, or_empty(g->short_name));
    param_text(&p, or_empty(g->contact));
    param_text(&p, or_empty(g->contact_mail));
    param_time(&p, g->from_us);
    param_time(&p, g->until_us);
    if (!db_query(db, put_sql, &p, &r, err))
        return false;
    *out = change_of(&r, 1);
    if (*out == ROW_SAME)
        return agency_find(db, g->code, id_out, err);
    *id_out = (int)row_int(&r, 0, 0);
    struct change c = {.who = who, .what = *out == ROW_ADDED ? "add agency" : "change agency"};
    return change_record(db, err, &c, "code", g->code, "name", g->name, "short", g->short_name,
                         "contact", g->contact, "contact_mail", g->contact_mail, NULL);
}

bool agency_find(struct db *db, const char *code, int *id_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, code);
    if (!db_query(db, find_sql, &p, &r, err))
        return false;
    *id_out = r.n ? (int)row_int(&r, 0, 0) : 0;
    return true;
}

/* ---------------------------------------------------------------- marks */

static bool domain_ok(const char *domain)
{
    size_t n = strlen(domain);
    return n >= 3 && n <= MARK_MAX && strchr(domain, '.') && domain[0] != '.' &&
           domain[n - 1] != '.' && !strstr(domain, "..") &&
           strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static bool address_ok(const char *addr)
{
    const char *at = strrchr(addr, '@');
    return at && at > addr && strlen(addr) <= MARK_MAX && !strpbrk(addr, " <>,;\"") &&
           domain_ok(at + 1);
}

static bool mark_ok(const char *kind, const char *value, struct err *err)
{
    if (strcmp(kind, "address") == 0)
        return address_ok(value) || err_set(err, ERR_REFUSE, "%s: not a mail address", value);
    if (strcmp(kind, "prefix") == 0)
        return (strlen(value) >= MARK_PREFIX_MIN && strlen(value) <= MARK_MAX) ||
               err_set(err, ERR_REFUSE, "\"%s\": too short or too long for a letter prefix", value);
    if (strcmp(kind, "domain") != 0)
        return err_set(err, ERR_REFUSE, "%s: a mark is an address, a domain or a prefix", kind);
    if (agency_free_mail(value))
        return err_set(err, ERR_REFUSE,
                       "%s: anyone may have an address there; register single addresses", value);
    return domain_ok(value) || err_set(err, ERR_REFUSE, "%s: not a mail domain", value);
}

static void mark_params(struct params *p, const struct agency_mark *m, const char *value, int id)
{
    param_text(p, m->kind);
    param_text(p, value);
    param_int(p, id);
    param_time(p, m->from_us);
    param_time(p, m->until_us);
}

static bool mark_is_free(struct db *db, const struct params *p, const char *value, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, mark_other_sql, p, &r, err))
        return false;
    return r.n == 0 || err_set(err, ERR_REFUSE,
                               "%s: is the mark of %s at that time; end it there "
                               "first",
                               value, row_text(&r, 0, 0));
}

bool agency_mark_put(struct db *db, int agency_id, const struct agency_mark *m, const char *who,
                     enum row_change *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    const char *value = thai_fold(a, m->value);
    mark_params(&p, m, value, agency_id);
    if (!mark_ok(m->kind, value, err) || !mark_is_free(db, &p, value, err) ||
        !db_query(db, mark_put_sql, &p, &r, err))
        return false;
    *out = change_of(&r, 0);
    if (*out == ROW_SAME)
        return true;
    struct change c = {.who = who, .what = "mark agency"};
    return change_record(db, err, &c, "agency", change_number(a, agency_id), "kind", m->kind,
                         "value", value, "from", change_time(a, m->from_us), "until",
                         change_time(a, m->until_us), NULL);
}

bool agency_mark_end(struct db *db, int agency_id, const char *kind, const char *value,
                     int64_t until_us, const char *who, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    value = thai_fold(a, value);
    param_int(&p, agency_id);
    param_text(&p, kind);
    param_text(&p, value);
    param_time(&p, until_us);
    if (!db_query(db, mark_end_sql, &p, &r, err))
        return false;
    if (r.touched == 0)
        return err_set(err, ERR_REFUSE, "%s: the agency has no such mark on that day", value);
    struct change c = {.who = who, .what = "end agency mark"};
    return change_record(db, err, &c, "agency", change_number(a, agency_id), "kind", kind, "value",
                         value, "until", change_time(a, until_us), NULL);
}

/* ---------------------------------------------------------------- reading */

static struct agency agency_row(struct arena *a, const struct rows *r, int i)
{
    return (struct agency){.id = (int)row_int(r, i, 0),
                           .code = row_dup(a, r, i, 1),
                           .name = row_dup(a, r, i, 2),
                           .short_name = row_dup(a, r, i, 3),
                           .contact = row_dup(a, r, i, 4),
                           .contact_mail = row_dup(a, r, i, 5),
                           .from_us = row_time(r, i, 6),
                           .until_us = row_time(r, i, 7)};
}

static bool fill_marks(struct arena *a, struct db *db, struct agencies *list, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, marks_sql, NULL, &r, err))
        return false;
    struct agency_mark *marks = arena_array(a, (size_t)r.n, sizeof *marks);
    for (int i = 0; i < r.n; i++)
        marks[i] = (struct agency_mark){.kind = row_dup(a, &r, i, 1),
                                        .value = row_dup(a, &r, i, 2),
                                        .from_us = row_time(&r, i, 3),
                                        .until_us = row_time(&r, i, 4)};
    for (int g = 0; g < list->n; g++)
        for (int i = 0; i < r.n; i++) {
            if (row_int(&r, i, 0) != list->agency[g].id)
                continue;
            if (list->agency[g].n_marks++ == 0)
                list->agency[g].marks = &marks[i];
        }
    return true;
}

bool agency_list(struct arena *a, struct db *db, int64_t as_of_us, struct agencies *out,
                 struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_time(&p, as_of_us);
    if (!db_query(db, list_sql, &p, &r, err))
        return false;
    struct agencies list = {.agency = arena_array(a, (size_t)r.n, sizeof *list.agency), .n = r.n};
    for (int i = 0; i < r.n; i++)
        list.agency[i] = agency_row(a, &r, i);
    if (!fill_marks(a, db, &list, err))
        return false;
    *out = list;
    return true;
}
