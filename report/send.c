/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Reports by mail. See send.h. */
#include "report/send.h"

#include "base/thai.h"
#include "db/lateness.h"
#include "db/outbox.h"
#include "mail/compose.h"
#include "report/chart.h"
#include "report/lateness.h"
#include "report/line.h"
#include <string.h>

enum { MAIL_COLUMNS = 100 }; /* tables in mail are read on wide screens or as HTML */
#define CHART_ID "chart@report.thanwela"

struct post { /* what every reader gets */
    struct buf text, html;
    struct buf file[REPORT_N_FORMATS];
    struct buf chart;
    struct compose_file files[REPORT_N_FORMATS + 1];
    size_t n_files;
    const char *subject;
    uint8_t digest[32];
};

static void post_fini(struct post *p)
{
    buf_fini(&p->text);
    buf_fini(&p->html);
    buf_fini(&p->chart);
    for (int i = 0; i < REPORT_N_FORMATS; i++)
        buf_fini(&p->file[i]);
}

static const struct {
    enum report_format format;
    const char *suffix, *type;
} attached[] = {
    {REPORT_PDF, "pdf", "application/pdf"},
    {REPORT_CSV, "csv", "text/csv"},
    {REPORT_XLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
};

static bool attach(struct arena *a, const struct lateness *l, int64_t as_of_us, struct post *p,
                   struct err *err)
{
    struct civil day = civil_from(as_of_us);
    for (size_t i = 0; i < ARRAY_LEN(attached); i++) {
        struct buf *bytes = &p->file[attached[i].format];
        if (!lateness_write(l, attached[i].format, 0, false, bytes, err))
            return false;
        p->files[p->n_files++] = (struct compose_file){
            .filename = arena_printf(a, "รายงานล่าช้า-%04d-%02d-%02d.%s", day.year + 543, day.month,
                                     day.day, attached[i].suffix),
            .type = attached[i].type,
            .bytes = bytes->data,
            .n_bytes = bytes->len};
    }
    return true;
}

/* The first thing a manager wants to know stands in the subject. */
static const char *subject_of(struct arena *a, const struct book *b)
{
    int late = sheet_rows(book_find(b, "late")), overdue = sheet_rows(book_find(b, "overdue"));
    const char *day = thai_time(a, b->as_of_us, THAI_DATE_LONG);
    if (b->calm)
        return arena_printf(a, "รายงานเรื่องล่าช้า %s: %s", day, b->calm);
    return arena_printf(a, "รายงานเรื่องล่าช้า %s: ไม่ทัน %d ยังไม่ได้รับ %d", day, late, overdue);
}

/* Mail programs show no SVG: the chart is a picture inside the HTML. */
static bool draw_chart(const struct book *b, struct post *p, struct err *err)
{
    if (b->n_months == 0)
        return true;
    if (!chart_png(b, &p->chart, err))
        return false;
    p->files[p->n_files++] = (struct compose_file){.filename = "chart.png",
                                                   .type = "image/png",
                                                   .content_id = CHART_ID,
                                                   .bytes = p->chart.data,
                                                   .n_bytes = p->chart.len};
    return true;
}

static bool write_html(const struct book *b, struct post *p, struct err *err)
{
    struct book pictured = *b;
    pictured.chart_cid = "cid:" CHART_ID;
    return book_write(&pictured, REPORT_HTML, 0, false, &p->html, err);
}

static bool post_make(struct arena *a, const struct lateness *l, int64_t as_of_us, struct post *p,
                      struct err *err)
{
    p->subject = subject_of(a, lateness_book(l));
    return lateness_digest(l, p->digest, err) &&
           lateness_write(l, REPORT_TEXT, MAIL_COLUMNS, false, &p->text, err) &&
           draw_chart(lateness_book(l), p, err) && write_html(lateness_book(l), p, err) &&
           attach(a, l, as_of_us, p, err);
}

/* One mail a reader, its Message-ID from the run and the reader's place: a retry is the same. */
static bool post_to(struct arena *a, struct db *db, const struct config *c, const struct post *p,
                    int64_t run, uint32_t reader, struct err *err)
{
    struct buf body CLEANUP(buf_fini) = {0};
    const char *host = strrchr(c->office_addr, '@');
    const char *id =
        arena_printf(a, "<report.%lld.%u%s>", (long long)run, reader, host ? host : "@thanwela");
    const char *to = c->readers.item[reader];
    int64_t row;
    const struct compose mail = {.from_name = c->office_name,
                                 .from_addr = c->office_addr,
                                 .to = &to,
                                 .n_to = 1,
                                 .subject = p->subject,
                                 .date_us = clock_now_us(),
                                 .message_id = id,
                                 .text = buf_str(&p->text),
                                 .html = buf_str(&p->html),
                                 .files = p->files,
                                 .n_files = p->n_files};
    if (!compose_mail(&mail, &body, err))
        return false;
    const struct outbox_mail m = {.kind = "report",
                                  .rfc_message_id = id,
                                  .envelope_from = c->office_addr,
                                  .rcpt = to,
                                  .body = body.data,
                                  .n_body = body.len};
    return outbox_add(db, &m, &row, err);
}

static bool post_all(struct arena *a, struct db *db, const struct config *c,
                     const struct lateness *l, const struct post *p, int64_t run, struct err *err)
{
    int64_t as_of_us = lateness_book(l)->as_of_us;
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    for (uint32_t i = 0; i < c->readers.n; i++)
        if (!post_to(a, db, c, p, run, i, err))
            return false;
    return line_digest_send(a, db, c, as_of_us, err) &&
           report_run_done(db, run, lateness_calendar_version(l), p->digest, err) &&
           db_commit(db, err);
}

static bool make_and_post(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                          int64_t run, struct err *err)
{
    struct post p CLEANUP(post_fini) = {0};
    struct lateness *l = NULL;
    return lateness_gather(a, db, c, as_of_us, &l, err) && post_make(a, l, as_of_us, &p, err) &&
           post_all(a, db, c, l, &p, run, err);
}

bool lateness_send(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                   int *n_out, struct err *err)
{
    int64_t run;
    if (c->readers.n == 0)
        return err_set(err, ERR_FATAL,
                       "%s: [report] readers: nobody is named to send the report to",
                       c->path ? c->path : "configuration");
    if (!report_run_begin(db, "lateness", as_of_us, &run, err))
        return false;
    if (!make_and_post(a, db, c, as_of_us, run, err)) {
        struct err second = {0};
        if (!report_run_failed(db, run, err->text, &second))
            err_add(err, "%s; and the failure could not be kept", second.text);
        return false;
    }
    *n_out = (int)c->readers.n;
    return true;
}
