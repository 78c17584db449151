/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the files of base/child share among themselves; nobody else includes this. */
#ifndef BASE_CHILD_PART_H
#define BASE_CHILD_PART_H

#include "base/buf.h"
#include "base/child.h"
#include <sys/types.h>

struct sock_filter;

#if defined(__SANITIZE_ADDRESS__)
#define CHILD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHILD_SANITIZED 1
#endif
#endif
#ifndef CHILD_SANITIZED
#define CHILD_SANITIZED 0
#endif

enum {
    CHILD_DOC_FD = 3, /* in the child */
    CHILD_OUT_FD = 4,
};

/* What goes with a document from parent to zygote: this, then the request's bytes, and the
 * descriptors document, pipe to write, socket for the notes below. */
struct child_job {
    uint64_t memory_bytes;
    int32_t cpu_s;
};
enum { JOB_DOC, JOB_OUT, JOB_NOTE, JOB_N_FDS };

/* What the zygote says about a job on its note socket: first that it took it, then how it ended.
 */
struct child_note {
    int32_t error;       /* errno of a fork that failed, else 0 */
    int32_t wait_status; /* as wait4 gave it */
    int64_t cpu_us;
    int32_t pid;
    bool is_end; /* false: only "taken" */
};

/* child_frames.c: the parent's half of the pipe. Bytes in, whole frames out. */
struct frames {
    struct buf rest; /* a frame begun */
    uint64_t total_bytes, max_bytes;
    child_frame_fn *on_frame;
    void *user;
    const char *why; /* a clause, once frames_feed said false */
};
bool frames_feed(struct frames *f, const uint8_t *p, size_t n) MUST_CHECK;
bool frames_torn(const struct frames *f); /* the end came inside a frame */

/* child_zygote.c: the keeper, never returns. control is the socket to the parent, ready the pipe
 * on which the first zygote says "" or what it lacks or why it cannot be. */
_Noreturn void keeper_run(child_fn *fn, void (*warm_up)(void), pid_t parent, int control,
                          int ready);

/* child_sandbox.c. */
struct child_cage {
    struct sock_filter *filter; /* the allow-list, behind a head that child_lock_in fills */
    uint16_t n_filter;
    uint64_t base_bytes; /* address space of the zygote */
    bool has_landlock;
};
/* In the zygote, after warm_up: what all children inherit, and the filter made ready. */
bool cage_build(struct child_cage *cage, struct err *err) MUST_CHECK;
/* In the child: rlimits and filter. false: the kernel refused. */
bool cage_enter(const struct child_cage *cage, const struct child_job *job, uint64_t doc_bytes);

/* child_memory.c: from here on failed allocations are noticed, and a child that aborts or faults
 * after one ends with CHILD_EXIT_MEMORY. */
void memory_watch(void);

#endif
