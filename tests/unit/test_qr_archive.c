/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files inside files, through the real child: what is found in them, and what is said of the rest.
 */
#include "qr/archive.h"
#include "tests/unit/made_archive.h"

/* ---- what is found ---- */

static void pictures_in_every_kind_of_container_are_read(void **state)
{
    static const struct {
        struct recipe how;
        const char *first, *first_bytes, *picture, *type;
    } cases[] = {
        {{archive_write_set_format_zip, NULL, NULL},
         "readme.txt",
         "hello",
         "scan/qr.png",
         "application/zip"},
        {{archive_write_set_format_zip, "compression=store", NULL},
         "readme.txt",
         "hello",
         "qr.png",
         "application/zip"},
        {{archive_write_set_format_7zip, NULL, NULL},
         "readme.txt",
         "hello",
         "qr.png",
         "application/x-7z-compressed"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "word/media/image1.png",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "xl/media/image1.png",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {{archive_write_set_format_zip, NULL, NULL},
         "[Content_Types].xml",
         "<Types/>",
         "ppt/media/image1.png",
         "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {{archive_write_set_format_zip, NULL, NULL},
         "mimetype",
         "application/vnd.oasis.opendocument.text",
         "Pictures/1.png",
         "application/vnd.oasis.opendocument.text"},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct member members[] = {
            {cases[i].first, cases[i].first_bytes, strlen(cases[i].first_bytes)},
            {cases[i].picture, w->png.data, w->png.len},
        };
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&cases[i].how, members, ARRAY_LEN(members), &file);
        struct scan_result r = scan(w, file.data, file.len, "x");
        expect(&r, SCAN_CODES, 1);
        assert_string_equal(r.codes[0].member, cases[i].picture);
        assert_string_equal(r.type, cases[i].type);
    }
}

static void pages_are_counted_over_all_members(void **state)
{
    struct world *w = *state;
    const struct member members[] = {{"1.png", w->png.data, w->png.len},
                                     {"2.txt", "no page", 7},
                                     {"3.png", w->png.data, w->png.len}};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&zip, members, ARRAY_LEN(members), &file);
    struct scan_result r = scan(w, file.data, file.len, "two.zip");
    expect(&r, SCAN_CODES, 2);
    assert_int_equal(r.n_pages, 2);
    assert_int_equal(r.codes[1].page, 2);
    assert_string_equal(r.codes[1].member, "3.png");
}

static void archives_are_opened_as_deep_as_the_limit_and_no_deeper(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0};
    nest("qr.png", &w->png, ARCHIVE_DEPTH_MAX + 1, &file);
    struct scan_result r = scan(w, file.data, file.len, "deep.zip");
    expect(&r, SCAN_CODES, 1);
    assert_string_equal(r.codes[0].member, "inner.zip/inner.zip/inner.zip/qr.png");
    nest("qr.png", &w->png, ARCHIVE_DEPTH_MAX + 2, &file);
    r = scan(w, file.data, file.len, "deeper.zip");
    expect(&r, SCAN_LIMIT, 0);
}

static void names_in_windows_874_are_shown_in_thai(void **state)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"plain.png", "plain.png"},
        {"\xCB\xB9\xD1\xA7\xCA\xD7\xCD.png", "หนังสือ.png"},
        {"หนังสือ.png", "หนังสือ.png"},
        {"a\nb", "a\xEF\xBF\xBD"
                 "b"},
        {"\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"", ""},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(member_name(w->a, cases[i].bytes), cases[i].text);
}

static void long_names_are_cut_at_a_whole_letter(void **state)
{
    struct world *w = *state;
    char name[ARCHIVE_NAME_BYTES_MAX + 10] = "x";
    for (size_t i = 1; i + 3 < sizeof name; i += 3)
        memcpy(name + i, "ก", 3);
    assert_int_equal(strlen(member_name(w->a, name)), ARCHIVE_NAME_BYTES_MAX);
    name[1] = 'x', name[2] = 'x', name[3] = 'x';
    memmove(name, name + 1, strlen(name));
    assert_int_equal(strlen(member_name(w->a, name)), ARCHIVE_NAME_BYTES_MAX - 1);
}

/* As many bytes as a frame would not hold, were all of them sent. */
static void endless_names_do_not_drown_what_is_found(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0}, inner CLEANUP(buf_fini) = {0};
    char name[ARCHIVE_NAME_BYTES_MAX] = "";
    memset(name, 0xA1, sizeof name - 1); /* ko kai in windows-874: three bytes of UTF-8 */
    buf_add(&inner, w->png.data, w->png.len);
    for (int i = 0; i <= ARCHIVE_DEPTH_MAX; i++) {
        const struct member members[] = {{name, inner.data, inner.len},
                                         {name, "\x89PNG\r\n\x1a\n torn", 13}};
        buf_clear(&file);
        pack(&zip, members, ARRAY_LEN(members), &file);
        buf_clear(&inner);
        buf_add(&inner, file.data, file.len);
    }
    struct scan_result r = scan(w, file.data, file.len, "names.zip");
    expect(&r, SCAN_DAMAGED, 1);
    assert_true(strlen(r.codes[0].member) <= SCAN_MEMBER_BYTES_MAX);
    assert_true(strlen(r.why) <= SCAN_WHY_BYTES_MAX);
}

/* ---- what is said ---- */

