/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The child's half of a scan: map the document, scan it, send what is found as frames. */
#include "base/buf.h"
#include "qr/document.h"
#include "qr/hard.h"
#include "qr/preview.h"
#include "qr/scan_frames.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static void put_u32(struct buf *b, uint32_t v)
{
    const uint8_t le[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    buf_add(b, le, sizeof le);
}

static void put_bytes(struct buf *b, const void *p, size_t n)
{
    put_u32(b, (uint32_t)n);
    buf_add(b, p, n);
}

/* Bytes of s, at most max, cut at a whole UTF-8 letter. */
static size_t text_bytes(const char *s, size_t max)
{
    size_t n = strnlen(s, max);
    if (s[n])
        while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
            n--;
    return n;
}

/* NULL and "" are told apart: NULL has length UINT32_MAX. */
static void put_text(struct buf *b, const char *s, size_t max)
{
    if (s)
        put_bytes(b, s, text_bytes(s, max));
    else
        put_u32(b, UINT32_MAX);
}

static void put_double(struct buf *b, double v)
{
    buf_add(b, &v, sizeof v);
}

static void send_code(void *user, const struct scan_code *c)
{
    (void)user;
    CLEANUP(buf_fini)
    struct buf b = {0};
    put_u32(&b, c->page);
    put_text(&b, c->format, SIZE_MAX);
    put_text(&b, c->member, SCAN_MEMBER_BYTES_MAX);
    put_double(&b, c->x);
    put_double(&b, c->y);
    for (int i = 0; i < 4; i++) {
        put_double(&b, c->corner[i][0]);
        put_double(&b, c->corner[i][1]);
    }
    put_text(&b, c->text, SIZE_MAX);
    put_bytes(&b, c->bytes, c->n_bytes);
    put_u32(&b, c->part);
    put_u32(&b, c->n_parts);
    put_text(&b, c->sequence, SCAN_SEQUENCE_BYTES_MAX);
    put_u32(&b, c->has_eci);
    child_send(FRAME_CODE, b.data, b.len);
}

static void send_page(void *user, const struct scan_page *p)
{
    (void)user;
    CLEANUP(buf_fini)
    struct buf b = {0};
    put_text(&b, p->steps, SCAN_WHY_BYTES_MAX);
    put_double(&b, p->width);
    put_double(&b, p->height);
    put_u32(&b, p->n_codes);
    child_send(FRAME_PAGE, b.data, b.len);
}

static void send_end(const struct document_verdict *v, const struct document_tally *t)
{
    CLEANUP(buf_fini)
    struct buf b = {0};
    put_u32(&b, (uint32_t)v->state);
    put_text(&b, v->type, SIZE_MAX);
    put_text(&b, v->why, SCAN_WHY_BYTES_MAX);
    put_double(&b, (double)t->load_us);
    put_double(&b, (double)t->draw_us);
    put_double(&b, (double)t->read_us);
    child_send(FRAME_END, b.data, b.len);
}

static void send_preview(const struct preview *p)
{
    if (!p->sheet.px)
        return;
    CLEANUP(buf_fini) struct buf b = {0};
    put_u32(&b, p->page);
    put_u32(&b, (uint32_t)p->sheet.w);
    put_u32(&b, (uint32_t)p->sheet.h);
    put_double(&b, p->scale);
    child_send(FRAME_SHEET, b.data, b.len);
    int rows = CHILD_FRAME_MAX / p->sheet.w;
    for (int y = 0; y < p->sheet.h; y += rows) {
        int n = p->sheet.h - y < rows ? p->sheet.h - y : rows;
        child_send(FRAME_ROWS, p->sheet.px + (ptrdiff_t)y * p->sheet.w,
                   (size_t)n * (size_t)p->sheet.w);
    }
}

int scan_child(int doc_fd, const void *request, size_t request_bytes)
{
    struct stat st;
    struct scan_request r;
    if (request_bytes <= sizeof r || fstat(doc_fd, &st) != 0)
        return SCAN_CHILD_BROKEN;
    memcpy(&r, request, sizeof r);
    const char *name = (const char *)request + sizeof r;
    if (name[request_bytes - sizeof r - 1] != '\0')
        return SCAN_CHILD_BROKEN;
    size_t n = (size_t)st.st_size;
    const void *p = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, doc_fd, 0) : "";
    if (p == MAP_FAILED)
        return SCAN_CHILD_BROKEN;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const struct scan_options options = {.more_formats = r.more_formats != 0};
    const struct document_sink sink = {NULL, send_page, send_code};
    struct preview preview = {.page = r.preview_page};
    struct document_tally tally = {.preview = r.preview_page ? &preview : NULL,
                                   .odds_left = HARD_ODDS_MAX};
    const struct document_job job = {p, n, name, NULL, 0, &options, &sink, &tally};
    struct document_verdict verdict;
    document_scan(a, &job, &verdict);
    if (verdict.state == SCAN_DAMAGED && child_memory_refused())
        document_say(a, &verdict, SCAN_LIMIT, "it takes too much memory to read: %s", verdict.why);
    send_preview(&preview);
    grey_fini(&preview.sheet);
    send_end(&verdict, &tally);
    return 0;
}
