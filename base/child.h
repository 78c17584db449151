/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A child with nothing to lose: where strangers' bytes are opened.
 *
 *   this process --fork--> keeper --fork--> zygote --fork, one a document--> child
 *
 * The zygote is forked while the process still owns nothing worth stealing (before databases, mail
 * servers and keys) and waits, warmed up. For each document it forks a child that has the document
 * as a sealed memfd to read (descriptor 3), one pipe to write frames into (4), and nothing else:
 * rlimits, no capabilities, Landlock without any path, a seccomp allow-list. The keeper is there to
 * start a new zygote should one die: this process must not, it holds secrets by then. The parent
 * holds the wall clock and checks every frame again. All of them end with the process that called
 * zygote_start; its thread must live as long (PR_SET_PDEATHSIG).
 *
 * A frame is: type (1 byte), length (4 bytes, little endian), that many bytes. docs/security.md has
 * the limits and what shows that they hold.
 *
 * In test builds a document that holds the bytes of THANWELA_POISON kills its child. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum {
    CHILD_FRAME_MAX = 1 << 20,   /* bytes in one frame; a longer one ends the child */
    CHILD_REQUEST_MAX = 1 << 16, /* bytes sent along with a document */
    CHILD_EXIT_MEMORY = 97,      /* exit status of a child whose allocation failed */
    CHILD_EXIT_SETUP = 98,       /* of one that could not be locked in, and so did nothing */
};

struct child_limits {
    int cpu_s;             /* CPU seconds before the kernel ends it */
    int wall_ms;           /* wall clock before the parent ends it, if it has the CPU meanwhile */
    uint64_t memory_bytes; /* address space on top of the zygote's at fork and the document's */
    uint64_t out_bytes;    /* all frames together, their heads included */
    int starved_ms;        /* wall clock of one that had the CPU for less than half of wall_ms: a
                              busy machine is no fault of the document. 0: wall_ms for it too */
};

/* What the child runs. doc_fd is the document (offset 0), request what the parent sent along.
 * Frames go out by child_send. The return value is the exit status: 0 done. */
typedef int child_fn(int doc_fd, const void *request, size_t request_bytes);

/* From inside the child: one frame of n <= CHILD_FRAME_MAX bytes. Ends the child when the pipe is
 * gone. */
void child_send(uint8_t type, const void *p, size_t n);

/* From inside the child: an allocation failed since it began, so what looks damaged may only have
 * been too large. A child that then returns non-zero, aborts or faults ends as CHILD_MEMORY. Always
 * false in test and sanitizer builds, which keep malloc to themselves. */
bool child_memory_refused(void);

struct zygote; /* opaque: the way to one forked, waiting process */

/* Fork keeper and zygote. warm_up, when not NULL, runs in each new zygote before it is locked in:
 * whatever a library wants from the file system (fonts, plugins, charset tables) must be asked for
 * there, for a child can open nothing.
 * err  RETRY no process, socket or pipe is to be had just now, or the zygote died of want while it
 * warmed up; FATAL this kernel cannot lock a child in; the sentence says which */
bool zygote_start(child_fn *fn, void (*warm_up)(void), struct zygote **out,
                  struct err *err) MUST_CHECK;
void zygote_stop(struct zygote *z); /* accepts NULL; waits for it */
void zygote_stopp(struct zygote **z);

/* A layer of the sandbox that this kernel does not have ("landlock"), to be logged once; else NULL.
 */
const char *zygote_lacks(const struct zygote *z);

/* For warm_up: load the tables of these charsets, which glibc keeps in files. */
void child_warm_charsets(const char *const *names, size_t n);

enum child_end {
    CHILD_DONE,    /* exit status 0 */
    CHILD_FAILED,  /* another exit status, see status */
    CHILD_CRASHED, /* a signal, see status */
    CHILD_DENIED,  /* the filter refused a system call */
    CHILD_SLOW,    /* CPU or wall clock */
    CHILD_MEMORY,  /* allocation failed, or the machine had no more */
    CHILD_FLOOD,   /* wrote more than out_bytes, or a broken frame, or one that on_frame refused */
    CHILD_N_ENDS
};

/* "done", "failed", "crashed", "denied", "slow", "memory", "flood": the words of the log. */
const char *child_end_name(enum child_end end);

struct child_result {
    enum child_end end;
    int status;     /* exit status or signal; 0 where the parent ended it */
    int64_t cpu_us; /* of the child */
    char why[128];  /* one clause: "used its 20 CPU seconds"; "" when done */
};

/* Called in the parent for each whole frame. false: stop the child, what is left is dropped. */
typedef bool child_frame_fn(void *user, uint8_t type, const uint8_t *p, size_t n);

/* Run one document to its end. doc_fd is a memfd, sealed and wound back to its start here; the
 * caller keeps and closes it. Frames that came before a bad ending were handed on.
 * out  how it ended: every ending is an answer, not an error
 * err  RETRY: the zygote died (the keeper starts another); REFUSE: request_bytes over its limit;
 *      FATAL: doc_fd is no memfd, or the keeper is gone: this process must be started again */
bool zygote_run(struct zygote *z, const struct child_limits *limits, int doc_fd,
                const void *request, size_t request_bytes, child_frame_fn *on_frame, void *user,
                struct child_result *out, struct err *err) MUST_CHECK;

/* A new memfd, to be filled with write() and given to zygote_run. Aborts when the kernel refuses.
 */
int child_memfd(const char *name);

/* Where the seccomp filter cannot be lived with (a debugger, a new library), tests may leave it
 * out: true only when THANWELA_NO_SECCOMP is set in a test build. */
bool child_filter_off(void);

#endif
