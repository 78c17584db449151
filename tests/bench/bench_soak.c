/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The daemon as a service, mails pouring in for as long as there are any. Nothing may be lost or
 * doubled, and what it holds of the machine must not grow with what it has done. Every so many
 * mails the world is let come to rest, and memory, descriptors and CPU time are written down.
 * THANWELA_MAILS says how many letters; duplicates, strangers and automatic mail come on top. */
#include "base/clock.h"
#include "tests/flow/world_mails.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PORTION = 50,       /* letters that are delivered at once */
    IN_FLIGHT = 100,    /* and how many may wait */
    SAMPLE_EVERY = 500, /* letters */
    SAMPLES_MAX = 400,
    SETTLED = 1000,     /* letters before the slope counts: caches fill */
    SLOPE_NEEDS = 5000, /* and how many letters after that make it a figure */
    STALL_S = 600,      /* nothing moved for so long: it hangs */
    ROLES_MAX = 8,
};

struct usage { /* of a process and all below it */
    double pss_kib;
    int n_fds, n_processes;
    double cpu_s; /* what has ended included */
};

struct sample {
    int n_letters;
    double wall_s;
    struct usage all, database, role[ROLES_MAX];
    int n_roles;
};

struct soak {
    struct world *w;
    struct db *db;
    pid_t service, postmaster;
    int n_letters, n_delivered, n_samples, n_settled;
    int64_t start_ms;
    struct sample samples[SAMPLES_MAX];
    char names[ROLES_MAX][16];
};

/* ---- what processes hold */

static size_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, size - 1, f) : 0;
    text[n] = 0;
    if (f)
        (void)fclose(f);
    return n;
}

static int count_fds(pid_t pid)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static double cpu_of(pid_t pid)
{
    char text[1024];
    unsigned long ticks[4] = {0}; /* user, system, and of children that were waited for */
    read_proc(pid, "stat", text, sizeof text);
    const char *at = strrchr(text, ')');
    if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
                      &ticks[0], &ticks[1], &ticks[2], &ticks[3]) != 4)
        return 0;
    return (double)(ticks[0] + ticks[1] + ticks[2] + ticks[3]) / (double)sysconf(_SC_CLK_TCK);
}

static double field_kib(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtod(at + strlen(name), NULL) : 0;
}

/* What it shares with the program's other copies, the libraries' pages, says nothing of a leak, and
 * changes with whoever else runs them. */
static void add_usage(pid_t pid, struct usage *u)
{
    char text[8192], *rest = NULL;
    read_proc(pid, "smaps_rollup", text, sizeof text);
    u->pss_kib += field_kib(text, "\nPss_Anon:") + field_kib(text, "\nPss_Shmem:");
    u->n_fds += count_fds(pid);
    u->cpu_s += cpu_of(pid);
    u->n_processes++;
    char children[64];
    snprintf(children, sizeof children, "task/%d/children", (int)pid);
    read_proc(pid, children, text, sizeof text);
    for (char *child = strtok_r(text, " ", &rest); child; child = strtok_r(NULL, " ", &rest))
        add_usage((pid_t)atoi(child), u);
}

/* Each child of the supervisor is a role; several of one name are one row. */
static void add_roles(struct soak *s, struct sample *out)
{
    char children[64], text[4096], *rest = NULL;
    snprintf(children, sizeof children, "task/%d/children", (int)s->service);
    read_proc(s->service, children, text, sizeof text);
    for (char *child = strtok_r(text, " ", &rest); child; child = strtok_r(NULL, " ", &rest)) {
        char name[32];
        int i = 0;
        read_proc((pid_t)atoi(child), "comm", name, sizeof name);
        name[strcspn(name, "\n")] = 0;
        while (i < ROLES_MAX && s->names[i][0] && strcmp(s->names[i], name) != 0)
            i++;
        assert_true(i < ROLES_MAX);
        snprintf(s->names[i], sizeof s->names[i], "%.15s", name);
        add_usage((pid_t)atoi(child), &out->role[i]);
    }
}

/* ---- mails in, until all are answered */

static int n_waiting(struct soak *s)
{
    return s->n_delivered -
           (int)database_int(s->db, "select count(*) from outbox where state = 'sent'");
}

static void wait_until(struct soak *s, int n_waiting_max)
{
    int last = n_waiting(s);
    for (int64_t moved_ms = clock_mono_ms(); last > n_waiting_max; usleep(200000)) {
        int now = n_waiting(s);
        if (now != last)
            moved_ms = clock_mono_ms();
        if (clock_mono_ms() - moved_ms > STALL_S * 1000)
            fail_msg("%d letters wait and nothing moves: see %s", now, s->w->daemon->log);
        last = now;
    }
}

static void rest(struct soak *s)
{
    wait_until(s, 0);
    for (int i = 0; i < 300 && !world_is_done(s->w); i++)
        usleep(200000);
    assert_true(world_is_done(s->w));
    sleep(2); /* pages and children of the last one are gone */
}

