/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A slip on its way: printed for a matter, sent back with the answer as PDF or as a photo of its
 * label, and the answer is judged by the matter's deadline. */
#include "base/buf.h"
#include "db/query.h"
#include "mail/compose.h"
#include "tests/flow/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct daemon *d;
static struct db *db;
static const char office_addr[] = "saraban@mof.example";
static const char agency_addr[] = "saraban@customs.go.th";

static void sh(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s: failed", command);
}

static char *here(const char *name)
{
    return office_path(d->a, d->office, "%s", name);
}

static void read_file(const char *path, struct buf *out)
{
    char bytes[65536];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        buf_add(out, bytes, n);
    assert_int_equal(fclose(f), 0);
}

/* compose marks its mail as automatic, which a clerk's is not. */
static void be_no_machine(struct buf *mail, const char *header)
{
    char *mark = strstr(mail->data, header);
    if (mark)
        memset(mark + 1, 'X', strlen(header) - 2);
}

/* A clerk's mail whose subject names no matter, with one file; registered when this returns. */
static void answer_with(const char *id, const char *path, const char *filename, const char *type)
{
    struct buf mail CLEANUP(buf_fini) = {0}, bytes CLEANUP(buf_fini) = {0};
    struct err err = {0};
    read_file(path, &bytes);
    const struct compose_file file = {
        .filename = filename, .type = type, .bytes = bytes.data, .n_bytes = bytes.len};
    const char *to[] = {office_addr};
    const struct compose c = {.from_name = "งานสารบรรณ",
                              .from_addr = agency_addr,
                              .to = to,
                              .n_to = 1,
                              .subject = "ขอส่งความเห็น",
                              .date_us = clock_now_us(),
                              .message_id = id,
                              .text = "ตามแนบ\n",
                              .files = &file,
                              .n_files = 1};
    if (!compose_mail(&c, &mail, &err))
        fail_msg("%s", err.text);
    be_no_machine(&mail, "\nAuto-Submitted:");
    be_no_machine(&mail, "\nX-Auto-Response-Suppress:");
    daemon_send(d, agency_addr, office_addr, mail.data, mail.len);
    for (int i = 0; i < 200 && office_count(d->office, office_addr, "") < 1; i++)
        usleep(50000);
    daemon_drain(d, 3);
}

static const char *text_of(const char *sql)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s", err.text);
    assert_int_equal(r.n, 1);
    return row_dup(d->a, &r, 0, 0);
}

static void a_slip_is_printed_for_a_matter(void **state)
{
    struct buf said CLEANUP(buf_fini) = {0}, verdict CLEANUP(buf_fini) = {0};
    (void)state;
    const char *pdf = here("slip.pdf");
    assert_int_equal(daemon_run(d, &said, "thanwela", "slip", "7/2564", "--pdf", pdf, NULL), 0);
    assert_non_null(strstr(buf_str(&said), "7/2564"));
    sh(arena_printf(d->a,
                    "pdftotext -raw %s - | tr -d ' \\n' | grep -q 'เรื่องที่๗/๒๕๖๔.*ร่างกฎกระทรวง.*"
                    "กรมศุลกากร'",
                    pdf));
    assert_int_equal(daemon_run(d, &verdict, "thanwela", "verify", pdf, NULL), 0);
    assert_non_null(strstr(buf_str(&verdict), "ใบปะหน้าของเรื่องที่"));
    assert_non_null(strstr(buf_str(&verdict), "7/2564"));
}

static void an_answer_behind_its_slip_is_tied_and_in_time(void **state)
{
    (void)state;
    answer_with("<behind@customs.go.th>", here("slip.pdf"), "หนังสือนำส่ง.pdf", "application/pdf");
    assert_string_equal(text_of("select m.no || '/' || m.year || ' ' || i.matter_how from item i "
                                "join matter m on m.id = i.matter_id "
                                "where i.message_id = '<behind@customs.go.th>'"),
                        "7/2564 slip");
    assert_string_equal(text_of("select verdict from expectation_judgement(office_now())"),
                        "ON_TIME");
}

