/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails that are wrong in every way that mails are: nothing is lost, each ends with one clear
 * sentence, and the next one is served. */
#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/daemon.h"
#include "tests/flow/fake.h"
#include <fcntl.h>
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
static int n_mails;

static void begin_mail(struct buf *out, const char *subject)
{
    buf_clear(out);
    buf_adds(out, "Authentication-Results: mx.mof.example; dmarc=pass header.from=customs.go.th\r\n"
                  "From: saraban@customs.go.th\r\nTo: saraban@mof.example\r\n");
    buf_addf(out, "Message-ID: <bad-%d@customs.go.th>\r\n", ++n_mails);
    if (subject)
        buf_addf(out, "Subject: %s\r\n", subject);
    buf_adds(out, "MIME-Version: 1.0\r\n");
}

static void begin_parts(struct buf *out)
{
    buf_adds(out, "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: "
                  "text/plain\r\n\r\nletter\r\n");
}

static void add_part(struct buf *out, const char *disposition, const char *bytes)
{
    buf_addf(out, "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: %s\r\n\r\n%s\r\n",
             disposition, bytes);
}

static void deliver(const struct buf *mail)
{
    office_deliver(d->office, office_addr, mail->data, mail->len);
}

/* The mail that must be served whatever came before it. */
static void deliver_honest(void)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    begin_mail(&mail, "honest");
    buf_adds(&mail, "Content-Type: text/plain\r\n\r\nhonest\r\n");
    deliver(&mail);
}

static void honest_mail_was_served(void)
{
    daemon_drain(d, 5);
    assert_int_equal(database_int(db, "select count(*) from message where state = 'stored'"), 0);
    assert_int_equal(
        database_int(db, "select count(*) from item i where subject = 'honest' and message_id = "
                         "(select message_id from item order by registered_at desc limit 1)"),
        1);
    assert_int_equal(office_count(d->office, office_addr, ""), 0);
    database_is_sound(db);
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

static void an_empty_mail_is_set_aside(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, NULL);
    buf_adds(&mail, "\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_non_null(strstr(
        text_of("select why from message where state = 'quarantined' order by id desc limit 1"),
        "ว่าง"));
}

static void a_mail_of_noise_is_set_aside_or_registered_but_not_lost(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    int64_t before = database_int(db, "select count(*) from message");
    for (unsigned i = 0, x = 1; i < 20000; i++, x = x * 1103515245 + 12345)
        buf_addc(&mail, (char)(x >> 16 | 1));
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_int_equal(database_int(db, "select count(*) from message"), before + 2);
}

static void names_that_climb_are_only_names(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "climbing names");
    begin_parts(&mail);
    add_part(&mail, "attachment; filename=\"../../etc/passwd\"", "a");
    add_part(&mail, "attachment; filename*=UTF-8''..%2F..%0A%1B%5B31mred.pdf", "b");
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_int_equal(
        database_int(db, "select count(*) from attachment where filename ~ '[[:cntrl:]/]'"), 0);
    assert_int_equal(
        database_int(db, "select count(*) from attachment a join item i on i.id = a.item_id"
                         " where i.subject = 'climbing names' and a.is_attachment"),
        2);
}

static void five_hundred_files_are_five_hundred_rows(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "many files");
    begin_parts(&mail);
    for (int i = 0; i < 499; i++) {
        char name[64];
        snprintf(name, sizeof name, "attachment; filename=%d.txt", i);
        add_part(&mail, name, "text");
    }
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_int_equal(
        database_int(db, "select count(*) from attachment a join item i on i.id = a.item_id"
                         " where i.subject = 'many files'"),
        500);
}

static void more_files_than_the_limit_are_told(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "too many files");
    begin_parts(&mail);
    for (int i = 0; i < 520; i++) {
        char name[64];
        snprintf(name, sizeof name, "attachment; filename=%d.txt", i);
        add_part(&mail, name, "text");
    }
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_true(strlen(text_of("select check_why from item where subject = 'too many files'")) > 0);
}

