/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A day of mails through everything that is real: SMTP, IMAP, PostgreSQL, the children, SMTP back.
 */
#include "base/buf.h"
#include "db/query.h"
#include "mail/compose.h"
#include "tests/flow/daemon.h"
#include <dirent.h>
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

static void read_file(const char *path, struct buf *out)
{
    char bytes[65536];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s cannot be read", path);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(out, bytes, (size_t)n);
}

/* compose marks its mail as automatic, which a clerk's is not. */
static void be_no_machine(struct buf *mail, const char *header)
{
    char *mark = strstr(mail->data, header);
    if (mark)
        memset(mark + 1, 'X', strlen(header) - 2);
}

/* A mail from an agency's clerk, with a document of tests/data/documents, or none. */
static void send_letter(const char *from, const char *id, const char *subject, const char *document,
                        const char *filename)
{
    struct buf mail CLEANUP(buf_fini) = {0}, bytes CLEANUP(buf_fini) = {0};
    struct err err = {0};
    struct compose_file file = {.filename = filename, .type = "application/pdf"};
    if (document)
        read_file(document, &bytes);
    file.bytes = bytes.data;
    file.n_bytes = bytes.len;
    const char *to[] = {office_addr};
    struct compose c = {.from_name = "งานสารบรรณ",
                        .from_addr = from,
                        .to = to,
                        .n_to = 1,
                        .subject = subject,
                        .date_us = clock_now_us(),
                        .message_id = id,
                        .text = "เรียน เจ้าหน้าที่\nขอส่งหนังสือตามแนบ\n",
                        .files = document ? &file : NULL,
                        .n_files = document != NULL};
    if (!compose_mail(&c, &mail, &err))
        fail_msg("%s", err.text);
    be_no_machine(&mail, "\nAuto-Submitted:");
    be_no_machine(&mail, "\nX-Auto-Response-Suppress:");
    daemon_send(d, from, office_addr, mail.data, mail.len);
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

static void wait_for_mail(const char *address, int n)
{
    for (int i = 0; i < 200 && office_count(d->office, address, "") < n; i++)
        usleep(50000);
    assert_int_equal(office_count(d->office, address, ""), n);
}

static void a_letter_gets_number_and_receipt(void **state)
{
    (void)state;
    send_letter("saraban@customs.go.th", "<first@customs.go.th>",
                "ด่วนมาก ที่ กค 0518/1204 ขอส่งความเห็น", TESTS_DATA "/documents/vec-000.pdf",
                "หนังสือ.pdf");
    wait_for_mail(office_addr, 1);
    daemon_drain(d, 3);
    assert_int_equal(database_int(db, "select count(*) from item where no = 1"), 1);
    assert_string_equal(text_of("select letter_no from item"), "กค 0518/1204");
    assert_string_equal(text_of("select urgency from item"), "ด่วนมาก");
    assert_string_equal(text_of("select g.code from item i join agency g on g.id = i.agency_id"),
                        "CUSTOMS");
    assert_string_equal(text_of("select sender_state from item"), "verified");
    assert_true(database_int(db, "select count(*) from code") > 0);
    assert_int_equal(database_int(db, "select count(*) from outbox where state = 'sent'"), 1);
    assert_int_equal(office_count(d->office, office_addr, ""), 0);
    wait_for_mail("saraban@customs.go.th", 1);
    database_is_sound(db);
}

/* The mail in the agency's mailbox, as a file. */
static char *delivered(const char *address)
{
    for (int i = 0; i < 2; i++) {
        const char *folder = office_path(d->a, d->office, "mail/%s/Maildir/%s", address, i ? "cur" : "new");
        DIR *dir = opendir(folder);
        for (struct dirent *e; dir && (e = readdir(dir));)
            if (e->d_name[0] != '.') {
                char *path = arena_printf(d->a, "%s/%s", folder, e->d_name);
                closedir(dir);
                return path;
            }
        if (dir)
            closedir(dir);
    }
    fail_msg("no mail for %s", address);
    return NULL;
}

static void run_shell(const char *command, struct buf *out)
{
    FILE *pipe = popen(command, "re");
    char bytes[4096];
    assert_non_null(pipe);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, pipe)) > 0;)
        buf_add(out, bytes, n);
    if (pclose(pipe) != 0)
        fail_msg("%s: failed", command);
}

