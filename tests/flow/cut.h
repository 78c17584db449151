/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A wire that breaks on demand: a proxy on loopback (or between two unix sockets) that forwards to
 * a real server until a chosen byte, line or PostgreSQL message, and then hangs up, resets or
 * stalls; or that delays. One thread a connection. */
#ifndef TESTS_FLOW_CUT_H
#define TESTS_FLOW_CUT_H

#include <stdint.h>

enum cut_side { CUT_TO_SERVER, CUT_TO_CLIENT };
enum cut_unit { CUT_BYTES, CUT_LINES /* ended by LF */, CUT_PG_MESSAGES };
enum cut_how {
    CUT_CLOSE, /* both ends see an orderly end */
    CUT_RESET, /* both ends see ECONNRESET */
    CUT_STALL, /* both ends see nothing any more */
};

/* Counted from the moment of cut_arm, over all connections, in one direction: after so many whole
 * units the wire breaks, before anything of the next. */
struct cut_rule {
    enum cut_side side;
    enum cut_unit unit;
    uint64_t after;
    enum cut_how how;
    int times; /* so many connections break, one after the other, each after `after` units more */
};

struct cut; /* opaque */

/* Forward a new port of 127.0.0.1 to a port of 127.0.0.1. */
struct cut *cut_start_tcp(int server_port);

/* Forward a new unix socket to another; paths of sockets, as /dir/.s.PGSQL.5432. */
struct cut *cut_start_unix(const char *listen_path, const char *server_path);

int cut_port(const struct cut *c); /* of cut_start_tcp */

/* From now on this rule holds; NULL: none. */
void cut_arm(struct cut *c, const struct cut_rule *rule);

/* Every piece waits so long before it goes on. */
void cut_delay(struct cut *c, int ms);

/* Whole units that have passed since cut_arm, in the direction of its rule. */
uint64_t cut_passed(struct cut *c);
int cut_times(struct cut *c); /* connections broken since cut_arm */

/* Break every connection there is. */
void cut_all(struct cut *c, enum cut_how how);

void cut_stop(struct cut *c); /* accepts NULL */

#endif