static void an_encrypted_pdf_is_called_so(void **state)
{
    static const char pdf[] =
        "%PDF-1.6\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 "
        "R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        "4 0 obj<</Filter/Standard/V 1/R "
        "2/O<5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a>"
        "/U<a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5>/P -4>>endobj\n"
        "trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]/Size 5>>\n%%EOF";
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "locked");
    begin_parts(&mail);
    add_part(&mail, "attachment; filename=locked.pdf", pdf);
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_string_equal(text_of("select scan_state from attachment where filename = 'locked.pdf'"),
                        "encrypted");
}

static void a_pdf_that_never_ends_is_left_behind(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0}, pdf CLEANUP(buf_fini) = {0};
    (void)state;
    /* forms that draw each other 2^28 times */
    buf_adds(&pdf, "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 "
                   "obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                   "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</F "
                   "10 0 R>>>>/Contents 4 0 R>>endobj\n"
                   "4 0 obj<</Length 5>>stream\n/F Do\nendstream endobj\n");
    for (int i = 0; i < 28; i++)
        buf_addf(&pdf,
                 "%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F "
                 "%d 0 R>>>>/Length %d>>stream\n"
                 "%s\nendstream endobj\n",
                 10 + i, 11 + i, i < 27 ? 11 : 12, i < 27 ? "/F Do /F Do" : "0 0 9 9 re f");
    buf_adds(&pdf, "trailer<</Root 1 0 R/Size 40>>\n%%EOF");
    begin_mail(&mail, "endless");
    begin_parts(&mail);
    add_part(&mail, "attachment; filename=endless.pdf", pdf.data);
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    const char *fate = text_of(
        "select scan_state || ': ' || scan_why from attachment where filename = 'endless.pdf'");
    assert_true(strncmp(fate, "limit", 5) == 0 || strncmp(fate, "poison", 6) == 0 ||
                strncmp(fate, "damaged", 7) == 0);
}

static void sixty_megabytes_pass(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "sixty megabytes");
    begin_parts(&mail);
    buf_adds(&mail, "--x\r\nContent-Type: application/octet-stream; "
                    "name=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for (int i = 0; i < 60 * 1000 * 1000 / 78; i++)
        buf_adds(
            &mail,
            "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n");
    buf_adds(&mail, "--x--\r\n");
    deliver(&mail);
    deliver_honest();
    honest_mail_was_served();
    assert_true(database_int(db, "select b.size from attachment a join blob b on b.id = a.blob_id "
                                 "where filename = 'large.bin'") > 40 * 1000 * 1000);
}

static void a_mail_over_the_limit_stays_and_is_told(void **state)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    (void)state;
    begin_mail(&mail, "too large");
    buf_adds(&mail, "\r\n");
    for (int i = 0; i < (100 << 20) / 60 + 1000; i++)
        buf_adds(&mail, "0123456789012345678901234567890123456789012345678901234567890\r\n");
    deliver(&mail);
    deliver_honest();
    daemon_drain(d, 5);
    assert_int_equal(office_count(d->office, office_addr, ""), 1);
    assert_non_null(
        strstr(text_of("select why from message where blob_id is null"), "over the limit"));
    daemon_drain(d, 5);
    assert_int_equal(database_int(db, "select count(*) from message where blob_id is null"), 1);
    database_is_sound(db);
}

static int set_up(void **state)
{
    (void)state;
    d = daemon_new(NULL, NULL);
    db = database_open(d->office);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    daemon_free(d);
    return 0;
}

/* The office's configuration, with its mailbox at that port. */
static char *conf_with_mailbox_at(struct arena *a, int port)
{
    char *conf = arena_printf(a, "%s.elsewhere", d->conf);
    char *command = arena_printf(a,
                                 "sed '/^.mailbox/,$ { s/^port = .*/port = %d/; s/^tls = .*/tls = "
                                 "none/; /^ca_file/d }' '%s' >'%s'",
                                 port, d->conf, conf);
    assert_int_equal(system(command), 0);
    return conf;
}

