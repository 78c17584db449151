/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the sandbox costs a document: bench_child [DOCUMENTS]. Beside it the same fork and wait
 * without any wall. */
#include "base/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WARM_BYTES = 32 << 20 }; /* what libraries with their fonts may have touched */

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int read_and_answer(int doc_fd, const void *request, size_t n)
{
    char byte;
    (void)request, (void)n;
    if (read(doc_fd, &byte, 1) != 1)
        return 1;
    child_send(1, &byte, 1);
    return 0;
}

static void touch_memory(void)
{
    char *p = malloc(WARM_BYTES);
    if (p)
        memset(p, 1, WARM_BYTES); /* kept: the fork copies its page tables */
}

static bool take(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    (void)type, (void)p;
    *(size_t *)user += n;
    return true;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *us, size_t n)
{
    qsort(us, n, sizeof *us, by_size);
    printf("%-28s median %6.0f us   p95 %6.0f us   p99 %6.0f us\n", what, us[n / 2],
           us[n * 95 / 100], us[n * 99 / 100]);
}

static bool one_document(struct zygote *z, size_t *n_back, struct err *err)
{
    static const struct child_limits limits = {20, 60000, (uint64_t)1 << 30, 1 << 20, 0};
    struct child_result result;
    int doc CLEANUP(fd_closep) = child_memfd("bench");
    if (write(doc, "x", 1) != 1)
        return err_set(err, ERR_FATAL, "no memory for a byte");
    if (!zygote_run(z, &limits, doc, "name.pdf", 8, take, n_back, &result, err))
        return false;
    return result.end == CHILD_DONE || err_set(err, ERR_FATAL, "%s", result.why);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000, n_back = 0;
    double *us = calloc(n, sizeof *us);
    struct zygote *z CLEANUP(zygote_stopp) = NULL;
    struct err err = {0};
    bool ok = us && zygote_start(read_and_answer, touch_memory, &z, &err);
    for (size_t i = 0; ok && i < n; i++) {
        double start = now_us();
        ok = one_document(z, &n_back, &err);
        us[i] = now_us() - start;
    }
    if (!ok || n_back != n) {
        fprintf(stderr, "bench_child: %s\n", err.text);
        return 1;
    }
    print("sandbox, one document", us, n);
    char *warm = calloc(1, WARM_BYTES);
    if (warm)
        memset(warm, 1, WARM_BYTES);
    for (size_t i = 0; i < n; i++) {
        double start = now_us();
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
        us[i] = now_us() - start;
    }
    print("bare fork and wait", us, n);
    free(warm);
    free(us);
    return 0;
}
