/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One line of key=value words a happening, on standard error, with journald's priority in front
 * when standard error is not a terminal. Values with blanks, quotes or controls are quoted and
 * escaped, so that a stranger's subject cannot forge a line. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Bytes of one value; longer ones are cut at a whole letter and end in "…". journald splits long
 * lines, and what begins a line must never be a stranger's choice. */
enum { LOG_VALUE_MAX = 1024 };

/* Lines above this level are not written. Set once at the start of a process. */
void log_set_level(enum log_level level);

/* The role that every line names (role=mailbox:saraban); copied, cut at 63 bytes. */
void log_set_role(const char *role);

/* log_event(LOG_LEVEL_INFO, "register", "no", "1/2564", "from", addr, NULL): a step word, then
 * pairs of key and value, then NULL. A NULL value is left out together with its key. */
void log_event(enum log_level level, const char *step, ...) __attribute__((sentinel));

#endif
