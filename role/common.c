/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the roles share. Trouble ends a role, and the supervisor pauses before the next; only an
 * absent database is waited for here, because its successor shall be found soon. */
#include "role/common.h"

#include "base/log.h"
#include "db/calendar.h"
#include "db/primary.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AWAIT_FIRST_MS = 500, AWAIT_MAX_MS = 4000 }; /* a promoted standby is found within 5 s */

/* Two machines, or two containers of one, may bear one name; they do not share this. "": unknown.
 */
static void machine(char out[static 64])
{
    char boot[16] = "", space[32] = "";
    int fd CLEANUP(fd_closep) = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && read(fd, boot, 8) == 8 &&
                 readlink("/proc/self/ns/pid", space, sizeof space - 1) > 0;
    const char *number = space + strcspn(space, "0123456789"); /* pid:[4026531836] */
    out[0] = 0;
    if (known)
        snprintf(out, 64, "%s.%.*s", boot, (int)strspn(number, "0123456789"), number);
}

char *role_owner(struct arena *a)
{
    char host[64] = "", where[64];
    gethostname(host, sizeof host - 1);
    machine(where);
    return arena_printf(a, "%s:%d:%" PRId64 ":%s", host, (int)getpid(), clock_mono_ms(), where);
}

bool role_owner_gone(const char *owner)
{
    char where[64];
    const char *pid = strchr(owner, ':'), *last = strrchr(owner, ':');
    machine(where);
    if (!pid || last == pid || !*where || strcmp(last + 1, where) != 0)
        return false;
    long n = strtol(pid + 1, NULL, 10);
    return n > 0 && n <= INT32_MAX && kill((pid_t)n, 0) < 0 && errno == ESRCH;
}

bool role_database(const struct role_context *c, const char *application, struct db **out,
                   struct err *err)
{
    struct db *db CLEANUP(db_closep) = NULL;
    const struct office_rules rules = {.receipt_basis = c->config->receipt_basis,
                                       .region = c->config->region,
                                       .soon_days = c->config->soon_days};
    if (!primary_open(c->config->db_conninfo, c->config->db_password_file, application,
                      c->config->state_dir, &db, err) ||
        !db_limit_silence(db, c->config->db_timeout_s, err) || !office_rules_put(db, &rules, err))
        return false;
    *out = TAKE(db);
    return true;
}

/* false: told to stop */
static bool rest(const struct role_context *c, int64_t ms)
{
    struct pollfd p = {.fd = c->stop_fd, .events = POLLIN};
    return poll(&p, 1, (int)ms) <= 0;
}

static bool reach(const struct role_context *c, const char *application, bool numbers,
                  struct db **out, struct err *err)
{
    struct db *db CLEANUP(db_closep) = NULL;
    if (!role_database(c, application, &db, err) ||
        (numbers && c->config->db_require_standby && !primary_has_standby(db, err)))
        return false;
    *out = TAKE(db);
    return true;
}

bool role_await_database(const struct role_context *c, const char *application, bool numbers,
                         struct db **out, struct err *err)
{
    struct err told = {0};
    for (int64_t pause_ms = AWAIT_FIRST_MS; !reach(c, application, numbers, out, err);) {
        if (c->once || err->kind != ERR_RETRY)
            return false;
        if (strcmp(told.text, err->text) != 0)
            log_event(LOG_LEVEL_WARN, "database", "what", "waiting for it", "why", err->text, NULL);
        told = *err;
        if (!rest(c, clock_jitter_ms(pause_ms)))
            return false;
        pause_ms = pause_ms * 2 > AWAIT_MAX_MS ? AWAIT_MAX_MS : pause_ms * 2;
    }
    return true;
}

bool role_wait_work(const struct role_context *c, struct db *db, int ms)
{
    enum role_news news = role_wait(c, db_fd(db), ms);
    if (news == ROLE_FD)
        (void)db_notified(db);
    return news != ROLE_STOP;
}

void role_say_sandbox(const struct zygote *zygote)
{
    const char *lacks = zygote_lacks(zygote);
    if (lacks)
        log_event(LOG_LEVEL_WARN, "sandbox", "lacks", lacks, NULL);
}

int role_done(const struct role_context *c, bool worked)
{
    return c->once && worked ? ROLE_WORKED : ROLE_DONE;
}

int role_failed(const char *step, const struct err *err)
{
    log_event(LOG_LEVEL_ERROR, step, "fate", err_kind_name(err->kind), "why", err->text, NULL);
    return err->kind == ERR_FATAL ? ROLE_CONFIG : ROLE_RETRY;
}
