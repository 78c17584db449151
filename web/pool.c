/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Connections to the database. See pool.h. One that broke is thrown away; a database that is away
 * is asked again once a second, whatever the visitors do. */
#include "web/pool.h"

#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>

enum { RETRY_MS = 1000 };

struct pool {
    const struct role_context *role;
    pthread_mutex_t lock;
    struct db *idle[POOL_SIZE];
    int n_idle;
    int64_t next_try_ms; /* no new connection before */
};

struct pool *pool_new(const struct role_context *c)
{
    struct pool *p = calloc(1, sizeof *p);
    if (!p || pthread_mutex_init(&p->lock, NULL) != 0)
        abort();
    p->role = c;
    return p;
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n_idle; i++)
        db_close(p->idle[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void pool_freep(struct pool **p)
{
    pool_free(*p);
    *p = NULL;
}

/* An idle one, or NULL and whether a new one may be tried. */
static struct db *take_idle(struct pool *p, bool *may_try_out)
{
    pthread_mutex_lock(&p->lock);
    struct db *db = p->n_idle > 0 ? p->idle[--p->n_idle] : NULL;
    *may_try_out = clock_mono_ms() >= p->next_try_ms;
    pthread_mutex_unlock(&p->lock);
    return db;
}

static void pause_trying(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->next_try_ms = clock_mono_ms() + RETRY_MS;
    pthread_mutex_unlock(&p->lock);
}

bool pool_take(struct pool *p, struct db **out, struct err *err)
{
    bool may_try;
    struct db *db = take_idle(p, &may_try);
    if (db) {
        *out = db;
        return true;
    }
    if (!may_try)
        return err_set(err, ERR_RETRY, "the database is away: it is asked again in a second");
    if (role_database(p->role, "thanwelad web", out, err))
        return true;
    pause_trying(p);
    err->kind =
        ERR_RETRY; /* a page cannot mend a configuration: the next visitor may find it mended */
    return false;
}

void pool_give(struct pool *p, struct db *db)
{
    db_rollback(db);
    pthread_mutex_lock(&p->lock);
    bool keeps = !db_broken(db) && p->n_idle < POOL_SIZE;
    if (keeps)
        p->idle[p->n_idle++] = db;
    pthread_mutex_unlock(&p->lock);
    if (!keeps)
        db_close(db);
}
