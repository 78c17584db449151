/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela notice: a rule or a piece of knowledge to the coordinators, and their questions. */
#include "report/notice.h"
#include "base/thai.h"
#include "cli/listing.h"
#include "cli/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_notice;

enum { TEXT_MAX = 100000 }; /* bytes of a notice or an answer */

/* ---------------------------------------------------------------- text */

/* The words themselves, or a file of them ("-": standard input), without blank ends. */
static bool take_text(struct cli *c, const char *text, const char *path, const char **out,
                      struct err *err)
{
    struct buf b CLEANUP(buf_fini) = {0};
    char bytes[4096];
    if (text) {
        buf_adds(&b, text);
    } else {
        FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
        if (!f)
            return err_set(err, ERR_REFUSE, "%s: %s", path, strerror(errno));
        for (size_t n; b.len <= TEXT_MAX && (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
            buf_add(&b, bytes, n);
        if (f != stdin)
            fclose(f);
    }
    if (b.len > TEXT_MAX)
        return err_set(err, ERR_REFUSE, "the text is longer than %d bytes", TEXT_MAX);
    if (!utf8_valid(buf_str(&b), b.len) || strlen(buf_str(&b)) != b.len)
        return err_set(err, ERR_REFUSE, "the text is not UTF-8: save the file as UTF-8");
    while (b.len && strchr(" \r\n\t", b.data[b.len - 1]))
        b.data[--b.len] = 0;
    if (b.len == 0)
        return err_set(err, ERR_REFUSE, "the text is empty");
    *out = arena_strdup(c->a, buf_str(&b));
    return true;
}

/* ---------------------------------------------------------------- send */

static void say_plan(struct cli *c, const struct notice_wish *w, const struct notice_plan *plan)
{
    struct buf out CLEANUP(buf_fini) = {0};
    buf_addf(&out, "%s: %s\n", tr(c, "เรื่อง", "Subject"), w->subject);
    buf_addf(&out, "LINE: %s\n",
             plan->by_line ? tr(c, "กลุ่มผู้ประสานงาน", "the coordinators' group")
             : w->by_line  ? tr(c, "ปิดอยู่ ([line] mode = off)", "off ([line] mode = off)")
                           : tr(c, "ไม่ส่ง", "no"));
    for (int i = 0; i < plan->to.n; i++) {
        const struct notice_to *to = &plan->to.to[i];
        buf_addf(&out, "  %s %s: %s\n", to->agency_code, to->agency,
                 *to->rcpt    ? to->rcpt
                 : w->by_mail ? tr(c, "ไม่มีอีเมลผู้ประสานงาน ไม่ได้รับทางอีเมล",
                                   "no contact_mail: not reached by mail")
                              : tr(c, "ไม่ส่งอีเมล", "no mail"));
    }
    fputs(buf_str(&out), c->json ? stderr : stdout);
}

static bool channels_of(const char *by, struct notice_wish *w)
{
    w->by_mail = !by || strcmp(by, "mail") == 0;
    w->by_line = !by || strcmp(by, "line") == 0;
    return w->by_mail || w->by_line;
}

static int send_run(struct cli *c, int argc, char **argv)
{
    const char *to = NULL, *by = NULL, *text = NULL, *file = NULL;
    bool dry_run = false;
    struct notice_wish w = {.who = c->who};
    const struct opt opts[] = {{"--subject", OPT_TEXT, &w.subject},
                               {"--text", OPT_TEXT, &text},
                               {"--file", OPT_TEXT, &file},
                               {"--to", OPT_TEXT, &to},
                               {"--by", OPT_TEXT, &by},
                               {"--dry-run", OPT_FLAG, &dry_run}};
    struct err err = {0};
    struct notice_plan plan;
    int id;
    if (!cli_options(&command_notice, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1 || !w.subject || !*w.subject || !to || !*to || (text != NULL) == (file != NULL) ||
        !channels_of(by, &w))
        return cli_usage(&command_notice,
                         "send wants --subject, --to all or agencies, one of --text "
                         "and --file, and --by mail or line where not both");
    w.codes = strcmp(to, "all") == 0 ? "" : to;
    const struct config *config = cli_config(c);
    struct db *db CLEANUP(db_rollbackp) = config ? cli_db(c) : NULL;
    if (!db)
        return EXIT_USAGE;
    if (!take_text(c, text, file, &w.text, &err) || !db_begin(db, &err) ||
        !notice_prepare(c->a, db, config, &w, &plan, &err))
        return cli_fail(&err);
    say_plan(c, &w, &plan);
    if (dry_run) {
        puts(c->json ? "{\"done\": false}"
                     : tr(c, "ลองเท่านั้น ยังไม่ได้ส่ง", "Tried only: nothing was sent"));
        return EXIT_DONE;
    }
    if (!notice_send(c->a, db, config, &w, &plan, &id, &err))
        return cli_fail(&err);
    const char *line = plan.by_line ? tr(c, " และ LINE", " and LINE") : "";
    return change_done(c, db,
                       arena_printf(c->a, "{\"notice\": %d, \"mails\": %d}", id, plan.n_mails),
                       "%s %d: %s %d%s", tr(c, "ฝากส่งประกาศที่", "To be sent: notice"), id,
                       tr(c, "อีเมล", "mails"), plan.n_mails, line);
}

/* ---------------------------------------------------------------- list, show, questions */

static int list_run(struct cli *c, int argc, char **argv)
{
    static const struct field fields[] = {
        {"notice", "ที่", "no", FIELD_NUMBER, false, 0},
        {"at", "เมื่อ", "at", FIELD_TIME, false, 0},
        {"subject", "เรื่อง", "subject", FIELD_TEXT, true, 12},
        {"to", "ถึง", "to", FIELD_TEXT, true, 4},
        {"mails", "อีเมล", "mails", FIELD_NUMBER, false, 0},
        {"sent", "ส่งแล้ว", "sent", FIELD_NUMBER, false, 0},
        {"line", "LINE", "LINE", FIELD_TEXT, false, 0},
        {"questions", "คำถาม", "questions", FIELD_NUMBER, false, 0},
        {"open", "ยังไม่ตอบ", "open", FIELD_NUMBER, false, 0},
        {"who", "โดย", "by", FIELD_TEXT, false, 0},
    };
    struct err err = {0};
    struct notices list;
    if (argc != 1)
        return cli_usage(&command_notice, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!notice_list(c->a, db, 0, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "notices", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++) {
        const struct notice *n = &list.notice[i];
        listing_number(l, n->id);
        listing_time(l, n->at_us);
        listing_text(l, n->subject);
        listing_text(l, n->audience);
        listing_number(l, n->n_mails);
        listing_number(l, n->n_sent);
        listing_text(l, n->line_state);
        listing_number(l, n->n_questions);
        listing_number(l, n->n_open);
        listing_text(l, n->who);
    }
    return listing_print(l, false);
}

static int print_questions(struct cli *c, const struct notice_questions *list)
{
    static const struct field fields[] = {
        {"notice", "ประกาศ", "notice", FIELD_NUMBER, false, 0},
        {"register_no", "เลขรับ", "number", FIELD_TEXT, false, 0},
        {"asked_at", "ถามเมื่อ", "asked", FIELD_TIME, false, 0},
        {"agency", "จาก", "from", FIELD_TEXT, true, 8},
        {"subject", "เรื่อง", "subject", FIELD_TEXT, true, 12},
        {"answered_at", "ตอบเมื่อ", "answered", FIELD_TIME, false, 0},
        {"answered_by", "โดย", "by", FIELD_TEXT, false, 0},
        {"answer_state", "การส่ง", "state", FIELD_TEXT, false, 0},
        {"answer", NULL, NULL, FIELD_TEXT, false, 0},
    };
    struct listing *l = listing_new(c, "questions", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list->n; i++) {
        const struct notice_question *q = &list->question[i];
        listing_number(l, q->notice_id);
        listing_text(l, q->register_no);
        listing_time(l, q->asked_us);
        listing_text(l, *q->agency ? q->agency : q->from_addr);
        listing_text(l, q->subject);
        listing_time(l, q->answered_us);
        listing_text(l, q->answered_by);
        listing_text(l, q->answer_state);
        listing_text(l, q->answer);
    }
    return listing_print(l, false);
}

static int questions_run(struct cli *c, int argc, char **argv)
{
    struct notice_ask ask = {0};
    const struct opt opts[] = {{"--open", OPT_FLAG, &ask.open_only}};
    struct notice_questions list;
    struct err err = {0};
    if (!cli_options(&command_notice, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_notice, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!notice_questions(c->a, db, &ask, &list, &err))
        return cli_fail(&err);
    return print_questions(c, &list);
}

static void say_notice(struct cli *c, const struct notice *n, const struct notice_tos *to)
{
    printf("%s %d  %s  %s\n%s: %s\n\n%s\n\n", tr(c, "ประกาศที่", "Notice"), n->id,
           thai_time(c->a, n->at_us, THAI_DATE_TIME), n->who, tr(c, "เรื่อง", "Subject"), n->subject,
           n->body);
    if (*n->line_state)
        printf("LINE: %s %s\n", n->line_state, n->line_reply);
    for (int i = 0; i < to->n; i++)
        printf("  %s %s: %s\n", to->to[i].agency, to->to[i].rcpt,
               to->to[i].sent_us == TIME_NONE
                   ? arena_printf(c->a, "%s %s", to->to[i].state, to->to[i].reply)
                   : arena_printf(c->a, "%s %s", tr(c, "ส่งแล้ว", "sent"),
                                  thai_time(c->a, to->to[i].sent_us, THAI_DATE_TIME)));
}

static void say_answers(struct cli *c, const struct notice_questions *list)
{
    for (int i = 0; i < list->n; i++)
        if (list->question[i].answered_us != TIME_NONE)
            printf("\n%s %s  %s  %s\n%s\n", tr(c, "คำตอบของ", "Answer to"),
                   list->question[i].register_no,
                   thai_time(c->a, list->question[i].answered_us, THAI_DATE_TIME),
                   list->question[i].answered_by, list->question[i].answer);
}

static int show_run(struct cli *c, int argc, char **argv)
{
    struct err err = {0};
    struct notices list;
    struct notice_tos to;
    struct notice_questions questions;
    char *end = NULL;
    long id = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *end || id <= 0 || id > INT32_MAX)
        return cli_usage(&command_notice, "show wants the number of a notice");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    const struct notice_ask ask = {.notice_id = (int)id};
    if (!notice_list(c->a, db, (int)id, &list, &err) ||
        !notice_mails(c->a, db, (int)id, &to, &err) ||
        !notice_questions(c->a, db, &ask, &questions, &err))
        return cli_fail(&err);
    if (list.n == 0) {
        (void)!err_set(&err, ERR_REFUSE, "notice %ld: there is none of that number", id);
        return cli_fail(&err);
    }
    if (c->json)
        return print_questions(c, &questions);
    say_notice(c, &list.notice[0], &to);
    if (questions.n == 0)
        return EXIT_DONE;
    printf("\n");
    int status = print_questions(c, &questions);
    say_answers(c, &questions);
    return status;
}

/* ---------------------------------------------------------------- answer */

static int answer_run(struct cli *c, int argc, char **argv)
{
    const char *text = NULL, *file = NULL, *words;
    const struct opt opts[] = {{"--text", OPT_TEXT, &text}, {"--file", OPT_TEXT, &file}};
    struct notice_questions list;
    struct err err = {0};
    if (!cli_options(&command_notice, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || (text != NULL) == (file != NULL))
        return cli_usage(&command_notice,
                         "answer wants the register number of a question, and --text or --file");
    const struct config *config = cli_config(c);
    struct db *db CLEANUP(db_rollbackp) = config ? cli_db(c) : NULL;
    if (!db)
        return EXIT_USAGE;
    const struct notice_ask ask = {.register_no = argv[1]};
    if (!take_text(c, text, file, &words, &err) || !db_begin(db, &err) ||
        !notice_questions(c->a, db, &ask, &list, &err))
        return cli_fail(&err);
    if (list.n == 0) {
        (void)!err_set(&err, ERR_REFUSE,
                       "%s: no question about a notice has that number; see thanwela notice "
                       "questions",
                       argv[1]);
        return cli_fail(&err);
    }
    if (!notice_answer(c->a, db, config, &list.question[0], c->who, words, &err))
        return cli_fail(&err);
    return change_done(c, db, "{\"done\": true}", "%s: %s %s", argv[1],
                       tr(c, "ฝากคำตอบส่งถึง", "the answer waits to be sent to"),
                       list.question[0].from_addr);
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run},     {"show", show_run},
                                        {"send", send_run},     {"questions", questions_run},
                                        {"answer", answer_run}, {NULL, NULL}};
    return verb_run(&command_notice, c, argc, argv, verbs);
}

const struct command command_notice = {
    .name = "notice",
    .summary_th = "แจ้งระเบียบหรือความรู้แก่ผู้ประสานงาน และตอบคำถาม",
    .summary_en = "tell the coordinators a rule or a piece of knowledge, answer them",
    .usage_th = "วิธีใช้\n"
                "  thanwela notice list                      ประกาศที่เคยส่ง ใหม่สุดก่อน\n"
                "  thanwela notice show ที่                   ข้อความ ผู้รับ คำถาม และคำตอบ\n"
                "  thanwela notice send --subject เรื่อง (--text ข้อความ | --file ไฟล์)\n"
                "                 --to all|รหัส,รหัส [--by mail|line] [--dry-run]\n"
                "  thanwela notice questions [--open]        คำถามที่ตอบกลับมา (ที่ยังไม่ตอบ)\n"
                "  thanwela notice answer เลขรับ (--text ข้อความ | --file ไฟล์)\n"
                "\n"
                "ส่งทางอีเมลถึง contact_mail ของแต่ละหน่วยงาน และทางกลุ่ม LINE\n"
                "ไฟล์ - คืออ่านจากอินพุตมาตรฐาน --dry-run บอกว่าจะถึงใครโดยไม่ส่ง\n"
                "อีเมลที่ตอบกลับประกาศลงทะเบียนรับตามปกติ และนับเป็นคำถามของประกาศนั้น\n",
    .usage_en = "Usage\n"
                "  thanwela notice list                      what was sent, newest first\n"
                "  thanwela notice show NO                   text, readers, questions, answers\n"
                "  thanwela notice send --subject S (--text WORDS | --file FILE)\n"
                "                 --to all|CODE,CODE [--by mail|line] [--dry-run]\n"
                "  thanwela notice questions [--open]        what came back (not answered yet)\n"
                "  thanwela notice answer NUMBER (--text WORDS | --file FILE)\n"
                "\n"
                "By mail to each agency's contact_mail, and to the LINE group. FILE - is\n"
                "standard input. --dry-run says whom it would reach and sends nothing.\n"
                "A mail that answers a notice is registered as any other, and is a\n"
                "question about that notice.\n",
    .run = run,
};
