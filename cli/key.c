/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela key: the keys that sign receipts. */
#include "cli/cli.h"
#include "qr/token.h"

#include <string.h>

extern const struct command command_key;

enum { KEY_ID_DEFAULT = 1, KEY_ID_MAX = 255 };

static void say(const struct cli *c, const char *secret, const char *public_path, int64_t id)
{
    if (c->json) {
        printf("{\"key_id\":%d}\n", (int)id);
        return;
    }
    printf("%s %d\n", tr(c, "สร้างกุญแจแล้ว หมายเลข", "made key"), (int)id);
    printf("  %s  %s\n",
           tr(c, "กุญแจลับ (ลงนามใบรับ เก็บให้ปลอดภัย)    ",
              "secret key (signs receipts: keep it safe)     "),
           secret);
    printf("  %s  %s\n",
           tr(c, "กุญแจสาธารณะ (ตรวจสอบใบรับ แจกได้)      ",
              "public key (checks receipts: give it away)    "),
           public_path);
}

static int run(struct cli *c, int argc, char **argv)
{
    int64_t id = KEY_ID_DEFAULT;
    const struct opt opts[] = {{"--id", OPT_INT, &id}};
    struct err err = {0};
    if (!cli_options(&command_key, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 4 || strcmp(argv[1], "new") != 0)
        return cli_usage(&command_key, "%s",
                         tr(c, "ใช้ thanwela key new ไฟล์กุญแจลับ ไฟล์กุญแจสาธารณะ",
                            "say: thanwela key new SECRET PUBLIC"));
    if (id > KEY_ID_MAX)
        return cli_usage(&command_key, "--id: %s",
                         tr(c, "ต้องอยู่ระหว่าง 0 ถึง 255", "must be between 0 and 255"));
    if (!signer_create(argv[2], argv[3], (uint8_t)id, &err))
        return cli_fail(&err);
    say(c, argv[2], argv[3], id);
    return EXIT_DONE;
}

const struct command command_key = {
    .name = "key",
    .summary_th = "สร้างกุญแจที่ใช้ลงนามใบรับ",
    .summary_en = "make the keys that sign receipts",
    .usage_th = "วิธีใช้: thanwela key new ไฟล์กุญแจลับ ไฟล์กุญแจสาธารณะ [--id หมายเลข]\n"
                "\n"
                "สร้างกุญแจคู่ใหม่ ไฟล์กุญแจลับต้องยังไม่มีอยู่ (สร้างด้วยสิทธิ์ 0600)\n"
                "ไฟล์กุญแจสาธารณะถ้ามีอยู่แล้วจะเพิ่มหนึ่งบรรทัด ใบรับเดิมจึงยังตรวจสอบได้\n"
                "\n"
                "  --id หมายเลข  0 ถึง 255 (ปกติ 1) เปลี่ยนกุญแจครั้งใหม่ให้ใช้หมายเลขถัดไป\n",
    .usage_en = "Usage: thanwela key new SECRET PUBLIC [--id N]\n"
                "\n"
                "Makes a new pair. The secret file must not be there yet (it gets mode 0600);\n"
                "the public file may be: it gets one more line, so that old receipts can\n"
                "still be checked.\n"
                "\n"
                "  --id N   0 to 255 (usually 1); a new key gets the next number\n",
    .run = run,
};
