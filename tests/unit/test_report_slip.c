/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "report/slip.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char token_text[] = "CIDRCUQKAQMABAE45TZQBGLWEOOKIGAMZLKS7QKUH4YLSOOCS43JB36MV4CF7VGVW"
                                 "KOUKG5SBDJOTOVJWQLD4FZV3RDZQR2J"
                                 "MMCJO7Z7VCXJWXJ2NQO5QBQRTIA7";
static const char link_text[] = "HTTPS://THANWELA.EXAMPLE.GO.TH/S/"
                                "CIDRCUQKAQMABAE45TZQBGLWEOOKIGAMZLKS7QKUH4YLSOOCS43JB36MV4CF7VGVWK"
                                "OUKG5SBDJOTOVJWQLD4FZV3RDZQR2J"
                                "MMCJO7Z7VCXJWXJ2NQO5QBQRTIA7";

static struct slip_matter usual_matter(struct bench *b, int n_parties)
{
    static const char *const names[] = {"กรมศุลกากร", "กรมสรรพากร", "กรมสรรพสามิต"};
    struct slip_matter m = {.year = 2564,
                            .no = 12,
                            .title = "ร่างกฎกระทรวงกำหนดอัตราอากรศุลกากร พ.ศ. ....",
                            .class_name = "CAB-OPINION",
                            .urgency = "ด่วนที่สุด",
                            .secrecy = "",
                            .letter_no = "กค 0100/123",
                            .n_parties = n_parties};
    m.parties = arena_array(b->a, (size_t)n_parties + 1, sizeof *m.parties);
    for (int i = 0; i < n_parties; i++)
        m.parties[i] = (struct slip_party){
            arena_printf(b->a, "%s %d", names[i % 3], i + 1), at("2021-04-09T12:00"),
            "การประชุมคณะรัฐมนตรี 20 เม.ย. 64 ปิดรับ 3 วันทำการก่อน เวลา 12.00 น."};
    return m;
}

static char *print(struct bench *b, const struct slip_matter *m, const char *name)
{
    const struct slip s = {.office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง",
                           .office_addr = "saraban@minister.example.go.th",
                           .matter = m,
                           .made_at_us = at("2021-03-15T10:05:07"),
                           .url = link_text,
                           .token = token_text};
    struct buf pdf CLEANUP(buf_fini) = {0};
    struct err err = {0};
    if (!slip_pdf(&s, &pdf, &err))
        fail_msg("%s", err.text);
    char *path = arena_printf(b->a, "%s/%s", b->folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(pdf.data, 1, pdf.len, f), pdf.len);
    assert_int_equal(fclose(f), 0);
    return path;
}

static char *said(struct bench *b, const char *command)
{
    FILE *f = popen(command, "r");
    assert_non_null(f);
    char *text = arena_alloc(b->a, 1 << 18);
    assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
    assert_int_equal(pclose(f), 0);
    return text;
}

static char *words_of(struct bench *b, const char *path)
{
    return said(b, arena_printf(b->a, "pdftotext -raw '%s' - | tr -d ' \\n\\f'", path));
}

static void assert_says(const char *words, const char *wanted)
{
    if (!strstr(words, wanted))
        fail_msg("\"%s\" is not on the page: %s", wanted, words);
}

static void the_slip_says_what_is_asked_and_by_when(void **state)
{
    struct bench *b = *state;
    static const char *const wanted[] = {"ใบปะหน้าหนังสือส่งเอกสาร",
                                         "เรื่องที่๑๒/๒๕๖๔",
                                         "ร่างกฎกระทรวงกำหนดอัตราอากรศุลกากร",
                                         "ความเห็นประกอบการพิจารณาของคณะรัฐมนตรี",
                                         "ด่วนที่สุด",
                                         "กค๐๑๐๐/๑๒๓",
                                         "กรมศุลกากร1",
                                         "กรมสรรพสามิต3",
                                         "๙เมษายน๒๕๖๔เวลา๑๒.๐๐น.",
                                         "saraban@minister.example.go.th",
                                         token_text};
    struct slip_matter m = usual_matter(b, 3);
    char *path = print(b, &m, "slip.pdf"), *words = words_of(b, path);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_says(words, wanted[i]);
    assert_int_equal(
        atoi(said(b, arena_printf(b->a, "pdfinfo '%s' | sed -n 's/^Pages: *//p'", path))), 1);
}

