/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The parent's side of the sandbox: start and stop the zygote, send a document in, watch pipe and
 * clock, and say how it ended. What comes back is checked in child_frames.c. */
#include "base/child.h"

#include "base/child_part.h"
#include "base/clock.h"
#include "base/step.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_BYTES = 1 << 16, /* a pipe's worth */
    GRACE_MS = 5000,      /* for a killed child to be gone */
    STOP_MS = 2000,       /* for zygote and keeper to go of their own */
};

struct zygote {
    pid_t keeper;
    int control; /* jobs go in here */
    bool lacks_landlock;
};

/* One document under way. */
struct run {
    int out;  /* frames come from here; -1 at its end */
    int note; /* the zygote's words */
    bool is_taken, has_end, is_stopped;
    enum child_end stop_end; /* why we stopped it */
    const char *stop_why;
    struct child_note end;
    struct frames frames;
};

static bool ready_wait(struct zygote *z, int ready, struct err *err);
static bool run_begin(struct zygote *z, struct run *run, const struct child_limits *limits,
                      int doc_fd, struct iovec request, struct err *err);
static bool run_watch(struct run *run, const struct child_limits *limits, struct err *err);
static void run_judge(const struct run *run, const struct child_limits *limits,
                      struct child_result *out);

/* ---- start and stop ---- */

bool zygote_start(child_fn *fn, void (*warm_up)(void), struct zygote **out, struct err *err)
{
    struct zygote *z CLEANUP(zygote_stopp) = calloc(1, sizeof *z);
    int control[2], ready[2];
    if (!z)
        abort();
    z->control = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) != 0)
        return err_set(err, ERR_RETRY, "sandbox: no socket: %s", strerror(errno));
    z->control = control[0];
    int far CLEANUP(fd_closep) = control[1];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return err_set(err, ERR_RETRY, "sandbox: no pipe: %s", strerror(errno));
    int ready_in CLEANUP(fd_closep) = ready[0];
    int ready_out CLEANUP(fd_closep) = ready[1];
    pid_t self = getpid();
    z->keeper = fork();
    if (z->keeper < 0)
        return err_set(err, ERR_RETRY, "sandbox: no process: %s", strerror(errno));
    if (z->keeper == 0)
        keeper_run(fn, warm_up, self, far, ready_out);
    fd_closep(&ready_out);
    if (!ready_wait(z, ready_in, err))
        return false;
    *out = TAKE(z);
    return true;
}

/* The first zygote's word: empty, what it lacks, or why it cannot be. */
static bool ready_wait(struct zygote *z, int ready, struct err *err)
{
    char text[ERR_TEXT_MAX] = "";
    ssize_t n;
    while ((n = read(ready, text, sizeof text - 1)) < 0 && errno == EINTR) {
    }
    if (n <= 0)
        return err_set(err, ERR_RETRY, "sandbox: the zygote died while it warmed up");
    z->lacks_landlock = strcmp(text, "landlock") == 0;
    if (text[0] && !z->lacks_landlock)
        return err_set(err, ERR_FATAL, "%s", text);
    return true;
}

const char *zygote_lacks(const struct zygote *z)
{
    return z->lacks_landlock ? "landlock" : NULL;
}

/* Hanging up ends the zygote, and the keeper with it; the second wait is for one that hangs. */
void zygote_stop(struct zygote *z)
{
    if (!z)
        return;
    if (z->control >= 0)
        shutdown(z->control, SHUT_RDWR); /* closing may not do: a fork of ours may hold it too */
    fd_closep(&z->control);
    int64_t deadline = clock_mono_ms() + STOP_MS;
    while (z->keeper > 0 && waitpid(z->keeper, NULL, WNOHANG) == 0) {
        if (clock_mono_ms() > deadline)
            kill(z->keeper, SIGKILL);
        poll(NULL, 0, 1);
    }
    free(z);
}

void zygote_stopp(struct zygote **z)
{
    zygote_stop(*z);
    *z = NULL;
}

int child_memfd(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); /* kernels before 6.3 */
    if (fd < 0)
        abort();
    return fd;
}

/* ---- one document ---- */

static void run_fini(struct run *run)
{
    fd_closep(&run->out);
    fd_closep(&run->note);
    buf_fini(&run->frames.rest);
}

