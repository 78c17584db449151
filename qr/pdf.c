/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A PDF, page by page: look, plan, take or draw pixels, hand them to the cascade. What is damaged
 * or too large costs that page; the others are read. */
#include "qr/pdf.h"
#include "base/clock.h"
#include "qr/cascade.h"
#include "qr/document.h"
#include <math.h>
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    STORE_BYTES = 48 << 20, /* what MuPDF may keep between pages */
    IMAGE_DPI_MAX = 300,    /* finer scans are read at this */
    ALONE_DPI_MAX = 600,
    REGION_DPI_MAX = 600, /* for the second try */
    DPI_MIN = 40,         /* a page so large that it would be drawn coarser is not drawn */
};

struct pdf {
    struct arena *a;
    fz_context *ctx;
    fz_document *doc;
    const struct document_job *job;
    struct document_verdict *out;
    uint32_t n_codes;
    bool is_lossy; /* MuPDF drew on over something of this page that it could not read */
};

struct page_scan {
    struct pdf *pdf;
    fz_page *page;
    fz_display_list *list; /* what the page draws */
    int number;            /* from 1 */
    struct pdf_look look;
    struct pdf_plan plan;
    struct cascade *cascade;
    int64_t t; /* CPU time at the last lap */
};

static void read_pages(struct pdf *p);
static void read_page(struct pdf *p, int number);
static void read_planned(struct page_scan *s);

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

/* Add the time since *from to a sum, and start again. */
static void lap(uint64_t *sum, int64_t *from)
{
    int64_t now = cpu_us();
    *sum += (uint64_t)(now - *from);
    *from = now;
}

static void worse(struct pdf *p, enum scan_state state, const char *why, int number)
{
    struct document_verdict v = {.state = state};
    document_say(p->a, &v, state, "page %d: %s", number, why);
    document_join(p->out, &v);
}

/* MuPDF draws on where bytes are missing and only warns. What it says then: */
static void on_warning(void *user, const char *message)
{
    static const char *const losses[] = {
        "padding truncated image",
        "read error; treating as end of file",
        "encountered syntax errors",
    };
    struct pdf *p = user;
    for (size_t i = 0; i < ARRAY_LEN(losses); i++)
        p->is_lossy |= strncmp(message, losses[i], strlen(losses[i])) == 0;
}

static bool open_document(struct pdf *p)
{
    fz_stream *stream = NULL;
    bool locked = false, ok = true;
    fz_var(stream);
    fz_var(locked);
    fz_var(ok);
    fz_try(p->ctx)
    {
        fz_register_document_handlers(p->ctx);
        stream = fz_open_memory(p->ctx, p->job->bytes, p->job->n_bytes);
        p->doc = fz_open_document_with_stream(p->ctx, "application/pdf", stream);
        locked = fz_needs_password(p->ctx, p->doc) && !fz_authenticate_password(p->ctx, p->doc, "");
    }
    fz_always(p->ctx) fz_drop_stream(p->ctx, stream);
    fz_catch(p->ctx)
    {
        document_say(p->a, p->out, SCAN_DAMAGED, "the PDF cannot be opened: %s",
                     fz_caught_message(p->ctx));
        ok = false;
    }
    if (locked)
        document_say(p->a, p->out, SCAN_ENCRYPTED, "the PDF asks for a password");
    return ok && !locked;
}

void pdf_warm_up(void)
{
    fz_drop_context(fz_new_context(NULL, NULL, STORE_BYTES));
}

void pdf_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    struct pdf p = {.a = a, .job = job, .out = out};
    int64_t t = cpu_us();
    p.ctx = fz_new_context(NULL, NULL, STORE_BYTES);
    if (!p.ctx)
        abort();
    fz_set_warning_callback(p.ctx, on_warning, &p);
    fz_set_error_callback(p.ctx, NULL, NULL);
    out->state = SCAN_NONE;
    bool opened = open_document(&p);
    lap(&job->tally->load_us, &t);
    if (opened)
        read_pages(&p);
    fz_drop_document(p.ctx, p.doc);
    fz_drop_context(p.ctx);
}

static int count_pages(struct pdf *p)
{
    int n = 0;
    fz_var(n);
    fz_try(p->ctx) n = fz_count_pages(p->ctx, p->doc);
    fz_catch(p->ctx) n = 0;
    return n;
}

static bool was_repaired(const struct pdf *p)
{
    pdf_document *pdf = pdf_specifics(p->ctx, p->doc);
    return pdf && pdf_was_repaired(p->ctx, pdf);
}

