/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Drawings → PDF and PNG. Nothing of the machine or the moment goes into the file: dates are the
 * document's. */
#include "report/paper_page.h"

#include "base/clock.h"
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#define A4_SHORT 210.0
#define A4_LONG  297.0

static cairo_status_t to_buf(void *buf, const unsigned char *bytes, unsigned n)
{
    buf_add(buf, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static void surface_freep(cairo_surface_t **surface)
{
    cairo_surface_destroy(*surface);
}

static void context_freep(PangoContext **context)
{
    g_clear_object(context);
}

static void cairo_freep(cairo_t **cr)
{
    cairo_destroy(*cr);
}

/* A page without its font would be boxes or another's letters: nobody gets one. */
static bool font_is_there(PangoContext *context, struct err *err)
{
    PangoFontDescription *wanted = pango_font_description_from_string("Laksaman 16");
    PangoFont *font = pango_context_load_font(context, wanted);
    PangoFontDescription *got = font ? pango_font_describe(font) : NULL;
    bool same = got && strcmp(pango_font_description_get_family(got), "Laksaman") == 0;
    pango_font_description_free(wanted);
    if (got)
        pango_font_description_free(got);
    g_clear_object(&font);
    return same ||
           err_set(err, ERR_FATAL, "paper: the font Laksaman is missing: install fonts-thai-tlwg");
}

/* Letters are laid out the same for every resolution. */
static PangoContext *context_new(void)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("th"));
    cairo_font_options_destroy(options);
    return context;
}

bool paper_drawn(int status, const char *what, struct err *err)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return true;
    return err_set(err, status == CAIRO_STATUS_NO_MEMORY ? ERR_RETRY : ERR_FATAL, "%s: cairo: %s",
                   what, cairo_status_to_string((cairo_status_t)status));
}

struct job {
    const struct paper_setup *setup;
    paper_draw *draw;
    const void *facts;
};

/* Draw once; n_pages is what the pages say, returned is how many there were. */
static bool run(const struct job *job, cairo_surface_t *surface, double scale, int n_pages,
                int wanted, int *pages_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    PangoContext *context CLEANUP(context_freep) = context_new();
    cairo_t *cr CLEANUP(cairo_freep) = cairo_create(surface);
    if (!font_is_there(context, err))
        return false;
    struct paper p = {.setup = job->setup, .a = a, .cr = cr, .context = context};
    p.page_width = job->setup->landscape ? A4_LONG : A4_SHORT;
    p.page_height = job->setup->landscape ? A4_SHORT : A4_LONG;
    p.n_pages = n_pages;
    p.wanted = wanted;
    cairo_scale(cr, scale, scale);
    paper_first_page(&p);
    job->draw(&p, job->facts);
    paper_last_page(&p);
    *pages_out = p.page;
    return paper_drawn((int)cairo_status(cr), "paper", err);
}

/* ---------------------------------------------------------------- PDF */

static void set_metadata(cairo_surface_t *surface, const struct paper_setup *setup)
{
    char at[40];
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, setup->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, setup->author);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Thanwela");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   time_format_iso(setup->at_us, at));
}

static bool pdf_once(const struct job *job, int n_pages, int *pages_out, struct buf *out,
                     struct err *err)
{
    double width = (job->setup->landscape ? A4_LONG : A4_SHORT) * PT_PER_MM;
    double height = (job->setup->landscape ? A4_SHORT : A4_LONG) * PT_PER_MM;
    cairo_surface_t *surface CLEANUP(surface_freep) =
        cairo_pdf_surface_create_for_stream(to_buf, out, width, height);
    set_metadata(surface, job->setup);
    if (!run(job, surface, 1, n_pages, 0, pages_out, err))
        return false;
    cairo_surface_finish(surface);
    return paper_drawn((int)cairo_surface_status(surface), "paper", err);
}

bool paper_pdf(const struct paper_setup *setup, paper_draw *draw, const void *facts,
               struct buf *out, struct err *err)
{
    const struct job job = {setup, draw, facts};
    struct buf pdf CLEANUP(buf_fini) = {0};
    int n_pages = 1, drawn;
    if (!pdf_once(&job, n_pages, &drawn, &pdf, err))
        return false;
    if (drawn > 1) {
        n_pages = drawn;
        buf_clear(&pdf);
        if (!pdf_once(&job, n_pages, &drawn, &pdf, err))
            return false;
    }
    buf_add(out, pdf.data, pdf.len);
    return true;
}

/* ---------------------------------------------------------------- PNG */

static bool count_pages(const struct job *job, int *n_out, struct err *err)
{
    cairo_surface_t *nothing CLEANUP(surface_freep) =
        cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, &(cairo_rectangle_t){0, 0, 1, 1});
    return run(job, nothing, 1, 1, 1, n_out, err);
}

bool paper_png(const struct paper_setup *setup, paper_draw *draw, const void *facts, int page,
               int dpi, struct buf *out, struct err *err)
{
    const struct job job = {setup, draw, facts};
    double scale = dpi / 72.0;
    int n_pages, drawn;
    if (!count_pages(&job, &n_pages, err))
        return false;
    double width = (setup->landscape ? A4_LONG : A4_SHORT) * PT_PER_MM * scale;
    double height = (setup->landscape ? A4_SHORT : A4_LONG) * PT_PER_MM * scale;
    cairo_surface_t *surface CLEANUP(surface_freep) =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *paint CLEANUP(cairo_freep) = cairo_create(surface);
    cairo_set_source_rgb(paint, 1, 1, 1);
    cairo_paint(paint);
    if (!run(&job, surface, scale, n_pages, page, &drawn, err))
        return false;
    return paper_drawn((int)cairo_surface_write_to_png_stream(surface, to_buf, out), "paper", err);
}
