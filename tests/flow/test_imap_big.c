/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A large mail from a real Dovecot passes through little memory. */
#include "base/buf.h"
#include "intake/imap.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define ADDRESS "saraban@mof.example"

struct seen {
    int n;
    uint64_t bytes;
};

static bool see(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    struct seen *s = user;
    struct stat st;
    (void)uid, (void)err;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, size);
    s->n++;
    s->bytes += size;
    return true;
}

/* AddressSanitizer keeps what is freed; here it must not hide what libetpan keeps. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=4";
}

/* The highest resident memory since the last reset. */
static long peak_kb(bool reset)
{
    long kb = 0;
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        sscanf(line, "VmHWM: %ld", &kb);
    fclose(f);
    if (reset) {
        f = fopen("/proc/self/clear_refs", "w");
        assert_non_null(f);
        fputs("5", f);
        assert_int_equal(fclose(f), 0);
    }
    return kb;
}

/* Deliver 60 MB; its memory is given back. */
static size_t deliver_big(const struct office *office)
{
    struct buf big CLEANUP(buf_fini) = {0};
    char line[79];
    memset(line, 'A', 76);
    memcpy(line + 76, "\r\n", 3);
    buf_adds(&big, "Subject: big\r\n\r\n");
    while (big.len < 60000000)
        buf_add(&big, line, 78);
    office_deliver(office, ADDRESS, big.data, big.len);
    return big.len;
}

static void a_mail_of_60_mb_streams_with_little_memory(void **state)
{
    (void)state;
    static const char *const options[] = {"--parts", "dovecot", NULL};
    struct office *office = office_start(options);
    struct arena *a CLEANUP(arena_freep) = arena_new();
    size_t n = deliver_big(office);
    office_deliver(office, ADDRESS, "Subject: small\r\n\r\n", 18);
    struct config_mailbox m = office_mailbox(a, office, ADDRESS);
    struct imap_folder folder;
    struct imap_entry *entries = NULL;
    struct imap *c CLEANUP(imap_closep) = NULL;
    struct err err = {0};
    struct seen seen = {0};
    uint32_t count = 0;
    assert_true(imap_open(&m, &c, &folder, &err));
    assert_true(imap_list(c, a, &entries, &count, &err));
    assert_int_equal(count, 2);
    const uint32_t uids[] = {entries[0].uid, entries[1].uid};
    peak_kb(true);
    long before = peak_kb(false);
    assert_true(imap_fetch(c, uids, 2, 1 << 27, see, &seen, &err));
    assert_int_equal(seen.bytes, n + 18);
    assert_in_range(peak_kb(false) - before, 0, 8 << 10);
    /* at the limit, one past it alone, and one past it among others */
    assert_true(imap_fetch(c, uids, 1, n, see, &seen, &err));
    assert_false(imap_fetch(c, uids, 1, n - 1, see, &seen, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    seen = (struct seen){0};
    assert_true(imap_fetch(c, uids, 2, n - 1, see, &seen, &err));
    assert_int_equal(seen.n, 1);
    imap_closep(&c);
    office_stop(office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_of_60_mb_streams_with_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
