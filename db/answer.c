/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Waiting for what the database server says. See answer.h. */
#include "db/answer.h"

#include "base/clock.h"
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

/* Until there is something to read, or room to write; false: not within the time. A signal does not
 * start the time anew. */
static bool wait_for(PGconn *conn, bool wants_to_write, int64_t silence_ms)
{
    struct pollfd p = {.fd = PQsocket(conn),
                       .events = (short)(POLLIN | (wants_to_write ? POLLOUT : 0))};
    int64_t end_ms = clock_mono_ms() + silence_ms;
    for (;;) {
        int64_t left = silence_ms > 0 ? end_ms - clock_mono_ms() : -1;
        if (silence_ms > 0 && left <= 0)
            return false;
        int n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
    }
}

/* What libpq finds in its buffer or on a dead socket, it finds without waiting. */
static bool is_there(PGconn *conn, bool wants_to_write)
{
    return PQstatus(conn) != CONNECTION_OK || (!wants_to_write && !PQisBusy(conn));
}

/* Both ends shall see that we are through with it; then nothing is waited for any more. */
static void give_up(PGconn *conn)
{
    shutdown(PQsocket(conn), SHUT_RDWR);
    for (PGresult *r; (r = PQgetResult(conn));)
        PQclear(r);
}

bool answer_await(PGconn *conn, int64_t silence_ms, PGresult **out)
{
    PGresult *last = NULL;
    for (;;) {
        bool wants_to_write = PQflush(conn) > 0;
        if (is_there(conn, wants_to_write)) {
            PGresult *next = PQgetResult(conn);
            if (!next)
                break;
            PQclear(last);
            last = next;
        } else if (!wait_for(conn, wants_to_write, silence_ms)) {
            PQclear(last);
            give_up(conn);
            return false;
        } else {
            (void)PQconsumeInput(conn); /* what went wrong is in the result */
        }
    }
    *out = last;
    return true;
}