bool zygote_run(struct zygote *z, const struct child_limits *limits, int doc_fd,
                const void *request, size_t request_bytes, child_frame_fn *on_frame, void *user,
                struct child_result *out, struct err *err)
{
    struct run run CLEANUP(run_fini) = {
        .out = -1,
        .note = -1,
        .frames = {.max_bytes = limits->out_bytes, .on_frame = on_frame, .user = user},
    };
    step();
    if (request_bytes > CHILD_REQUEST_MAX)
        return err_set(err, ERR_REFUSE, "sandbox: a request of %zu bytes, at most %d",
                       request_bytes, CHILD_REQUEST_MAX);
    struct iovec words = {(void *)(uintptr_t)request, request_bytes};
    if (!run_begin(z, &run, limits, doc_fd, words, err) || !run_watch(&run, limits, err))
        return false;
    run_judge(&run, limits, out);
    return true;
}

/* Nobody, the caller included, can change the document from here on. */
static bool seal(int doc_fd, struct err *err)
{
    int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    int has = fcntl(doc_fd, F_GET_SEALS);
    if (has < 0 || ((has & all) != all && fcntl(doc_fd, F_ADD_SEALS, all) != 0) ||
        lseek(doc_fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_FATAL, "sandbox: the document cannot be sealed: %s: give a memfd",
                       strerror(errno));
    return true;
}

static bool job_send(struct zygote *z, const struct child_job *head, struct iovec request,
                     const int fds[static JOB_N_FDS], struct err *err)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(JOB_N_FDS * sizeof(int))];
    } room = {0};
    struct iovec parts[] = {{(void *)(uintptr_t)head, sizeof *head}, request};
    struct msghdr msg = {.msg_iov = parts,
                         .msg_iovlen = ARRAY_LEN(parts),
                         .msg_control = &room,
                         .msg_controllen = sizeof room};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&msg);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(JOB_N_FDS * sizeof(int));
    memcpy(CMSG_DATA(rights), fds, JOB_N_FDS * sizeof(int));
    ssize_t n;
    while ((n = sendmsg(z->control, &msg, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    if (n >= 0)
        return true;
    return err_set(err, errno == EPIPE || errno == ECONNRESET ? ERR_FATAL : ERR_RETRY,
                   "sandbox: the keeper takes no document: %s", strerror(errno));
}

static bool run_begin(struct zygote *z, struct run *run, const struct child_limits *limits,
                      int doc_fd, struct iovec request, struct err *err)
{
    int out[2], note[2];
    if (!seal(doc_fd, err))
        return false;
    if (pipe2(out, O_CLOEXEC) != 0)
        return err_set(err, ERR_RETRY, "sandbox: no pipe: %s", strerror(errno));
    run->out = out[0];
    int out_far CLEANUP(fd_closep) = out[1];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, note) != 0)
        return err_set(err, ERR_RETRY, "sandbox: no socket: %s", strerror(errno));
    run->note = note[0];
    int note_far CLEANUP(fd_closep) = note[1];
    struct child_job head = {.memory_bytes = limits->memory_bytes, .cpu_s = limits->cpu_s};
    int fds[JOB_N_FDS] = {[JOB_DOC] = doc_fd, [JOB_OUT] = out_far, [JOB_NOTE] = note_far};
    return job_send(z, &head, request, fds, err);
}

/* Half closing the note socket tells the zygote to kill the child. */
static void run_stop(struct run *run, enum child_end end, const char *why)
{
    run->is_stopped = true;
    run->stop_end = end;
    run->stop_why = why;
    fd_closep(&run->out);
    shutdown(run->note, SHUT_WR);
}

static void read_frames(struct run *run)
{
    uint8_t bytes[READ_BYTES];
    ssize_t n = read(run->out, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0)
        fd_closep(&run->out);
    else if (!frames_feed(&run->frames, bytes, (size_t)n))
        run_stop(run, CHILD_FLOOD, run->frames.why);
}

static bool read_note(struct run *run, struct err *err)
{
    struct child_note note;
    ssize_t n = recv(run->note, &note, sizeof note, 0);
    if (n < 0 && errno == EINTR)
        return true;
    if (n != (ssize_t)sizeof note)
        return err_set(err, ERR_RETRY, "sandbox: the zygote died with a document in hand");
    if (note.error != 0)
        return err_set(err, ERR_RETRY, "sandbox: no process for a document: %s",
                       strerror(note.error));
    run->is_taken = true;
    run->has_end = note.is_end;
    run->end = note;
    return true;
}

/* The wall clock struck. Once for the child; the second time the zygote itself does not answer. */
static bool wall_reached(struct run *run, struct err *err)
{
    if (!run->is_taken)
        return err_set(err, ERR_RETRY, "sandbox: no zygote took the document");
    if (run->is_stopped)
        return err_set(err, ERR_RETRY, "sandbox: a child that was killed does not end");
    run_stop(run, CHILD_SLOW, NULL);
    return true;
}

