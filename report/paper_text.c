/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text on pages, by pango. Much of it is strangers': subjects, names of files. It is cleaned, cut
 * and broken here so that it stays in its place and reads back as it was. */
#include "report/paper_page.h"

#include "base/thai.h"
#include <pango/pangocairo.h>
#include <string.h>

#define FIELD_GAP 0.6 /* mm below a field */

static const char body_font[] = "Laksaman", code_font[] = "Tlwg Mono";

void layout_unrefp(PangoLayout **layout)
{
    g_clear_object(layout);
}

/* "10.05 น." stays on one line. */
static void keep_hours_together(PangoAttrList *attributes, const char *text)
{
    static const char hours[] = " น.";
    for (const char *p = text; (p = strstr(p, hours)); p += strlen(hours)) {
        PangoAttribute *together = pango_attr_allow_breaks_new(FALSE);
        together->start_index = (guint)(p - text - (p > text));
        together->end_index = (guint)(p - text) + (guint)strlen(hours);
        pango_attr_list_insert(attributes, together);
    }
}

static void set_attributes(PangoLayout *layout, const char *text)
{
    PangoAttrList *attributes = pango_attr_list_new();
    keep_hours_together(attributes, text);
    /* A hyphen that pango puts where it breaks a file name would be part of the name. */
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
}

static bool is_thai_mark(gunichar c)
{
    return c == 0x0E31 || (c >= 0x0E34 && c <= 0x0E3A) || (c >= 0x0E47 && c <= 0x0E4E);
}

