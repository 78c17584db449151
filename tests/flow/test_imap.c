/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP against a real Dovecot: listing, fetching, moving, waiting. */
#include "base/clock.h"
#include "intake/imap.h"
#include "tests/flow/office.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ADDRESS "saraban@mof.example"

enum { DAY = 60, MAIL_MAX = 1 << 27 };

static struct office *office;

static int start(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot", NULL};
    office = office_start(options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

static struct imap *open_mailbox(const struct config_mailbox *m, struct imap_folder *folder)
{
    struct imap *c = NULL;
    struct err err = {0};
    if (!imap_open(m, &c, folder, &err))
        fail_msg("%s", err.text);
    return c;
}

static uint32_t list(struct imap *c, struct arena *a, struct imap_entry **entries)
{
    uint32_t n = 0;
    struct err err = {0};
    if (!imap_list(c, a, entries, &n, &err))
        fail_msg("%s", err.text);
    return n;
}

/* A mail that no two numbers share, with what breaks naive readers. */
static char *mail_text(struct arena *a, unsigned i)
{
    return arena_printf(
        a,
        "From: clerk@customs.go.th\r\nSubject: =?utf-8?B?4LiX4LiU4Liq4Lit4Lia?= %u\r\n"
        "Message-ID: <%u@customs.go.th>\r\n\r\n)\r\n* BYE\r\nA001 OK\r\n{%u}\r\n"
        "8-bit: \xb7\xb4\xca\xcd\xba\r\nno line end after this: %u",
        i, i, i * 7, i);
}

/* Empty every folder of the office's mailbox. */
static int clean(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    return system(
        arena_printf(a, "rm -rf '%s/%s/Maildir'", office_get(office, "MAIL_DIR"), ADDRESS));
}

struct seen {
    struct arena *a;
    uint32_t n;
    uint32_t uids[DAY];
    char *text[DAY];
    uint64_t bytes;
    bool stop;
};

static bool see(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    struct seen *s = user;
    if (s->stop)
        return err_set(err, ERR_RETRY, "the database is away");
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, size);
    s->bytes += size;
    if (s->n < DAY && size < 1 << 16) {
        s->uids[s->n] = uid;
        s->text[s->n] = arena_alloc(s->a, size + 1);
        assert_int_equal(read(fd, s->text[s->n], size), size);
    }
    s->n++;
    return true;
}

static void fetch_all(struct imap *c, const struct imap_entry *entries, uint32_t n, struct seen *s)
{
    uint32_t uids[50];
    struct err err = {0};
    for (uint32_t i = 0; i < n;) {
        uint32_t k = 0;
        while (k < 50 && i < n)
            uids[k++] = entries[i++].uid;
        if (!imap_fetch(c, uids, k, MAIL_MAX, see, s, &err))
            fail_msg("%s", err.text);
    }
}

/* A day of mails through one connection, with the options of a server. */
static void day_of_mails(const struct office *o, bool expect_move, bool expect_uidplus)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (unsigned i = 0; i < DAY; i++) {
        char *text = mail_text(a, i);
        office_deliver(o, ADDRESS, text, strlen(text));
    }
    struct config_mailbox m = office_mailbox(a, o, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    struct err err = {0};
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_int_equal(folder.has_move, expect_move);
    assert_int_equal(folder.has_uidplus, expect_uidplus);
    assert_int_equal(folder.n_messages, DAY);
    assert_int_not_equal(folder.uidvalidity, 0);
    assert_int_equal(list(c, a, &entries), DAY);
    struct seen seen = {.a = a};
    fetch_all(c, entries, DAY, &seen);
    assert_int_equal(seen.n, DAY);
    for (unsigned i = 0; i < DAY; i++) {
        assert_int_equal(seen.uids[i], entries[i].uid);
        assert_string_equal(seen.text[i], mail_text(a, i));
        assert_int_equal(entries[i].size_bytes, strlen(seen.text[i]));
        assert_true(llabs(entries[i].internaldate_us - clock_now_us()) < 3600 * US_PER_S);
        assert_false(entries[i].is_deleted);
    }
    bool moved = false;
    for (unsigned i = 0; i < DAY; i++) {
        assert_true(
            imap_move(c, entries[i].uid, i % 2 ? m.done_folder : m.aside_folder, &moved, &err));
        assert_true(moved);
    }
    if (expect_uidplus) {
        assert_true(imap_move(c, entries[0].uid, m.done_folder, &moved, &err));
        assert_false(moved);
    }
    uint32_t left = list(c, a, &entries);
    assert_int_equal(left, expect_move || expect_uidplus ? 0 : DAY);
    for (uint32_t i = 0; i < left; i++)
        assert_true(entries[i].is_deleted);
    /* "ลงทะเบียนแล้ว" and "พักไว้", as the Maildir spells them */
    assert_int_equal(office_count(o, ADDRESS, ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"), DAY / 2);
    assert_int_equal(office_count(o, ADDRESS, ".&Dh4OMQ4BDkQOJw5J-"), DAY / 2);
}

static void a_day_of_mails_is_listed_fetched_byte_for_byte_and_moved(void **state)
{
    (void)state;
    day_of_mails(office, true, true);
}

static void without_idle_waiting_ends_with_a_look(const struct office *o)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config_mailbox m = office_mailbox(a, o, ADDRESS);
    struct imap_folder folder;
    struct imap_entry *entries = NULL;
    struct err err = {0};
    bool news = true;
    struct imap *c CLEANUP(imap_closep) = open_mailbox(&m, &folder);
    assert_false(folder.has_idle);
    assert_int_equal(list(c, a, &entries), 0);
    assert_true(imap_idle(c, -1, 200, &news, &err));
    assert_false(news);
    office_deliver(o, ADDRESS, "Subject: news\r\n\r\nx", 18);
    assert_true(imap_idle(c, -1, 200, &news, &err));
    assert_true(news);
}

static void without_move_mail_is_copied_and_its_uid_expunged(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts",   "dovecot",      "--no-move",
                                          "--no-idle", "--no-sasl-ir", NULL};
    struct office *other = office_start(options);
    day_of_mails(other, false, true);
    without_idle_waiting_ends_with_a_look(other);
    office_stop(other);
}

static void without_uidplus_the_copied_mail_stays_marked(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot", "--no-move", "--no-uidplus", NULL};
    struct office *other = office_start(options);
    day_of_mails(other, false, false);
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct config_mailbox m = office_mailbox(a, other, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_int_equal(list(c, a, &entries), DAY);
    bool moved = false;
    struct err err = {0};
    assert_true(imap_move(c, entries[0].uid, m.done_folder, &moved, &err));
    assert_non_null(strstr(err.text, "UIDPLUS"));
    imap_closep(&c);
    office_stop(other);
}

static void an_empty_folder_lists_nothing(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_int_equal(list(c, a, &entries), 0);
    struct err err = {0};
    assert_true(imap_fetch(c, (uint32_t[]){4711}, 1, MAIL_MAX, see, NULL, &err));
}

static void mail_that_vanished_between_list_and_fetch_is_not_called(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (unsigned i = 0; i < 4; i++) {
        char *text = mail_text(a, i);
        office_deliver(office, ADDRESS, text, strlen(text));
    }
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL, *again = NULL;
    struct err err = {0};
    bool moved = false;
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    CLEANUP(imap_closep)
    struct imap *clerk = open_mailbox(&m, &folder);
    assert_int_equal(list(c, a, &entries), 4);
    assert_false(imap_move(clerk, entries[1].uid, "no such folder", &moved, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_true(imap_move(clerk, entries[1].uid, m.aside_folder, &moved, &err));
    assert_true(moved);
    uint32_t uids[] = {entries[0].uid, entries[1].uid, entries[2].uid, entries[3].uid, 4000000000};
    struct seen seen = {.a = a};
    assert_true(imap_fetch(c, uids, 5, MAIL_MAX, see, &seen, &err));
    assert_int_equal(seen.n, 3);
    assert_true(imap_move(c, entries[1].uid, m.done_folder, &moved, &err));
    assert_false(moved);
    assert_true(imap_noop(c, &err));
    assert_int_equal(list(c, a, &again), 3);
}

static void a_mail_marked_by_a_human_is_told(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    office_deliver(office, ADDRESS, "Subject: x\r\n\r\nx", 15);
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    imap_close(open_mailbox(&m, &folder));
    assert_int_equal(system(arena_printf(a, "cd '%s/%s/Maildir' && mv cur/* cur/1.x:2,ST",
                                         office_get(office, "MAIL_DIR"), ADDRESS)),
                     0);
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_int_equal(list(c, a, &entries), 1);
    assert_true(entries[0].is_deleted);
}

static void a_fetch_that_is_stopped_ends_the_connection(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    for (unsigned i = 0; i < 3; i++)
        office_deliver(office, ADDRESS, "Subject: x\r\n\r\nx", 15);
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    struct err err = {0};
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_int_equal(list(c, a, &entries), 3);
    struct seen seen = {.a = a, .stop = true};
    assert_false(
        imap_fetch(c, (uint32_t[]){entries[0].uid, entries[1].uid}, 2, MAIL_MAX, see, &seen, &err));
    assert_string_equal(err.text, "the database is away");
    assert_false(imap_noop(c, &err));
    assert_int_equal(err.kind, ERR_RETRY);
}

static void *deliver_later(void *arg)
{
    (void)arg;
    usleep(300000);
    office_deliver(office, ADDRESS, "Subject: news\r\n\r\nx", 18);
    return NULL;
}

static void *wake_later(void *arg)
{
    usleep(300000);
    assert_int_equal(write(*(int *)arg, "x", 1), 1);
    return NULL;
}

static void idle_wakes_for_new_mail_and_for_its_owner(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    struct err err = {0};
    bool news = true;
    int fds[2];
    pthread_t other;
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder);
    assert_true(folder.has_idle);
    assert_int_equal(list(c, a, &entries), 0);
    assert_int_equal(pipe(fds), 0);
    assert_true(imap_idle(c, fds[0], 200, &news, &err));
    assert_false(news);
    assert_int_equal(pthread_create(&other, NULL, deliver_later, NULL), 0);
    assert_true(imap_idle(c, fds[0], 20000, &news, &err));
    pthread_join(other, NULL);
    assert_true(news);
    assert_int_equal(list(c, a, &entries), 1);
    int64_t before = clock_mono_ms();
    assert_int_equal(pthread_create(&other, NULL, wake_later, &fds[1]), 0);
    assert_true(imap_idle(c, fds[0], 20000, &news, &err));
    pthread_join(other, NULL);
    assert_false(news);
    assert_true(clock_mono_ms() - before < 5000);
    bool moved = false;
    assert_true(imap_move(c, entries[0].uid, m.done_folder, &moved, &err));
    assert_true(imap_idle(c, -1, 200, &news, &err));
    assert_false(news); /* our own move is no news */
    close(fds[0]);
    close(fds[1]);
}

static void a_folder_with_quotes_and_blanks_can_be_used(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    office_deliver(office, ADDRESS, "Subject: x\r\n\r\nx", 15);
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    m.done_folder = "เรื่อง \"ด่วน\" (ปี 2564) & อื่น ๆ {3}";
    struct imap_folder folder = {0};
    struct imap_entry *entries = NULL;
    struct err err = {0};
    bool moved = false;
    imap_close(open_mailbox(&m, &folder));
    CLEANUP(imap_closep)
    struct imap *c = open_mailbox(&m, &folder); /* it is there by now */
    assert_int_equal(list(c, a, &entries), 1);
    assert_true(imap_move(c, entries[0].uid, m.done_folder, &moved, &err));
    assert_true(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_day_of_mails_is_listed_fetched_byte_for_byte_and_moved, clean),
        cmocka_unit_test(without_move_mail_is_copied_and_its_uid_expunged),
        cmocka_unit_test(without_uidplus_the_copied_mail_stays_marked),
        cmocka_unit_test_setup(an_empty_folder_lists_nothing, clean),
        cmocka_unit_test_setup(mail_that_vanished_between_list_and_fetch_is_not_called, clean),
        cmocka_unit_test_setup(a_mail_marked_by_a_human_is_told, clean),
        cmocka_unit_test_setup(a_fetch_that_is_stopped_ends_the_connection, clean),
        cmocka_unit_test_setup(idle_wakes_for_new_mail_and_for_its_owner, clean),
        cmocka_unit_test_setup(a_folder_with_quotes_and_blanks_can_be_used, clean),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