/* CPU time of a child that was not waited for yet; all of it there is where that cannot be asked.
 */
static int64_t cpu_ms_of(pid_t child)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return INT64_MAX;
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* The wall clock struck. One that had no CPU is waited for, and looked at again after a while. */
static bool is_starved(const struct run *run, const struct child_limits *limits, int64_t ran_ms)
{
    return run->is_taken && !run->is_stopped && !run->has_end && ran_ms < limits->starved_ms &&
           cpu_ms_of(run->end.pid) < limits->wall_ms / 2;
}

static bool run_watch(struct run *run, const struct child_limits *limits, struct err *err)
{
    enum { LOOK_AGAIN_MS = 100 };
    int64_t start = clock_mono_ms(), deadline = start + limits->wall_ms;
    while (!run->has_end || run->out >= 0) {
        bool was_stopped = run->is_stopped;
        int64_t now = clock_mono_ms(), left = deadline - now;
        if (left <= 0 && is_starved(run, limits, now - start))
            deadline = now + (left = LOOK_AGAIN_MS);
        struct pollfd fds[] = {{.fd = run->out, .events = POLLIN},
                               {.fd = run->has_end ? -1 : run->note, .events = POLLIN}};
        if (left <= 0 && !wall_reached(run, err))
            return false;
        if (left > 0 && poll(fds, ARRAY_LEN(fds), (int)left) > 0) {
            if (fds[0].revents)
                read_frames(run);
            if (fds[1].revents && !read_note(run, err))
                return false;
        }
        if (run->is_stopped && !was_stopped)
            deadline = clock_mono_ms() + GRACE_MS;
    }
    return true;
}

/* ---- how it ended ---- */

const char *child_end_name(enum child_end end)
{
    static const char *const names[] = {"done", "failed", "crashed", "denied",
                                        "slow", "memory", "flood"};
    static_assert(ARRAY_LEN(names) == CHILD_N_ENDS, "a name for each end");
    return names[end];
}

static void say(struct child_result *out, enum child_end end, const char *why)
{
    out->end = end;
    snprintf(out->why, sizeof out->why, "%s", why);
}

static void judge_exit(const struct run *run, struct child_result *out)
{
    if (out->status == 0 && frames_torn(&run->frames))
        say(out, CHILD_FLOOD, "ended inside a frame");
    else if (out->status == 0)
        say(out, CHILD_DONE, "");
    else if (out->status == CHILD_EXIT_MEMORY)
        say(out, CHILD_MEMORY, "needed more memory than allowed");
    else if (out->status == CHILD_EXIT_SETUP)
        say(out, CHILD_FAILED, "could not be locked in, so it did nothing");
    else {
        say(out, CHILD_FAILED, "");
        snprintf(out->why, sizeof out->why, "ended with status %d", out->status);
    }
}

static void judge_signal(const struct child_limits *limits, struct child_result *out)
{
    bool was_cpu = out->cpu_us >= limits->cpu_s * US_PER_S;
    if (out->status == SIGSYS)
        say(out, CHILD_DENIED, "made a system call that the filter refuses");
    else if (out->status == SIGXCPU || (out->status == SIGKILL && was_cpu)) {
        say(out, CHILD_SLOW, "");
        snprintf(out->why, sizeof out->why, "used its %d CPU seconds", limits->cpu_s);
    } else if (out->status == SIGKILL)
        say(out, CHILD_MEMORY, "was killed by the kernel: the machine had no more memory");
    else {
        say(out, CHILD_CRASHED, "");
        snprintf(out->why, sizeof out->why, "crashed: %s", strsignal(out->status));
    }
}

static void run_judge(const struct run *run, const struct child_limits *limits,
                      struct child_result *out)
{
    *out = (struct child_result){.cpu_us = run->end.cpu_us};
    int status = run->end.wait_status;
    if (run->is_stopped) {
        say(out, run->stop_end, run->stop_why ? run->stop_why : "");
        if (run->stop_end == CHILD_SLOW)
            snprintf(out->why, sizeof out->why, "ran longer than %d ms, %lld ms of it with the CPU",
                     limits->wall_ms, (long long)(out->cpu_us / 1000));
        return;
    }
    out->status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    if (WIFEXITED(status))
        judge_exit(run, out);
    else
        judge_signal(limits, out);
}
