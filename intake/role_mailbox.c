/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mailbox role: one process holds one mailbox, and runs its mails through the pipeline. It
 * knows the mailbox's password and the database's, no other secret. */
#include "intake/imap.h"
#include "intake/pipeline.h"
#include "intake/roles.h"
#include "mail/mime.h"
#include "role/common.h"

/* Poll, then wait for the server to speak, until told to stop. */
static bool keep(const struct role_context *c, struct pipeline *p, struct imap *imap,
                 const struct config_mailbox *m, bool *worked_out, struct err *err)
{
    for (;;) {
        bool news;
        if (!pipeline_poll(p, worked_out, err))
            return false;
        if (c->once || role_stopping(c))
            return true;
        if (!imap_idle(imap, c->stop_fd, m->poll_s * 1000, &news, err))
            return err_add(err, "idle");
    }
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
    role_say_sandbox(zygote);
    if (!role_database(c, "thanwelad mailbox", &db, err) || !imap_open(m, &imap, &folder, err))
        return false;
    struct pipeline_parts parts = {.config = c->config,
                                   .mailbox = m,
                                   .db = db,
                                   .imap = imap,
                                   .zygote = zygote,
                                   .owner = role_owner(a),
                                   .uidvalidity = folder.uidvalidity,
                                   .has_move = folder.has_move,
                                   .meter = meter};
    if (!pipeline_open(&parts, &p, err))
        return false;
    if (keep(c, p, imap, m, worked_out, err))
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
