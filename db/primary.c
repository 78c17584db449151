/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Finding the primary. libpq's own target_session_attrs takes the first server that is read-write,
 * which after a failover may be the one that should be dead. */
#include "db/primary.h"

#include "db/query.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOSTS_MAX = 16 };

static const char timeline_sql[] =
    "select case when pg_is_in_recovery() then 0"
    " else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint end";
/* Who lacks pg_read_all_stats sees that a standby is there, and not what it is to the server. The
 * session's synchronous_commit may be relaxed; what a numbering transaction goes by is the default.
 */
static const char standby_sql[] =
    "select current_setting('synchronous_standby_names') <> '' and exists ("
    "  select from pg_stat_replication where sync_state is null or sync_state in ('sync', "
    "'quorum'))"
    " and not exists (select from pg_settings where name = 'synchronous_commit'"
    "  and reset_val in ('off', 'local'))";

struct hosts {
    char *conninfo[HOSTS_MAX]; /* one for each host; live in an arena */
    int n;
};

static const char *option(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val;
    return NULL;
}

/* The i-th of a list by commas; a list of one serves all. */
static char *nth(struct arena *a, const char *list, int i)
{
    if (!list)
        return NULL;
    if (!strchr(list, ','))
        return arena_strdup(a, list);
    for (; i > 0 && *list; i--)
        list += strcspn(list, ",") + (list[strcspn(list, ",")] == ',');
    return arena_strndup(a, list, strcspn(list, ","));
}

/* A later word of a connection string wins over an earlier one. */
static bool split(struct arena *a, const char *conninfo, struct hosts *out, struct err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &why);
    if (!options) {
        err_set(err, ERR_FATAL, "[database] conninfo: %s", why ? why : "cannot be read");
        PQfreemem(why);
        return false;
    }
    const char *host = option(options, "host"), *port = option(options, "port");
    out->n = 0;
    for (const char *p = host; p && *p && out->n < HOSTS_MAX; p += *p == ',') {
        const char *one_port = nth(a, port, out->n);
        out->conninfo[out->n++] =
            arena_printf(a, "%s host='%.*s'%s%s%s", conninfo, (int)strcspn(p, ","), p,
                         one_port ? " port='" : "", one_port ? one_port : "", one_port ? "'" : "");
        p += strcspn(p, ",");
    }
    if (out->n == 0)
        out->conninfo[out->n++] = arena_strdup(a, conninfo);
    PQconninfoFree(options);
    return true;
}

static bool timeline_of(struct db *db, int64_t *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, timeline_sql, NULL, &r, err))
        return false;
    *out = row_int(&r, 0, 0);
    return true;
}

/* ---- the memory */

static int64_t remembered(struct arena *a, const char *state_dir)
{
    char text[32] = "";
    int fd CLEANUP(fd_closep) =
        open(arena_printf(a, "%s/timeline", state_dir), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return 0;
    return strtoll(text, NULL, 10);
}

/* Written beside and renamed, so that it is never half there. */
static bool remember(struct arena *a, const char *state_dir, int64_t timeline, struct err *err)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%" PRId64 "\n", timeline);
    const char *path = arena_printf(a, "%s/timeline", state_dir);
    const char *beside = arena_printf(a, "%s.%d", path, (int)getpid());
    int fd CLEANUP(fd_closep) = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)n) != n || fsync(fd) != 0 || rename(beside, path) != 0)
        return err_set(err, ERR_FATAL, "[daemon] state_dir: %s cannot be written: %s", path,
                       strerror(errno));
    return true;
}

/* ---- choosing */

/* Where none will do, one that may yet come back outweighs one that is wrongly set up. */
static bool choose(const struct hosts *hosts, const char *password_file, const char *application,
                   struct db **best_out, int64_t *timeline_out, struct err *err)
{
    struct db *best CLEANUP(db_closep) = NULL;
    struct err hope = {0}, last = {0};
    *timeline_out = 0;
    for (int i = 0; i < hosts->n; i++) {
        struct db *db CLEANUP(db_closep) = NULL;
        int64_t timeline;
        if (!db_open(hosts->conninfo[i], password_file, application, &db, &last) ||
            !timeline_of(db, &timeline, &last)) {
            hope = hope.kind == ERR_RETRY ? hope : last;
            continue;
        }
        if (timeline == 0 && hope.kind != ERR_RETRY)
            err_put(&hope, ERR_RETRY, "database: no server that answers is a primary");
        if (timeline <= *timeline_out)
            continue;
        db_close(best);
        best = TAKE(db);
        *timeline_out = timeline;
    }
    if (!best) {
        *err = hope;
        return false;
    }
    *best_out = TAKE(best);
    return true;
}

bool primary_open(const char *conninfo, const char *password_file, const char *application,
                  const char *state_dir, struct db **out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = NULL;
    struct hosts hosts;
    int64_t timeline, highest;
    bool keeps = state_dir && *state_dir;
    if (!split(a, conninfo, &hosts, err) ||
        !choose(&hosts, password_file, application, &db, &timeline, err))
        return false;
    highest = keeps ? remembered(a, state_dir) : 0;
    if (timeline < highest)
        return err_set(err, ERR_RETRY,
                       "database: the primary that answers is an old one (timeline %" PRId64
                       ", %" PRId64 " was met): stop it and let it follow the new one",
                       timeline, highest);
    if (keeps && timeline > highest && !remember(a, state_dir, timeline, err))
        return false;
    *out = TAKE(db);
    return true;
}

bool primary_has_standby(struct db *db, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!db_query(db, standby_sql, NULL, &r, err))
        return false;
    if (!row_bool(&r, 0, 0))
        return err_set(err, ERR_RETRY,
                       "database: [database] require_standby is on and the server has no "
                       "synchronous standby: no number is given until one is back");
    return true;
}
