/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Fetching a folder once: wall clock, CPU and memory of this process. tests/bench/imap starts the
 * servers and runs the peers beside it.
 *   bench_imap PORT CA_FILE LOGIN PASSWORD_FILE BATCH */
#include "base/clock.h"
#include "intake/imap.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct tally {
    uint64_t mails, bytes;
};

static bool count(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    struct tally *t = user;
    (void)uid, (void)fd, (void)err;
    t->mails++;
    t->bytes += size;
    return true;
}

static bool fetch_folder(const struct config_mailbox *m, uint32_t batch, struct tally *t,
                         struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct imap *c CLEANUP(imap_closep) = NULL;
    struct imap_folder folder;
    struct imap_entry *entries = NULL;
    uint32_t n = 0, uids[50];
    if (!imap_open(m, &c, &folder, err) || !imap_list(c, a, &entries, &n, err))
        return false;
    for (uint32_t i = 0; i < n;) {
        uint32_t k = 0;
        while (k < batch && i < n)
            uids[k++] = entries[i++].uid;
        if (!imap_fetch(c, uids, k, 1 << 30, count, t, err))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    uint32_t batch = argc == 6 ? (uint32_t)atoi(argv[5]) : 0;
    if (batch < 1 || batch > 50) {
        fprintf(stderr, "usage: bench_imap PORT CA_FILE LOGIN PASSWORD_FILE BATCH (1-50)\n");
        return 2;
    }
    const struct config_mailbox m = {.name = "bench",
                                     .host = "localhost",
                                     .port = atoi(argv[1]),
                                     .tls = TLS_IMPLICIT,
                                     .ca_file = argv[2],
                                     .login = argv[3],
                                     .password_file = argv[4],
                                     .auth = "auto",
                                     .folder = "INBOX"};
    struct tally t = {0};
    struct err err = {0};
    int64_t before = clock_mono_ms();
    if (!fetch_folder(&m, batch, &t, &err)) {
        fprintf(stderr, "bench_imap: %s\n", err.text);
        return 1;
    }
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    printf("%.2f %.2f %ld %llu %llu\n", (double)(clock_mono_ms() - before) / 1e3, cpu_s,
           u.ru_maxrss, (unsigned long long)t.mails, (unsigned long long)t.bytes);
    return 0;
}