static void the_receipt_is_read_by_zbarimg_and_verified(void **state)
{
    struct buf found CLEANUP(buf_fini) = {0}, verdict CLEANUP(buf_fini) = {0};
    (void)state;
    char *folder = arena_printf(d->a, "%s.parts", d->conf);
    char *mail = delivered("saraban@customs.go.th");
    struct buf out CLEANUP(buf_fini) = {0};
    run_shell(
        arena_printf(d->a,
                     "mkdir -p %s && python3 -c 'import email, email.policy, sys\n"
                     "m = email.message_from_binary_file(open(sys.argv[1], \"rb\"), "
                     "policy=email.policy.default)\n"
                     "assert m[\"Auto-Submitted\"] == \"auto-replied\", m[\"Auto-Submitted\"]\n"
                     "assert m[\"In-Reply-To\"] == \"<first@customs.go.th>\", m[\"In-Reply-To\"]\n"
                     "assert m[\"Return-Path\"] in (\"<>\", None), m[\"Return-Path\"]\n"
                     "for p in m.walk():\n"
                     "    kind = p.get_content_type()\n"
                     "    if kind in (\"image/png\", \"application/pdf\"):\n"
                     "        open(sys.argv[2] + \"/receipt.\" + kind.split(\"/\")[1], "
                     "\"wb\").write(p.get_payload(decode=True))\n"
                     "' %s %s",
                     folder, mail, folder),
        &out);
    run_shell(arena_printf(d->a, "zbarimg -q --raw %s/receipt.png 2>/dev/null", folder), &found);
    assert_memory_equal(found.data, "HTTPS://THANWELA.MOF.EXAMPLE/R/", 31);
    found.data[strcspn(found.data, "\n")] = 0;
    assert_int_equal(daemon_run(d, &verdict, "thanwela", "verify", found.data, NULL), 0);
    assert_non_null(strstr(verdict.data, "1/"));
    found.data[60] = found.data[60] == 'A' ? 'B' : 'A';
    assert_int_equal(daemon_run(d, NULL, "thanwela", "verify", found.data, NULL), 1);
    const char *pdf = arena_printf(d->a, "%s/receipt.pdf", folder);
    assert_int_equal(daemon_run(d, NULL, "thanwela", "verify", pdf, NULL), 0);
}

static void a_second_run_finds_nothing_to_do(void **state)
{
    (void)state;
    int64_t events = database_int(db, "select count(*) from event");
    assert_int_equal(daemon_once(d, NULL), 0);
    assert_int_equal(database_int(db, "select count(*) from event"), events);
    assert_int_equal(database_int(db, "select count(*) from item"), 1);
    assert_int_equal(office_count(d->office, "saraban@customs.go.th", ""), 1);
}

static void strangers_secrets_and_silence_are_set_aside(void **state)
{
    (void)state;
    send_letter("stranger@gmail.com", "<a@gmail.com>", "ขอร้องเรียน", NULL, NULL);
    send_letter("saraban@mof.go.th", "<b@mof.go.th>", "ลับมาก ที่ กค 0201/ล 7", NULL, NULL);
    wait_for_mail(office_addr, 2);
    daemon_drain(d, 3);
    assert_int_equal(database_int(db, "select count(*) from message where state = 'quarantined'"),
                     2);
    assert_int_equal(database_int(db, "select count(*) from item"), 1);
    assert_int_equal(office_count(d->office, "stranger@gmail.com", ""), 0);
    database_is_sound(db);
}

static void a_released_mail_is_registered_without_an_answer(void **state)
{
    (void)state;
    const char *id = text_of("select id::text from message where why like 'ผู้ส่ง%'");
    assert_int_equal(
        daemon_run(d, NULL, "thanwela", "item", "release", id, "--why", "ตรวจแล้ว", NULL), 0);
    daemon_drain(d, 3);
    assert_int_equal(
        database_int(db,
                     "select count(*) from item where no = 2 and no_receipt_why = 'unverified'"),
        1);
    assert_int_equal(office_count(d->office, "stranger@gmail.com", ""), 0);
    database_is_sound(db);
}

static void the_same_mail_twice_has_one_number(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        send_letter("saraban@cgd.go.th", "<w393@cgd.go.th>", "ที่ กค 0416.2/ว 393 หลักเกณฑ์", NULL,
                    NULL);
    wait_for_mail(office_addr, 2);
    daemon_drain(d, 3);
    assert_int_equal(
        database_int(db, "select count(*) from item where from_addr = 'saraban@cgd.go.th'"),
        1 + (database_int(db, "select count(distinct sent_at_claimed) from item"
                              " where from_addr = 'saraban@cgd.go.th'") > 1));
    database_is_sound(db);
}

static void automatic_mail_is_never_answered(void **state)
{
    static const char mail[] =
        "From: saraban@excise.go.th\r\nTo: saraban@mof.example\r\n"
        "Subject: =?UTF-8?B?4LmB4LiI4LmJ4LiH?=\r\nMessage-ID: <auto@excise.go.th>\r\n"
        "Auto-Submitted: auto-replied\r\n\r\nout of office\r\n";
    (void)state;
    int before = office_count(d->office, "saraban@excise.go.th", "");
    daemon_send(d, "saraban@excise.go.th", office_addr, mail, sizeof mail - 1);
    wait_for_mail(office_addr, 1);
    daemon_drain(d, 3);
    assert_int_equal(
        database_int(db, "select count(*) from item where no_receipt_why = 'automatic'"), 1);
    assert_int_equal(office_count(d->office, "saraban@excise.go.th", ""), before);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_gets_number_and_receipt),
        cmocka_unit_test(the_receipt_is_read_by_zbarimg_and_verified),
        cmocka_unit_test(a_second_run_finds_nothing_to_do),
        cmocka_unit_test(strangers_secrets_and_silence_are_set_aside),
        cmocka_unit_test(a_released_mail_is_registered_without_an_answer),
        cmocka_unit_test(the_same_mail_twice_has_one_number),
        cmocka_unit_test(automatic_mail_is_never_answered),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
