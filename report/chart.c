/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The chart as SVG. Whole numbers only, so that the bytes do not depend on rounding. */
#include "report/chart.h"

enum { WIDTH = 960, HEIGHT = 260, LEFT = 48, RIGHT = 16, TOP = 40, BOTTOM = 36, BAR = 40 };
enum { PLOT_HEIGHT = HEIGHT - TOP - BOTTOM, N_KINDS = 3, N_LINES = 4 };

static const struct {
    const char *label, *fill;
} kinds[N_KINDS] = {
    {"ทันกำหนด", "#2e7d4f"},
    {"ไม่ทันกำหนด", "#d98a00"},
    {"ยังไม่ได้รับ", "#b3261e"},
};

static int64_t month_part(const struct book_month *m, int kind)
{
    const int64_t parts[N_KINDS] = {m->in_time, m->late, m->missing};
    return parts[kind];
}

/* The next 1, 2 or 5 × 10ⁿ that N_LINES steps of reach the highest bar. */
static int64_t scale_step(const struct book *b)
{
    int64_t most = 0;
    for (int i = 0; i < b->n_months; i++) {
        int64_t sum = 0;
        for (int k = 0; k < N_KINDS; k++)
            sum += month_part(&b->months[i], k);
        most = sum > most ? sum : most;
    }
    static const int factors[] = {1, 2, 5};
    for (int64_t ten = 1;; ten *= 10)
        for (size_t i = 0; i < ARRAY_LEN(factors); i++)
            if (ten * factors[i] * N_LINES >= most)
                return ten * factors[i];
}

static void svg_text(struct html *h, int x, int y, const char *anchor, const char *text)
{
    html_start(h, "text");
    html_attrf(h, "x", "%d", x);
    html_attrf(h, "y", "%d", y);
    html_attr(h, "text-anchor", anchor);
    html_attr(h, "font-size", "13");
    html_attr(h, "fill", "#51606f");
    html_text(h, text);
    html_end(h);
}

static void svg_rect(struct html *h, int x, int y, int width, int height, const char *fill)
{
    html_start(h, "rect");
    html_attrf(h, "x", "%d", x);
    html_attrf(h, "y", "%d", y);
    html_attrf(h, "width", "%d", width);
    html_attrf(h, "height", "%d", height);
    html_attr(h, "fill", fill);
    html_end(h);
}

static void write_scale(struct html *h, int64_t step)
{
    struct arena *a CLEANUP(arena_freep)
    = arena_new();
    for (int i = 0; i <= N_LINES; i++) {
        int y = TOP + PLOT_HEIGHT - PLOT_HEIGHT * i / N_LINES;
        svg_rect(h, LEFT, y, WIDTH - LEFT - RIGHT, 1, "#d5dce3");
        svg_text(h, LEFT - 8, y + 4, "end", arena_printf(a, "%lld", (long long)(step * i)));
    }
}

static void write_legend(struct html *h)
{
    for (int k = 0; k < N_KINDS; k++) {
        int x = LEFT + k * 130;
        svg_rect(h, x, 10, 14, 14, kinds[k].fill);
        svg_text(h, x + 20, 22, "start", kinds[k].label);
    }
}

static void write_bar(struct html *h, const struct book_month *m, int center, int64_t top)
{
    int64_t below = 0;
    for (int k = 0; k < N_KINDS; k++) {
        int64_t n = month_part(m, k);
        int from = (int)(PLOT_HEIGHT * below / top), to = (int)(PLOT_HEIGHT * (below + n) / top);
        if (to > from)
            svg_rect(h, center - BAR / 2, TOP + PLOT_HEIGHT - to, BAR, to - from, kinds[k].fill);
        below += n;
    }
    svg_text(h, center, HEIGHT - 14, "middle", m->label);
}

void chart_svg(const struct book *b, struct html *h)
{
    if (b->n_months == 0)
        return;
    int64_t step = scale_step(b);
    html_start(h, "svg");
    html_attr(h, "xmlns", "http://www.w3.org/2000/svg");
    html_attrf(h, "viewBox", "0 0 %d %d", WIDTH, HEIGHT);
    html_attr(h, "role", "img");
    html_attr(h, "aria-label", b->chart_title);
    html_attr(h, "style", "display:block;width:100%;max-width:960px;margin-top:18px");
    html_element(h, "title", b->chart_title);
    write_legend(h);
    write_scale(h, step);
    int room = (WIDTH - LEFT - RIGHT) / b->n_months;
    for (int i = 0; i < b->n_months; i++)
        write_bar(h, &b->months[i], LEFT + room * i + room / 2, step * N_LINES);
    html_end(h);
}
