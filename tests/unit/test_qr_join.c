/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Messages in several codes, on pages of a PDF drawn here and read through the real child. */
#include "base/buf.h"
#include "qr/scan.h"

#include <fcntl.h>
#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTS_MAX = 16, CODES_MAX = 24, PAGES_MAX = 4, OBJECTS_MAX = 3 + 2 * PAGES_MAX, OWN = -1 };

/* A message, cut as it says; parity OWN: as the standard has it. */
struct cut_message {
    const char *part[PARTS_MAX];
    int n, parity;
    unsigned eci; /* character set named in each part; 0: none */
};

/* ---- drawing ---- */

static QRinput *input_of(const struct cut_message *m, int i)
{
    QRinput *in = QRinput_new2(0, QR_ECLEVEL_M);
    const char *text = m->part[i];
    if (m->eci)
        assert_int_equal(QRinput_appendECIheader(in, m->eci), 0);
    assert_int_equal(QRinput_append(in, QR_MODE_8, (int)strlen(text), (const unsigned char *)text),
                     0);
    return in;
}

static unsigned parity_of(const struct cut_message *m)
{
    unsigned parity = 0;
    for (int i = 0; i < m->n; i++)
        for (const char *p = m->part[i]; *p; p++)
            parity ^= (unsigned char)*p;
    return m->parity == OWN ? parity : (unsigned)m->parity;
}

static void encode(const struct cut_message *m, QRcode *out[PARTS_MAX])
{
    QRinput_Struct *s = QRinput_Struct_new();
    for (int i = 0; i < m->n; i++)
        assert_int_equal(QRinput_Struct_appendInput(s, input_of(m, i)), i + 1);
    QRinput_Struct_setParity(s, (unsigned char)parity_of(m));
    assert_int_equal(QRinput_Struct_insertStructuredAppendHeaders(s), 0);
    QRcode_List *list = QRcode_encodeInputStructured(s), *l = list;
    assert_non_null(list);
    for (int i = 0; i < m->n; i++, l = l->next) {
        out[i] = l->code;
        l->code = NULL;
    }
    QRcode_List_free(list);
    QRinput_Struct_free(s);
}

/* The k-th place of a page: four in a row, from the top. */
static void draw(struct buf *page, const QRcode *q, int k)
{
    double module = 90.0 / q->width, x0 = 40 + k % 4 * 130, y0 = 780 - k / 4 * 130;
    for (int i = 0; i < q->width * q->width; i++) {
        if (q->data[i] & 1)
            buf_addf(page, "%.3f %.3f %.3f %.3f re\n", x0 + i % q->width * module,
                     y0 - i / q->width * module, module, module);
    }
    buf_adds(page, "f\n");
}

struct pdf {
    struct buf out;
    size_t at[OBJECTS_MAX];
    int n;
};

static void object(struct pdf *p, const char *text)
{
    p->at[p->n++] = p->out.len;
    buf_addf(&p->out, "%d 0 obj\n%s\nendobj\n", p->n, text);
}

static void write_pdf(struct arena *a, struct buf *pages, int n, struct pdf *p)
{
    struct buf kids CLEANUP(buf_fini) = {0};
    for (int i = 0; i < n; i++)
        buf_addf(&kids, "%d 0 R ", 3 + 2 * i);
    buf_adds(&p->out, "%PDF-1.4\n");
    object(p, "<< /Type /Catalog /Pages 2 0 R >>");
    object(p, arena_printf(a, "<< /Type /Pages /Count %d /Kids [ %s] >>", n, buf_str(&kids)));
    for (int i = 0; i < n; i++) {
        object(p, arena_printf(a,
                               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 900] /Contents "
                               "%d 0 R /Resources << >> >>",
                               4 + 2 * i));
        object(p, arena_printf(a, "<< /Length %zu >>\nstream\n%s\nendstream", pages[i].len,
                               buf_str(&pages[i])));
    }
    size_t start = p->out.len;
    buf_addf(&p->out, "xref\n0 %d\n0000000000 65535 f \n", p->n + 1);
    for (int i = 0; i < p->n; i++)
        buf_addf(&p->out, "%010zu 00000 n \n", p->at[i]);
    buf_addf(&p->out, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", p->n + 1,
             start);
}

/* ---- a document: places[] names what lies where ---- */

struct world {
    struct zygote *z;
    struct arena *a;
};

static int world_open(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err err = {0};
    w->a = arena_new();
    if (!scan_zygote_start(&w->z, &err))
        fail_msg("%s", err.text);
    *state = w;
    return 0;
}

static int world_close(void **state)
{
    struct world *w = *state;
    zygote_stop(w->z);
    arena_free(w->a);
    free(w);
    return 0;
}

