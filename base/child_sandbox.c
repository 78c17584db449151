/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The walls around a child. Some are put up once, in the zygote, and inherited; the rest in each
 * child. docs/security.md lists them with the commands that show them. */
#include "base/child_part.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    HEAD_STEPS = 5,   /* of the filter: signals only to itself */
    HEAD_PID = 3,     /* the step that holds the child's own pid */
    OOM_FIRST = 1000, /* children are the first that the kernel may kill for memory */
    THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND |
                   CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

/* What decoding needs: memory, the two descriptors, time, itself. Anything else kills. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo), /* glibc's qsort asks for the memory */
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill), /* to itself: the filter's head */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* And these with conditions on one argument. */
static const struct {
    int call;
    uint32_t action;
    struct scmp_arg_cmp when;
} conditional[] = {
    {SCMP_SYS(mmap), SCMP_ACT_ALLOW, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
    {SCMP_SYS(mprotect), SCMP_ACT_ALLOW, {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}},
    {SCMP_SYS(fcntl), SCMP_ACT_ALLOW, {1, SCMP_CMP_EQ, F_GETFL, 0}},
    {SCMP_SYS(fcntl), SCMP_ACT_ALLOW, {1, SCMP_CMP_EQ, F_GETFD, 0}},
    {SCMP_SYS(prlimit64), SCMP_ACT_ALLOW, {2, SCMP_CMP_EQ, 0, 0}}, /* asking, not setting */
    /* a thread (libde265 has one), never a process */
    {SCMP_SYS(clone), SCMP_ACT_ALLOW, {0, SCMP_CMP_EQ, THREAD_FLAGS, 0}},
};

static bool add_rules(scmp_filter_ctx ctx)
{
    bool ok = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
              seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;
    for (size_t i = 0; ok && i < ARRAY_LEN(allowed); i++)
        ok = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    for (size_t i = 0; ok && i < ARRAY_LEN(conditional); i++)
        ok = seccomp_rule_add_array(ctx, conditional[i].action, conditional[i].call, 1,
                                    &conditional[i].when) == 0;
    /* clone3 hides its flags in memory: "not here" makes glibc use clone */
    return ok && seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

/* Kill on tgkill to anyone else. The pid is filled in by each child; what passes goes on to the
 * allow-list behind it. */
static void write_head(struct sock_filter head[static HEAD_STEPS])
{
    const struct sock_filter steps[HEAD_STEPS] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    memcpy(head, steps, sizeof steps);
}

static void filter_release(scmp_filter_ctx *ctx)
{
    if (*ctx)
        seccomp_release(*ctx);
}

static bool filter_build(struct child_cage *cage, struct err *err)
{
    scmp_filter_ctx ctx CLEANUP(filter_release) = seccomp_init(SCMP_ACT_KILL_PROCESS);
    size_t bytes = 0;
    if (!ctx || !add_rules(ctx) || seccomp_export_bpf_mem(ctx, NULL, &bytes) != 0)
        return err_set(err, ERR_FATAL, "sandbox: libseccomp does not make the filter");
    size_t n = bytes / sizeof *cage->filter + HEAD_STEPS;
    cage->filter = malloc(n * sizeof *cage->filter);
    if (!cage->filter || n > BPF_MAXINSNS)
        return err_set(err, ERR_FATAL, "sandbox: the filter has %zu steps", n);
    write_head(cage->filter);
    if (seccomp_export_bpf_mem(ctx, cage->filter + HEAD_STEPS, &bytes) != 0)
        return err_set(err, ERR_FATAL, "sandbox: libseccomp does not write the filter out");
    cage->n_filter = (uint16_t)n;
    return true;
}

/* Landlock without a rule: no path can be opened, made, or connected to. Kernels before 5.13 have
 * none; the filter stands alone there. */
static bool landlock_all(void)
{
    static const uint64_t files[] = {
        0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1};
    long abi = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return false;
    struct landlock_ruleset_attr all = {
        .handled_access_fs = files[abi < 5 ? abi : 5],
        .handled_access_net =
            abi < 4 ? 0 : LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP,
        .scoped = abi < 6 ? 0 : LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL,
    };
    int rules CLEANUP(fd_closep) = (int)syscall(__NR_landlock_create_ruleset, &all, sizeof all, 0);
    return rules >= 0 && syscall(__NR_landlock_restrict_self, rules, 0) == 0;
}

/* A service's own filter may refuse capset: nothing is to be dropped there. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct has[2] = {0}, none[2] = {0};
    return (syscall(SYS_capget, &head, has) == 0 && memcmp(has, none, sizeof none) == 0) ||
           syscall(SYS_capset, &head, none) == 0;
}

static uint64_t address_space(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;
    if (!f)
        return 0;
    if (fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    fclose(f);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void offer_to_oom_killer(void)
{
    int fd CLEANUP(fd_closep) = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && dprintf(fd, "%d", OOM_FIRST) < 0)
        return; /* a wish, not a wall */
}

bool cage_build(struct child_cage *cage, struct err *err)
{
    offer_to_oom_killer();
    cage->base_bytes = address_space();
    if (cage->base_bytes == 0)
        return err_set(err, ERR_FATAL, "sandbox: /proc/self/statm cannot be read: mount /proc");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !drop_capabilities())
        return err_set(err, ERR_FATAL, "sandbox: privileges cannot be dropped: %s",
                       strerror(errno));
    if (!filter_build(cage, err))
        return false;
    cage->has_landlock = landlock_all();
    return true;
}

bool child_filter_off(void)
{
#ifdef THANWELA_TEST_BUILD
    return getenv("THANWELA_NO_SECCOMP") != NULL;
#else
    return false;
#endif
}

static bool limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
    return setrlimit(what, &(struct rlimit){soft, hard}) == 0;
}

/* RLIMIT_NOFILE 0 keeps the descriptors that are there and gives no new one. RLIMIT_AS means
 * nothing to a sanitizer, which maps terabytes of shadow. RLIMIT_NPROC counts threads of the whole
 * user: the filter refuses processes instead. */
static bool limits_set(const struct child_cage *cage, const struct child_job *job,
                       uint64_t doc_bytes)
{
    uint64_t cpu = (uint64_t)job->cpu_s;
    uint64_t memory = cage->base_bytes + job->memory_bytes + doc_bytes;
    return limit(RLIMIT_CPU, cpu, cpu + 1) && limit(RLIMIT_FSIZE, 0, 0) &&
           limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NOFILE, 0, 0) && limit(RLIMIT_MEMLOCK, 0, 0) &&
           limit(RLIMIT_MSGQUEUE, 0, 0) && (CHILD_SANITIZED || limit(RLIMIT_AS, memory, memory));
}

bool cage_enter(const struct child_cage *cage, const struct child_job *job, uint64_t doc_bytes)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !limits_set(cage, job, doc_bytes))
        return false;
    if (child_filter_off())
        return true;
    cage->filter[HEAD_PID].k = (uint32_t)getpid();
    struct sock_fprog program = {.len = cage->n_filter, .filter = cage->filter};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
