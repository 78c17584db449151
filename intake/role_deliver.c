/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The deliver role: the outbox, one mail after another, byte for byte as it was written. It knows
 * the SMTP password and the database's, no other secret. */
#include "base/log.h"
#include "base/meter.h"
#include "db/outbox.h"
#include "db/queue.h"
#include "intake/roles.h"
#include "intake/smtp.h"
#include "role/common.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    WAIT_MS = 5000,      /* between looks, should a notification be missed */
    CLAIM_LEASE_S = 300, /* longer than one delivery may take */
    REPLY_MAX = 256,
};

static void log_delivery(const struct outbox_claim *m, const char *fate, const char *reply)
{
    char id[24], attempts[12];
    snprintf(id, sizeof id, "%" PRId64, m->id);
    snprintf(attempts, sizeof attempts, "%d", m->attempts);
    log_event(fate ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "deliver", "outbox", id, "to", m->rcpt,
              "message_id", m->rfc_message_id, "attempt", attempts, "fate", fate ? fate : "sent",
              "reply", reply, NULL);
}

/* A broken line after the data is sent again: at least once, and the same Message-ID tells a
 * repeat. */
static bool deliver(struct db *db, struct smtp *smtp, const struct outbox_claim *m, struct err *err)
{
    char reply[REPLY_MAX] = "";
    struct err why = {0};
    if (smtp_send(smtp, m->envelope_from, m->rcpt, m->body, m->n_body, reply, sizeof reply, &why)) {
        log_delivery(m, NULL, reply);
        return outbox_sent(db, m->id, reply, err);
    }
    log_delivery(m, err_kind_name(why.kind), why.text);
    if (why.kind == ERR_REFUSE)
        return outbox_dead(db, m->id, why.text, err);
    if (!outbox_retry(db, m->id, why.text, err))
        return false;
    if (why.kind != ERR_FATAL)
        return true;
    *err = why;
    return false;
}

static bool keep(const struct role_context *c, struct db *db, struct smtp *smtp, const char *owner,
                 bool *worked_out, struct err *err)
{
    for (;;) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct outbox_claim m;
        bool found;
        if (!outbox_claim(db, a, owner, CLAIM_LEASE_S, &m, &found, err) ||
            (found && !deliver(db, smtp, &m, err)))
            return false;
        *worked_out |= found;
        if (role_stopping(c) || (!found && c->once))
            return true;
        if (!found && !role_wait_work(c, db, WAIT_MS))
            return true;
    }
}

static bool session(const struct role_context *c, bool *worked_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = NULL;
    struct smtp *smtp CLEANUP(smtp_closep) = NULL;
    return smtp_open(c->config, &smtp, err) && role_database(c, "thanwelad deliver", &db, err) &&
           db_relax(db, err) && queue_listen(db, true, err) &&
           keep(c, db, smtp, role_owner(a), worked_out, err);
}

static int run(const struct role_context *c)
{
    struct err err = {0};
    struct meter meter = {0};
    bool worked = false;
    meter_step(&meter, "deliver");
    bool ok = session(c, &worked, &err);
    meter_log(&meter);
    return ok ? role_done(c, worked) : role_failed("deliver", &err);
}

const struct role role_deliver = {"deliver", ROLE_ONE, run};