/* A label cut out, pasted and photographed. */
static void a_photo_of_the_label_ties_too(void **state)
{
    (void)state;
    sh(arena_printf(
        d->a,
        "cd %s && pdftoppm -r 150 -x 100 -y 1350 -W 560 -H 320 -singlefile -png slip.pdf "
        "label && python3 -c \"\n"
        "from PIL import Image, ImageFilter\n"
        "im = Image.new('L', (1240, 1754), 235)\n"
        "im.paste(Image.open('label.png').convert('L').rotate(5, expand=True, "
        "fillcolor=235), (560, 90))\n"
        "im.filter(ImageFilter.GaussianBlur(0.7)).save('label.jpg', quality=70)\n\"",
        here("")));
    answer_with("<photo@customs.go.th>", here("label.jpg"), "IMG_0001.jpg", "image/jpeg");
    assert_string_equal(text_of("select m.no || ' ' || i.matter_how from item i "
                                "join matter m on m.id = i.matter_id "
                                "where i.message_id = '<photo@customs.go.th>'"),
                        "7 slip");
    database_is_sound(db);
}

/* Two of three codes of one address, on two pages: no link to follow, and it says why. */
static void half_a_message_means_nothing_and_says_what_is_missing(void **state)
{
    struct buf said CLEANUP(buf_fini) = {0};
    (void)state;
    answer_with("<half@customs.go.th>", TESTS_DATA "/documents/kinds/parts-one-missing.pdf",
                "ภาคผนวก.pdf", "application/pdf");
    assert_string_equal(text_of("select c.meaning || ', page ' || c.page || ', ' || c.parts"
                                " from code c join attachment f on f.id = c.attachment_id"
                                " join item i on i.id = f.item_id"
                                " where i.message_id = '<half@customs.go.th>'"),
                        "other, page 1, part 2 of 3 is missing");
    const char *no = text_of("select no || '/' || year from item"
                             " where message_id = '<half@customs.go.th>'");
    assert_int_equal(daemon_run(d, &said, "thanwela", "item", "show", no, NULL), 0);
    assert_non_null(strstr(buf_str(&said), "ขาดส่วนที่ 2 จาก 3 ส่วน"));
    database_is_sound(db);
}

static void a_whole_message_in_parts_is_one_link(void **state)
{
    (void)state;
    answer_with("<whole@customs.go.th>", TESTS_DATA "/documents/kinds/parts-two-pages.pdf",
                "ภาคผนวก.pdf", "application/pdf");
    assert_string_equal(text_of("select c.meaning || ', ' || c.parts || ', ' || c.content"
                                " from code c join attachment f on f.id = c.attachment_id"
                                " join item i on i.id = f.item_id"
                                " where i.message_id = '<whole@customs.go.th>'"),
                        "url, joined of 3 parts, "
                        "https://verify.example.go.th/เอกสารแนบ/๒๕๖๔/ภาคผนวก-๗.pdf");
}

static void a_matter_that_is_not_there_has_no_slip(void **state)
{
    const char *pdf = here("none.pdf");
    (void)state;
    assert_int_equal(daemon_run(d, NULL, "thanwela", "slip", "8/2564", "--pdf", pdf, NULL), 1);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "slip", "seven", "--pdf", pdf, NULL), 2);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "slip", NULL), 2);
    assert_int_not_equal(access(pdf, F_OK), 0);
}

static int set_up(void **state)
{
    static const char matter_sql[] =
        "insert into matter (year, no, class, title, created_by)"
        " values (2564, 7, 'CAB-OPINION', 'ร่างกฎกระทรวงกำหนดอัตราอากร', 'test');"
        "insert into expectation (matter_id, agency_id)"
        " select m.id, g.id from matter m, agency g where g.code = 'CUSTOMS';"
        "insert into deadline (expectation_id, version, level, due_at, basis, created_by)"
        " select id, 1, 2, office_now() + interval '1 day', 'หนังสือขอความเห็น', 'test'"
        " from expectation";
    (void)state;
    d = daemon_new(NULL, NULL);
    db = database_open(d->office);
    struct db *owner CLEANUP(db_closep) = database_open_owner(d->office);
    database_run(owner, matter_sql);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    daemon_free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_is_printed_for_a_matter),
        cmocka_unit_test(an_answer_behind_its_slip_is_tied_and_in_time),
        cmocka_unit_test(a_photo_of_the_label_ties_too),
        cmocka_unit_test(half_a_message_means_nothing_and_says_what_is_missing),
        cmocka_unit_test(a_whole_message_in_parts_is_one_link),
        cmocka_unit_test(a_matter_that_is_not_there_has_no_slip),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
