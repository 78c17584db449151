/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receipt's mail, taken apart by Python's own mail parser: a reader that is not ours. */
#include "base/buf.h"
#include "base/clock.h"
#include "report/receipt.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Writes each part into the folder as its own file, and the headers as h-NAME. */
static const char take_apart[] =
    "import email, email.header, email.policy\n"
    "raw = open('mail', 'rb').read()\n"
    "m = email.message_from_bytes(raw, policy=email.policy.default)\n"
    "old = email.message_from_bytes(raw)  # the new policy puts blanks between encoded words\n"
    "assert not m.defects, m.defects\n"
    "for k in set(m.keys()):\n"
    "    assert len(m.get_all(k)) == 1, k\n"
    "    words = email.header.decode_header(old[k])\n"
    "    open('h-' + k.lower(), 'w').write(''.join(\n"
    "        w.decode(c or 'utf-8') if isinstance(w, bytes) else w for w, c in words))\n"
    "tree = []\n"
    "for part in m.walk():\n"
    "    assert not part.defects, part.defects\n"
    "    tree.append(part.get_content_type())\n"
    "    if part.is_multipart(): continue\n"
    "    data = part.get_payload(decode=True)\n"
    "    open({'text/plain': 'text', 'text/html': 'html', 'image/png': 'png',\n"
    "          'application/pdf': 'pdf'}[part.get_content_type()], 'wb').write(data)\n"
    "    open('n-' + part.get_content_subtype(), 'w').write(\n"
    "        f'{part.get_filename()} {part[\"Content-ID\"]} {part.get_content_disposition()}')\n"
    "open('tree', 'w').write(' '.join(tree))\n";

