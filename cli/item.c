/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela item: the register, as an officer works it all day. */
#include "cli/item.h"

#include "base/thai.h"
#include "db/ledger.h"
#include "db/secrecy.h"
#include <stdlib.h>
#include <string.h>

static const char usage_th[] =
    "วิธีใช้\n"
    "  thanwela item list [ตัวเลือก]            รายการในทะเบียน ใหม่สุดก่อน\n"
    "  thanwela item show เลขรับ               ทุกอย่างของเรื่องหนึ่ง เช่น 12/2564\n"
    "  thanwela item add แฟ้ม… --subject เรื่อง --agency รหัส [--letter-no ที่]\n"
    "                [--matter เลข] [--entered-at เวลา] [--why เหตุ] [--mail ที่อยู่]\n"
    "                                         ลงทะเบียนเอกสารที่นำส่งด้วยมือ\n"
    "  thanwela item receipt เลขรับ [--pdf ไฟล์]  ใบรับ เป็น PDF\n"
    "  thanwela item assign เลขรับ [--matter เลข] [--agency รหัส] [--class ประเภท]\n"
    "                             --why เหตุ    เจ้าหน้าที่ระบุเรื่อง หน่วยงาน หรือประเภท\n"
    "  thanwela item status เลขรับ สถานะ --why เหตุ\n"
    "                                         เปลี่ยนสถานะ เช่น ตรวจสอบ เสนอรัฐมนตรี ปิด\n"
    "  thanwela item incomplete เลขรับ --why เหตุ\n"
    "                                         มาไม่ครบ เช่น ขาดสิ่งที่ส่งมาด้วย 2\n"
    "  thanwela item complete เลขรับ --why เหตุ [--by เลขรับ]\n"
    "                                         ครบแล้ว หรือครบด้วยฉบับที่ตามมา\n"
    "  thanwela item cancel เลขรับ --why เหตุ   ยกเลิกเลข เลขยังอยู่พร้อมเหตุ\n"
    "  thanwela item secrecy เลขรับ ลับ|ลับมาก|ลับที่สุด|ปกติ --why เหตุ\n"
    "                                         กำหนดหรือยกเลิกชั้นความลับ ลิงก์ถึงแฟ้มปิดทันที\n"
    "  thanwela item release รหัส --why เหตุ    ปล่อยจดหมายที่กันไว้ให้รับใหม่\n"
    "  thanwela item release เลขรับ --why เหตุ  เปิดอ่านแฟ้มที่เลิกอ่านไปอีกครั้ง\n"
    "\n"
    "item add: เวลารับคือขณะนี้ เวลาก่อนหน้าต้องมีเหตุผล  --mail ส่งใบรับทางอีเมลด้วย\n"
    "แฟ้มชุดเดิมของหนังสือเดิมได้เลขเดิม\n"
    "\n"
    "ตัวเลือกของ list\n"
    "  --state สถานะ   registered cancelled check unverified on_time late\n"
    "                 incomplete no_deadline หรือสถานะเรื่อง เช่น ตรวจสอบ\n"
    "                 จดหมายที่ยังไม่มีเลข: quarantined duplicate ignored stored\n"
    "  --from วัน --to วัน   วันที่รับ ทั้งสองวันนับด้วย เช่น 2564-04-01\n"
    "  --agency รหัส   --matter เลขเรื่อง   --search คำ\n"
    "  --as-of เวลา    ผลการพิจารณา ณ เวลานั้น และ list ตามทะเบียน ณ เวลานั้น\n"
    "  --limit จำนวน (50)   --page หน้า (1)\n";
static const char usage_en[] =
    "Usage\n"
    "  thanwela item list [OPTIONS]            the register, newest first\n"
    "  thanwela item show NUMBER               all of one item: 12/2564\n"
    "  thanwela item add FILE… --subject TEXT --agency CODE [--letter-no NO]\n"
    "                [--matter NO] [--entered-at TIME] [--why WHY] [--mail ADDRESS]\n"
    "                                          a document that came by hand\n"
    "  thanwela item receipt NUMBER [--pdf FILE]   its receipt, as PDF\n"
    "  thanwela item assign NUMBER [--matter NO] [--agency CODE] [--class CLASS]\n"
    "                             --why WHY    an officer says what it is\n"
    "  thanwela item status NUMBER STATUS --why WHY\n"
    "  thanwela item incomplete NUMBER --why WHY   something is missing in it\n"
    "  thanwela item complete NUMBER --why WHY [--by NUMBER]\n"
    "                                          all is there, or came with another\n"
    "  thanwela item cancel NUMBER --why WHY   the number stays, with its reason\n"
    "  thanwela item secrecy NUMBER LEVEL --why WHY\n"
    "    LEVEL: ลับ, ลับมาก, ลับที่สุด; none lifts it\n"
    "  thanwela item release ID --why WHY      take a mail that was set aside\n"
    "  thanwela item release NUMBER --why WHY  scan again files that were given up\n"
    "\n"
    "item add: it came now; an earlier time wants its reason. --mail has the\n"
    "receipt mailed too. The same files of the same letter get the first number.\n"
    "\n"
    "Options of list\n"
    "  --state STATE  registered cancelled check unverified on_time late\n"
    "                 incomplete no_deadline, or a status in Thai;\n"
    "                 mails without a number: quarantined duplicate ignored stored\n"
    "  --from DAY --to DAY   day of receipt, both counted: 2021-04-01\n"
    "  --agency CODE   --matter NUMBER   --search WORD\n"
    "  --as-of TIME    the judgement as of then; list: the register as it stood\n"
    "  --limit N (50)  --page N (1)\n";

