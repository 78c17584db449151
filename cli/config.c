/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela config: every option, or the values that hold; never a secret. */
#include "cli/cli.h"

#include <stdio.h>

extern const struct command command_config;

struct views {
    bool options, values, sample, man;
};

/* Read without a role's needs: an operator asks this when something is missing. */
static int print_values(struct cli *c, struct buf *out)
{
    const struct config *values = cli_config(c);
    if (!values)
        return EXIT_USAGE;
    config_write_values(values, out);
    return cli_print(out);
}

static int run(struct cli *c, int argc, char **argv)
{
    struct views v = {0};
    const struct opt opts[] = {
        {"--options", OPT_FLAG, &v.options},
        {"--values", OPT_FLAG, &v.values},
        {"--sample", OPT_FLAG, &v.sample},
        {"--man", OPT_FLAG, &v.man},
    };
    struct buf out CLEANUP(buf_fini) = {0};
    if (!cli_options(&command_config, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc > 1 || v.options + v.values + v.sample + v.man > 1)
        return cli_usage(&command_config, "%s",
                         tr(c, "ระบุได้เพียงตัวเลือกเดียว", "give one option at most"));
    if (v.sample)
        config_write_sample(&out);
    else if (v.man)
        config_write_man(c->english, &out);
    else if (v.values || (c->conf_path && !v.options))
        return print_values(c, &out);
    else
        config_write_options(c->english, &out);
    return cli_print(&out);
}

const struct command command_config = {
    .name = "config",
    .summary_th = "แสดงทุกตัวเลือกของแฟ้มตั้งค่า หรือค่าที่ใช้อยู่",
    .summary_en = "show every option of the configuration, or the values that hold",
    .usage_th = "วิธีใช้: thanwela [-c แฟ้ม] config [--options | --values | --sample | --man]\n"
                "\n"
                "  --options  ทุกตัวเลือก พร้อมค่าเริ่มต้น ช่วง และคำอธิบาย (ถ้าไม่ระบุ -c)\n"
                "  --values   ค่าที่ใช้อยู่จริงตามแฟ้มตั้งค่า (ถ้าระบุ -c)\n"
                "  --sample   แฟ้มตั้งค่าตัวอย่างพร้อมคำอธิบาย\n"
                "  --man      หน้า thanwela.conf(5)\n"
                "\n"
                "ความลับแสดงเป็นชื่อแฟ้มเท่านั้น\n",
    .usage_en = "usage: thanwela [-c FILE] config [--options | --values | --sample | --man]\n"
                "\n"
                "  --options  every option with its default, range and text (without -c)\n"
                "  --values   the values that hold by the file (with -c)\n"
                "  --sample   a commented configuration to start from\n"
                "  --man      the page thanwela.conf(5)\n"
                "\n"
                "Secrets are shown as the name of their file only.\n",
    .run = run,
};
