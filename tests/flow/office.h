/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A private office of real servers for one test program: script/lib/office from C. It ends with the
 * program, even where the program dies. */
#ifndef TESTS_FLOW_OFFICE_H
#define TESTS_FLOW_OFFICE_H

#include "base/arena.h"
#include "config/config.h"
#include <stdbool.h>

struct office; /* opaque */

/* Start one under the build folder. options are words of script/lib/office ("--no-move",
 * "--parts", "postgres"), ended by NULL; NULL for none. Fails the test where it does not start. */
struct office *office_start(const char *const *options);
void office_stop(struct office *o); /* and removes its folder; accepts NULL */

/* kill -9 the database server while it works, and start it again on what it left. */
void office_crash_database(const struct office *o);

/* The IMAP server comes back with other UIDs in the inbox of address, as after a restore: under
 * another UIDVALIDITY; or, reused, under the same one, so that one mail's UID is now another's. */
void office_renumber(const struct office *o, const char *address, bool reused);

/* A value of DIR/env, as "IMAPS_PORT" or "DB_CONNINFO"; fails the test where there is none. */
const char *office_get(const struct office *o, const char *name);
int office_port(const struct office *o, const char *name);

/* A path below its folder; lives in a. */
char *office_path(struct arena *a, const struct office *o, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The path of the password file of one of office.d/people. */
char *office_password_file(struct arena *a, const struct office *o, const char *address);

/* The mailbox of address as the configuration would name it: implicit TLS, our CA, INBOX, the two
 * folders in Thai, auth "auto". */
struct config_mailbox office_mailbox(struct arena *a, const struct office *o, const char *address);

/* Put bytes into the INBOX of address as if they had been delivered (a file of the Maildir). */
void office_deliver(const struct office *o, const char *address, const void *bytes, size_t n);

/* How many mails lie in the folder of address ("" is INBOX; as the Maildir spells it: ".Name"). */
int office_count(const struct office *o, const char *address, const char *maildir_folder);

#endif