static void save(struct bench *b, const char *name, const char *bytes, size_t n)
{
    FILE *f = fopen(arena_printf(b->a, "%s/%s", b->folder, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static char *part(struct bench *b, const char *name)
{
    FILE *f = fopen(arena_printf(b->a, "%s/%s", b->folder, name), "rb");
    if (!f)
        fail_msg("the mail has no %s", name);
    char *text = arena_alloc(b->a, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    text[n] = 0;
    assert_int_equal(fclose(f), 0);
    return text;
}

static void assert_says(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in: %s", wanted, text);
}

static const char link_text[] = "HTTPS://THANWELA.EXAMPLE.GO.TH/R/"
                                "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34LRE4U"
                                "Q6CMN3OD7MPHSYZXFXKLP2ABWUFYVE"
                                "2MYQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";

static const struct receipt_file two_files[] = {
    {"หนังสือนำส่ง.pdf", 245678, {0xab, 0xcd, 0xef, 0x01, 0x23, 0x45}, 2, NULL},
    {NULL, 9, {0}, 0, "เปิดอ่านไม่ได้"},
};

static struct receipt usual(void)
{
    return (struct receipt){.office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง",
                            .office_addr = "saraban@minister.example.go.th",
                            .series = "R",
                            .year = 2564,
                            .no = 123,
                            .entered_at_us = at("2021-03-15T10:05:07"),
                            .registered_at_us = at("2021-03-15T10:06:12"),
                            .deemed_at_us = at("2021-03-15T10:05:07"),
                            .agency = "กรมศุลกากร",
                            .from_name = "งานสารบรรณ",
                            .from_addr = "saraban@customs.example.go.th",
                            .letter_no = "กค 0503/1234",
                            .letter_date_us = at("2021-03-12"),
                            .subject = "ขอส่งความเห็น ร่างกฎกระทรวง",
                            .class_name = "CAB-OPINION",
                            .urgency = "ด่วนที่สุด",
                            .files = two_files,
                            .n_files = ARRAY_LEN(two_files),
                            .n_claimed = 3,
                            .due_at_us = at("2021-03-16T12:00"),
                            .due_basis = "การประชุมคณะรัฐมนตรี 23 มี.ค. 64",
                            .judgement = "ON_TIME",
                            .judgement_why = "ก่อนกำหนด 1 วัน",
                            .url = link_text,
                            .token = link_text + sizeof "HTTPS://THANWELA.EXAMPLE.GO.TH/R"};
}

static struct receipt_mail answer(void)
{
    return (struct receipt_mail){.to = "saraban@customs.example.go.th",
                                 .message_id = "<r-123-2564@minister.example.go.th>",
                                 .in_reply_to = "<asked@customs.example.go.th>",
                                 .references = "<first@customs.example.go.th> "
                                               "<asked@customs.example.go.th>",
                                 .date_us = at("2021-03-15T10:06:30")};
}

static void send(struct bench *b, const struct receipt *r, const struct receipt_mail *m)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    struct err err = {0};
    if (!receipt_mail(r, m, &mail, &err))
        fail_msg("%s", err.text);
    save(b, "mail", mail.data, mail.len);
    save(b, "apart.py", take_apart, strlen(take_apart));
    assert_int_equal(system(arena_printf(b->a, "cd '%s' && python3 apart.py", b->folder)), 0);
}

static void the_mail_answers_in_its_thread(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    struct receipt_mail m = answer();
    send(b, &r, &m);
    assert_says(part(b, "h-subject"), "ใบรับหนังสือ เลขที่ 123/2564 เรื่อง ขอส่งความเห็น");
    assert_says(part(b, "h-from"), "saraban@minister.example.go.th");
    assert_says(part(b, "h-from"), "สำนักงานรัฐมนตรี");
    assert_string_equal(part(b, "h-to"), "saraban@customs.example.go.th");
    assert_string_equal(part(b, "h-message-id"), "<r-123-2564@minister.example.go.th>");
    assert_string_equal(part(b, "h-in-reply-to"), "<asked@customs.example.go.th>");
    assert_says(part(b, "h-references"), "<first@customs.example.go.th>");
    assert_string_equal(part(b, "h-auto-submitted"), "auto-replied");
    assert_says(part(b, "h-date"), "15 Mar 2021 10:06:30 +0700");
}

static void text_and_html_say_the_same(void **state)
{
    struct bench *b = *state;
    static const char *const wanted[] = {"ใบรับหนังสืออิเล็กทรอนิกส์",
                                         "สำนักงานรัฐมนตรี กระทรวงการคลัง",
                                         "123/2564",
                                         "15 มีนาคม 2564",
                                         "10.05 น.",
                                         "10.05.07 น.",
                                         "กรมศุลกากร",
                                         "saraban@customs.example.go.th",
                                         "กค 0503/1234",
                                         "ลงวันที่ 12 มีนาคม 2564",
                                         "ขอส่งความเห็น ร่างกฎกระทรวง",
                                         "ความเห็นประกอบการพิจารณาของคณะรัฐมนตรี",
                                         "ด่วนที่สุด",
                                         "16 มีนาคม 2564 เวลา 12.00 น.",
                                         "การประชุมคณะรัฐมนตรี 23 มี.ค. 64",
                                         "ทันเวลา",
                                         "ก่อนกำหนด 1 วัน",
                                         "ได้รับ 2 ไฟล์",
                                         "3 รายการ",
                                         "หนังสือนำส่ง.pdf",
                                         "245,678",
                                         "abcdef012345",
                                         "ไม่ระบุชื่อไฟล์",
                                         "เปิดอ่านไม่ได้",
                                         "มิได้รับรองความถูกต้องครบถ้วนของเนื้อหา",
                                         link_text};
    struct receipt r = usual();
    struct receipt_mail m = answer();
    send(b, &r, &m);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_says(part(b, "text"), wanted[i]);
        assert_says(part(b, "html"), wanted[i]);
    }
    assert_string_equal(part(b, "tree"),
                        "multipart/mixed multipart/related multipart/alternative text/plain "
                        "text/html image/png application/pdf");
}

static void the_picture_is_inside_and_another_reader_reads_it(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    struct receipt_mail m = answer();
    send(b, &r, &m);
    char *html = part(b, "html");
    char *named = part(b, "n-png");
    assert_says(named, "inline");
    char *id = strchr(named, '<') + 1;
    *strchr(id, '>') = 0;
    assert_says(html, arena_printf(b->a, "src=\"cid:%s\"", id));
    assert_int_equal(
        system(arena_printf(b->a,
                            "cd '%s' && mv png q.png && mv pdf r.pdf && pdftoppm -r 150 "
                            "-gray -singlefile r.pdf r && "
                            "test \"$(zbarimg -q --raw --oneshot q.png 2>/dev/null)\" "
                            "= '%s' && "
                            "test \"$(zbarimg -q --raw --oneshot r.pgm 2>/dev/null)\" "
                            "= '%s'",
                            b->folder, link_text, link_text)),
        0);
    assert_says(part(b, "n-pdf"), "ใบรับ-123-2564.pdf None attachment");
}

static void nothing_is_fetched_from_elsewhere(void **state)
{
    struct bench *b = *state;
    static const char *const elsewhere[] = {"src=\"http", "url(",  "@import", "<script", "<link",
                                            "<iframe",    "<form", "onload",  "http://"};
    struct receipt r = usual();
    struct receipt_mail m = answer();
    send(b, &r, &m);
    char *html = part(b, "html");
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
        assert_null(strstr(html, elsewhere[i]));
    assert_says(html, "width=device-width");
}

static void strangers_words_stay_words(void **state)
{
    struct bench *b = *state;
    static const char hostile[] =
        "</td><script>alert(1)</script>\" onx='&amp;\r\nBcc: a@b.c\xe2\x80\xae";
    struct receipt_file files[] = {{hostile, 1, {0}, 1, hostile}};
    struct receipt r = usual();
    struct receipt_mail m = answer();
    r.subject = r.agency = r.from_name = r.from_addr = r.letter_no = r.urgency = r.due_basis =
        r.judgement_why = hostile;
    r.files = files;
    r.n_files = 1;
    send(b, &r, &m);
    assert_null(strstr(part(b, "html"), "<script"));
    assert_null(strstr(part(b, "html"), "\xe2\x80\xae"));
    assert_null(strstr(part(b, "text"), "\xe2\x80\xae"));
    assert_null(strstr(part(b, "text"), "\nBcc:"));
    assert_int_equal(system(arena_printf(b->a, "test ! -e '%s/h-bcc'", b->folder)), 0);
}

static void five_hundred_files_are_counted_and_fifty_named(void **state)
{
    struct bench *b = *state;
    struct receipt_file *files = arena_array(b->a, 500, sizeof *files);
    for (int i = 0; i < 500; i++)
        files[i].filename = arena_printf(b->a, "file-%03d.pdf", i + 1);
    struct receipt r = usual();
    struct receipt_mail m = answer();
    r.files = files;
    r.n_files = 500;
    send(b, &r, &m);
    assert_says(part(b, "text"), "file-050.pdf");
    assert_null(strstr(part(b, "text"), "file-051.pdf"));
    assert_says(part(b, "text"), "และอีก 450 ไฟล์");
    assert_says(part(b, "html"), "และอีก 450 ไฟล์");
}

static void a_secret_letters_files_are_only_counted(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    struct receipt_mail m = answer();
    r.secrecy = "ลับ";
    r.subject = "(ลับ)";
    send(b, &r, &m);
    assert_null(strstr(part(b, "text"), "หนังสือนำส่ง.pdf"));
    assert_null(strstr(part(b, "html"), "หนังสือนำส่ง.pdf"));
    assert_says(part(b, "text"), "ได้รับ 2 ไฟล์");
}

static void the_same_facts_give_the_same_mail(void **state)
{
    struct bench *b = *state;
    struct receipt r = usual();
    struct receipt_mail m = answer();
    struct buf first CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    struct err err;
    (void)b;
    assert_true(receipt_mail(&r, &m, &first, &err) && receipt_mail(&r, &m, &again, &err));
    assert_int_equal(first.len, again.len);
    assert_memory_equal(first.data, again.data, first.len);
    assert_true(first.len < 200000);
}

int main(void)
{
#define with_folder(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)
    const struct CMUnitTest tests[] = {
        with_folder(the_mail_answers_in_its_thread),
        with_folder(text_and_html_say_the_same),
        with_folder(the_picture_is_inside_and_another_reader_reads_it),
        with_folder(nothing_is_fetched_from_elsewhere),
        with_folder(strangers_words_stay_words),
        with_folder(five_hundred_files_are_counted_and_fifty_named),
        with_folder(a_secret_letters_files_are_only_counted),
        with_folder(the_same_facts_give_the_same_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
