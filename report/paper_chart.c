/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chart's pen for cairo: on a page of report/paper.h, or as a PNG of its own. */
#include "report/chart.h"
#include "report/paper_page.h"

#include <cairo.h>
#include <pango/pangocairo.h>

enum { PNG_SCALE = 2, TEXT_PX = 13, INK = 0x51606f };

struct easel {
    cairo_t *cr;
    PangoLayout *layout;
};

static void set_color(cairo_t *cr, unsigned rgb)
{
    cairo_set_source_rgb(cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0);
}

static void cairo_rect(void *user, int x, int y, int width, int height, unsigned rgb)
{
    struct easel *e = user;
    set_color(e->cr, rgb);
    cairo_rectangle(e->cr, x, y, width, height);
    cairo_fill(e->cr);
}

static void cairo_words(void *user, int x, int y, enum chart_anchor anchor, const char *text)
{
    struct easel *e = user;
    int width, baseline = pango_layout_get_baseline(e->layout);
    pango_layout_set_text(e->layout, text, -1);
    pango_layout_get_size(e->layout, &width, NULL);
    baseline = pango_layout_get_baseline(e->layout);
    double left = x - (double)width / PANGO_SCALE * (int)anchor / 2;
    set_color(e->cr, INK);
    cairo_move_to(e->cr, left, y - (double)baseline / PANGO_SCALE);
    pango_cairo_show_layout(e->cr, e->layout);
}

static void paint(const struct book *b, cairo_t *cr)
{
    struct easel e = {cr, pango_cairo_create_layout(cr)};
    PangoFontDescription *font = pango_font_description_from_string("Laksaman");
    pango_font_description_set_absolute_size(font, TEXT_PX * PANGO_SCALE);
    pango_layout_set_font_description(e.layout, font);
    pango_font_description_free(font);
    chart_draw(b, &(struct chart_pen){.user = &e, .rect = cairo_rect, .text = cairo_words});
    g_object_unref(e.layout);
}

void chart_paper(const struct book *b, struct paper *p)
{
    if (b->n_months == 0)
        return;
    const double units = CHART_WIDTH, units_high = CHART_HEIGHT;
    double width = paper_width(p), height = width * units_high / units;
    double left = paper_bottom(p) - paper_y(p), least = height / 2;
    if (left < height && left >= least) { /* a little smaller rather than on the next page */
        width *= left / height;
        height = left;
    }
    double scale = width * PT_PER_MM / units;
    paper_need(p, height);
    cairo_save(p->cr);
    cairo_translate(p->cr, paper_left(p) * PT_PER_MM, paper_y(p) * PT_PER_MM);
    cairo_scale(p->cr, scale, scale);
    paint(b, p->cr);
    cairo_restore(p->cr);
    paper_skip(p, height);
}

static cairo_status_t add_bytes(void *user, const unsigned char *bytes, unsigned n)
{
    buf_add(user, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

bool chart_png(const struct book *b, struct buf *out, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, CHART_WIDTH * PNG_SCALE, CHART_HEIGHT * PNG_SCALE);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, PNG_SCALE, PNG_SCALE);
    set_color(cr, 0xffffff);
    cairo_paint(cr);
    paint(b, cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (!status)
        status = cairo_surface_write_to_png_stream(surface, add_bytes, out);
    cairo_surface_destroy(surface);
    return paper_drawn((int)status, "chart", err);
}
