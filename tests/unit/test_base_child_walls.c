/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a child cannot do, call by call, and what it must be able to do all the same. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct child_limits limits = {
    .cpu_s = 5, .wall_ms = 10000, .memory_bytes = 256 << 20, .out_bytes = 1 << 20};

enum { X32 = 0x40000000, RETURNED = 50 };

static const char passwd[] = "/etc/passwd";
static const struct rlimit much = {RLIM_INFINITY, RLIM_INFINITY};

#define PTR(p) (long)(uintptr_t)(p)

/* Each would do something if it were let through; some need root, and the tests may be root. */
static const struct {
    const char *name;
    long call, arg[4];
} forbidden[] = {
    {"openat", SYS_openat, {AT_FDCWD, PTR(passwd), O_RDONLY}},
    {"openat2", SYS_openat2, {AT_FDCWD, PTR(passwd)}},
    {"newfstatat", SYS_newfstatat, {AT_FDCWD, PTR(passwd)}},
    {"statx", SYS_statx, {AT_FDCWD, PTR(passwd)}},
    {"readlinkat", SYS_readlinkat, {AT_FDCWD, PTR("/proc/self/exe")}},
    {"unlinkat", SYS_unlinkat, {AT_FDCWD, PTR("/tmp/no-such-file")}},
    {"mkdirat", SYS_mkdirat, {AT_FDCWD, PTR("/tmp/no-such-folder/x"), 0700}},
    {"renameat2", SYS_renameat2, {AT_FDCWD, PTR("/tmp/no-such-file"), AT_FDCWD}},
    {"linkat", SYS_linkat, {AT_FDCWD, PTR(passwd), AT_FDCWD}},
    {"fchmodat", SYS_fchmodat, {AT_FDCWD, PTR("/tmp/no-such-file"), 0}},
    {"fchownat", SYS_fchownat, {AT_FDCWD, PTR("/tmp/no-such-file")}},
    {"ftruncate", SYS_ftruncate, {3, 0}},
    {"chdir", SYS_chdir, {PTR("/")}},
    {"chroot", SYS_chroot, {PTR("/")}},
    {"mount", SYS_mount, {0}},
    {"umount2", SYS_umount2, {PTR("/no-such-folder")}},
    {"execve", SYS_execve, {PTR("/bin/true")}},
    {"execveat", SYS_execveat, {AT_FDCWD, PTR("/bin/true")}},
    {"clone, a process", SYS_clone, {SIGCHLD}},
    {"clone, a thread in a new namespace", SYS_clone, {CLONE_THREAD | CLONE_VM | CLONE_NEWUSER}},
    {"unshare", SYS_unshare, {CLONE_NEWUSER}},
    {"setns", SYS_setns, {3, 0}},
    {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
    {"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0}},
    {"connect", SYS_connect, {4, 0, 0}},
    {"bind", SYS_bind, {4, 0, 0}},
    {"sendmsg", SYS_sendmsg, {4, 0, 0}},
    {"kill, its parent's group", SYS_kill, {0, 0}},
    {"tgkill, the first process", SYS_tgkill, {1, 1, 0}},
    {"tkill", SYS_tkill, {1, 0}},
    {"pidfd_open", SYS_pidfd_open, {1, 0}},
    {"ptrace", SYS_ptrace, {PTRACE_TRACEME}},
    {"process_vm_readv", SYS_process_vm_readv, {1}},
    {"process_vm_writev", SYS_process_vm_writev, {1}},
    {"bpf", SYS_bpf, {0}},
    {"io_uring_setup", SYS_io_uring_setup, {1, 0}},
    {"keyctl", SYS_keyctl, {0}},
    {"add_key", SYS_add_key, {0}},
    {"perf_event_open", SYS_perf_event_open, {0}},
    {"userfaultfd", SYS_userfaultfd, {0}},
    {"memfd_create", SYS_memfd_create, {PTR("x")}},
    {"dup", SYS_dup, {3}},
    {"pipe2", SYS_pipe2, {0}},
    {"fcntl, one more descriptor", SYS_fcntl, {3, F_DUPFD, 0}},
    {"fcntl, a signal's owner", SYS_fcntl, {4, F_SETOWN, 1}},
    {"ioctl", SYS_ioctl, {4, 0x5401}},
    {"mmap, to run", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
    {"mprotect, to run", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
    {"pkey_mprotect", SYS_pkey_mprotect, {0, 4096, PROT_READ | PROT_EXEC, -1}},
    {"prlimit64, more for itself", SYS_prlimit64, {0, RLIMIT_CPU, PTR(&much)}},
    {"prctl", SYS_prctl, {PR_SET_DUMPABLE, 1}},
    {"seccomp", SYS_seccomp, {0}},
    {"personality", SYS_personality, {0xffffffff}},
    {"setuid", SYS_setuid, {0}},
    {"capset", SYS_capset, {0}},
    {"shmget", SYS_shmget, {0, 4096, 0600}},
    {"inotify_init1", SYS_inotify_init1, {0}},
    {"init_module", SYS_init_module, {0}},
    {"kexec_load", SYS_kexec_load, {0}},
    {"settimeofday", SYS_settimeofday, {0}},
    {"sched_setaffinity", SYS_sched_setaffinity, {0}},
    {"no such call", 4000, {0}},
#ifdef __x86_64__
    {"open", SYS_open, {PTR(passwd), O_RDONLY}},
    {"stat", SYS_stat, {PTR(passwd)}},
    {"unlink", SYS_unlink, {PTR("/tmp/no-such-file")}},
    {"mkdir", SYS_mkdir, {PTR("/tmp/no-such-folder/x"), 0700}},
    {"chmod", SYS_chmod, {PTR("/tmp/no-such-file"), 0}},
    {"fork", SYS_fork, {0}},
    {"ioperm", SYS_ioperm, {0, 1, 1}},
    {"read by its x32 number", X32 | SYS_read, {3}},
#endif
};

static int try_forbidden(int doc_fd, const void *request, size_t n)
{
    size_t which;
    (void)doc_fd;
    assert_int_equal(n, sizeof which);
    memcpy(&which, request, sizeof which);
    const long *a = forbidden[which].arg;
    if (syscall(forbidden[which].call, a[0], a[1], a[2], a[3], 0, 0) == 0 &&
        forbidden[which].call == SYS_clone)
        _exit(0);
    return RETURNED;
}

static bool nothing(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    (void)user, (void)type, (void)p, (void)n;
    return true;
}

static struct child_result run(struct zygote *z, const void *request, size_t n)
{
    struct child_result result = {0};
    struct err err = {0};
    int doc CLEANUP(fd_closep) = child_memfd("document");
    assert_int_equal(write(doc, "hello", 5), 5);
    if (!zygote_run(z, &limits, doc, request, n, nothing, NULL, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static struct zygote *start(child_fn *fn, void (*warm_up)(void))
{
    struct zygote *z;
    struct err err = {0};
    if (!zygote_start(fn, warm_up, &z, &err))
        fail_msg("%s", err.text);
    return z;
}

static void each_forbidden_call_ends_the_child(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start(try_forbidden, NULL);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        struct child_result r = run(z, &i, sizeof i);
        if (r.end != CHILD_DENIED)
            fail_msg("%s: %s, status %d %s", forbidden[i].name, child_end_name(r.end), r.status,
                     r.why);
    }
}

#ifdef __x86_64__
/* getpid by the 32-bit gate, where the same numbers mean other calls. */
static int try_32_bit(int doc_fd, const void *request, size_t n)
{
    long answer = 20;
    (void)doc_fd, (void)request, (void)n;
    __asm__ volatile("int $0x80" : "+a"(answer) : : "memory");
    return RETURNED;
}

static void the_32_bit_gate_is_shut(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start(try_32_bit, NULL);
    struct child_result r = run(z, "", 0);
    (void)state;
    assert_int_not_equal(r.end, CHILD_DONE);
    assert_int_not_equal(r.status, RETURNED);
}
#endif

/* ---- what must work ---- */

static void *in_thread(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool thread_runs(void)
{
    pthread_t thread;
    int ran = 0;
    return pthread_create(&thread, NULL, in_thread, &ran) == 0 && pthread_join(thread, NULL) == 0 &&
           ran == 1;
}

static bool memory_grows(void)
{
    char *p = NULL;
    for (size_t n = 1; n <= (size_t)32 << 20; n *= 2) {
        char *q = realloc(p, n);
        if (!q)
            return false;
        p = memset(q, 1, n);
    }
    free(p);
    return true;
}

static bool sort_runs(void)
{
    size_t n = 1 << 20;
    int *numbers = malloc(n * sizeof *numbers);
    if (!numbers)
        return false;
    for (size_t i = 0; i < n; i++)
        numbers[i] = (int)(i * 7919 % n);
    qsort(numbers, n, sizeof *numbers, compare);
    bool ok = numbers[0] == 0 && numbers[n - 1] == (int)n - 1;
    free(numbers);
    return ok;
}

static bool thai_converts(void)
{
    char in[] = "\xa1\xd2", out[8] = "", *from = in, *to = out;
    size_t n_in = 2, n_out = sizeof out;
    iconv_t cd = iconv_open("UTF-8", "WINDOWS-874");
    return cd != (iconv_t)-1 && iconv(cd, &from, &n_in, &to, &n_out) == 0 && strcmp(out, "กา") == 0;
}

static bool time_tells(void)
{
    time_t now = time(NULL);
    struct timespec brief = {.tv_nsec = 1000};
    return localtime(&now) && mktime(localtime(&now)) == now && nanosleep(&brief, NULL) == 0;
}

static bool document_maps(void)
{
    char *p = mmap(NULL, 5, PROT_READ, MAP_PRIVATE, 3, 0);
    return p != MAP_FAILED && memcmp(p, "hello", 5) == 0;
}

static bool stdio_reads(void)
{
    FILE *f = fdopen(3, "rb");
    return f && fgetc(f) == 'h' && fseek(f, 4, SEEK_SET) == 0 && fgetc(f) == 'o' && fgetc(f) == EOF;
}

/* glibc falls back to clone where clone3 answers "not here". */
static bool clone3_is_not_here(void)
{
    return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS;
}

static bool printing_is_void(void)
{
    return fprintf(stdout, "a library's chatter\n") >= 0 || true;
}

static const struct {
    const char *name;
    bool (*works)(void);
} needed[] = {
    {"a thread", thread_runs},
    {"memory that grows", memory_grows},
    {"a long sort", sort_runs},
    {"a Thai charset that was warmed up", thai_converts},
    {"clocks and zones", time_tells},
    {"the document mapped", document_maps},
    {"the document by stdio", stdio_reads},
    {"clone3 is not here", clone3_is_not_here},
    {"printing goes nowhere", printing_is_void},
};

static int try_needed(int doc_fd, const void *request, size_t n)
{
    size_t which;
    (void)doc_fd;
    memcpy(&which, request, n);
    return needed[which].works() ? 0 : 1;
}

static void warm_up(void)
{
    static const char *const charsets[] = {"WINDOWS-874", "NO-SUCH-CHARSET"};
    child_warm_charsets(charsets, ARRAY_LEN(charsets));
}

static void what_decoders_need_works(void **state)
{
    struct zygote *z CLEANUP(zygote_stopp) = start(try_needed, warm_up);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        struct child_result r = run(z, &i, sizeof i);
        if (r.end != CHILD_DONE)
            fail_msg("%s: %s, status %d %s", needed[i].name, child_end_name(r.end), r.status,
                     r.why);
    }
}

/* ---- the walls behind the filter ---- */

/* Asked where a test build leaves the filter out. */
static int try_without_filter(int doc_fd, const void *request, size_t n)
{
    struct rlimit files, cpu, core;
    (void)doc_fd, (void)request, (void)n;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max != 0)
        return 1;
    if (getrlimit(RLIMIT_CPU, &cpu) != 0 || cpu.rlim_cur != (rlim_t)limits.cpu_s)
        return 2;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
        return 3;
    if (open(passwd, O_RDONLY) >= 0 || dup(3) >= 0)
        return 4;
    if (prctl(PR_GET_DUMPABLE) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 5;
    if (chown("/proc/self", 1, 1) == 0 || mkdir("/tmp/thanwela-wall", 0700) == 0)
        return 6;
    return 0;
}

static void without_the_filter_the_other_walls_stand(void **state)
{
    (void)state;
    setenv("THANWELA_NO_SECCOMP", "1", 1);
    if (!child_filter_off())
        skip(); /* not a test build */
    struct zygote *z CLEANUP(zygote_stopp) = start(try_without_filter, NULL);
    unsetenv("THANWELA_NO_SECCOMP");
    struct child_result r = run(z, "", 0);
    if (r.end != CHILD_DONE)
        fail_msg("%s, status %d %s", child_end_name(r.end), r.status, r.why);
}

/* ---- within a service's own walls ---- */

static void refuse_capset(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (!ctx || seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset), 0) != 0 ||
        seccomp_load(ctx) != 0)
        _exit(2);
    seccomp_release(ctx);
}

/* As a unit with SystemCallFilter=~@privileged has it: nothing to drop, and no way to. */
static void who_has_no_capability_needs_no_leave_to_drop_one(void **state)
{
    enum { NOBODY = 65534 };
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct zygote *z = NULL;
        struct err err = {0};
        if (getuid() == 0 &&
            (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0))
            _exit(3);
        refuse_capset();
        bool is_started = zygote_start(try_needed, warm_up, &z, &err);
        if (!is_started)
            print_message("%s\n", err.text);
        zygote_stop(z);
        _exit(is_started ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_forbidden_call_ends_the_child),
#ifdef __x86_64__
        cmocka_unit_test(the_32_bit_gate_is_shut),
#endif
        cmocka_unit_test(what_decoders_need_works),
        cmocka_unit_test(without_the_filter_the_other_walls_stand),
        cmocka_unit_test(who_has_no_capability_needs_no_leave_to_drop_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
