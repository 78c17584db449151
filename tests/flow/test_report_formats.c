/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What stands in every form of the lateness report, and what must not. */
#include "db/event.h"
#include "report/lateness.h"
#include "tests/flow/nightly_book.h"
#include "tests/flow/seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void what_a_stranger_wrote_stays_text_in_every_format(void **state)
{
    struct buf html CLEANUP(buf_fini) = {0}, csv CLEANUP(buf_fini) = {0};
    struct lateness *l = gather(*state, evening);
    write_as(l, REPORT_HTML, &html);
    write_as(l, REPORT_CSV, &csv);
    assert_null(strstr(buf_str(&html), "<script"));
    assert_non_null(strstr(buf_str(&csv), "\"'=HYPERLINK("));
    assert_non_null(strstr(buf_str(&csv), "\"'=1+1\""));
    assert_null(strstr(buf_str(&csv), ",="));
    assert_null(strstr(buf_str(&csv), ",\"="));
}

/* What a line of Python prints of tonight's workbook: z the archive, sheets the text of its sheets.
 */
static const char *workbook(struct seeded *s, const char *python)
{
    struct buf xlsx CLEANUP(buf_fini) = {0};
    char path[] = "/tmp/thanwela-xlsx-XXXXXX";
    char *told = arena_alloc(s->a, 256);
    int fd = mkstemp(path);
    write_as(gather(s, evening), REPORT_XLSX, &xlsx);
    assert_int_equal(write(fd, xlsx.data, xlsx.len), xlsx.len);
    close(fd);
    FILE *p = popen(
        arena_printf(s->a,
                     "python3 -c \"import re, sys, zipfile; z = zipfile.ZipFile('%s'); sheets ="
                     " ''.join(z.read(n).decode() for n in z.namelist() if 'worksheets/' in n);"
                     " %s\"",
                     path, python),
        "r");
    assert_non_null(p);
    assert_non_null(fgets(told, 256, p));
    assert_int_equal(pclose(p), 0);
    unlink(path);
    return told;
}

static void a_workbook_holds_no_formula_and_real_dates(void **state)
{
    assert_string_equal(
        workbook(*state, "print('<f>' in sheets, '<hyperlink' in sheets, '>=HYPERLINK' in sheets,"
                         " '44295.75' in sheets, sheets.count('<autoFilter'))"),
        "False False True True 16\n");
}

static void a_workbook_shows_the_second_that_made_it_late(void **state)
{
    assert_string_equal(
        workbook(*state, "styles = z.read('xl/styles.xml').decode();"
                         " cell = re.search(r's=.(\\d+).><v>44295\\.500011', sheets).group(1);"
                         " xf = styles.split('<cellXfs')[1].split('<xf ')[int(cell) + 1];"
                         " number = re.search(r'numFmtId=.(\\d+)', xf).group(1);"
                         " print(re.search('numFmtId=.' + number + '. formatCode=.(.*?)./>',"
                         " styles).group(1))"),
        "[$-107041E]d mmm yyyy hh:mm:ss\n");
}

/* What a shell command prints, blanks and ends of lines left out: on paper a hash is broken. */
static const char *printed(struct seeded *s, const char *command)
{
    struct buf out CLEANUP(buf_fini) = {0};
    FILE *p = popen(command, "r");
    assert_non_null(p);
    for (int c; (c = fgetc(p)) != EOF;)
        if (c > ' ')
            buf_addf(&out, "%c", c);
    assert_int_equal(pclose(p), 0);
    return arena_strdup(s->a, buf_str(&out));
}

/* On paper and in mails the end of the chain is out of reach of whoever would write it anew. */
static void every_format_names_the_head_of_the_chain(void **state)
{
    static const char *const readers[REPORT_N_FORMATS] = {
        [REPORT_TEXT] = "cat",
        [REPORT_HTML] = "cat",
        [REPORT_JSON] = "cat",
        [REPORT_CSV] = "cat",
        [REPORT_XLSX] = "python3 -c \"import io, sys, zipfile;"
                        " z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()));"
                        " print(''.join(z.read(n).decode() for n in z.namelist()))\"",
        [REPORT_PDF] = "pdftotext - -",
    };
    struct seeded *s = *state;
    struct err err = {0};
    assert_true(event_append(s->db, &(struct event){.who = "officer", .what = "note"}, &err));
    struct lateness *l = gather(s, "2100-01-01T18:00");
    const char *head = strchr(fact_of(lateness_book(l), "chain_head")->text, ' ') + 1;
    assert_int_equal(strlen(head), 64);
    for (int f = 0; f < REPORT_N_FORMATS; f++) {
        struct buf out CLEANUP(buf_fini) = {0};
        char path[] = "/tmp/thanwela-head-XXXXXX";
        int fd = mkstemp(path);
        write_as(l, (enum report_format)f, &out);
        assert_int_equal(write(fd, out.data, out.len), out.len);
        close(fd);
        if (!strstr(printed(s, arena_printf(s->a, "%s <%s", readers[f], path)), head))
            fail_msg("format %d does not name it", f);
        unlink(path);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, seeded_begin, seeded_end)
    const struct CMUnitTest tests[] = {
        TEST(what_a_stranger_wrote_stays_text_in_every_format),
        TEST(a_workbook_holds_no_formula_and_real_dates),
        TEST(a_workbook_shows_the_second_that_made_it_late),
        TEST(every_format_names_the_head_of_the_chain),
    };
    return cmocka_run_group_tests(tests, seeded_start, seeded_stop);
}
