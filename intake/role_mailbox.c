/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mailbox role: one process holds one mailbox, and runs its mails through the pipeline. It
 * knows the mailbox's password and the database's, no other secret. */
#include "base/log.h"
#include "db/reconcile.h"
#include "intake/imap.h"
#include "intake/listing.h"
#include "intake/pipeline.h"
#include "intake/roles.h"
#include "mail/mime.h"
#include "role/common.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    RECONCILE_S = 6 * 3600, /* compared at least so often, asked or not: the report reads it */
    RECONCILE_TRIES = 3,    /* polls until nothing came between the poll and the listing */
};

struct work { /* one session with a mailbox */
    const struct role_context *c;
    const struct config_mailbox *m;
    struct pipeline *p;
    struct imap *imap;
    struct db *db;
    uint32_t uidvalidity;
    int news_fd;             /* readable: told to stop, or the database speaks */
    int64_t reconcile_at_ms; /* by our clock: when it is time without being asked */
    bool *worked_out;
};

/* Poll until the listing shows nothing that the poll did not look at, then compare. */
static bool compare(const struct work *w, int64_t request, struct err *err)
{
    struct listing_parts parts = {.mailbox = w->m,
                                  .db = w->db,
                                  .imap = w->imap,
                                  .mailbox_id = pipeline_mailbox_id(w->p),
                                  .uidvalidity = w->uidvalidity};
    for (int i = 0; i < RECONCILE_TRIES; i++) {
        uint32_t last_uid;
        if (!listing_inbox(&parts, &last_uid, err))
            return false;
        if (last_uid <= pipeline_last_uid(w->p))
            break;
        if (!pipeline_poll(w->p, w->worked_out, err))
            return false;
    }
    return listing_answer(&parts, request, err);
}

/* A comparison that fails is told and left: mails must come in all the same. */
static bool step_reconcile(struct work *w, struct err *err)
{
    int64_t request;
    bool waits;
    if (!reconcile_asked(w->db, pipeline_mailbox_id(w->p), &request, &waits, err))
        return false;
    if (!waits && (w->c->once || clock_mono_ms() < w->reconcile_at_ms))
        return true;
    w->reconcile_at_ms = clock_mono_ms() + (int64_t)RECONCILE_S * 1000;
    struct err why = {0};
    if (compare(w, request, &why))
        return true;
    log_event(LOG_LEVEL_WARN, "reconcile", "mailbox", w->m->name, "why", why.text, NULL);
    return !db_broken(w->db) || err_set(err, ERR_RETRY, "reconcile: %s", why.text);
}

/* Poll, then wait for the server or the database to speak, until told to stop. */
static bool keep(struct work *w, struct err *err)
{
    for (;;) {
        bool news;
        if (!pipeline_poll(w->p, w->worked_out, err) || !step_reconcile(w, err))
            return false;
        if (w->c->once || role_stopping(w->c))
            return true;
        if (db_notified(w->db))
            continue;
        if (!imap_idle(w->imap, w->news_fd, w->m->poll_s * 1000, &news, err))
            return err_add(err, "idle");
        (void)db_notified(w->db);
        if (db_broken(w->db))
            return err_set(err, ERR_RETRY, "database: the connection is gone");
    }
}

/* One descriptor for the end of this role and the word of the database. */
static bool watch(const struct role_context *c, struct db *db, int *fd_out, struct err *err)
{
    int fd CLEANUP(fd_closep) = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, c->stop_fd, &event) < 0 ||
        epoll_ctl(fd, EPOLL_CTL_ADD, db_fd(db), &event) < 0)
        return err_set(err, ERR_RETRY, "no descriptor to wait on: %s", strerror(errno));
    *fd_out = fd;
    fd = -1;
    return true;
}

static bool session(const struct role_context *c, struct zygote *zygote, struct meter *meter,
                    bool *worked_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct config_mailbox *m = &c->config->mailbox[c->index];
    struct db *db CLEANUP(db_closep) = NULL;
    struct imap *imap CLEANUP(imap_closep) = NULL;
    struct pipeline *p CLEANUP(pipeline_closep) = NULL;
    struct imap_folder folder;
    int news_fd CLEANUP(fd_closep) = -1;
    role_say_sandbox(zygote);
    if (!role_await_database(c, "thanwelad mailbox", true, &db, err) ||
        !imap_open(m, &imap, &folder, err))
        return false;
    struct pipeline_parts parts = {.config = c->config,
                                   .mailbox = m,
                                   .db = db,
                                   .imap = imap,
                                   .zygote = zygote,
                                   .owner = role_owner(a),
                                   .uidvalidity = folder.uidvalidity,
                                   .meter = meter};
    if (!reconcile_listen(db, err) || !watch(c, db, &news_fd, err) ||
        !pipeline_open(&parts, &p, err) ||
        !db_relax(db, err)) /* the lease was taken on disk; from here on it is only renewed */
        return false;
    struct work w = {.c = c,
                     .m = m,
                     .p = p,
                     .imap = imap,
                     .db = db,
                     .uidvalidity = folder.uidvalidity,
                     .news_fd = news_fd,
                     .worked_out = worked_out};
    if (keep(&w, err))
        return true;
    pipeline_failed(p, err);
    return false;
}

static int run(const struct role_context *c)
{
    struct err err = {0};
    struct zygote *zygote CLEANUP(zygote_stopp) = NULL;
    struct meter meter = {0};
    bool worked = false;
    bool ok = mail_zygote_start(&zygote, &err) && session(c, zygote, &meter, &worked, &err);
    zygote_stopp(&zygote);
    meter_log(&meter);
    return ok ? role_done(c, worked) : role_failed("mailbox", &err);
}

const struct role role_mailbox = {"mailbox", ROLE_PER_MAILBOX, run};
