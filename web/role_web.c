/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The web role: the pages, and what monitoring asks. It knows the database's password and, where no
 * proxy stands before it, the certificate's key; no other secret. */
#include "role/common.h"
#include "web/metrics.h"
#include "web/roles.h"
#include "web/scanner.h"
#include "web/server.h"

#include "base/log.h"
#include <malloc.h>
#include <sodium.h>

enum { TEND_MS = 1000, ARENAS = 2, LARGE_BYTES = 64 * 1024 };

/* Every thread answers every kind of request: without this, each would keep the memory of the
 * largest that it ever saw in a heap of its own. */
static void spare_memory(void)
{
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, 4 * LARGE_BYTES);
}

static bool site_open(const struct role_context *c, struct web_site *site, struct err *err)
{
    struct verifier *keys;
    *site = (struct web_site){.config = c->config};
    randombytes_buf(site->csrf_key, sizeof site->csrf_key);
    if (!scanner_new(&site->scanner, err) || !verifier_open(c->config->public_key_file, &keys, err))
        return false;
    site->keys = keys;
    if (scanner_lacks(site->scanner))
        log_event(LOG_LEVEL_WARN, "sandbox", "lacks", scanner_lacks(site->scanner), NULL);
    return true;
}

static void serve(const struct role_context *c, struct server *server)
{
    log_event(LOG_LEVEL_INFO, "web", "listen", c->config->web_listen, "metrics",
              *c->config->web_metrics_listen ? c->config->web_metrics_listen : NULL, NULL);
    while (role_wait(c, -1, TEND_MS) != ROLE_STOP)
        server_tend(server);
}

static bool session(const struct role_context *c, struct err *err)
{
    struct web_site site = {0};
    struct pool *pool CLEANUP(pool_freep) = pool_new(c);
    struct server *server = NULL;
    struct metrics_server *metrics = NULL;
    spare_memory();
    bool ok = site_open(c, &site, err) && server_start(&site, pool, &server, err) &&
              metrics_start(c->config, pool, &metrics, err);
    if (ok)
        serve(c, server);
    metrics_stop(metrics);
    server_stop(server);
    scanner_free(site.scanner);
    verifier_free((struct verifier *)(uintptr_t)site.keys); /* ours: the site only shows it */
    return ok;
}

static int run(const struct role_context *c)
{
    struct err err = {0};
    if (c->once)
        return ROLE_DONE; /* there is never work left */
    return session(c, &err) ? ROLE_DONE : role_failed("web", &err);
}

const struct role role_web = {"web", ROLE_ONE, run};
