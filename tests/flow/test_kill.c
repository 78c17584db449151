/* SPDX-License-Identifier: AGPL-3.0-or-later
 * kill -9 at a step, go on, and demand the same end: nothing lost, nothing doubled. A step is any
 * effect outside the process. A run visits THANWELA_KILL_POINTS steps of each scenario, one drawn
 * by THANWELA_SEED from each of as many equal stretches; `script/test --long` visits many. */
#include "tests/flow/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const no_move[] = {"--no-move", NULL};
static const char *const by_courier[] = {"--imap", "courier", NULL};

static const struct scenario letters = {.name = "letters", .n_letters = 20, .n_documents = 3};
static const struct scenario mixed = {.name = "mixed",
                                      .n_letters = 14,
                                      .n_documents = 2,
                                      .n_duplicates = 3,
                                      .n_strangers = 2,
                                      .n_automatic = 2};
static const struct scenario copying = {.name = "server without MOVE",
                                        .office_options = no_move,
                                        .n_letters = 18,
                                        .n_documents = 1,
                                        .n_strangers = 2};
static const struct scenario large = {
    .name = "a large mail", .n_letters = 20, .large_bytes = 5 << 20};
static const struct scenario two_boxes = {
    .name = "two mailboxes, the same mails",
    .mailboxes = "saraban=saraban@mof.example:cabinet sapha=sapha@mof.example:parliament",
    .n_letters = 20,
    .n_documents = 1,
    .both_mailboxes = true};
static const struct scenario many_documents = {
    .name = "documents", .n_letters = 20, .n_documents = 20};

static const struct scenario courier = {.name = "Courier",
                                        .office_options = by_courier,
                                        .n_letters = 17,
                                        .n_documents = 1,
                                        .n_duplicates = 2,
                                        .n_strangers = 2};
static const struct scenario poison = {.name = "mails and files that kill their child",
                                       .n_letters = 18,
                                       .n_documents = 2,
                                       .n_poison_files = 2,
                                       .n_strangers = 1,
                                       .n_poison_mails = 2};

/* To the end, and what was poison is tried again: the same end whenever that is asked. */
static void end_and_check(struct world *w)
{
    world_finish(w);
    world_check(w);
    if (w->scenario->n_poison_mails + w->scenario->n_poison_files == 0)
        return;
    world_release_poison(w);
    world_finish(w);
    world_check(w);
}

static void kill_at_steps(const struct scenario *s)
{
    long n_points = world_setting("THANWELA_KILL_POINTS", 4),
         seed = world_setting("THANWELA_SEED", 1);
    uint64_t chance = (uint64_t)seed;
    struct world *w = world_new(s);
    world_spare_the_disk(w);
    world_reset(w);
    long n_steps = world_count_steps(w);
    end_and_check(w);
    for (long i = 0; i < n_points; i++) {
        char env[64];
        long from = i * n_steps / n_points, to = (i + 1) * n_steps / n_points;
        unsigned long n_stretch = (unsigned long)(to > from ? to - from : 1);
        long at = 1 + from + (long)world_chance(&chance, n_stretch);
        snprintf(env, sizeof env, "THANWELA_CRASH_AT=%ld", at);
        print_message("%s: killed at step %ld of %ld\n", s->name, at, n_steps);
        world_reset(w);
        int status = daemon_once(w->daemon, env);
        assert_true(status == 128 + 9 || status == 0);
        end_and_check(w);
    }
    print_message(
        "%s: seed %ld, %ld of %ld steps, 0 lost, 0 doubled numbers, %d receipts repeated\n",
        s->name, seed, n_points, n_steps, w->n_repeats);
    world_free(w);
}

#define KILL(scenario)                                                                             \
    static void killed_anywhere_ends_the_same_##scenario(void **state)                             \
    {                                                                                              \
        (void)state;                                                                               \
        kill_at_steps(&(scenario));                                                                \
    }
KILL(letters)
KILL(mixed)
KILL(copying)
KILL(large)
KILL(two_boxes)
KILL(many_documents)
KILL(poison)
KILL(courier)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_anywhere_ends_the_same_letters),
        cmocka_unit_test(killed_anywhere_ends_the_same_mixed),
        cmocka_unit_test(killed_anywhere_ends_the_same_copying),
        cmocka_unit_test(killed_anywhere_ends_the_same_large),
        cmocka_unit_test(killed_anywhere_ends_the_same_two_boxes),
        cmocka_unit_test(killed_anywhere_ends_the_same_many_documents),
        cmocka_unit_test(killed_anywhere_ends_the_same_poison),
        cmocka_unit_test(killed_anywhere_ends_the_same_courier),
    };
    if (getenv("THANWELA_ONLY")) /* "*copying": one scenario alone */
        cmocka_set_test_filter(getenv("THANWELA_ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