static void take_sample(struct soak *s)
{
    assert_true(s->n_samples < SAMPLES_MAX);
    rest(s);
    struct sample *x = &s->samples[s->n_samples++];
    x->n_letters = s->n_delivered;
    x->wall_s = (double)(clock_mono_ms() - s->start_ms) / 1000;
    add_usage(s->service, &x->all);
    add_usage(s->postmaster, &x->database);
    add_roles(s, x);
    const struct sample *before = s->n_samples > 1 ? x - 1 : x;
    int n = x->n_letters - before->n_letters;
    printf("%7d  %8.0f  %5d %5d", x->n_letters, x->all.pss_kib, x->all.n_fds, x->all.n_processes);
    if (n > 0)
        printf("  %7.1f %9.1f %9.1f", n / (x->wall_s - before->wall_s),
               (x->all.cpu_s - before->all.cpu_s) * 1000 / n,
               (x->database.cpu_s - before->database.cpu_s) * 1000 / n);
    else
        printf("  %7s %9s %9s", "", "", "");
    for (int i = 0; i < ROLES_MAX && s->names[i][0]; i++)
        printf("  %s %.0f", s->names[i], x->role[i].pss_kib);
    printf("\n");
    (void)fflush(stdout);
}

/* ---- what it comes to */

/* Least squares over the samples after the first ones, in per cent of their mean a thousand
 * letters; 0 with fewer than three. */
static double slope(const struct soak *s, int role, double *mean_out)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < s->n_samples; i++) {
        double x = s->samples[i].n_letters / 1000.0;
        double y = role < 0 ? s->samples[i].all.pss_kib : s->samples[i].role[role].pss_kib;
        if (s->samples[i].n_letters < s->n_settled)
            continue;
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    *mean_out = n > 0 ? sy / n : 0;
    return n < 3 ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx) / *mean_out * 100;
}

static void tell_slope(const struct soak *s, const char *who, int role)
{
    double mean, of_it = slope(s, role, &mean);
    printf("  %-12s %+.2f %% a thousand letters, of %.0f KiB\n", who, of_it, mean);
}

static void tell(const struct soak *s)
{
    const struct sample *first = &s->samples[0], *last = &s->samples[s->n_samples - 1];
    printf("\n%d letters and what came with them, in %.0f s: 0 lost, 0 doubled; %d receipts "
           "repeated\n",
           s->n_delivered, last->wall_s - first->wall_s, s->w->n_repeats);
    printf("descriptors: %d after the first sample, %d at the end\n", s->samples[1].all.n_fds,
           last->all.n_fds);
    printf("memory after the first %d (target: < 1 %% a thousand; a figure from %d letters on)\n",
           s->n_settled, SETTLED + SLOPE_NEEDS);
    tell_slope(s, "all", -1);
    for (int i = 0; i < ROLES_MAX && s->names[i][0]; i++)
        tell_slope(s, s->names[i], i);
}

static void start(struct soak *s)
{
    char command[512], pid[32] = "";
    const struct daemon *d = s->w->daemon;
    snprintf(command, sizeof command, "sed -i 's/^.receipt.$/[receipt]\\ndaily_cap = 100000/' '%s'",
             d->conf);
    assert_int_equal(system(command), 0);
    world_clear(s->w);
    s->db = world_database(s->w);
    FILE *f = fopen(office_path(d->a, d->office, "pid/postgres"), "re");
    assert_non_null(f);
    assert_true(fread(pid, 1, sizeof pid - 1, f) > 0);
    (void)fclose(f);
    s->postmaster = (pid_t)atoi(pid);
    s->service = daemon_start(d, NULL, false);
    s->start_ms = clock_mono_ms();
    sleep(3);
}

static void a_service_holds_no_more_after_thousands_of_mails_than_before(void **state)
{
    int n = (int)world_setting("THANWELA_MAILS", 300);
    const struct scenario mix = {.name = "soak",
                                 .n_letters = n,
                                 .n_documents = n / 2,
                                 .n_duplicates = n / 10,
                                 .n_strangers = n / 20,
                                 .n_automatic = n / 20};
    static struct soak s;
    int every = n / 6 < SAMPLE_EVERY ? n / 6 : SAMPLE_EVERY;
    (void)state;
    s = (struct soak){
        .w = world_new(&mix), .n_letters = n, .n_settled = n / 4 < SETTLED ? n / 4 : SETTLED};
    world_spare_the_disk(s.w); /* nobody pulls the plug here */
    start(&s);
    printf("%7s  %8s  %5s %5s  %7s %9s %9s  %s\n", "letters", "PSS KiB", "fds", "procs", "/s",
           "CPU ms", "db CPU ms", "PSS of each role");
    for (int next_sample = 0; s.n_delivered < n;) {
        if (s.n_delivered >= next_sample) {
            take_sample(&s);
            next_sample += every;
        }
        int end = s.n_delivered + PORTION < n ? s.n_delivered + PORTION : n;
        world_deliver_portion(s.w, s.n_delivered, end);
        s.n_delivered = end;
        wait_until(&s, IN_FLIGHT - PORTION);
    }
    take_sample(&s);
    assert_int_equal(daemon_end(s.service, SIGTERM), 0);
    world_check(s.w);
    tell(&s);
    double mean, grown = slope(&s, -1, &mean);
    assert_int_equal(s.samples[s.n_samples - 1].all.n_fds, s.samples[1].all.n_fds);
    if (n >= SETTLED + SLOPE_NEEDS && grown >= 1)
        fail_msg("memory grows by %.2f %% a thousand letters", grown);
    db_close(s.db);
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_holds_no_more_after_thousands_of_mails_than_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