/* The page's own code and both labels. */
static void another_reader_reads_all_three_codes(void **state)
{
    struct bench *b = *state;
    struct slip_matter m = usual_matter(b, 1);
    char *path = print(b, &m, "slip.pdf");
    char *read = said(b, arena_printf(b->a,
                                      "pdftoppm -r 200 -gray -singlefile '%s' '%s/p' && "
                                      "zbarimg -q --raw '%s/p.pgm' 2>/dev/null",
                                      path, b->folder, b->folder));
    int n = 0;
    for (char *p = read; (p = strstr(p, link_text)); p++)
        n++;
    assert_true(n >= 1); /* zbarimg tells the same code once */
    static const char *const parts[] = {
        "-x 0 -y 1700 -W 827 -H 639", "-x 827 -y 1700 -W 827 -H 639", "-x 827 -y 0 -W 827 -H 600"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        assert_says(said(b, arena_printf(b->a,
                                         "pdftoppm -r 200 -gray %s -singlefile '%s' '%s/q' && "
                                         "zbarimg -q --raw '%s/q.pgm' 2>/dev/null",
                                         parts[i], path, b->folder, b->folder)),
                    link_text);
}

static void different_deadlines_are_left_to_the_table(void **state)
{
    struct bench *b = *state;
    struct slip_matter m = usual_matter(b, 2);
    m.parties[1].due_us = TIME_NONE;
    char *words = words_of(b, print(b, &m, "mixed.pdf"));
    assert_says(words, "กำหนดส่งตามตารางในใบปะหน้า");
    assert_says(words, "ยังไม่กำหนด");
}

static void a_matter_without_parties_says_so(void **state)
{
    struct bench *b = *state;
    struct slip_matter m = usual_matter(b, 0);
    m.urgency = m.letter_no = "";
    char *words = words_of(b, print(b, &m, "alone.pdf"));
    assert_says(words, "ยังไม่กำหนดหน่วยงานและวันส่ง");
    assert_says(words, "ไม่ระบุ");
}

static void a_secret_matter_is_not_named(void **state)
{
    struct bench *b = *state;
    struct slip_matter m = usual_matter(b, 1);
    m.secrecy = "ลับที่สุด";
    char *words = words_of(b, print(b, &m, "secret-slip.pdf"));
    assert_says(words, "(ลับที่สุด)");
    assert_null(strstr(words, "ร่างกฎกระทรวง"));
}

static void many_parties_go_on_over_pages_with_one_form(void **state)
{
    struct bench *b = *state;
    struct slip_matter m = usual_matter(b, 120);
    char *path = print(b, &m, "many-slip.pdf"), *words = words_of(b, path);
    assert_says(words, "กรมสรรพสามิต120");
    assert_says(words, "หน้า๒/");
    assert_says(words, "วิธีใช้");
    said(b, arena_printf(b->a, "cp '%s' '%s/first' && echo kept", path, b->folder));
    print(b, &m, "many-slip.pdf");
    assert_says(said(b, arena_printf(b->a, "cmp '%s' '%s/first' && echo same", path, b->folder)),
                "same");
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)
    const struct CMUnitTest tests[] = {
        with_folder(the_slip_says_what_is_asked_and_by_when),
        with_folder(another_reader_reads_all_three_codes),
        with_folder(different_deadlines_are_left_to_the_table),
        with_folder(a_matter_without_parties_says_so),
        with_folder(a_secret_matter_is_not_named),
        with_folder(many_parties_go_on_over_pages_with_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
