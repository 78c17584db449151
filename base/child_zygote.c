/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Keeper, zygote and child: what runs on the far side of zygote_start. None of them ever returns
 * into the caller's code, and only the child sees a stranger's byte. */
#include "base/child_part.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_FD = CHILD_DOC_FD,  /* keeper and zygote: the control socket */
    SECOND_FD = CHILD_OUT_FD, /* theirs: the first one's word to the parent */
    PARKED_FD = 64,           /* descriptors wait above this while those two are laid out */
    EXIT_NO_PARENT = 99,      /* the parent died before we could ask to be told */
    REBIRTH_PAUSE_MS = 100,   /* before a zygote that died is started again */
};

/* One zygote: what it runs, where jobs come from, what its children are locked in with. */
struct nest {
    child_fn *fn;
    int control;
    struct child_cage cage;
};

/* A job as it came from the parent. */
struct job {
    struct child_job head;
    int fd[JOB_N_FDS];
    size_t request_bytes;
    uint8_t request[CHILD_REQUEST_MAX];
};

_Noreturn static void zygote_main(child_fn *fn, void (*warm_up)(void), int control, int ready);
static bool job_receive(int control, struct job *job);
static void job_serve(struct nest *nest, struct job *job);
_Noreturn static void child_main(struct nest *nest, const struct job *job);

/* ---- keeper ---- */

/* Die with the parent. Asked for after the fork, so look whether it is still there. */
static void die_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
        _exit(EXIT_NO_PARENT);
}

/* A daemon's handlers are not ours. What ends a daemon (a terminal's ^C, systemd's SIGTERM to the
 * whole group) is left to the parent, which may want to finish its document. */
