/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parent's half of a scan: runs the child, reads its frames and believes none of them. */
#include "qr/scan.h"
#include "base/buf.h"
#include "base/thai.h"
#include "qr/document.h"
#include "qr/join.h"
#include "qr/preview.h"
#include "qr/scan_frames.h"
#include "qr/text.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    CPU_S = 15, /* a hard page takes one or two */
    WALL_MS = 19000,
    STARVED_MS = 120000, /* where the machine has no CPU for it */
    STARVED_CPU_MS = WALL_MS / 2,
    MEMORY_MB = 900,
    OUT_BYTES = 16 << 20,
    FORMAT_BYTES_MAX = 15,
    TEXT_BYTES_MAX = 64 << 10, /* a QR holds 2,953 bytes; each may become a letter of 3 */
    NAME_BYTES_MAX = 1024,
    FIRST_ROOM = 8,
};

const char *scan_state_name(enum scan_state s)
{
    static const char *const names[] = {
        [SCAN_CODES] = "codes",
        [SCAN_NONE] = "none",
        [SCAN_ENCRYPTED] = "encrypted",
        [SCAN_DAMAGED] = "damaged",
        [SCAN_UNSUPPORTED] = "unsupported",
        [SCAN_LIMIT] = "limit",
    };
    static_assert(ARRAY_LEN(names) == SCAN_N_STATES, "a name for every state");
    return names[s];
}

const char *scan_join_name(enum scan_join j)
{
    static const char *const names[] = {
        [JOIN_NONE] = "none",     [JOIN_WHOLE] = "whole",   [JOIN_MISSING] = "missing",
        [JOIN_PARITY] = "parity", [JOIN_DIFFER] = "differ",
    };
    static_assert(ARRAY_LEN(names) == SCAN_N_JOINS, "a name for every join");
    return names[j];
}

/* What is left of a frame. */
struct cursor {
    const uint8_t *p;
    size_t n;
    bool broken;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
    if (c->broken || n > c->n) {
        c->broken = true;
        return NULL;
    }
    const uint8_t *p = c->p;
    c->p += n;
    c->n -= n;
    return p;
}

static uint32_t take_u32(struct cursor *c)
{
    const uint8_t *p = take(c, 4);
    return p ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24
             : 0;
}

static double take_double(struct cursor *c)
{
    double v = 0;
    const uint8_t *p = take(c, sizeof v);
    if (p)
        memcpy(&v, p, sizeof v);
    c->broken = c->broken || !isfinite(v);
    return c->broken ? 0 : v;
}

/* Valid UTF-8 in a, or NULL where the child said NULL. */
static const char *take_text(struct cursor *c, struct arena *a, uint32_t max)
{
    uint32_t n = take_u32(c);
    if (n == UINT32_MAX)
        return NULL;
    c->broken = c->broken || n > max;
    const uint8_t *p = take(c, n);
    return p ? code_text_valid(a, p, n) : "";
}

struct reading {
    struct arena *a;
    struct scan_result *out;
    uint32_t code_room, page_room;
    uint32_t n_unpaged; /* codes since the last page */
    bool ended;
    uint32_t wanted_page; /* of the preview */
    uint8_t *sheet;
    size_t sheet_filled; /* bytes */
};

/* Room for one more in an array of the arena, doubled each time. */
static void *more_room(struct arena *a, void *old, uint32_t n, uint32_t *room, size_t size)
{
    if (n < *room)
        return old;
    *room = *room ? *room * 2 : FIRST_ROOM;
    void *p = arena_array(a, *room, size);
    if (n)
        memcpy(p, old, n * size);
    return p;
}

static void take_sequence(struct cursor *c, struct arena *a, struct scan_code *code)
{
    code->part = take_u32(c);
    code->n_parts = take_u32(c);
    code->sequence = take_text(c, a, SCAN_SEQUENCE_BYTES_MAX);
    code->has_eci = take_u32(c) != 0;
    bool by_itself = code->part == 0 && code->n_parts == 0 && !code->sequence;
    bool a_part = code->sequence && code->part >= 1 && code->part <= code->n_parts &&
                  code->n_parts <= SCAN_CODES_MAX;
    c->broken = c->broken || (!by_itself && !a_part);
}

static bool read_code(struct reading *r, struct cursor *c)
{
    struct scan_code code = {.page = take_u32(c)};
    code.format = take_text(c, r->a, FORMAT_BYTES_MAX);
    code.member = take_text(c, r->a, SCAN_MEMBER_BYTES_MAX);
    code.x = take_double(c);
    code.y = take_double(c);
    for (int i = 0; i < 4; i++) {
        code.corner[i][0] = take_double(c);
        code.corner[i][1] = take_double(c);
    }
    code.text = take_text(c, r->a, TEXT_BYTES_MAX);
    code.n_bytes = take_u32(c);
    const uint8_t *bytes = take(c, code.n_bytes);
    take_sequence(c, r->a, &code);
    struct scan_result *out = r->out;
    if (c->broken || c->n || !code.format || !code.text || code.page != out->n_pages + 1 ||
        out->n_codes >= SCAN_CODES_MAX)
        return false;
    code.bytes = arena_memdup(r->a, bytes, code.n_bytes);
    out->codes = more_room(r->a, out->codes, out->n_codes, &r->code_room, sizeof code);
    out->codes[out->n_codes++] = code;
    r->n_unpaged++;
    return true;
}

