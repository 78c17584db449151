/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From a registered item to its receipt. A round claims what is due, scans it, and commits the
 * results of all together: when a hundred wait, one disk flush serves many. */
#include "intake/answer.h"

#include "base/log.h"
#include "db/blob.h"
#include "db/ledger.h"
#include "db/queue.h"
#include "intake/acknowledge.h"
#include "qr/scan.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    ROUND_JOBS_MAX = 16, /* results that one commit carries, */
    ROUND_MS_MAX =
        5000,          /* or as many as this time allows: a receipt does not wait long for others */
    JOB_LEASE_S = 300, /* longer than the slowest child may take */
};

struct work { /* one claimed job */
    struct queue_job job;
    struct queue_result result;
    bool has_result; /* false: nothing to scan */
    bool is_last;    /* of its item */
    bool is_again;   /* put back for another try */
};

static const char given_up[] = "เปิดไฟล์นี้แล้วระบบล้มถึงสามครั้ง จึงไม่เปิดอีก";

static bool step_scan(const struct answer_parts *parts, struct arena *a, struct work *w,
                      struct err *err);
static bool step_finish(const struct answer_parts *parts, struct arena *a, struct work *works,
                        int n, struct err *err);

/* ---- scan */

/* What a code means to us. A token that does not verify is worth an officer's look; it is never
 * ours. */
static void give_meaning(struct arena *a, const struct verifier *v, struct queue_code *c)
{
    struct token t;
    switch (token_verify(v, c->text, &t)) {
    case TOKEN_GENUINE:
        c->meaning = t.kind == TOKEN_SLIP ? "slip" : "receipt";
        c->register_ref = t.kind == TOKEN_SLIP
                              ? arena_printf(a, "%" PRIu64 "/%d", t.number, t.year)
                              : arena_printf(a, "%s/%d/%" PRIu64, t.series, t.year, t.number);
        return;
    case TOKEN_FORGED:
    case TOKEN_KEY_UNKNOWN:
        c->meaning = "forged";
        return;
    case TOKEN_NOT_OURS:
        break;
    }
    bool is_url =
        strncasecmp(c->text, "https://", 8) == 0 || strncasecmp(c->text, "http://", 7) == 0;
    c->meaning = is_url ? "url" : "other";
}

static void take_scan(struct arena *a, const struct verifier *v, const struct scan_result *s,
                      struct queue_result *out)
{
    struct queue_page *pages = arena_array(a, s->n_pages, sizeof *pages);
    struct queue_code *codes = arena_array(a, s->n_codes, sizeof *codes);
    for (uint32_t i = 0; i < s->n_pages; i++)
        pages[i] = (struct queue_page){s->pages[i].width, s->pages[i].height, s->pages[i].steps};
    for (uint32_t i = 0; i < s->n_codes; i++) {
        const struct scan_code *c = &s->codes[i];
        codes[i] = (struct queue_code){.page = c->page,
                                       .member = c->member,
                                       .format = c->format,
                                       .text = c->text,
                                       .parts = c->parts_say,
                                       .bytes = c->bytes,
                                       .n_bytes = c->n_bytes,
                                       .x = c->x,
                                       .y = c->y};
        static_assert(sizeof codes[i].corners == sizeof c->corner, "four corners");
        memcpy(codes[i].corners, c->corner, sizeof c->corner);
        if (c->join == JOIN_NONE || c->join == JOIN_WHOLE)
            give_meaning(a, v, &codes[i]);
        else
            codes[i].meaning = "other"; /* half an address is no address */
    }
    *out = (struct queue_result){.state = scan_state_name(s->state),
                                 .why = s->why,
                                 .pages = pages,
                                 .n_pages = s->n_pages,
                                 .codes = codes,
                                 .n_codes = s->n_codes};
}

static bool step_scan(const struct answer_parts *parts, struct arena *a, struct work *w,
                      struct err *err)
{
    if (w->job.attachment_id == 0)
        return true;
    w->has_result = true;
    if (w->job.attempts > ATTEMPTS_MAX) {
        w->result = (struct queue_result){.state = "poison", .why = given_up};
        return true;
    }
    struct scan_options options = {.more_formats = parts->config->more_formats};
    struct scan_result scanned;
    int fd CLEANUP(fd_closep) = -1;
    uint64_t size;
    if (!blob_load(parts->db, w->job.blob_id, &fd, &size, err) ||
        !scan_document(a, parts->zygote, fd, w->job.filename ? w->job.filename : "", &options,
                       &scanned, err))
        return false;
    w->is_again = scanned.reader_died && w->job.attempts < ATTEMPTS_MAX;
    w->result = (struct queue_result){.state = "again"};
    if (w->is_again)
        return queue_retry(parts->db, w->job.id, scanned.why, err);
    take_scan(a, parts->verifier, &scanned, &w->result);
    if (scanned.reader_died) {
        w->result.state = "poison";
        w->result.why = given_up;
    }
    return true;
}