/* So many bytes fill that many lines in any case: no need to lay out more. */
static int cut_bytes(const char *text, int max_lines)
{
    enum { LINE_BYTES_MAX = 1000 };
    size_t max = (size_t)max_lines * LINE_BYTES_MAX, n = strnlen(text, max);
    while (n == max && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

/* Pango's own ellipsis keeps the hidden text in the file; this one does not. */
static void cut_lines(struct paper *p, PangoLayout *layout, int max_lines)
{
    if (pango_layout_get_line_count(layout) <= max_lines)
        return;
    const PangoLayoutLine *last = pango_layout_get_line_readonly(layout, max_lines - 1);
    const char *text = arena_strdup(p->a, pango_layout_get_text(layout));
    const char *end = text + last->start_index + last->length;
    do {
        do
            end = g_utf8_find_prev_char(text, end);
        while (end && is_thai_mark(g_utf8_get_char(end)));
        if (!end)
            return;
        pango_layout_set_text(layout, arena_printf(p->a, "%.*s…", (int)(end - text), text), -1);
    } while (pango_layout_get_line_count(layout) > max_lines);
}

/* A mark above another mark is moved by the font, and readers of the file that sort by place would
 * find ชัน้ for ชั้น: told that the two belong together, cairo writes them as one piece of text. */
static void join_marks(PangoLayout *layout)
{
    const char *text = pango_layout_get_text(layout);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);
        if (!run || run->item->analysis.level % 2)
            continue; /* a line's end, or text that runs to the left */
        PangoGlyphString *glyphs = run->glyphs;
        for (int i = 1; i < glyphs->num_glyphs; i++) {
            const char *start = text + run->item->offset;
            if (!is_thai_mark(g_utf8_get_char(start + glyphs->log_clusters[i])) ||
                !is_thai_mark(g_utf8_get_char(start + glyphs->log_clusters[i - 1])))
                continue;
            glyphs->log_clusters[i] = glyphs->log_clusters[i - 1];
            glyphs->glyphs[i].attr.is_cluster_start = 0;
        }
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
}

PangoLayout *paper_lay(struct paper *p, double width, const struct paper_type *type,
                       const char *text, int max_lines)
{
    static const PangoAlignment alignments[] = {[PAPER_LEFT] = PANGO_ALIGN_LEFT,
                                                [PAPER_CENTER] = PANGO_ALIGN_CENTER,
                                                [PAPER_RIGHT] = PANGO_ALIGN_RIGHT};
    PangoLayout *layout = pango_layout_new(p->context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, type->mono ? code_font : body_font);
    pango_font_description_set_size(font, (int)(type->pt * PANGO_SCALE));
    pango_font_description_set_weight(font, type->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    set_attributes(layout, text);
    pango_layout_set_width(layout, (int)(width * PT_PER_MM * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, alignments[type->align]);
    pango_layout_set_text(layout, text, max_lines > 0 ? cut_bytes(text, max_lines) : -1);
    if (max_lines > 0)
        cut_lines(p, layout, max_lines);
    join_marks(layout);
    return layout;
}

double paper_layout_height(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE / PT_PER_MM;
}

void paper_show(struct paper *p, PangoLayout *layout, double x, double y, enum paper_ink ink)
{
    paper_set_ink(p, ink);
    cairo_move_to(p->cr, x * PT_PER_MM, y * PT_PER_MM);
    pango_cairo_show_layout(p->cr, layout);
}

/* A letter may carry three marks, as Thai and Vietnamese do. A stranger's letter that carries a
 * hundred would be drawn over the lines above it, and what stands there is ours. */
static void add_letters(struct buf *out, const char *text)
{
    enum { MARKS_MAX = 3 };
    int marks = 0;
    for (const char *p = text, *next; *p; p = next) {
        next = g_utf8_next_char(p);
        marks = g_unichar_ismark(g_utf8_get_char(p)) ? marks + 1 : 0;
        if (marks <= MARKS_MAX)
            buf_add(out, p, (size_t)(next - p));
    }
}

/* Lines stay lines; every other control letter and what turns text around is made visible. */
char *paper_clean(struct paper *p, const char *text)
{
    struct buf out CLEANUP(buf_fini) = {0};
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        add_letters(&out, text_clean(p->a, text, n));
        if (text[n] == '\n')
            buf_addc(&out, '\n');
    }
    return arena_strdup(p->a, buf_str(&out));
}

double paper_text_at(struct paper *p, double x, double y, double width,
                     const struct paper_type *type, const char *text)
{
    PangoLayout *layout CLEANUP(layout_unrefp) = paper_lay(p, width, type, paper_clean(p, text), 0);
    paper_show(p, layout, x, y, type->ink);
    return paper_layout_height(layout);
}

double paper_text_height(struct paper *p, double width, const struct paper_type *type,
                         const char *text)
{
    PangoLayout *layout CLEANUP(layout_unrefp) = paper_lay(p, width, type, paper_clean(p, text), 0);
    return paper_layout_height(layout);
}

/* Line by line from paper_y() on, over as many pages as it takes. */
static void flow(struct paper *p, PangoLayout *layout, double x, enum paper_ink ink)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoRectangle line;
        pango_layout_iter_get_line_extents(iter, NULL, &line);
        double height = (double)line.height / PANGO_SCALE / PT_PER_MM;
        double rise = (double)(pango_layout_iter_get_baseline(iter) - line.y) / PANGO_SCALE;
        paper_need(p, height);
        paper_set_ink(p, ink);
        cairo_move_to(p->cr, x * PT_PER_MM + (double)line.x / PANGO_SCALE, p->y * PT_PER_MM + rise);
        pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(iter));
        p->y += height;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

void paper_text(struct paper *p, const struct paper_type *type, const char *text)
{
    PangoLayout *layout CLEANUP(layout_unrefp) =
        paper_lay(p, paper_width(p), type, paper_clean(p, text), 0);
    flow(p, layout, paper_left(p), type->ink);
}

void paper_field(struct paper *p, double label_mm, const struct paper_type *type, const char *label,
                 const char *value)
{
    struct paper_type bold = *type;
    bold.bold = true;
    bold.ink = PAPER_BLACK;
    PangoLayout *words CLEANUP(layout_unrefp) =
        paper_lay(p, paper_width(p) - label_mm, type, paper_clean(p, value), 0);
    paper_need(p, paper_text_height(p, label_mm, &bold, label));
    int page = p->page;
    double below = p->y + paper_text_at(p, paper_left(p), p->y, label_mm, &bold, label);
    flow(p, words, paper_left(p) + label_mm, type->ink);
    if (p->page == page && p->y < below)
        p->y = below;
    p->y += FIELD_GAP;
}
