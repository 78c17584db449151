/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the roles share. Trouble ends a role: the supervisor's pause is the only back-off there is.
 */
#include "role/common.h"

#include "base/log.h"
#include "db/calendar.h"
#include "db/primary.h"
#include <inttypes.h>
#include <unistd.h>

char *role_owner(struct arena *a)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    return arena_printf(a, "%s:%d:%" PRId64, host, (int)getpid(), clock_mono_ms());
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
        !office_rules_put(db, &rules, err))
        return false;
    *out = TAKE(db);
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
