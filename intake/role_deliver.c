/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The deliver role: the outbox, one after another, byte for byte as it was written, by mail and by
 * LINE. It knows the SMTP password, LINE's token and the database's, no other secret.
 *
 * It is also who notices that something has just become late: it looks every LOOK_MS while LINE is
 * on. A timer of its own would be one more thing to install and to find dead, and the nightly
 * report comes too late for "at once". Any number of these roles may look: db/line.h. */
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "db/outbox.h"
#include "db/queue.h"
#include "intake/line.h"
#include "intake/roles.h"
#include "intake/smtp.h"
#include "report/line.h"
#include "role/common.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WAIT_MS = 5000,      /* between looks, should a notification be missed */
    LOOK_MS = 60000,     /* between looks for what has become late */
    CLAIM_LEASE_S = 300, /* longer than one delivery may take */
    REPLY_MAX = 256,
};

struct delivery {
    const struct role_context *c;
    struct db *db;
    struct smtp *smtp;
    struct line *line; /* NULL: LINE is off */
    struct outbox_worker worker;
    int64_t looked_ms; /* 0: not yet */
};

static bool send_mail(struct delivery *d, const struct outbox_claim *m, char *reply,
                      struct err *err);
static bool send_line(struct delivery *d, const struct outbox_claim *m, char *reply,
                      struct err *err);

/* reply: REPLY_MAX bytes. err  RETRY, UNSURE again later; REFUSE final; FATAL ends the role */
static const struct {
    const char *channel;
    bool (*send)(struct delivery *d, const struct outbox_claim *m, char *reply, struct err *err);
} senders[] = {
    {"mail", send_mail},
    {"line", send_line},
};

static void log_delivery(const struct outbox_claim *m, const char *fate, const char *reply)
{
    char id[24], attempts[12];
    snprintf(id, sizeof id, "%" PRId64, m->id);
    snprintf(attempts, sizeof attempts, "%d", m->attempts);
    log_event(fate ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "deliver", "outbox", id, "to", m->rcpt,
              "message_id", m->rfc_message_id ? m->rfc_message_id : m->retry_key, "attempt",
              attempts, "fate", fate ? fate : "sent", "reply", reply, NULL);
}

/* A broken line after the data is sent again: at least once, and the same Message-ID tells a
 * repeat. */
static bool send_mail(struct delivery *d, const struct outbox_claim *m, char *reply,
                      struct err *err)
{
    return smtp_send(d->smtp, m->envelope_from, m->rcpt, m->body, m->n_body, reply, REPLY_MAX, err);
}

/* The quota is asked until the first push alone: a push that may have arrived is settled by its
 * key, and what it used up itself must not speak against it. */
static bool send_line(struct delivery *d, const struct outbox_claim *m, char *reply,
                      struct err *err)
{
    if (m->created_us < clock_now_us() - LINE_KEY_HOURS * 60 * US_PER_MIN)
        return err_set(
            err, ERR_REFUSE, "LINE: %d hours old: %s, so it is not sent any more", LINE_KEY_HOURS,
            m->is_posted ? "it may have arrived, and its retry key is worn out" : "no longer news");
    if (!m->is_posted && (!line_quota(d->line, m->rcpt, err) || !outbox_posting(d->db, m->id, err)))
        return false;
    return line_push(d->line, m->retry_key, m->body, m->n_body, reply, REPLY_MAX, err);
}

static bool send_by_channel(struct delivery *d, const struct outbox_claim *m, char *reply,
                            struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(senders); i++)
        if (strcmp(senders[i].channel, m->channel) == 0)
            return senders[i].send(d, m, reply, err);
    return err_set(err, ERR_FATAL, "outbox %" PRId64 ": no way to send by %s", m->id, m->channel);
}

static bool deliver(struct delivery *d, const struct outbox_claim *m, struct err *err)
{
    char reply[REPLY_MAX] = "";
    struct err why = {0};
    if (send_by_channel(d, m, reply, &why)) {
        log_delivery(m, NULL, reply);
        return outbox_sent(d->db, m->id, reply, err);
    }
    log_delivery(m, err_kind_name(why.kind), why.text);
    if (why.kind == ERR_REFUSE)
        return outbox_dead(d->db, m->id, why.text, err);
    if (!outbox_retry(d->db, m->id, why.text, err))
        return false;
    if (why.kind != ERR_FATAL)
        return true;
    *err = why;
    return false;
}

static bool look_for_news(struct delivery *d, struct err *err)
{
    int64_t now_ms = clock_mono_ms();
    if (!d->line || (d->looked_ms && now_ms - d->looked_ms < LOOK_MS))
        return true;
    d->looked_ms = now_ms;
    return line_news_send(d->db, d->c->config, err);
}

static bool keep(struct delivery *d, bool *worked_out, struct err *err)
{
    for (;;) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct outbox_claim m;
        bool found;
        if (!look_for_news(d, err) || !outbox_claim(d->db, a, &d->worker, &m, &found, err) ||
            (found && !deliver(d, &m, err)))
            return false;
        *worked_out |= found;
        if (role_stopping(d->c) || (!found && d->c->once))
            return true;
        if (!found && !role_wait_work(d->c, d->db, WAIT_MS))
            return true;
    }
}

/* Without a token the coordinators hear nothing, but the agencies' receipts go out. */
static void open_line(const struct role_context *c, struct line **out)
{
    struct err err = {0};
    if (!line_open(c->config, out, &err))
        log_event(LOG_LEVEL_ERROR, "deliver", "fate", "nothing is told by LINE", "why", err.text,
                  NULL);
}

static bool session(const struct role_context *c, bool *worked_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = NULL;
    struct smtp *smtp CLEANUP(smtp_closep) = NULL;
    struct line *line CLEANUP(line_closep) = NULL;
    open_line(c, &line);
    if (!smtp_open(c->config, &smtp, err) ||
        !role_await_database(c, "thanwelad deliver", false, &db, err) || !db_relax(db, err) ||
        !queue_listen(db, true, err))
        return false;
    struct delivery d = {.c = c, .db = db, .smtp = smtp, .line = line};
    d.worker = (struct outbox_worker){
        .owner = role_owner(a), .channels = line ? "mail line" : "mail", .lease_s = CLAIM_LEASE_S};
    return keep(&d, worked_out, err);
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
