/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A server may say anything after signing in: the first byte chooses what we ask, the others are
 * its answer. libetpan behind our gate must neither crash nor read past what came. */
#include "intake/imap_impl.h"
#include "intake/stream_impl.h"

#include <libetpan/libetpan.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool look_at(void *user, uint32_t uid, int fd, uint64_t size, struct err *err)
{
    (void)user, (void)uid, (void)err;
    if (lseek(fd, 0, SEEK_END) != (off_t)size)
        abort();
    return true;
}

static bool ask(struct imap *c, struct arena *a, uint8_t choice, struct err *err)
{
    static const uint32_t uids[] = {1, 2, 7};
    struct imap_entry *entries = NULL;
    uint32_t count = 0;
    bool flag = false;
    switch (choice % 6) {
    case 0:
        return imap_list(c, a, &entries, &count, err);
    case 1:
        return imap_fetch(c, uids, ARRAY_LEN(uids), 100, look_at, NULL, err);
    case 2:
        return imap_move(c, 7, "done", &flag, err);
    case 3:
        c->caps.move = false;
        return imap_move(c, 7, "done", &flag, err);
    case 4:
        return imap_idle(c, -1, 1, &flag, err);
    default:
        return imap_noop(c, err);
    }
}

static struct imap *connection_to(const uint8_t *data, size_t n, int *peer)
{
    int pair[2];
    struct imap *c = calloc(1, sizeof *c);
    if (!c || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        abort();
    ssize_t sent = send(pair[1], data, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    shutdown(pair[1], SHUT_WR);
    c->s = calloc(1, sizeof *c->s);
    if (!c->s)
        abort();
    c->s->fd = pair[0];
    c->s->budget = UINT64_MAX;
    c->times = (struct imap_times){.connect_ms = 50, .silence_ms = 50, .answer_ms = 50};
    c->caps = (struct imap_caps){.move = true, .uidplus = true, .idle = true};
    imap_vet_init(&c->vet);
    c->session = mailimap_new(0, NULL);
    if (mailimap_connect(c->session, imap_low_stream(c)) != MAILIMAP_NO_ERROR_AUTHENTICATED)
        abort();
    imap_begin(c, 0);
    *peer = pair[1]; /* stays open for what we say */
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 65536)
        return 0;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int peer CLEANUP(fd_closep) = -1;
    struct imap *c CLEANUP(imap_closep) = connection_to(data + 1, n - 1, &peer);
    struct err err = {0};
    imap_begin(c, 0);
    if (mailimap_select(c->session, "INBOX") == MAILIMAP_NO_ERROR)
        if (!ask(c, a, data[0], &err) && err.kind == ERR_NONE)
            abort();
    return 0;
}