static int item_run(struct cli *c, int argc, char **argv);
const struct command command_item = {"item",
                                     "ทะเบียนหนังสือรับ: ดู ค้น รับด้วยมือ แก้ไข ยกเลิก ปล่อย",
                                     "the register: list, show, add, assign, cancel, release",
                                     usage_th,
                                     usage_en,
                                     item_run};

static const struct verb {
    const char *name;
    int (*run)(struct cli *c, int argc, char **argv);
} verbs[] = {
    {"list", item_list_run},         {"add", item_add_run},
    {"receipt", item_receipt_run},   {"show", item_show_run},
    {"assign", item_assign_run},     {"status", item_status_run},
    {"cancel", item_cancel_run},     {"release", item_release_run},
    {"secrecy", item_secrecy_run},   {"incomplete", item_incomplete_run},
    {"complete", item_complete_run},
};

static int item_run(struct cli *c, int argc, char **argv)
{
    const char *names[ARRAY_LEN(verbs)];
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        names[i] = verbs[i].name;
        if (argc > 1 && strcmp(verbs[i].name, argv[1]) == 0)
            return verbs[i].run(c, argc - 1, argv + 1);
    }
    if (argc < 2)
        return cli_usage(&command_item, "what to do is missing: list, show …");
    const char *near = cli_nearest(argv[1], names, ARRAY_LEN(names));
    return cli_usage(&command_item, "%s: no such action%s%s", argv[1],
                     near ? "; did you mean " : "", near ? near : "");
}

const char *item_time(struct arena *a, int64_t us)
{
    return thai_time(a, us, THAI_DATE_TIME);
}

/* ---- an officer's word */

static int said(struct cli *c, const char *what, const char *th, const char *en)
{
    if (!c->json)
        printf("%s: %s\n", what, tr(c, th, en));
    return EXIT_DONE;
}

int item_assign_run(struct cli *c, int argc, char **argv)
{
    struct item_assign to = {0};
    const char *why = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--matter", OPT_TEXT, &to.matter},
                               {"--agency", OPT_TEXT, &to.agency},
                               {"--class", OPT_TEXT, &to.class_name},
                               {"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !why || !*why)
        return cli_usage(&command_item, "assign wants one number and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!item_assign(db, argv[1], &to, c->who, why, &err))
        return cli_fail(&err);
    return said(c, argv[1], "บันทึกแล้ว", "assigned");
}

int item_status_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !why || !*why)
        return cli_usage(&command_item, "status wants one number, a status and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!item_status(db, argv[1], argv[2], c->who, why, &err))
        return cli_fail(&err);
    return said(c, argv[1], argv[2], argv[2]);
}

const char *secrecy_word(const char *word)
{
    static const char *const lifting[] = {"ปกติ", "ไม่ลับ", "none", "-"};
    for (size_t i = 0; i < ARRAY_LEN(lifting); i++)
        if (strcmp(lifting[i], word) == 0)
            return "";
    return word;
}

int item_secrecy_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 3 || !why || !*why)
        return cli_usage(&command_item, "secrecy wants one number, a word and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!item_secrecy(db, argv[1], secrecy_word(argv[2]), c->who, why, &err))
        return cli_fail(&err);
    return said(c, argv[1], argv[2], argv[2]);
}

static int mark(struct cli *c, int argc, char **argv, bool is_whole)
{
    const char *why = NULL, *by = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}, {"--by", OPT_TEXT, &by}};
    if (!cli_options(&command_item, &argc, argv, opts, is_whole ? 2 : 1))
        return EXIT_USAGE;
    if (argc != 2 || !why || !*why)
        return cli_usage(&command_item, "%s wants one number and --why", argv[0]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (by ? !item_completes(db, argv[1], by, c->who, why, &err)
           : !item_mark_whole(db, argv[1], is_whole, c->who, why, &err))
        return cli_fail(&err);
    return is_whole ? said(c, argv[1], "ครบแล้ว", "complete")
                    : said(c, argv[1], "ไม่ครบ รอส่งเพิ่ม", "incomplete");
}

int item_incomplete_run(struct cli *c, int argc, char **argv)
{
    return mark(c, argc, argv, false);
}

int item_complete_run(struct cli *c, int argc, char **argv)
{
    return mark(c, argc, argv, true);
}

int item_cancel_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !why || !*why)
        return cli_usage(&command_item, "cancel wants one number and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!item_cancel(db, argv[1], c->who, why, &err))
        return cli_fail(&err);
    return said(c, argv[1], "ยกเลิกเลขแล้ว เลขนี้ไม่ใช้ซ้ำ", "cancelled; the number is not used again");
}

/* A number: the files of that item that were given up. */
static int release_files(struct cli *c, const char *register_no, const char *why)
{
    struct err err = {0};
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!item_rescan(db, register_no, c->who, why, &err))
        return cli_fail(&err);
    return said(c, register_no, "จะเปิดอ่านแฟ้มที่เลิกอ่านไปอีกครั้ง",
                "files that were given up are scanned again");
}

int item_release_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    char *end = NULL;
    struct err err = {0};
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc == 2 && strchr(argv[1], '/') && why && *why)
        return release_files(c, argv[1], why);
    long long id = argc == 2 ? strtoll(argv[1], &end, 10) : 0;
    if (!end || *end || id <= 0 || !why || !*why)
        return cli_usage(
            &command_item,
            "release wants the id of a mail from list --state quarantined, or the number "
            "of an item with a file that was given up, and --why");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!ledger_release(db, id, c->who, why, &err))
        return cli_fail(&err);
    return said(c, argv[1], "ปล่อยแล้ว จะรับลงทะเบียนในรอบถัดไป",
                "released; it is taken in the next round");
}