static void what_holds_no_picture_says_so(void **state)
{
    static const struct {
        struct member members[3];
        enum scan_state state;
    } cases[] = {
        {{{"a.txt", "hello", 5}, {"b.txt", "", 0}, {"c.bin", "\0\1\2", 3}}, SCAN_UNSUPPORTED},
        {{{"[Content_Types].xml", "<T/>", 4}, {"word/document.xml", "<w/>", 4}, {"z", "", 0}},
         SCAN_NONE},
        {{{"[Content_Types].xml", "<T/>", 4},
          {"word/media/image1.emf", "\1\0\0\0", 4},
          {"z", "z", 1}},
         SCAN_UNSUPPORTED},
        {{{"mimetype", "application/vnd.oasis.opendocument.text", 39},
          {"META-INF/manifest.xml", "<manifest:encryption-data/>", 27},
          {"content.xml", "\x8f\x13", 2}},
         SCAN_ENCRYPTED},
        {{{"a.png", "\x89PNG\r\n\x1a\n torn", 13}, {"b", "b", 1}, {"c", "c", 1}}, SCAN_DAMAGED},
        {{{"a.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", 12}, {"b", "b", 1}, {"c", "c", 1}},
         SCAN_UNSUPPORTED},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&zip, cases[i].members, 3, &file);
        struct scan_result r = scan(w, file.data, file.len, "x.zip");
        expect(&r, cases[i].state, 0);
    }
}

static void a_member_behind_a_password_is_named(void **state)
{
    static const char *const ciphers[] = {"encryption=zipcrypt", "encryption=aes128",
                                          "encryption=aes256"};
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        const struct recipe locked = {archive_write_set_format_zip, ciphers[i], "1234"};
        const struct member member = {"secret.png", w->png.data, w->png.len};
        struct buf file CLEANUP(buf_fini) = {0};
        pack(&locked, &member, 1, &file);
        struct scan_result r = scan(w, file.data, file.len, "locked.zip");
        expect(&r, SCAN_ENCRYPTED, 0);
        assert_string_equal(r.why, "secret.png: needs a password");
    }
}

static void an_office_file_behind_a_password_is_encrypted(void **state)
{
    static const char file[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........"
                               "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
    struct scan_result r = scan(*state, file, sizeof file, "x.docx");
    expect(&r, SCAN_ENCRYPTED, 0);
}

static void a_torn_archive_keeps_what_came_out_of_it(void **state)
{
    struct world *w = *state;
    const struct member members[] = {{"1.png", w->png.data, w->png.len},
                                     {"2.png", w->png.data, w->png.len}};
    const struct recipe plain = {archive_write_set_format_zip, "compression=store", NULL};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&plain, members, ARRAY_LEN(members), &file);
    struct scan_result r = scan(w, file.data, w->png.len + w->png.len / 2, "torn.zip");
    expect(&r, SCAN_DAMAGED, 1);
}

/* n empty members and a picture behind them. */
static void many(struct world *w, size_t n, struct buf *out)
{
    struct member *members = calloc(n + 1, sizeof *members);
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){"empty", "", 0};
    members[n] = (struct member){"qr.png", w->png.data, w->png.len};
    pack(&zip, members, n + 1, out);
    free(members);
}

static void members_up_to_the_limit_are_walked(void **state)
{
    struct world *w = *state;
    struct buf file CLEANUP(buf_fini) = {0};
    many(w, ARCHIVE_MEMBERS_MAX - 1, &file);
    struct scan_result r = scan(w, file.data, file.len, "many.zip");
    expect(&r, SCAN_CODES, 1);
    buf_clear(&file);
    many(w, ARCHIVE_MEMBERS_MAX, &file);
    r = scan(w, file.data, file.len, "more.zip");
    expect(&r, SCAN_LIMIT, 0);
}

static void a_bomb_is_a_limit_and_the_next_document_is_read(void **state)
{
    struct world *w = *state;
    size_t n = (size_t)ARCHIVE_MEMBER_BYTES_MAX + 1;
    char *zeros = calloc(1, n);
    memcpy(zeros, "%PDF-1.4\n", 9);
    const struct member bombs[] = {{"a.pdf", zeros, n}, {"b.pdf", zeros, n}};
    struct buf file CLEANUP(buf_fini) = {0};
    pack(&zip, bombs, ARRAY_LEN(bombs), &file);
    free(zeros);
    struct scan_result r = scan(w, file.data, file.len, "bomb.zip");
    expect(&r, SCAN_LIMIT, 0);
    r = scan(w, w->png.data, w->png.len, "qr.png");
    expect(&r, SCAN_CODES, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_in_every_kind_of_container_are_read),
        cmocka_unit_test(pages_are_counted_over_all_members),
        cmocka_unit_test(archives_are_opened_as_deep_as_the_limit_and_no_deeper),
        cmocka_unit_test(names_in_windows_874_are_shown_in_thai),
        cmocka_unit_test(long_names_are_cut_at_a_whole_letter),
        cmocka_unit_test(endless_names_do_not_drown_what_is_found),
        cmocka_unit_test(what_holds_no_picture_says_so),
        cmocka_unit_test(a_member_behind_a_password_is_named),
        cmocka_unit_test(an_office_file_behind_a_password_is_encrypted),
        cmocka_unit_test(a_torn_archive_keeps_what_came_out_of_it),
        cmocka_unit_test(members_up_to_the_limit_are_walked),
        cmocka_unit_test(a_bomb_is_a_limit_and_the_next_document_is_read),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
