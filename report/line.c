/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Messages to the LINE group. See line.h. */
#include "report/line.h"

#include "base/thai.h"
#include "db/outbox.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool line_is_on(const struct config *c)
{
    return c->line_mode && strcmp(c->line_mode, "off") != 0;
}

/* ---------------------------------------------------------------- words */

static const char *instant(struct arena *a, int64_t us)
{
    return us == TIME_NONE ? "ยังไม่กำหนด" : thai_time(a, us, THAI_DATE_TIME);
}

static void say_late(struct arena *a, const struct line_case *k, struct buf *out)
{
    buf_addf(out, "• %s %s กำหนด %s%s\n", k->matter_no, k->agency, instant(a, k->due_us),
             k->is_received ? " (รับแล้วหลังกำหนด)" : "");
}

static void say_changed(struct arena *a, const struct line_case *k, struct buf *out)
{
    buf_addf(out, "• %s %s จาก %s เป็น %s\n", k->matter_no, k->agency, instant(a, k->was_us),
             instant(a, k->due_us));
}

static void say_cases(struct arena *a, const struct line_cases *cases,
                      void (*say)(struct arena *a, const struct line_case *k, struct buf *out),
                      struct buf *out)
{
    int n = cases->n <= LINE_CASES_MAX ? cases->n : LINE_CASES_MAX;
    for (int i = 0; i < n; i++)
        say(a, &cases->row[i], out);
    if (cases->n > n)
        buf_addf(out, "และอีก %d เรื่อง\n", cases->n - n);
}

static void trim(struct buf *out)
{
    if (out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = 0;
}

void line_news_text(struct arena *a, enum line_news news, const struct line_cases *cases,
                    struct buf *out)
{
    buf_addf(out, news == LINE_LATE ? "เพิ่งพ้นกำหนดส่ง %d เรื่อง\n" : "กำหนดส่งเปลี่ยน %d เรื่อง\n",
             cases->n);
    say_cases(a, cases, news == LINE_LATE ? say_late : say_changed, out);
    trim(out);
}

void line_digest_text(struct arena *a, const struct line_digest *d, int64_t as_of_us,
                      struct buf *out)
{
    const struct {
        const char *title;
        const struct line_cases *cases;
    } parts[] = {{"เกินกำหนดและยังไม่ได้รับ", &d->overdue},
                 {"ครบกำหนดภายในวันทำการถัดไป", &d->soon},
                 {"รับแล้วหลังกำหนดในวันที่ผ่านมา", &d->late}};
    buf_addf(out, "สรุป ณ %s\n", thai_time(a, as_of_us, THAI_LONG_TIME));
    if (d->overdue.n + d->late.n == 0)
        buf_adds(out, "ไม่มีรายการล่าช้า\n");
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i].cases->n == 0)
            continue;
        buf_addf(out, "%s %d เรื่อง\n", parts[i].title, parts[i].cases->n);
        say_cases(a, parts[i].cases, say_late, out);
    }
    buf_adds(out, "(ไม่รวมเรื่องที่มีชั้นความลับ)");
}

/* ---------------------------------------------------------------- the request body */

/* A letter beyond the basic plane counts two. */
static const char *within_limit(struct arena *a, const char *text)
{
    size_t n = strlen(text), units = 0;
    for (size_t at = 0, step; at < n; at += step) {
        step = utf8_len(text + at, n - at);
        step = step ? step : 1;
        units += step == 4 ? 2 : 1;
        if (units > LINE_TEXT_MAX - 1)
            return arena_printf(a, "%.*s…", (int)at, text);
    }
    return text;
}

void line_body(const char *group, const char *text, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *clean = within_limit(a, text);
    json_t *body = json_pack("{s:s, s:[{s:s, s:s}]}", "to", group ? group : "", "messages", "type",
                             "text", "text", clean);
    char *bytes CLEANUP(mem_freep) = body ? json_dumps(body, JSON_COMPACT) : NULL;
    buf_adds(out, bytes ? bytes : "");
    json_decref(body);
}

/* ---------------------------------------------------------------- into the outbox */

static bool leave(struct db *db, const struct config *c, const char *kind, const struct buf *text,
                  int64_t *id_out, struct err *err)
{
    struct buf body CLEANUP(buf_fini) = {0};
    line_body(c->line_to, buf_str(text), &body);
    const struct outbox_line m = {
        .kind = kind, .group = c->line_to ? c->line_to : "", .body = body.data, .n_body = body.len};
    return outbox_add_line(db, &m, id_out, err);
}

static const char *own_mailboxes(struct arena *a, const struct config *c)
{
    const char *names = "";
    for (uint32_t i = 0; i < c->n_mailboxes; i++)
        names = arena_printf(a, "%s%s%s", names, i ? "," : "", c->mailbox[i].name);
    return names;
}

static bool send_news(struct arena *a, struct db *db, const struct config *c, enum line_news news,
                      int64_t since_us, struct err *err)
{
    struct line_cases cases;
    struct buf text CLEANUP(buf_fini) = {0};
    int64_t id;
    if (!line_new(a, db, news, since_us, own_mailboxes(a, c), &cases, err))
        return false;
    if (cases.n == 0)
        return true;
    line_news_text(a, news, &cases, &text);
    return leave(db, c, news == LINE_LATE ? "late" : "changed", &text, &id, err) &&
           line_told(db, news, &cases, id, err);
}

bool line_news_send(struct db *db, const struct config *c, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int64_t since_us;
    if (!line_is_on(c))
        return true;
    if (!db_begin(db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = db;
    return line_look(db, &since_us, err) && send_news(a, db, c, LINE_LATE, since_us, err) &&
           send_news(a, db, c, LINE_CHANGED, since_us, err) && db_commit(tx, err);
}

bool line_digest_send(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                      struct err *err)
{
    struct line_digest d;
    struct buf text CLEANUP(buf_fini) = {0};
    int64_t id;
    if (!line_is_on(c) || as_of_us < clock_now_us() - US_PER_DAY) /* an old report is no news */
        return true;
    if (!line_digest(a, db, as_of_us, as_of_us - US_PER_DAY, &d, err))
        return false;
    line_digest_text(a, &d, as_of_us, &text);
    return leave(db, c, "digest", &text, &id, err);
}
