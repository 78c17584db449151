/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Scans in strips: put together where their pixels fit side by side, drawn where they do not. The
 * pages are made here: a code on paper, cut in pieces. */
#include "scanned.h"

#include "base/buf.h"
#include "qr/draw.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRIPS_MAX = 8 };

#define TEXT "HTTPS://EXAMPLE.GO.TH/R/1"

/* A page of so many pixels a module, its corner (left, top) modules from the page's. */
struct sheet {
    int module_px, modules_w, modules_h, left, top;
};

/* How it lies in the PDF: strips from the top, each so many points a pixel. */
struct cut {
    int strips;
    double pt_a_px, other_pt_a_px; /* of the others; of the last strip's width, 0 for the same */
    double seam_pt;                /* between two */
    int rotate;
    int page_times; /* as wide and high as the strips is the page; 0: as they are */
    int short_by;   /* rows that the last strip has less than its dictionary says */
};

static const struct sheet page = {4, 120, 100, 60, 40};

static uint8_t *pixels_of(struct arena *a, const struct sheet *s, struct qr_matrix *m)
{
    struct err err;
    if (!qr_encode(a, TEXT, QR_ECC_M, m, &err))
        fail_msg("%s", err.text);
    int w = s->modules_w * s->module_px, h = s->modules_h * s->module_px,
        quiet = (qr_side(m) - m->size) / 2;
    uint8_t *px = arena_alloc(a, (size_t)(w * h));
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++)
            px[y * w + x] =
                qr_dark(m, x / s->module_px - s->left + quiet, y / s->module_px - s->top + quiet)
                    ? 20
                    : 240;
    }
    return px;
}

static void add_object(struct buf *out, int n, const char *dictionary, const void *stream,
                       size_t len)
{
    char head[512];
    snprintf(head, sizeof head,
             stream ? "%d 0 obj<<%s/Length %zu>>stream\n" : "%d 0 obj<<%s>>endobj\n", n, dictionary,
             len);
    buf_add(out, head, strlen(head));
    if (!stream)
        return;
    buf_add(out, stream, len);
    buf_add(out, "\nendstream endobj\n", 18);
}

static void add_strips(struct buf *out, const uint8_t *px, int w, int h, const struct cut *cut,
                       char *content, char *names)
{
    double y = h * cut->pt_a_px + cut->seam_pt * (cut->strips - 1);
    *content = *names = 0;
    for (int k = 0; k < cut->strips; k++) {
        int from = h * k / cut->strips, rows = h * (k + 1) / cut->strips - from;
        bool last = k == cut->strips - 1;
        double pt = last && cut->other_pt_a_px > 0 ? cut->other_pt_a_px : cut->pt_a_px;
        char dictionary[256];
        snprintf(dictionary, sizeof dictionary,
                 "/Type/XObject/Subtype/Image/Width %d/Height "
                 "%d/ColorSpace/DeviceGray/BitsPerComponent 8",
                 w, rows);
        int there = last ? rows - cut->short_by : rows;
        add_object(out, 10 + k, dictionary, px + from * w, (size_t)(there * w));
        y -= rows * cut->pt_a_px;
        sprintf(content + strlen(content), "q %.4f 0 0 %.4f 0 %.4f cm /I%d Do Q\n", w * pt,
                rows * cut->pt_a_px, y, k);
        sprintf(names + strlen(names), "/I%d %d 0 R", k, 10 + k);
        y -= cut->seam_pt;
    }
}

static struct found *scan_cut(struct arena *a, const struct sheet *s, const struct cut *cut)
{
    struct qr_matrix m;
    struct buf out CLEANUP(buf_fini) = {0};
    uint8_t *px = pixels_of(a, s, &m);
    int w = s->modules_w * s->module_px, h = s->modules_h * s->module_px;
    char content[STRIPS_MAX * 80], names[STRIPS_MAX * 20], dictionary[sizeof names + 200];
    int times = cut->page_times ? cut->page_times : 1;
    assert_true(cut->strips <= STRIPS_MAX);
    buf_adds(&out, "%PDF-1.4\n");
    add_object(&out, 1, "/Type/Catalog/Pages 2 0 R", NULL, 0);
    add_object(&out, 2, "/Type/Pages/Kids[3 0 R]/Count 1", NULL, 0);
    add_strips(&out, px, w, h, cut, content, names);
    snprintf(dictionary, sizeof dictionary,
             "/Type/Page/Parent 2 0 R/Rotate %d/MediaBox[0 0 %.2f %.2f]/Contents 4 0 "
             "R/Resources<</XObject<<%s>>>>",
             cut->rotate, times * w * cut->pt_a_px,
             times * (h * cut->pt_a_px + cut->seam_pt * (cut->strips - 1)), names);
    add_object(&out, 3, dictionary, NULL, 0);
    add_object(&out, 4, "", content, strlen(content));
    buf_adds(&out, "trailer<</Root 1 0 R>>\n%%EOF\n");
    return scan_bytes(a, out.data, out.len, false);
}

