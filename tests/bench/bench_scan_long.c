/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One long document through the sandbox: bench_scan_long FILE. CPU a page, when the first code came
 * out, and the largest process. tests/bench/scan_long makes the documents. */
#include "base/child.h"
#include "base/clock.h"
#include "cli/load.h"
#include "qr/document.h"
#include "qr/scan_frames.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

struct seen {
    int64_t start_ms, first_code_ms;
    int n_codes, n_pages;
};

static bool on_frame(void *user, uint8_t type, const uint8_t *p, size_t n)
{
    struct seen *s = user;
    (void)p, (void)n;
    if (type == FRAME_CODE && s->n_codes++ == 0)
        s->first_code_ms = clock_mono_ms() - s->start_ms;
    s->n_pages += type == FRAME_PAGE;
    return true;
}

static bool scan(const char *path, struct seen *s, struct child_result *result, struct err *err)
{
    static const struct child_limits limits = {60, 600000, (uint64_t)900 << 20, 64 << 20, 0};
    struct {
        struct scan_request request;
        char name[4];
    } ask = {{0}, "pdf"};
    struct zygote *z CLEANUP(zygote_stopp) = NULL;
    int fd CLEANUP(fd_closep) = -1;
    if (!file_load(path, &fd, err) || !zygote_start(scan_child, document_warm_up, &z, err))
        return false;
    s->start_ms = clock_mono_ms();
    return zygote_run(z, &limits, fd, &ask, sizeof ask, on_frame, s, result, err);
}

int main(int argc, char **argv)
{
    struct seen s = {0};
    struct child_result result = {0};
    struct err err = {0};
    struct rusage used;
    if (argc != 2 || !scan(argv[1], &s, &result, &err)) {
        fprintf(stderr, "bench_scan_long: %s\n", argc == 2 ? err.text : "name one file");
        return 1;
    }
    getrusage(RUSAGE_CHILDREN, &used);
    printf(
        "%5d pages %5d codes %s  CPU %6.1f ms a page  first code after %4lld ms  largest process "
        "%ld MB\n",
        s.n_pages, s.n_codes, child_end_name(result.end),
        (double)result.cpu_us / 1000 / (s.n_pages ? s.n_pages : 1), (long long)s.first_code_ms,
        used.ru_maxrss / 1024);
    return 0;
}
