/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The nightly lateness report. See lateness.h. */
#include "report/lateness.h"

#include "base/refusals.h"
#include "report/lateness_part.h"
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct lateness {
    struct arena *a;
    struct lateness_rows rows;
    bool has_words; /* also of what came in time: the year's lists can be made */
    struct book *book;
};

#define YEAR "year." /* before the words of lateness_year_sheet */

static struct book *book_make(struct arena *a, const struct lateness_rows *rows,
                              const struct config *c, int64_t as_of_us)
{
    const struct report_window *w = &rows->window;
    struct book *b = book_new(a, "lateness", c->office_name, "รายงานเรื่องล่าช้าประจำวัน", as_of_us);
    book_fact(b, "fiscal_quarter", "ไตรมาสของปีงบประมาณ",
              arena_printf(a, "%d/%d", w->fiscal_quarter, w->fiscal_year));
    book_fact(b, "calendar_version", "ปฏิทินวันทำการ",
              w->calendar_version ? arena_printf(a, "ฉบับที่ %d", w->calendar_version)
                                  : "ยังไม่มีวันหยุดในระบบ");
    lateness_state_sheets(b, rows, c);
    lateness_case_sheets(b, rows);
    lateness_work_sheets(b, rows);
    lateness_tally_sheets(b, rows);
    book_fact(b, "chain_head", "เหตุการณ์ล่าสุดในทะเบียน และรหัสแฮช",
              *w->chain_head ? w->chain_head : "ยังไม่มี");
    return b;
}

static bool gather(struct lateness l, struct db *db, const struct config *c, int64_t as_of_us,
                   struct lateness **out, struct err *err)
{
    if (!lateness_read(l.a, db, as_of_us, l.has_words, &l.rows, err))
        return false;
    l.book = book_make(l.a, &l.rows, c, as_of_us);
    *out = arena_memdup(l.a, &l, sizeof l);
    return true;
}

bool lateness_gather(struct arena *a, struct db *db, const struct config *c, int64_t as_of_us,
                     struct lateness **out, struct err *err)
{
    return gather((struct lateness){.a = a, .has_words = true}, db, c, as_of_us, out, err);
}

bool lateness_gather_sections(struct arena *a, struct db *db, const struct config *c,
                              int64_t as_of_us, struct lateness **out, struct err *err)
{
    return gather((struct lateness){.a = a}, db, c, as_of_us, out, err);
}

static bool year_sheet(const struct lateness *l, struct book *b, const char *which,
                       const struct lateness_ask *ask)
{
    assert(l->has_words);
    return lateness_year_sheet(b, &l->rows, which, ask);
}

bool lateness_write(const struct lateness *l, enum report_format f, int width, bool color,
                    struct buf *out, struct err *err)
{
    if (f != REPORT_XLSX)
        return book_write(l->book, f, width, color, out, err);
    struct book whole = *l->book;
    return year_sheet(l, &whole, "expected", &(struct lateness_ask){0}) &&
           book_write(&whole, f, width, color, out, err);
}

bool lateness_list(const struct lateness *l, const struct lateness_ask *ask, struct book **out,
                   struct err *err)
{
    const struct sheet *s = book_find(l->book, ask->key);
    if (s) {
        *out = book_only(l->book, s);
        return true;
    }
    struct book *b = book_new(l->a, "lateness", l->book->office, l->book->title, l->book->as_of_us);
    const char *which = ask->key + strlen(YEAR);
    if (strncmp(ask->key, YEAR, strlen(YEAR)) == 0 && year_sheet(l, b, which, ask)) {
        *out = b;
        return true;
    }
    char known[ERR_TEXT_MAX / 2] = "";
    for (int i = 0; i < l->book->n_sheets; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s, ",
                 l->book->sheets[i]->key);
    return err_say(err, REFUSE_LATENESS_LIST, ask->key, known);
}

const struct book *lateness_book(const struct lateness *l)
{
    return l->book;
}

int lateness_calendar_version(const struct lateness *l)
{
    return l->rows.window.calendar_version;
}

bool lateness_digest(const struct lateness *l, uint8_t out[32], struct err *err)
{
    struct buf json CLEANUP(buf_fini) = {0};
    if (!book_write(l->book, REPORT_JSON, 0, false, &json, err))
        return false;
    static_assert(crypto_hash_sha256_BYTES == 32, "SHA-256");
    crypto_hash_sha256(out, (const unsigned char *)json.data, json.len);
    return true;
}