static void is_read_by(const char *way, const struct sheet *s, const struct cut *cut)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f = scan_cut(a, s, cut);
    if (f->n_codes != 1 || strncmp(f->pages[0].steps, way, strlen(way)) != 0)
        fail_msg("%u codes by \"%s\"", (unsigned)f->n_codes, f->pages[0].steps);
    assert_string_equal(f->codes[0].text, TEXT);
}

static void strips_of_one_scale_are_put_together(void **state)
{
    (void)state;
    is_read_by("strips 144 dpi", &page, &(struct cut){.strips = 2, .pt_a_px = 0.5});
    is_read_by("strips 144 dpi", &page, &(struct cut){.strips = 8, .pt_a_px = 0.5});
    is_read_by("strips 300 dpi", &page, &(struct cut){.strips = 5, .pt_a_px = 0.24});
}

/* A pixel's width of paper between two strips, or half of one: a code is read across it. */
static void seams_do_not_part_a_code(void **state)
{
    (void)state;
    is_read_by("strips", &page, &(struct cut){.strips = 3, .pt_a_px = 0.5, .seam_pt = 0.25});
    is_read_by("strips", &page, &(struct cut){.strips = 3, .pt_a_px = 0.5, .seam_pt = -0.25});
    is_read_by("strips", &page, &(struct cut){.strips = 3, .pt_a_px = 0.5, .seam_pt = 0.5});
}

static void a_code_in_strips_lies_where_the_page_shows_it(void **state)
{
    static const struct {
        int rotate;
        double x, y; /* of its middle, points, by pixels of half a point */
    } turns[] = {{0, 145, 105}, {90, 95, 145}, {180, 95, 95}, {270, 105, 95}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
        CLEANUP(arena_freep) struct arena *a = arena_new();
        struct found *f = scan_cut(
            a, &page, &(struct cut){.strips = 4, .pt_a_px = 0.5, .rotate = turns[i].rotate});
        assert_int_equal(f->n_codes, 1);
        assert_memory_equal(f->pages[0].steps, "strips", 6);
        assert_true(fabs(f->codes[0].x - turns[i].x) < 2 && fabs(f->codes[0].y - turns[i].y) < 2);
    }
}

static void strips_of_two_scales_are_drawn(void **state)
{
    (void)state;
    is_read_by("page 200 dpi", &page,
               &(struct cut){.strips = 3, .pt_a_px = 0.5, .other_pt_a_px = 0.45});
}

/* A drawn code cut in two, a pixel a module and without paper around it: it has to be enlarged. */
static void pieces_of_a_drawn_code_are_drawn(void **state)
{
    static const struct sheet bare = {1, 25, 25, 0, 0};
    (void)state;
    is_read_by("page 200 dpi", &bare, &(struct cut){.strips = 2, .pt_a_px = 3});
}

static void scans_finer_than_what_is_drawn_are_drawn(void **state)
{
    (void)state;
    is_read_by("page 300 dpi", &page, &(struct cut){.strips = 3, .pt_a_px = 0.12});
}

/* A plan of two square metres has more pixels than are read at once: it is drawn coarser. */
static void a_sheet_over_the_limit_is_drawn(void **state)
{
    static const struct sheet plan = {70, 160, 160, 60, 40};
    (void)state;
    is_read_by("page ", &plan, &(struct cut){.strips = 8, .pt_a_px = 0.24});
}

/* A picture cut in two on a page of text is no scan: what is drawn of it can be drawn finer. */
static void a_small_picture_in_pieces_is_drawn(void **state)
{
    (void)state;
    is_read_by("region 300 dpi", &page,
               &(struct cut){.strips = 2, .pt_a_px = 0.24, .page_times = 2});
}

static void a_strip_that_is_cut_off_is_said_and_the_others_are_read(void **state)
{
    CLEANUP(arena_freep) struct arena *a = arena_new();
    struct found *f =
        scan_cut(a, &page, &(struct cut){.strips = 4, .pt_a_px = 0.5, .short_by = 20});
    (void)state;
    assert_int_equal(f->n_codes, 1);
    assert_int_equal(f->verdict.state, SCAN_DAMAGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_of_one_scale_are_put_together),
        cmocka_unit_test(seams_do_not_part_a_code),
        cmocka_unit_test(a_code_in_strips_lies_where_the_page_shows_it),
        cmocka_unit_test(strips_of_two_scales_are_drawn),
        cmocka_unit_test(pieces_of_a_drawn_code_are_drawn),
        cmocka_unit_test(scans_finer_than_what_is_drawn_are_drawn),
        cmocka_unit_test(a_sheet_over_the_limit_is_drawn),
        cmocka_unit_test(a_small_picture_in_pieces_is_drawn),
        cmocka_unit_test(a_strip_that_is_cut_off_is_said_and_the_others_are_read),
    };
    return cmocka_run_group_tests_name("qr/pdf_strips", tests, NULL, NULL);
}
