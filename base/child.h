/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A child with nothing to lose: where strangers' bytes are opened.
 *
 * A zygote is forked while the process still owns nothing worth stealing (before databases, mail
 * servers and keys). For each document it forks a child that has: the document as a sealed memfd to
 * read, one pipe to write frames into, and nothing else: rlimits (CPU, address space, file size 0,
 * no new files, no processes), Landlock without any path, a seccomp allow-list. The parent holds
 * the wall clock and checks every frame again.
 *
 * A frame is: type (1 byte), length (4 bytes, little endian), that many bytes. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum { CHILD_FRAME_MAX = 1 << 20 }; /* bytes in one frame; a longer one ends the child */

struct child_limits {
    int cpu_s;             /* CPU seconds before the kernel ends it */
    int wall_ms;           /* wall clock before the parent ends it */
    uint64_t memory_bytes; /* address space on top of what the zygote had at fork */
    uint64_t out_bytes;    /* all frames together */
};

/* What the child runs. doc_fd is the document (offset 0), request what the parent sent along.
 * Frames go out by child_send. The return value is the exit status: 0 done. */
typedef int child_fn(int doc_fd, const void *request, size_t request_bytes);

/* From inside the child. Ends the child when the pipe is gone. */
void child_send(uint8_t type, const void *p, size_t n);

struct zygote; /* opaque: one forked, waiting process */

/* Fork the zygote. warm_up, when not NULL, runs once in it (libraries' initialisation is dear).
 * err  FATAL: the kernel gives no fork, seccomp or Landlock; the sentence says which */
bool zygote_start(child_fn *fn, void (*warm_up)(void), struct zygote **out,
                  struct err *err) MUST_CHECK;
void zygote_stop(struct zygote *z); /* accepts NULL; waits for it */
void zygote_stopp(struct zygote **z);

enum child_end {
    CHILD_DONE,    /* exit status 0 */
    CHILD_FAILED,  /* another exit status, see status */
    CHILD_CRASHED, /* a signal, see status */
    CHILD_DENIED,  /* the filter refused a system call */
    CHILD_SLOW,    /* CPU or wall clock */
    CHILD_MEMORY,  /* address space: allocation failed (exit status 97) */
    CHILD_FLOOD,   /* wrote more than out_bytes, or a broken frame */
};

struct child_result {
    enum child_end end;
    int status;     /* exit status or signal */
    int64_t cpu_us; /* of the child */
    char why[128];  /* one clause: "used its 20 CPU seconds" */
};

/* Called in the parent for each whole frame. false: stop the child, what is left is dropped. */
typedef bool child_frame_fn(void *user, uint8_t type, const uint8_t *p, size_t n);

/* Run one document to its end. doc_fd is a memfd, sealed here; the caller keeps and closes it.
 * out  how it ended: every ending is an answer, not an error
 * err  RETRY: the zygote is gone (it is started again by the next call) */
bool zygote_run(struct zygote *z, const struct child_limits *limits, int doc_fd,
                const void *request, size_t request_bytes, child_frame_fn *on_frame, void *user,
                struct child_result *out, struct err *err) MUST_CHECK;

/* A new memfd, to be filled with write() and given to zygote_run. Aborts when the kernel refuses.
 */
int child_memfd(const char *name);

/* Where the seccomp filter cannot be lived with (sanitizers in test builds use forbidden calls),
 * tests may leave it out: true only when THANWELA_NO_SECCOMP is set in a test build. */
bool child_filter_off(void);

#endif