/* ---- judge and receipt, with what the scans found */

static int by_item(const void *a, const void *b)
{
    const struct work *x = a, *y = b;
    return (x->job.item_id > y->job.item_id) - (x->job.item_id < y->job.item_id);
}

/* Items are locked in order and all of them before the first receipt takes the chain of events: two
 * workers can wait for each other, but never in a ring. */
static bool finish(const struct answer_parts *parts, struct arena *a, struct work *works, int n,
                   struct err *err)
{
    if (!db_begin(parts->db, err))
        return false;
    struct db *tx CLEANUP(db_rollbackp) = parts->db;
    for (int i = 0; i < n; i++)
        if (!queue_finish(parts->db, &works[i].job, works[i].has_result ? &works[i].result : NULL,
                          &works[i].is_last, err))
            return false;
    for (int i = 0; i < n; i++)
        if (works[i].is_last && !acknowledge(a, parts, works[i].job.item_id, err))
            return false;
    return db_commit(tx, err);
}

static bool step_finish(const struct answer_parts *parts, struct arena *a, struct work *works,
                        int n, struct err *err)
{
    qsort(works, (size_t)n, sizeof *works, by_item);
    if (finish(parts, a, works, n, err))
        return true;
    if (n == 1 || err->kind != ERR_REFUSE)
        return false;
    for (int i = 0; i < n; i++)
        if (!finish(parts, a, &works[i], 1, err))
            return false;
    return true;
}

/* ---- a round */

static void log_scanned(const struct work *w, int64_t started_ms)
{
    char item[24], codes[16], ms[24];
    snprintf(item, sizeof item, "%" PRId64, w->job.item_id);
    snprintf(codes, sizeof codes, "%" PRIu32, w->result.n_codes);
    snprintf(ms, sizeof ms, "%" PRId64, clock_mono_ms() - started_ms);
    log_event(LOG_LEVEL_INFO, "scan", "item", item, "file", w->job.filename, "state",
              w->has_result ? w->result.state : "empty", "codes", codes, "ms", ms, NULL);
}

/* A job that a death has left behind may be what caused it: it is worked on alone, so that further
 * deaths count against it and not against those that only waited beside it. */
static bool is_suspect(const struct queue_job *job)
{
    return job->attempts > 1;
}

struct round {
    struct work works[ROUND_JOBS_MAX]; /* scanned, not committed yet */
    int n, n_again;
    struct work suspect;
    bool is_suspected;
    int64_t end_ms;
};

static bool work_on(const struct answer_parts *parts, struct arena *a, struct work *w,
                    struct err *err)
{
    int64_t start_ms = clock_mono_ms();
    meter_step(parts->meter, "scan");
    if (!step_scan(parts, a, w, err))
        return err_add(err, "scan");
    log_scanned(w, start_ms);
    return true;
}

/* Scan what was claimed; what the round has no time for goes back. */
static bool work_on_all(const struct answer_parts *parts, struct arena *a, struct round *r,
                        const struct queue_job *jobs, int n, struct err *err)
{
    int i = 0;
    for (; i < n && (i == 0 || clock_mono_ms() < r->end_ms); i++) {
        struct work *w = &r->works[r->n];
        *w = (struct work){.job = jobs[i]};
        if (!work_on(parts, a, w, err))
            return false;
        r->n_again += w->is_again;
        r->n += !w->is_again;
    }
    return queue_give_back(parts->db, parts->owner, jobs + i, n - i, err);
}

/* Everything but the commit; ends before a suspect, which is left in r->suspect. */
static bool gather(const struct answer_parts *parts, struct arena *a, struct round *r,
                   struct err *err)
{
    struct queue_job jobs[ROUND_JOBS_MAX];
    do {
        int n;
        struct queue_claim claim = {
            .owner = parts->owner, .lease_s = JOB_LEASE_S, .max = ROUND_JOBS_MAX - r->n};
        if (!queue_claim(parts->db, a, &claim, jobs, &n, err))
            return false;
        if (n == 0)
            return true;
        r->is_suspected = is_suspect(&jobs[0]);
        if (r->is_suspected)
            r->suspect = (struct work){.job = jobs[0]};
        else if (!work_on_all(parts, a, r, jobs, n, err))
            return false;
    } while (!r->is_suspected && r->n < ROUND_JOBS_MAX && clock_mono_ms() < r->end_ms);
    return true;
}

bool answer_round(const struct answer_parts *parts, int *n_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct round r = {.end_ms = clock_mono_ms() + ROUND_MS_MAX};
    if (!gather(parts, a, &r, err))
        return false;
    *n_out = r.n + r.n_again + r.is_suspected;
    meter_step(parts->meter, "receipt");
    if (r.n > 0 && !step_finish(parts, a, r.works, r.n, err))
        return false;
    return !r.is_suspected || (work_on(parts, a, &r.suspect, err) &&
                               (r.suspect.is_again || step_finish(parts, a, &r.suspect, 1, err)));
}
