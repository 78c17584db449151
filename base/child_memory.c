/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Noticing that memory ran out in a child.
 *
 * Libraries answer a failed malloc in a dozen ways: an error that looks like a damaged file, a C++
 * exception, a NULL dereference. So the allocator itself is asked: malloc and its kin are defined
 * here, over glibc's own, and note a refusal. malloc has no argument to carry state in, hence the
 * one mutable variable. Test builds leave malloc to the sanitizers and fault injectors. */
#include "base/child_part.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#if CHILD_SANITIZED
#include <sanitizer/common_interface_defs.h>

/* RLIMIT_AS means nothing to a sanitizer; so much at once is refused instead, as malloc would. */
const char *__asan_default_options(void);
__attribute__((weak)) const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}
#endif

static volatile sig_atomic_t refused;

bool child_memory_refused(void)
{
    return refused != 0;
}

/* The second signal of the same kind has its default action: abort() raises it again, a fault
 * happens again. */
static void end_for_memory(int signal)
{
    (void)signal;
    if (refused)
        _exit(CHILD_EXIT_MEMORY);
}

void memory_watch(void)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS};
    struct sigaction action = {.sa_handler = end_for_memory, .sa_flags = (int)SA_RESETHAND};
    refused = 0;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        sigaction(signals[i], &action, NULL);
#if CHILD_SANITIZED
    __sanitizer_set_death_callback(abort); /* a finding is a crash, not an exit status */
#endif
}

#if !CHILD_SANITIZED && !defined(THANWELA_TEST_BUILD)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static void *noted(void *p, size_t n)
{
    if (!p && n > 0)
        refused = 1;
    return p;
}

void *malloc(size_t n)
{
    return noted(__libc_malloc(n), n);
}

void *calloc(size_t n, size_t size)
{
    return noted(__libc_calloc(n, size), n);
}

void *realloc(void *p, size_t n)
{
    return noted(__libc_realloc(p, n), n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return noted(__libc_memalign(align, n), n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
    if (align % sizeof(void *) != 0 || (align & (align - 1)) != 0 || align == 0)
        return EINVAL;
    void *p = noted(__libc_memalign(align, n), n);
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

#endif
