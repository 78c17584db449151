/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What `thanwela --help` and `thanwela NAME --help` print, command by command. */
#include "base/thai.h"
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COMMAND(group, name) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

static const struct {
    const char *name;
    const struct command *command;
} table[] = {
#define COMMAND(group, name) {#name, &command_##name},
#include "cli/commands.def"
#undef COMMAND
};

enum { USAGE_COLUMNS = 78, SUMMARY_COLUMNS = 66 };

static void each_command_has_the_name_of_its_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        assert_string_equal(table[i].command->name, table[i].name);
        assert_non_null(table[i].command->run);
    }
}

static void summaries_fit_behind_the_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        assert_in_range(text_columns(table[i].command->summary_th), 5, SUMMARY_COLUMNS);
        assert_in_range(text_columns(table[i].command->summary_en), 5, SUMMARY_COLUMNS);
    }
}

static void no_line_of_help_is_too_wide(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const char *const texts[] = {table[i].command->usage_th, table[i].command->usage_en};
        for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
            struct arena *a CLEANUP(arena_freep) = arena_new();
            char *text = arena_strdup(a, texts[t]);
            assert_true(strlen(text) > 0 && text[strlen(text) - 1] == '\n');
            for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
                if (text_columns(line) > USAGE_COLUMNS)
                    fail_msg("%s: %d columns: %s", table[i].name, text_columns(line), line);
        }
    }
}

static void the_usage_names_the_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const char *const texts[] = {table[i].command->usage_th, table[i].command->usage_en};
        for (size_t t = 0; t < ARRAY_LEN(texts); t++)
            if (!strstr(texts[t], "thanwela ") || !strstr(texts[t], table[i].name))
                fail_msg("%s: its usage does not say how it is called", table[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command_has_the_name_of_its_file),
        cmocka_unit_test(summaries_fit_behind_the_names),
        cmocka_unit_test(no_line_of_help_is_too_wide),
        cmocka_unit_test(the_usage_names_the_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