static void read_pages(struct pdf *p)
{
    int n = count_pages(p);
    if (n <= 0) {
        document_say(p->a, p->out, SCAN_DAMAGED, "the PDF has no pages that can be found");
        return;
    }
    for (int i = 0; i < n; i++) {
        if (p->job->tally->n_pages >= SCAN_PAGES_MAX) {
            struct document_verdict v;
            document_say(p->a, &v, SCAN_LIMIT, "%d pages, of which %d were looked at", n, i);
            document_join(p->out, &v);
            return;
        }
        read_page(p, i);
    }
    if (p->n_codes)
        document_join(p->out, &(struct document_verdict){.state = SCAN_CODES});
    else if (p->out->state == SCAN_NONE && was_repaired(p))
        document_say(p->a, p->out, SCAN_DAMAGED,
                     "the PDF is broken, and there is no code in what is left of it");
}

/* MuPDF's errors end here, page by page: what was found before stands. */
static bool load(struct page_scan *s)
{
    fz_context *ctx = s->pdf->ctx;
    bool ok = true;
    fz_try(ctx)
    {
        s->page = fz_load_page(ctx, s->pdf->doc, s->number - 1);
        s->list = pdf_list_new(ctx, s->page);
        pdf_jpx(ctx, s->page);
        pdf_record(ctx, s->page, s->list);
    }
    fz_catch(ctx)
    {
        worse(s->pdf, SCAN_DAMAGED, fz_caught_message(ctx), s->number);
        ok = s->list != NULL; /* what came until then may still be drawn */
    }
    return ok;
}

static void look(struct page_scan *s)
{
    fz_context *ctx = s->pdf->ctx;
    fz_try(ctx) pdf_look(ctx, s->list, &s->look);
    fz_catch(ctx) worse(s->pdf, SCAN_DAMAGED, fz_caught_message(ctx), s->number);
}

static void read_page(struct pdf *p, int number)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct page_scan *s = arena_alloc(a, sizeof *s);
    s->pdf = p;
    s->number = number + 1;
    s->t = cpu_us();
    p->is_lossy = false;
    fz_flush_warnings(p->ctx); /* a warning like the last one is only counted */
    bool ok = load(s);
    if (ok)
        look(s);
    const struct box *b = &s->look.page;
    s->cascade = cascade_new(a, p->job, b->x1 - b->x0, b->y1 - b->y0);
    if (ok)
        pdf_plan(&s->look, &s->plan);
    lap(&p->job->tally->load_us, &s->t);
    if (ok)
        read_planned(s);
    if (p->is_lossy)
        worse(p, SCAN_DAMAGED, "a part of it cannot be read", s->number);
    p->n_codes += cascade_hand_over(s->cascade, p->job);
    if (s->cascade->is_full)
        worse(p, SCAN_LIMIT, "more codes than are reported", s->number);
    pdf_look_drop(p->ctx, &s->look);
    fz_drop_display_list(p->ctx, s->list);
    fz_drop_page(p->ctx, s->page);
}

/* What pixels are asked for. */
struct ask {
    enum { ASK_IMAGE, ASK_STRIPS, ASK_BOX } what;
    int image;
    struct box box;
    double dpi; /* of a box; of an image: at most, where that comes cheap */
};

static bool get_asked(struct page_scan *s, const struct ask *ask, struct grey *out,
                      struct affine *to_page_out, bool *whole_out)
{
    fz_context *ctx = s->pdf->ctx;
    const struct pdf_plan *plan = &s->plan;
    switch (ask->what) {
    case ASK_IMAGE:
        return pdf_image_grey(ctx, &s->look.images[ask->image], ask->dpi, out, to_page_out,
                              whole_out);
    case ASK_STRIPS:
        return pdf_strips_grey(ctx, &s->look, plan->strips, plan->n_strips, out, to_page_out,
                               whole_out);
    case ASK_BOX:
        return pdf_draw(ctx, s->list, ask->box, ask->dpi, out, to_page_out);
    }
    abort();
}

/* false: none; the verdict says so. */
static bool get_pixels(struct page_scan *s, const struct ask *ask, struct grey *out,
                       struct affine *to_page_out)
{
    fz_context *ctx = s->pdf->ctx;
    bool ok = false, whole = true, thrown = false;
    fz_var(ok);
    fz_var(whole);
    fz_var(thrown);
    fz_try(ctx) ok = get_asked(s, ask, out, to_page_out, &whole);
    fz_catch(ctx)
    {
        worse(s->pdf, SCAN_DAMAGED, fz_caught_message(ctx), s->number);
        thrown = true;
    }
    if (ok && !whole)
        worse(s->pdf, SCAN_DAMAGED, "an image of it is cut off", s->number);
    if (!ok && !thrown)
        worse(s->pdf, SCAN_LIMIT, "more pixels than the limit", s->number);
    lap(&s->pdf->job->tally->draw_us, &s->t);
    return ok;
}

