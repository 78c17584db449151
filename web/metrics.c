/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What monitoring asks. See metrics.h. Every figure is one query at the moment of asking: a restart
 * forgets nothing. */
#include "web/metrics.h"

#include "db/metrics.h"
#include "web/server.h"
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { METRICS_CONNECTIONS_MAX = 16 };

struct metrics_server {
    struct pool *pool;
    struct MHD_Daemon *daemon;
};

static void write_figure(struct buf *out, const struct metric *m, const char *before)
{
    if (strcmp(m->name, before) != 0)
        buf_addf(out, "# HELP thanwela_%s %s\n# TYPE thanwela_%s gauge\n", m->name, m->help,
                 m->name);
    buf_addf(out, "thanwela_%s", m->name);
    if (*m->label)
        buf_addf(out, "{%s=\"%s\"}", m->label_name, m->label);
    buf_addf(out, " %.15g\n", m->value);
}

static bool write_figures(struct db *db, struct buf *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct metrics all;
    if (!metrics_read(a, db, &all, err))
        return false;
    for (int i = 0; i < all.n; i++)
        write_figure(out, &all.metric[i], i ? all.metric[i - 1].name : "");
    return true;
}

static bool write_health(struct db *db, struct buf *out, struct err *err)
{
    (void)db, (void)err; /* a connection was had: that is what is asked */
    buf_adds(out, "ok\n");
    return true;
}

static const struct {
    const char *path;
    bool (*write)(struct db *db, struct buf *out, struct err *err);
} places[] = {{"/metrics", write_figures}, {"/healthz", write_health}};

static unsigned answer(struct metrics_server *m, const char *path, struct buf *out)
{
    struct err err = {0};
    struct db *db;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (strcmp(places[i].path, path) != 0)
            continue;
        if (!pool_take(m->pool, &db, &err)) {
            buf_addf(out, "%s\n", err.text);
            return 503;
        }
        bool ok = places[i].write(db, out, &err);
        pool_give(m->pool, db);
        return ok ? 200 : 503;
    }
    return 404;
}

static enum MHD_Result take(void *user, struct MHD_Connection *c, const char *url,
                            const char *method, const char *version, const char *data,
                            size_t *n_data, void **state)
{
    struct buf out CLEANUP(buf_fini) = {0};
    (void)version, (void)data, (void)state;
    if (*n_data > 0 || strcmp(method, "GET") != 0)
        return MHD_NO;
    unsigned status = answer(user, url, &out);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(out.len, out.data, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    enum MHD_Result queued = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return queued;
}

bool metrics_start(const struct config *c, struct pool *pool, struct metrics_server **out,
                   struct err *err)
{
    int fd;
    *out = NULL;
    if (!*c->web_metrics_listen)
        return true;
    if (!server_listen(c->web_metrics_listen, &fd, err))
        return err_add(err, "metrics_");
    struct metrics_server *m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->pool = pool;
    m->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, take, m,
                                 MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                                 (unsigned)METRICS_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                                 (unsigned)SERVER_IDLE_S, MHD_OPTION_END);
    *out = m;
    return m->daemon || err_set(err, ERR_FATAL, "web: libmicrohttpd did not start");
}

void metrics_stop(struct metrics_server *m)
{
    if (!m)
        return;
    if (m->daemon)
        MHD_stop_daemon(m->daemon);
    free(m);
}