static bool read_page(struct reading *r, struct cursor *c)
{
    struct scan_page page = {.steps = take_text(c, r->a, SCAN_WHY_BYTES_MAX)};
    page.width = take_double(c);
    page.height = take_double(c);
    page.n_codes = take_u32(c);
    struct scan_result *out = r->out;
    if (c->broken || c->n || !page.steps || page.n_codes != r->n_unpaged ||
        out->n_pages >= SCAN_PAGES_MAX)
        return false;
    out->pages = more_room(r->a, out->pages, out->n_pages, &r->page_room, sizeof page);
    out->pages[out->n_pages++] = page;
    r->n_unpaged = 0;
    return true;
}

static bool read_sheet(struct reading *r, struct cursor *c)
{
    uint32_t page = take_u32(c), w = take_u32(c), h = take_u32(c);
    double scale = take_double(c);
    if (c->broken || c->n || r->sheet || !page || page != r->wanted_page || !w || !h ||
        w > PREVIEW_SIDE_MAX || h > PREVIEW_SIDE_MAX || scale <= 0)
        return false;
    r->sheet = arena_alloc(r->a, (size_t)w * h);
    r->out->preview_page = page;
    r->out->preview_w = (int)w;
    r->out->preview_h = (int)h;
    r->out->preview_scale = scale;
    return true;
}

static bool read_rows(struct reading *r, struct cursor *c)
{
    size_t all = (size_t)r->out->preview_w * (size_t)r->out->preview_h;
    if (!r->sheet || c->n > all - r->sheet_filled)
        return false;
    memcpy(r->sheet + r->sheet_filled, c->p, c->n);
    r->sheet_filled += c->n;
    if (r->sheet_filled == all)
        r->out->preview = r->sheet;
    return true;
}

static bool read_end(struct reading *r, struct cursor *c)
{
    uint32_t state = take_u32(c);
    const char *type = take_text(c, r->a, FORMAT_BYTES_MAX * 8);
    const char *why = take_text(c, r->a, SCAN_WHY_BYTES_MAX);
    double load_us = take_double(c), draw_us = take_double(c), read_us = take_double(c);
    if (c->broken || c->n || state >= SCAN_N_STATES || !type)
        return false;
    r->out->state = (enum scan_state)state;
    r->out->type = type;
    r->out->why = why;
    r->out->load_ms = load_us / 1000;
    r->out->draw_ms = draw_us / 1000;
    r->out->read_ms = read_us / 1000;
    r->ended = true;
    return true;
}

static bool on_frame(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    struct reading *r = user;
    struct cursor c = {p, n, false};
    if (r->ended)
        return false;
    switch (type) {
    case FRAME_CODE:
        return read_code(r, &c);
    case FRAME_PAGE:
        return read_page(r, &c);
    case FRAME_END:
        return read_end(r, &c);
    case FRAME_SHEET:
        return read_sheet(r, &c);
    case FRAME_ROWS:
        return read_rows(r, &c);
    default:
        return false;
    }
}

/* Stopped by the clock though it had not worked for long: the machine, not the document. */
static bool was_starved(const struct child_result *end)
{
    return end->end == CHILD_SLOW && end->cpu_us / 1000 < STARVED_CPU_MS;
}

/* The child ended without its verdict: what does that say of the document? */
static void judge_end(struct reading *r, const struct child_result *end)
{
    static const struct {
        enum scan_state state;
        const char *why;
    } ends[] = {
        [CHILD_DONE] = {SCAN_DAMAGED, "the reader ended without a verdict"},
        [CHILD_FAILED] = {SCAN_DAMAGED, "the reader gave up on it"},
        [CHILD_CRASHED] = {SCAN_DAMAGED, "the reader crashed on it"},
        [CHILD_DENIED] = {SCAN_DAMAGED, "it made the reader ask for what is forbidden"},
        [CHILD_SLOW] = {SCAN_LIMIT, "it takes too long to read"},
        [CHILD_MEMORY] = {SCAN_LIMIT, "it takes too much memory to read"},
        [CHILD_FLOOD] = {SCAN_LIMIT, "it says more than is listened to"},
    };
    if (r->ended && end->end == CHILD_DONE)
        return;
    r->out->state = ends[end->end].state;
    r->out->reader_died = r->out->state == SCAN_DAMAGED || was_starved(end);
    r->out->why =
        arena_printf(r->a, "%s%s%s", ends[end->end].why, end->why[0] ? ": " : "", end->why);
    if (!r->out->type)
        r->out->type = "application/octet-stream";
    r->out->n_codes -= r->n_unpaged; /* their page was not finished: not looked at */
}

bool scan_zygote_start(struct zygote **out, struct err *err)
{
    return zygote_start(scan_child, document_warm_up, out, err);
}

bool scan_document(struct arena *a, struct zygote *z, int doc_fd, const char *name,
                   const struct scan_options *options, struct scan_result *out, struct err *err)
{
    static const struct child_limits limits = {
        .cpu_s = CPU_S,
        .wall_ms = WALL_MS,
        .memory_bytes = (uint64_t)MEMORY_MB << 20,
        .out_bytes = OUT_BYTES,
        .starved_ms = STARVED_MS,
    };
    CLEANUP(buf_fini)
    struct buf request = {0};
    const struct scan_request r = {.more_formats = options->more_formats,
                                   .preview_page = options->preview_page};
    size_t n_name = strnlen(name, NAME_BYTES_MAX);
    buf_add(&request, &r, sizeof r);
    buf_add(&request, name, n_name);
    buf_addc(&request, '\0');
    *out = (struct scan_result){0};
    struct reading reading = {.a = a, .out = out, .wanted_page = options->preview_page};
    struct child_result end;
    if (!zygote_run(z, &limits, doc_fd, request.data, request.len, on_frame, &reading, &end, err))
        return err_add(err, "scanning %s", name);
    judge_end(&reading, &end);
    out->codes = join_parts(a, out->codes, out->n_codes, &out->n_codes);
    out->cpu_ms = (double)end.cpu_us / 1000;
    return true;
}
