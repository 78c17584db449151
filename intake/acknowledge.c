/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writing the receipt. It is rendered whole before it is stored, so that every retry sends the same
 * bytes; its Message-ID is the register number's, so that a repeat is known as one. */
#include "intake/acknowledge.h"

#include "base/log.h"
#include "db/event.h"
#include "db/judge.h"
#include "db/outbox.h"
#include "db/queue.h"
#include "report/receipt_item.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void fill_token(const struct queue_item *i, struct token *out)
{
    *out = (struct token){.kind = TOKEN_RECEIPT,
                          .year = (uint16_t)i->year,
                          .number = (uint64_t)i->no,
                          .entered_at_us = i->entered_at_us};
    snprintf(out->series, sizeof out->series, "%s", i->series);
    memcpy(out->digest, i->digest, sizeof out->digest);
}

/* References of the answer: the thread so far, and the mail that is answered last. */
static const char *references(struct arena *a, const struct queue_item *i)
{
    if (!i->references)
        return i->message_id;
    return i->message_id ? arena_printf(a, "%s %s", i->references, i->message_id) : i->references;
}

/* A receipt that cannot be written (a thread whose names are no headers, a token too long) is told
 * to the officer; it must not hold up the item, nor those behind it. */
static bool give_up(const struct err *why, const char **no_receipt_out)
{
    if (why->kind != ERR_REFUSE)
        return false;
    log_event(LOG_LEVEL_ERROR, "receipt", "fate", err_kind_name(why->kind), "why", why->text, NULL);
    *no_receipt_out = "unwritable";
    return true;
}

static bool post(struct arena *a, const struct answer_parts *parts, const struct queue_item *i,
                 const struct receipt *r, const char **no_receipt_out, struct err *err)
{
    struct buf body CLEANUP(buf_fini) = {0};
    const char *at = strchr(parts->config->office_addr, '@');
    const char *message_id = arena_printf(a, "<receipt.%s.%d.%" PRId64 "%s>", i->series, i->year,
                                          i->no, at ? at : "@localhost");
    struct receipt_mail m = {.to = i->from_addr,
                             .message_id = message_id,
                             .in_reply_to = i->message_id,
                             .references = references(a, i),
                             .date_us = clock_now_us()};
    int64_t id;
    if (!receipt_mail(r, &m, &body, err))
        return give_up(err, no_receipt_out);
    struct outbox_mail out = {.kind = "receipt",
                              .item_id = i->id,
                              .rfc_message_id = message_id,
                              .envelope_from = "",
                              .rcpt = i->from_addr,
                              .body = body.data,
                              .n_body = body.len};
    return outbox_add(parts->db, &out, &id, err);
}

/* A loop of answering machines, or a flood under one name, ends at the cap. */
static bool weigh_cap(const struct answer_parts *parts, const struct queue_item *i,
                      const char **why_out, struct err *err)
{
    int64_t n;
    *why_out = i->no_receipt_why;
    if (**why_out)
        return true;
    if (!outbox_receipts_today(parts->db, i->from_addr, &n, err))
        return false;
    if (n >= parts->config->daily_cap)
        *why_out = "cap";
    return true;
}

static bool close_item(const struct answer_parts *parts, const struct queue_item *i,
                       const char *token, const char *no_receipt_why, struct err *err)
{
    struct event e = {.who = "thanwelad",
                      .item_id = i->id,
                      .what = *no_receipt_why ? "scanned, no receipt" : "receipt",
                      .why = no_receipt_why};
    return queue_item_done(parts->db, i->id, token, no_receipt_why, err) &&
           event_append(parts->db, &e, err);
}

static void log_receipt(const struct queue_item *i, const struct judgement *j,
                        const char *no_receipt_why)
{
    char no[40];
    snprintf(no, sizeof no, "%" PRId64 "/%d", i->no, i->year);
    log_event(LOG_LEVEL_INFO, "receipt", "no", no, "judgement", j->verdict, "to",
              *no_receipt_why ? NULL : i->from_addr, "none_because",
              *no_receipt_why ? no_receipt_why : NULL, NULL);
}

/* A file was scanned again: what was said and sent stays as it is. */
static bool close_again(const struct answer_parts *parts, const struct queue_item *i,
                        struct err *err)
{
    struct event e = {.who = "thanwelad", .item_id = i->id, .what = "scanned again"};
    return queue_item_done(parts->db, i->id, i->token, i->no_receipt_why, err) &&
           event_append(parts->db, &e, err);
}

bool acknowledge(struct arena *a, const struct answer_parts *parts, int64_t item_id,
                 struct err *err)
{
    struct queue_item i;
    struct judgement j;
    struct token t;
    struct receipt r;
    const char *no_receipt_why;
    if (!queue_item(parts->db, a, item_id, &i, err))
        return err_add(err, "judge");
    if (i.token)
        return close_again(parts, &i, err);
    if (!weigh_cap(parts, &i, &no_receipt_why, err) ||
        !judge_item(parts->db, a, item_id, clock_now_us(), &j, err))
        return err_add(err, "judge");
    fill_token(&i, &t);
    const char *token = token_sign(a, parts->signer, &t);
    receipt_of_item(a, parts->config, &i, &j, token, &r);
    if (!*no_receipt_why && !post(a, parts, &i, &r, &no_receipt_why, err))
        return err_add(err, "receipt");
    log_receipt(&i, &j, no_receipt_why);
    return close_item(parts, &i, token, no_receipt_why, err);
}
