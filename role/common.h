/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the roles share: who they are, waiting, and how an error ends them. */
#ifndef ROLE_COMMON_H
#define ROLE_COMMON_H

#include "base/child.h"
#include "base/err.h"
#include "db/db.h"
#include "role/role.h"

/* "host:pid:start:machine": unlike any other process's, for claims and leases. machine is this boot
 * of the kernel and this space of process ids. */
char *role_owner(struct arena *a);

/* The owner was a process of this machine, and is no more. false: it lives, or nobody here can
 * know.
 */
bool role_owner_gone(const char *owner);

/* Connect as the run-time role. */
bool role_database(const struct role_context *c, const char *application, struct db **out,
                   struct err *err) MUST_CHECK;

/* The same for a role that can do nothing without: where no server answers as primary it asks
 * again, after half a second first and at least every four, a quarter more or less by chance, until
 * one does or the role is told to stop. Each new reason is logged. With once: asks once.
 * numbers  it will give numbers: where the configuration demands a standby, waits for one as well
 */
bool role_await_database(const struct role_context *c, const char *application, bool numbers,
                         struct db **out, struct err *err) MUST_CHECK;

/* Wait for work: a notification of the database, another role's word, or ms. false: stop. */
bool role_wait_work(const struct role_context *c, struct db *db, int ms);

/* Log which wall of the sandbox this kernel does not have; nothing where it has them all. */
void role_say_sandbox(const struct zygote *zygote);

/* The exit status of a role that drained. */
int role_done(const struct role_context *c, bool worked);

/* Log what ended the role; the exit status that fits. */
int role_failed(const char *step, const struct err *err);

#endif
