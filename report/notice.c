/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Notices. See notice.h. */
#include "report/notice.h"

#include "base/thai.h"
#include "db/outbox.h"
#include "mail/compose.h"
#include "report/line.h"
#include <string.h>

static const char *host_of(const struct config *c)
{
    const char *at = c->office_addr ? strrchr(c->office_addr, '@') : NULL;
    return at ? at : "@thanwela";
}

/* ---------------------------------------------------------------- LINE */

static const char *line_text(struct arena *a, const struct notice_wish *w)
{
    return arena_printf(a, "แจ้งผู้ประสานงาน: %s\n\n%s", w->subject, w->text);
}

static int count_letters(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* Links to our own pages carry the secret that opens them: nothing for a group chat. */
static bool line_may_carry(struct arena *a, const struct config *c, const struct notice_wish *w,
                           struct err *err)
{
    const char *text = line_text(a, w), *host = c->base_url ? strstr(c->base_url, "://") : NULL;
    if (host && strcasestr(text, host + 3))
        return err_set(
            err, ERR_REFUSE,
            "the notice has a link to %s, which is not for a group chat: take it out, or "
            "send it with --by mail",
            c->base_url);
    if (count_letters(text) >= LINE_TEXT_MAX)
        return err_set(err, ERR_REFUSE,
                       "the notice has %d letters and LINE takes %d: shorten it, or send it with "
                       "--by mail",
                       count_letters(text), LINE_TEXT_MAX - 1);
    return true;
}

static bool send_line(struct arena *a, struct db *db, const struct config *c,
                      const struct notice_wish *w, int id, struct err *err)
{
    struct buf body CLEANUP(buf_fini) = {0};
    int64_t row;
    line_body(c->line_to, line_text(a, w), &body);
    const struct outbox_line m = {.kind = "notice",
                                  .group = c->line_to ? c->line_to : "",
                                  .body = body.data,
                                  .n_body = body.len};
    return outbox_add_line(db, &m, &row, err) && notice_add_line(db, id, row, err);
}

/* ---------------------------------------------------------------- mail */

/* Compose and leave in the outbox. */
static bool leave_mail(struct db *db, const struct config *c, struct compose *mail, const char *to,
                       int64_t *row_out, struct err *err)
{
    struct buf body CLEANUP(buf_fini) = {0};
    mail->from_name = c->office_name;
    mail->from_addr = c->office_addr;
    mail->to = &to;
    mail->n_to = 1;
    mail->date_us = clock_now_us();
    if (!compose_mail(mail, &body, err))
        return false;
    const struct outbox_mail m = {.kind = "notice",
                                  .rfc_message_id = mail->message_id,
                                  .envelope_from = c->office_addr,
                                  .rcpt = to,
                                  .body = body.data,
                                  .n_body = body.len};
    return outbox_add(db, &m, row_out, err);
}

static bool send_mail(struct arena *a, struct db *db, const struct config *c,
                      const struct notice_wish *w, int id, const struct notice_to *to,
                      struct err *err)
{
    int64_t row;
    struct compose mail = {.subject = w->subject,
                           .message_id =
                               arena_printf(a, "<notice.%d.%s%s>", id, to->agency_code, host_of(c)),
                           .text = arena_printf(a,
                                                "เรียน ผู้ประสานงาน %s\n\n%s\n\n%s\n\n"
                                                "หากมีข้อสงสัย โปรดตอบกลับอีเมลฉบับนี้\n",
                                                to->agency, w->text, c->office_name)};
    return leave_mail(db, c, &mail, to->rcpt, &row, err) && notice_add_mail(db, id, to, row, err);
}

bool notice_prepare(struct arena *a, struct db *db, const struct config *c,
                    const struct notice_wish *w, struct notice_plan *out, struct err *err)
{
    struct notice_plan plan = {.by_line = w->by_line && line_is_on(c)};
    if (!c->office_addr)
        return err_set(err, ERR_FATAL, "%s: [office] addr is missing", c->path);
    if (!notice_audience(a, db, w->codes, &plan.to, err) ||
        (plan.by_line && !line_may_carry(a, c, w, err)))
        return false;
    for (int i = 0; i < plan.to.n; i++) {
        if (!w->by_mail)
            plan.to.to[i].rcpt = "";
        if (*plan.to.to[i].rcpt && !address_valid(plan.to.to[i].rcpt))
            return err_set(err, ERR_REFUSE, "agency %s: %s is no address that mail can be sent to",
                           plan.to.to[i].agency_code, plan.to.to[i].rcpt);
        plan.n_mails += *plan.to.to[i].rcpt != 0;
    }
    *out = plan;
    return plan.n_mails || plan.by_line ||
           err_set(err, ERR_REFUSE, "nobody would be told: no agency asked has a contact_mail%s",
                   w->by_line ? " and [line] is off" : "");
}

bool notice_send(struct arena *a, struct db *db, const struct config *c,
                 const struct notice_wish *w, const struct notice_plan *plan, int *id_out,
                 struct err *err)
{
    const struct notice n = {.who = w->who,
                             .subject = w->subject,
                             .body = w->text,
                             .audience = *w->codes ? w->codes : "all"};
    if (!notice_add(db, &n, id_out, err) ||
        (plan->by_line && !send_line(a, db, c, w, *id_out, err)))
        return false;
    const char *sent = ""; /* one mail to an address that several agencies share */
    for (int i = 0; i < plan->to.n; i++) {
        const char *mark = arena_printf(a, " %s ", plan->to.to[i].rcpt);
        if (!*plan->to.to[i].rcpt || strstr(sent, mark))
            continue;
        sent = arena_printf(a, "%s%s", sent, mark);
        if (!send_mail(a, db, c, w, *id_out, &plan->to.to[i], err))
            return false;
    }
    return true;
}

bool notice_answer(struct arena *a, struct db *db, const struct config *c,
                   const struct notice_question *q, const char *who, const char *text,
                   struct err *err)
{
    int64_t row;
    bool is_reply = strncasecmp(q->subject, "re:", 3) == 0;
    const char *id = arena_printf(a, "<notice.%d.answer.%lld.%lld%s>", q->notice_id,
                                  (long long)q->item_id, (long long)clock_now_us(), host_of(c));
    struct compose mail = {
        .subject = is_reply ? q->subject : arena_printf(a, "Re: %s", q->subject),
        .message_id = id,
        .in_reply_to = *q->message_id ? q->message_id : NULL,
        .references = *q->message_id
                          ? arena_printf(a, "%s%s%s", q->refs, *q->refs ? " " : "", q->message_id)
                          : NULL,
        .auto_replied = true,
        .text = arena_printf(a, "%s\n\n%s\nอ้างถึงเลขทะเบียนรับ %s\n", text, c->office_name,
                             q->register_no)};
    if (!c->office_addr)
        return err_set(err, ERR_FATAL, "%s: [office] addr is missing", c->path);
    if (!*q->from_addr)
        return err_set(err, ERR_REFUSE, "%s: the question names no address to answer to",
                       q->register_no);
    return leave_mail(db, c, &mail, q->from_addr, &row, err) &&
           notice_add_answer(db, q->item_id, who, text, row, err);
}
