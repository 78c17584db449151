/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chart's drawing, and its pen for SVG. Whole numbers only, so that the bytes do not depend on
 * rounding. */
#include "report/chart.h"

enum { LEFT = 48, RIGHT = 16, TOP = 40, BOTTOM = 36, BAR = 40 };
enum { PLOT_HEIGHT = CHART_HEIGHT - TOP - BOTTOM, N_KINDS = 3, N_LINES = 4, RULE = 0xd5dce3 };

static const struct {
    const char *label, *list;
    unsigned fill;
} kinds[N_KINDS] = {
    {"ทันกำหนด", "year.in_time", 0x2e7d4f},
    {"ไม่ทันกำหนด", "year.late", 0xd98a00},
    {"ยังไม่ได้รับ", "year.missing", 0xb3261e},
};

static int64_t month_part(const struct book_month *m, int kind)
{
    const int64_t parts[N_KINDS] = {m->in_time, m->late, m->missing};
    return parts[kind];
}

/* The next round number that N_LINES steps of reach the highest bar. */
static int64_t scale_step(const struct book *b)
{
    int64_t most = 0;
    for (int i = 0; i < b->n_months; i++) {
        int64_t sum = 0;
        for (int k = 0; k < N_KINDS; k++)
            sum += month_part(&b->months[i], k);
        most = sum > most ? sum : most;
    }
    static const int tenths[] = {10, 15, 20, 25, 30, 40, 50};
    for (int64_t ten = 1;; ten *= 10)
        for (size_t i = 0; i < ARRAY_LEN(tenths); i++)
            if (ten * tenths[i] % 10 == 0 && ten * tenths[i] / 10 * N_LINES >= most)
                return ten * tenths[i] / 10;
}

static void draw_scale(const struct chart_pen *pen, int64_t step)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    for (int i = 0; i <= N_LINES; i++) {
        int y = TOP + PLOT_HEIGHT - PLOT_HEIGHT * i / N_LINES;
        pen->rect(pen->user, LEFT, y, CHART_WIDTH - LEFT - RIGHT, 1, RULE);
        pen->text(pen->user, LEFT - 8, y + 4, CHART_END,
                  arena_printf(a, "%lld", (long long)(step * i)));
    }
}

static void draw_legend(const struct chart_pen *pen)
{
    for (int k = 0; k < N_KINDS; k++) {
        int x = LEFT + k * 130;
        pen->rect(pen->user, x, 10, 14, 14, kinds[k].fill);
        pen->text(pen->user, x + 20, 22, CHART_START, kinds[k].label);
    }
}

static void draw_piece(const struct chart_pen *pen, const struct book_month *m, int kind, int x,
                       int y, int height)
{
    if (pen->open_list)
        pen->open_list(pen->user, m, kinds[kind].label, kinds[kind].list, month_part(m, kind));
    pen->rect(pen->user, x, y, BAR, height, kinds[kind].fill);
    if (pen->close_list)
        pen->close_list(pen->user);
}

static void draw_bar(const struct chart_pen *pen, const struct book_month *m, int center,
                     int64_t top)
{
    int64_t below = 0;
    for (int k = 0; k < N_KINDS; k++) {
        int64_t n = month_part(m, k);
        int from = (int)(PLOT_HEIGHT * below / top), to = (int)(PLOT_HEIGHT * (below + n) / top);
        to += n > 0 && to == from; /* one among hundreds is still seen */
        if (to > from)
            draw_piece(pen, m, k, center - BAR / 2, TOP + PLOT_HEIGHT - to, to - from);
        below += n;
    }
    pen->text(pen->user, center, CHART_HEIGHT - 14, CHART_MIDDLE, m->label);
}

void chart_draw(const struct book *b, const struct chart_pen *pen)
{
    if (b->n_months == 0)
        return;
    int64_t step = scale_step(b);
    int room = (CHART_WIDTH - LEFT - RIGHT) / b->n_months;
    draw_legend(pen);
    draw_scale(pen, step);
    for (int i = 0; i < b->n_months; i++)
        draw_bar(pen, &b->months[i], LEFT + room * i + room / 2, step * N_LINES);
}

/* ---------------------------------------------------------------- the pen for SVG */

struct svg {
    struct html *h;
    const char *list_url;
};

static void svg_text(void *user, int x, int y, enum chart_anchor anchor, const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    struct html *h = ((struct svg *)user)->h;
    html_start(h, "text");
    html_attrf(h, "x", "%d", x);
    html_attrf(h, "y", "%d", y);
    html_attr(h, "text-anchor", anchors[anchor]);
    html_attr(h, "font-size", "13");
    html_attr(h, "fill", "#51606f");
    html_text(h, text);
    html_end(h);
}

static void svg_rect(void *user, int x, int y, int width, int height, unsigned rgb)
{
    struct html *h = ((struct svg *)user)->h;
    html_start(h, "rect");
    html_attrf(h, "x", "%d", x);
    html_attrf(h, "y", "%d", y);
    html_attrf(h, "width", "%d", width);
    html_attrf(h, "height", "%d", height);
    html_attrf(h, "fill", "#%06x", rgb);
    html_end(h);
}

static void svg_open_list(void *user, const struct book_month *m, const char *what,
                          const char *list, int64_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct svg *s = user;
    const char *title = arena_printf(a, "%s %s: %lld", m->label, what, (long long)n);
    html_start(s->h, "a");
    html_url(s->h, "href", arena_printf(a, "%s%s?month=%d", s->list_url, list, m->month));
    html_attr(s->h, "aria-label", title);
    html_element(s->h, "title", title);
}

static void svg_close_list(void *user)
{
    html_end(((struct svg *)user)->h);
}

/* As one picture its links could not be reached; with links it is a group of them. */
void chart_svg(const struct book *b, const char *style, const char *list_url, struct html *h)
{
    if (b->n_months == 0)
        return;
    html_start(h, "svg");
    html_attr(h, "xmlns", "http://www.w3.org/2000/svg");
    html_attrf(h, "viewBox", "0 0 %d %d", CHART_WIDTH, CHART_HEIGHT);
    html_attr(h, "role", list_url ? "group" : "img");
    html_attr(h, "aria-label", b->chart_title);
    if (style)
        html_attr(h, "style", style);
    html_element(h, "title", b->chart_title);
    chart_draw(b, &(struct chart_pen){.user = &(struct svg){h, list_url},
                                      .rect = svg_rect,
                                      .text = svg_text,
                                      .open_list = list_url ? svg_open_list : NULL,
                                      .close_list = list_url ? svg_close_list : NULL});
    html_end(h);
}
