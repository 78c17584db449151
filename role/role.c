/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a role's process asks of its supervisor: whether to stop, whether there is news. */
#include "role/role.h"

#include "base/clock.h"
#include <poll.h>
#include <string.h>
#include <unistd.h>

bool role_stopping(const struct role_context *c)
{
    struct pollfd p = {.fd = c->stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

/* Stopping comes before work, work before the clock. */
static enum role_news read_news(const struct role_context *c, const struct pollfd *p)
{
    uint64_t count;
    if (p[0].revents)
        return ROLE_STOP;
    if (p[1].revents && read(c->wake_fd, &count, sizeof count) > 0)
        return ROLE_WOKEN;
    return p[2].revents ? ROLE_FD : ROLE_TIME;
}

enum role_news role_wait(const struct role_context *c, int fd, int timeout_ms)
{
    int64_t end_ms = clock_mono_ms() + timeout_ms;
    for (;;) {
        struct pollfd p[] = {{.fd = c->stop_fd, .events = POLLIN},
                             {.fd = c->wake_fd, .events = POLLIN},
                             {.fd = fd, .events = POLLIN}};
        int64_t left_ms = timeout_ms < 0 ? -1 : end_ms - clock_mono_ms();
        if (timeout_ms >= 0 && left_ms < 0)
            left_ms = 0;
        int n = poll(p, ARRAY_LEN(p), (int)left_ms);
        enum role_news news = n > 0 ? read_news(c, p) : ROLE_TIME;
        if (news != ROLE_TIME || left_ms == 0)
            return news;
    }
}

void role_wake(const struct role_context *c, const char *role)
{
    static const uint64_t one = 1;
    for (uint32_t i = 0; i < c->n_wakes; i++)
        if (strcmp(c->wakes[i].role, role) == 0) {
            ssize_t ignored = write(c->wakes[i].fd, &one, sizeof one);
            (void)ignored; /* a full counter is a wake that was not read yet */
        }
}