static void look_at(struct page_scan *s, const struct grey *g, struct affine to_page, double dpi,
                    const char *what, bool crisp)
{
    const struct cascade_view view = {.dpi = dpi, .to_page = to_page, .what = what, .crisp = crisp};
    cascade_look(s->cascade, g, &view);
    lap(&s->pdf->job->tally->read_us, &s->t);
}

static void read_page_image(struct page_scan *s)
{
    CLEANUP(grey_fini)
    struct grey g = {0};
    struct affine to_page;
    const struct pdf_image *i = &s->look.images[s->plan.page_image];
    const struct ask ask = {.what = ASK_IMAGE, .image = s->plan.page_image, .dpi = IMAGE_DPI_MAX};
    if (!get_pixels(s, &ask, &g, &to_page))
        return;
    double dpi = pdf_image_dpi(i) * g.w / i->image->w;
    look_at(s, &g, to_page, dpi, "page image", false);
}

static void read_strips(struct page_scan *s)
{
    CLEANUP(grey_fini)
    struct grey g = {0};
    struct affine to_page;
    const struct ask ask = {.what = ASK_STRIPS};
    if (get_pixels(s, &ask, &g, &to_page))
        look_at(s, &g, to_page, pdf_image_dpi(&s->look.images[s->plan.strips[0]]), "strips", false);
}

/* A drawn picture of a code may have one pixel a module: repeated, so that it can be read. */
static void read_alone(struct page_scan *s, int index)
{
    CLEANUP(grey_fini)
    struct grey g = {0};
    CLEANUP(grey_fini)
    struct grey large = {0};
    struct affine to_page;
    const struct ask ask = {.what = ASK_IMAGE, .image = index, .dpi = ALONE_DPI_MAX};
    if (!get_pixels(s, &ask, &g, &to_page))
        return;
    int side = g.w < g.h ? g.w : g.h, times = side < 120 ? 4 : side < 250 ? 2 : 1;
    int border = 4 * times + 8;
    large = grey_repeat(&g, times, border);
    const struct affine back = {
        1.0 / times, 0, 0, 1.0 / times, -(double)border / times, -(double)border / times};
    to_page = affine_join(&back, &to_page);
    look_at(s, &large, to_page, 0, "image", times > 1);
}

static void read_box(struct page_scan *s, struct box box, double dpi, const char *what)
{
    CLEANUP(grey_fini)
    struct grey g = {0};
    struct affine to_page;
    const struct ask ask = {.what = ASK_BOX, .box = box, .dpi = dpi};
    if (get_pixels(s, &ask, &g, &to_page))
        look_at(s, &g, to_page, dpi, what, !s->look.n_images);
}

static void read_region(struct page_scan *s, struct box box, double dpi)
{
    read_box(s, box, dpi, "region");
    if (s->cascade->suspects && dpi < REGION_DPI_MAX)
        read_box(s, box, REGION_DPI_MAX, "region");
}

/* Coarser where the page is large; not at all where nothing could be seen on it. */
static void read_whole_page(struct page_scan *s)
{
    const struct box *b = &s->look.page;
    double px_at_72 = (b->x1 - b->x0) * (b->y1 - b->y0), dpi = s->plan.dpi;
    if (px_at_72 > 0)
        dpi = fmin(dpi, floor(72 * sqrt(SCAN_PX_MAX / px_at_72)));
    if (dpi < DPI_MIN) {
        worse(s->pdf, SCAN_LIMIT, "too large to be drawn", s->number);
        return;
    }
    read_box(s, *b, dpi, "page");
}

static void read_planned(struct page_scan *s)
{
    const struct pdf_plan *plan = &s->plan;
    if (plan->page_image >= 0)
        read_page_image(s);
    if (plan->whole_page) {
        read_whole_page(s);
        return;
    }
    if (plan->n_strips)
        read_strips(s);
    for (int i = 0; i < plan->n_alone; i++)
        read_alone(s, plan->alone[i]);
    for (int i = 0; i < plan->n_regions; i++)
        read_region(s, plan->regions[i].box, plan->regions[i].dpi);
    if (!s->cascade->steps[0])
        cascade_step(s->cascade, "nothing on the page could hold a code");
}