static void signals_default(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put these two at 3 and 4 and close all that is above: sockets, keys, other zygotes. */
static bool descriptors_lay_out(int first, int second)
{
    int a = fcntl(first, F_DUPFD, PARKED_FD), b = fcntl(second, F_DUPFD, PARKED_FD);
    return a >= 0 && b >= 0 && dup2(a, FIRST_FD) >= 0 && dup2(b, SECOND_FD) >= 0 &&
           close_range(SECOND_FD + 1, ~0u, 0) == 0;
}

/* A sanitizer's reports go to standard error; nobody else's words do. */
static void standard_streams(int instead)
{
    for (int fd = 0; fd < FIRST_FD; fd++) {
        if (CHILD_SANITIZED && fd == STDERR_FILENO)
            continue;
        if (instead < 0 || dup2(instead, fd) < 0)
            close(fd);
    }
}

/* Let a moment pass before the next birth; true: the parent hung up meanwhile. */
static bool parent_left(int control)
{
    struct pollfd fd = {.fd = control, .events = POLLRDHUP};
    return poll(&fd, 1, REBIRTH_PAUSE_MS) > 0;
}

/* Waits for zygotes, and starts the next from a memory in which no document was ever opened. */
_Noreturn void keeper_run(child_fn *fn, void (*warm_up)(void), pid_t parent, int control, int ready)
{
    prctl(PR_SET_NAME, "tw-keeper", 0, 0, 0);
    die_with(parent);
    signals_default();
    standard_streams(open("/dev/null", O_RDWR));
    if (!descriptors_lay_out(control, ready))
        _exit(1);
    ready = SECOND_FD;
    for (;;) {
        pid_t keeper = getpid(), zygote = fork();
        if (zygote == 0) {
            die_with(keeper);
            zygote_main(fn, warm_up, FIRST_FD, ready);
        }
        fd_closep(&ready);
        int status = 0;
        while (zygote > 0 && waitpid(zygote, &status, 0) < 0 && errno == EINTR) {
        }
        if (zygote > 0 && WIFEXITED(status))
            _exit(WEXITSTATUS(status));
        if (parent_left(FIRST_FD))
            _exit(0);
    }
}

/* ---- zygote ---- */

static bool say(int fd, const char *text)
{
    size_t n = strlen(text) + 1;
    return fd < 0 || write(fd, text, n) == (ssize_t)n;
}

/* Ends when the parent closes the control socket. */
_Noreturn static void zygote_main(child_fn *fn, void (*warm_up)(void), int control, int ready)
{
    struct nest nest = {.fn = fn, .control = control};
    struct err err = {0};
    prctl(PR_SET_NAME, "tw-zygote", 0, 0, 0);
    /* localtime would open the zone's file */
    setenv("TZ", "UTC0", 1);
    tzset();
    if (warm_up)
        warm_up();
    bool is_caged = cage_build(&nest.cage, &err);
    if (!say(ready, is_caged ? nest.cage.has_landlock ? "" : "landlock" : err.text) || !is_caged)
        _exit(1);
    fd_closep(&ready);
    struct job *job = malloc(sizeof *job);
    if (!job)
        _exit(1);
    while (job_receive(control, job))
        job_serve(&nest, job);
    _exit(0);
}

static void job_close(struct job *job)
{
    for (size_t i = 0; i < JOB_N_FDS; i++)
        fd_closep(&job->fd[i]);
    memset(job->request, 0, job->request_bytes); /* the next child is a copy of this memory */
}

/* false: the parent is gone. */
static bool job_receive(int control, struct job *job)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof job->fd)];
    } room;
    struct iovec parts[] = {{&job->head, sizeof job->head}, {job->request, sizeof job->request}};
    struct msghdr msg = {.msg_iov = parts,
                         .msg_iovlen = ARRAY_LEN(parts),
                         .msg_control = &room,
                         .msg_controllen = sizeof room};
    ssize_t n;
    while ((n = recvmsg(control, &msg, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (n <= 0)
        return false;
    struct cmsghdr *fds = CMSG_FIRSTHDR(&msg);
    if ((size_t)n < sizeof job->head || !fds || fds->cmsg_len != CMSG_LEN(sizeof job->fd))
        _exit(1); /* only our own parent writes here */
    memcpy(job->fd, CMSG_DATA(fds), sizeof job->fd);
    job->request_bytes = (size_t)n - sizeof job->head;
    return true;
}

/* Wait until the child ended or the parent gave it up (hung up, or half closed). */
static void child_watch(int child_fd, int note)
{
    struct pollfd fds[] = {{.fd = child_fd, .events = POLLIN},
                           {.fd = note, .events = POLLIN | POLLRDHUP}};
    while (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno == EINTR) {
    }
    if (fds[0].revents == 0)
        syscall(SYS_pidfd_send_signal, child_fd, SIGKILL, NULL, 0);
}

static int64_t cpu_us(const struct rusage *use)
{
    return (use->ru_utime.tv_sec + use->ru_stime.tv_sec) * INT64_C(1000000) +
           use->ru_utime.tv_usec + use->ru_stime.tv_usec;
}

static void job_note(struct job *job, const struct child_note *note)
{
    if (send(job->fd[JOB_NOTE], note, sizeof *note, MSG_NOSIGNAL) < 0)
        return; /* the parent is gone or asks no more */
}

/* Fork the child, see it to its end, tell the parent. */
static void job_serve(struct nest *nest, struct job *job)
{
    struct child_note note = {0};
    struct rusage use = {0};
    pid_t zygote = getpid(), child = fork();
    if (child == 0) {
        die_with(zygote);
        child_main(nest, job);
    }
    fd_closep(&job->fd[JOB_DOC]);
    fd_closep(&job->fd[JOB_OUT]);
    int child_fd CLEANUP(fd_closep) = child < 0 ? -1 : (int)syscall(SYS_pidfd_open, child, 0);
    note.error = child_fd < 0 ? errno : 0;
    note.pid = child;
    job_note(job, &note);
    if (child > 0 && child_fd < 0)
        kill(child, SIGKILL);
    else if (child > 0)
        child_watch(child_fd, job->fd[JOB_NOTE]);
    while (child > 0 && wait4(child, &note.wait_status, 0, &use) < 0 && errno == EINTR) {
    }
    note.cpu_us = cpu_us(&use);
    note.is_end = true;
    job_note(job, &note);
    job_close(job);
}

/* ---- child ---- */

#ifdef THANWELA_TEST_BUILD
/* A document that holds the bytes of THANWELA_POISON kills who opens it, as a flaw in a library
 * would. */
static void die_of_poison(size_t n)
{
    const char *poison = getenv("THANWELA_POISON");
    const void *p = poison && n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, CHILD_DOC_FD, 0) : NULL;
    if (p && p != MAP_FAILED && memmem(p, n, poison, strlen(poison)))
        __builtin_trap();
}
#else
static void die_of_poison(size_t n)
{
    (void)n;
}
#endif

_Noreturn static void child_main(struct nest *nest, const struct job *job)
{
    struct stat doc;
    prctl(PR_SET_NAME, "tw-child", 0, 0, 0);
    standard_streams(-1);
    if (!descriptors_lay_out(job->fd[JOB_DOC], job->fd[JOB_OUT]) || fstat(CHILD_DOC_FD, &doc) != 0)
        _exit(CHILD_EXIT_SETUP);
    memory_watch();
    if (!cage_enter(&nest->cage, &job->head, (uint64_t)doc.st_size))
        _exit(CHILD_EXIT_SETUP);
    die_of_poison((size_t)doc.st_size);
    int status = nest->fn(CHILD_DOC_FD, job->request, job->request_bytes);
    _exit(status != 0 && child_memory_refused() ? CHILD_EXIT_MEMORY : status);
}

static void write_all(const uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(CHILD_OUT_FD, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            _exit(1); /* nobody listens any more */
        p += done;
        n -= (size_t)done;
    }
}

void child_send(uint8_t type, const void *p, size_t n)
{
    uint8_t head[] = {type, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    assert(n <= CHILD_FRAME_MAX);
    write_all(head, sizeof head);
    write_all(p, n);
}

void child_warm_charsets(const char *const *names, size_t n)
{
    /* Left open: a charset nobody holds is unloaded, and loading is opening a file. */
    for (size_t i = 0; i < n; i++) {
        if (iconv_open("UTF-8", names[i]) == (iconv_t)-1)
            continue;
        (void)iconv_open(names[i], "UTF-8");
    }
}