static struct scan_result scan_fd(struct world *w, int fd, const char *name, bool more_formats)
{
    const struct scan_options options = {.more_formats = more_formats};
    struct scan_result r;
    struct err err = {0};
    if (!scan_document(w->a, w->z, fd, name, &options, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

/* "A2A1|B1": parts 2 and 1 of the first message on page 1, part 1 of the second on page 2. */
static struct scan_result scan(struct world *w, const struct cut_message *messages, int n_messages,
                               const char *places)
{
    struct buf pages[PAGES_MAX] = {0};
    QRcode *codes[2][PARTS_MAX] = {0};
    int page = 0, k = 0;
    for (int i = 0; i < n_messages; i++)
        encode(&messages[i], codes[i]);
    for (const char *p = places; *p;) {
        if (*p == '|') {
            page++, p++, k = 0;
            continue;
        }
        draw(&pages[page], codes[p[0] - 'A'][p[1] - '1'], k++);
        p += 2;
    }
    struct pdf pdf = {0};
    write_pdf(w->a, pages, page + 1, &pdf);
    int fd CLEANUP(fd_closep) = child_memfd("document");
    assert_int_equal(write(fd, pdf.out.data, pdf.out.len), pdf.out.len);
    struct scan_result r = scan_fd(w, fd, "parts.pdf", false);
    for (int i = 0; i < PAGES_MAX; i++)
        buf_fini(&pages[i]);
    for (int i = 0; i < 2 * PARTS_MAX; i++)
        QRcode_free(codes[i / PARTS_MAX][i % PARTS_MAX]);
    buf_fini(&pdf.out);
    return r;
}

static void expect(const struct scan_code *c, enum scan_join join, const char *text,
                   const char *says)
{
    assert_string_equal(scan_join_name(c->join), scan_join_name(join));
    assert_string_equal(c->text, text);
    assert_string_equal(c->parts_say, says);
}

/* ---- what holds ---- */

static const struct cut_message three = {
    {"HTTPS://EXAMPLE.GO.TH/", "DOCUMENT/2564/", "ANNEX-7.PDF"}, 3, OWN, 0};
#define THREE "HTTPS://EXAMPLE.GO.TH/DOCUMENT/2564/ANNEX-7.PDF"

static void parts_in_any_order_and_on_any_page_are_one_message(void **state)
{
    static const char *const places[] = {"A1A2A3",   "A3A1A2",    "A2|A3A1",        "A3|A2|A1",
                                         "|A1A2|A3", "A1A2A3|A1", "A1A1A2A2A3A3|A3"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        struct scan_result r = scan(*state, &three, 1, places[i]);
        assert_int_equal(r.state, SCAN_CODES);
        assert_int_equal(r.n_codes, 1);
        expect(&r.codes[0], JOIN_WHOLE, THREE, "joined of 3 parts");
        assert_int_equal(r.codes[0].n_bytes, strlen(THREE));
        assert_memory_equal(r.codes[0].bytes, THREE, strlen(THREE));
        assert_int_equal(r.codes[0].page, places[i][0] == '|' ? 2 : 1);
    }
}

static void each_part_says_where_it_lies(void **state)
{
    struct scan_result r = scan(*state, &three, 1, "A3|A1A2");
    static const uint32_t seen[3][2] = {{3, 1}, {1, 2}, {2, 2}};
    assert_int_equal(r.codes[0].n_parts_read, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r.codes[0].parts[i].number, seen[i][0]);
        assert_int_equal(r.codes[0].parts[i].page, seen[i][1]);
    }
    assert_true(r.codes[0].parts[2].corner[0][0] > r.codes[0].parts[1].corner[1][0]);
    assert_int_equal(r.pages[0].n_codes, 1);
    assert_int_equal(r.pages[1].n_codes, 2);
}

static void what_is_missing_is_named(void **state)
{
    static const struct {
        const char *places, *text, *says;
    } cases[] = {
        {"A1A3", "HTTPS://EXAMPLE.GO.TH/…ANNEX-7.PDF", "part 2 of 3 is missing"},
        {"A3|A2", "…DOCUMENT/2564/ANNEX-7.PDF", "part 1 of 3 is missing"},
        {"A2", "…DOCUMENT/2564/…", "parts 1 and 3 of 3 are missing"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scan_result r = scan(*state, &three, 1, cases[i].places);
        assert_int_equal(r.n_codes, 1);
        expect(&r.codes[0], JOIN_MISSING, cases[i].text, cases[i].says);
    }
}

static void the_longest_message_has_sixteen_parts(void **state)
{
    struct cut_message m = {.n = 16, .parity = OWN};
    static const char *const letters[] = {"A-0123456789", "B-0123456789"};
    for (int i = 0; i < m.n; i++)
        m.part[i] = letters[i % 2];
    struct scan_result r = scan(*state, &m, 1, "A1A2A3A4A5A6A7A8A9A:A;A<|A?A=A>A@");
    assert_int_equal(r.n_codes, 1);
    assert_int_equal(r.codes[0].join, JOIN_WHOLE);
    assert_int_equal(r.codes[0].n_bytes, 16 * 12);
    r = scan(*state, &m, 1, "A1A2A3");
    assert_string_equal(r.codes[0].parts_say, "13 of 16 parts are missing");
}

static void a_checksum_that_is_wrong_is_said(void **state)
{
    struct cut_message m = three;
    m.parity = (int)parity_of(&three) ^ 1;
    struct scan_result r = scan(*state, &m, 1, "A2|A1A3");
    assert_int_equal(r.n_codes, 1);
    expect(&r.codes[0], JOIN_PARITY, THREE, "3 parts do not belong together by their checksum");
}

static void a_part_with_two_contents_is_said(void **state)
{
    static const struct cut_message both[] = {{{"first/", "one"}, 2, 77, 0},
                                              {{"first/", "two"}, 2, 77, 0}};
    struct scan_result r = scan(*state, both, 2, "A1A2B2");
    assert_int_equal(r.n_codes, 1);
    expect(&r.codes[0], JOIN_DIFFER, "first/one", "part 2 of 2 is there with two contents");
}

static void messages_are_told_apart_by_what_their_parts_share(void **state)
{
    static const struct cut_message both[] = {{{"alpha/", "one"}, 2, OWN, 0},
                                              {{"beta/", "twice"}, 2, OWN, 0}};
    struct scan_result r = scan(*state, both, 2, "A2B1|B2A1");
    assert_int_equal(r.n_codes, 2);
    expect(&r.codes[0], JOIN_WHOLE, "alpha/one", "joined of 2 parts");
    expect(&r.codes[1], JOIN_WHOLE, "beta/twice", "joined of 2 parts");
}

static void a_letter_may_begin_in_one_part_and_end_in_the_next(void **state)
{
    static const struct cut_message cut[] = {
        {{"กระทรวงการคล\xe0", "\xb8\xb1ง แบบรายง\xe0\xb8", "\xb2น"}, 3, OWN, 0},
        {{"กระทรวงการคล\xe0\xb8", "\xb1ง แบบรายงาน"}, 2, OWN, 26},
        {{"\xa1\xc3\xd0\xb7\xc3\xc7\xa7\xa1\xd2\xc3\xa4\xc5",
          "\xd1\xa7 \xe1\xba\xba\xc3\xd2\xc2\xa7\xd2\xb9"},
         2,
         OWN,
         0},
    };
    static const char *const places[] = {"A2A3A1", "A2A1", "A2A1"};
    for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
        struct scan_result r = scan(*state, &cut[i], 1, places[i]);
        assert_int_equal(r.n_codes, 1);
        char says[40];
        snprintf(says, sizeof says, "joined of %d parts", cut[i].n);
        expect(&r.codes[0], JOIN_WHOLE, "กระทรวงการคลัง แบบรายงาน", says);
    }
}

#define SCANNED "https://verify.example.go.th/เอกสารแนบ/๒๕๖๔/ภาคผนวก-๗.pdf"

/* Fax pages of 200 dpi, by another encoder: its parity and numbers, not ours. */
static const struct {
    const char *file, *format;
    enum scan_join join;
    const char *text, *says;
} scanned[] = {
    {"two-pages", "QRCode", JOIN_WHOLE, SCANNED, "joined of 3 parts"},
    {"one-missing", "QRCode", JOIN_MISSING, "https://verify.example.go.th/…ภาคผนวก-๗.pdf",
     "part 2 of 3 is missing"},
    {"wrong-check", "QRCode", JOIN_PARITY, SCANNED,
     "3 parts do not belong together by their checksum"},
    {"datamatrix", "DataMatrix", JOIN_WHOLE, SCANNED, "joined of 3 parts"},
    {"aztec", "Aztec", JOIN_WHOLE, SCANNED, "joined of 3 parts"},
    {"pdf417", "PDF417", JOIN_WHOLE, SCANNED, "joined of 3 parts"},
};

static void scanned_parts_of_every_kind_that_has_them_are_joined(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(scanned); i++) {
        char path[512], bytes[16384];
        snprintf(path, sizeof path, TESTS_DATA "/documents/kinds/parts-%s.pdf", scanned[i].file);
        int from CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
        int fd CLEANUP(fd_closep) = child_memfd("document");
        ssize_t n = read(from, bytes, sizeof bytes);
        assert_true(n > 0 && write(fd, bytes, (size_t)n) == n);
        struct scan_result r = scan_fd(w, fd, path, true);
        assert_int_equal(r.n_codes, 1);
        assert_string_equal(r.codes[0].format, scanned[i].format);
        expect(&r.codes[0], scanned[i].join, scanned[i].text, scanned[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_in_any_order_and_on_any_page_are_one_message),
        cmocka_unit_test(each_part_says_where_it_lies),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(the_longest_message_has_sixteen_parts),
        cmocka_unit_test(a_checksum_that_is_wrong_is_said),
        cmocka_unit_test(a_part_with_two_contents_is_said),
        cmocka_unit_test(messages_are_told_apart_by_what_their_parts_share),
        cmocka_unit_test(scanned_parts_of_every_kind_that_has_them_are_joined),
        cmocka_unit_test(a_letter_may_begin_in_one_part_and_end_in_the_next),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