/* A mailbox with one mail of five bytes, up to what is said of it. */
#define ONE_MAIL                                                                                   \
    ">* OK x\r\n", "<", ">* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%t OK x\r\n", /* before */          \
        "<", ">%t OK x\r\n",                                                 /* AUTHENTICATE */    \
        "<", ">* CAPABILITY IMAP4rev1 UIDPLUS MOVE\r\n%t OK x\r\n",          /* after */           \
        "<", ">* LIST () \"/\" done\r\n%t OK x\r\n", "<", ">* LIST () \"/\" aside\r\n%t OK x\r\n", \
        "<",                                                                                       \
        ">* 1 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 8] x\r\n%t OK [READ-WRITE] x\r\n", \
        "<"

/* What the daemon said to a server with this script. */
static const char *met_by(struct arena *a, const char *const *script)
{
    enum { HEARD_MAX = 4096 };
    char *heard = arena_alloc(a, HEARD_MAX);
    struct fake *f = fake_start(&(struct fake_config){.script = script});
    pid_t pid = daemon_start(d, conf_with_mailbox_at(a, fake_port(f)), true);
    (void)daemon_end(pid, 0);
    fake_heard(f, heard, HEARD_MAX - 1);
    fake_stop(f);
    return heard;
}

/* So Dovecot answers for a mail that is expunged while it is fetched. Should it stay, the next poll
 * has it. */
static void mail_that_is_listed_with_a_size_and_comes_without_a_byte_is_not_empty(void **state)
{
    static const char *const script[] = {
        ONE_MAIL,
        ">* 1 FETCH (UID 7 FLAGS () INTERNALDATE \"17-Jul-2021 02:44:25 +0700\" RFC822.SIZE "
        "5)\r\n%t OK x\r\n",
        "<",
        ">* 1 FETCH (UID 7 RFC822.SIZE 5)\r\n%t OK x\r\n",
        "<",
        ">* 1 FETCH (UID 7 BODY[] {0}\r\n)\r\n%t OK x\r\n",
        "*",
        NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    int64_t n_before = database_int(db, "select count(*) from message");
    assert_non_null(strstr(met_by(a, script), "UID FETCH 7 (UID BODY.PEEK[])"));
    assert_int_equal(database_int(db, "select count(*) from message"), n_before);
}

static void mail_whose_server_knows_no_date_came_when_it_was_seen(void **state)
{
    static const char *const script[] = {
        ONE_MAIL,
        ">* 1 FETCH (UID 7 FLAGS () INTERNALDATE \"31-Feb-2021 02:44:25 +0700\" RFC822.SIZE "
        "5)\r\n%t OK x\r\n",
        "<",
        ">* 1 FETCH (UID 7 RFC822.SIZE 5)\r\n%t OK x\r\n",
        "<",
        ">* 1 FETCH (UID 7 BODY[] {5}\r\nA: b\n)\r\n%t OK x\r\n",
        "*",
        NULL};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    (void)state;
    int64_t n_before = database_int(db, "select count(*) from message");
    met_by(a, script);
    assert_int_equal(database_int(db, "select count(*) from message"), n_before + 1);
    assert_int_equal(
        database_int(db, "select count(*) from message m where m.id = (select max(id) from message)"
                         " and m.entered_at between now() - interval '1 hour' and now()"),
        1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_mail_is_set_aside),
        cmocka_unit_test(a_mail_of_noise_is_set_aside_or_registered_but_not_lost),
        cmocka_unit_test(names_that_climb_are_only_names),
        cmocka_unit_test(five_hundred_files_are_five_hundred_rows),
        cmocka_unit_test(more_files_than_the_limit_are_told),
        cmocka_unit_test(an_encrypted_pdf_is_called_so),
        cmocka_unit_test(a_pdf_that_never_ends_is_left_behind),
        cmocka_unit_test(sixty_megabytes_pass),
        cmocka_unit_test(a_mail_over_the_limit_stays_and_is_told),
        cmocka_unit_test(mail_that_is_listed_with_a_size_and_comes_without_a_byte_is_not_empty),
        cmocka_unit_test(mail_whose_server_knows_no_date_came_when_it_was_seen),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
