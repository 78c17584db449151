/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A world of mails that the daemon is let loose on, killed in, and compared after: the same start
 * every time, and what must be true at every end. */
#ifndef TESTS_FLOW_WORLD_H
#define TESTS_FLOW_WORLD_H

#include "tests/flow/daemon.h"
#include <stdbool.h>
#include <stdint.h>

struct scenario {
    const char *name;
    const char *const *office_options; /* NULL: none */
    const char *mailboxes;             /* NULL: saraban alone */
    int n_letters;                     /* mails of agencies, each with content of its own */
    int n_documents;                   /* of them with a PDF that has codes */
    int n_duplicates;    /* further copies of the first letters, another trace header on each */
    int n_strangers;     /* mails that are set aside */
    int n_automatic;     /* registered, not answered */
    int n_poison_mails;  /* each kills the child that parses it */
    int n_poison_files;  /* letters with a file that kills the child that scans it */
    size_t large_bytes;  /* one letter carries a file of this size; 0: none */
    bool both_mailboxes; /* every letter lies in the second mailbox as well */
};

struct world {
    const struct scenario *scenario;
    struct daemon *daemon;
    const char *database_host; /* socket folder of the server that holds it; NULL: the office's */
    int n_repeats;             /* receipts that came twice, over all runs */
    bool is_released;          /* what was poison is released, and kills no more */
};

struct world *world_new(const struct scenario *s);
void world_free(struct world *w);

/* The database waits for no disk from here on: many times faster, and as safe where only the daemon
 * dies. Never where the database itself is killed. */
void world_spare_the_disk(struct world *w);

/* An empty register and an empty mailbox. */
void world_clear(struct world *w);

/* Back to the start: an empty register, the scenario's mails in the mailbox. */
void world_reset(struct world *w);

/* A configuration of its own, of several daemons that run together: a short lease, a look at the
 * mailbox every second. Lives as long as w. */
const char *world_conf(struct world *w, int which);

/* A whole run; returns how many steps it took. */
long world_count_steps(struct world *w);

/* Leases and claims of dead processes run out, as they would with time. */
void world_let_time_pass(struct world *w);

/* The same for those alone whose process is gone, which harms no daemon that lives. */
void world_bury_dead(struct world *w);

/* Its register, as superuser. */
struct db *world_database(const struct world *w);

/* Nothing waits, in the register or in the mailbox. */
bool world_is_done(struct world *w);

/* Run until nothing is left. */
void world_finish(struct world *w);

/* Nothing lost, nothing doubled: fails the test and names what is wrong. A receipt may have come
 * twice, with the same Message-ID and the same bytes; that is counted. */
void world_check(struct world *w);

/* What killed its child kills no more, and an officer has it tried again. */
void world_release_poison(struct world *w);

/* A number of the environment: how long, and with which seed, a test runs. */
long world_setting(const char *name, long otherwise);

/* The next of a sequence of numbers below n, told by its seed alone. */
unsigned long world_chance(uint64_t *seed, unsigned long n);

#endif
