/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /S/TOKEN: what a phone that scans a slip sees: that the office made it, which matter it is, by
 * when, and where the answer goes. A slip travels on a cover letter, so strangers scan it too: no
 * title, and of a secret matter nothing. */
#include "web/pages.h"
#include "web/parts.h"
#include "web/seal.h"

#include "base/thai.h"
#include "db/slip.h"

static const struct seal seals[SEAL_KINDS] = {
    [SEAL_GENUINE] = {"genuine", "ใบปะหน้าถูกต้อง", "Genuine slip",
                      "สำนักงานออกใบปะหน้านี้ ให้หน่วยงานแนบไปกับเอกสารที่ส่ง",
                      "The office made this slip, for an agency to send with its documents."},
    [SEAL_FALSE] = {"false", "ใบปะหน้าไม่ถูกต้อง", "Not genuine",
                    "ลายเซ็นของรหัสนี้ไม่ตรง สำนักงานไม่ได้ออกใบปะหน้านี้ อย่าส่งเอกสารตามใบนี้ "
                    "โปรดติดต่อสำนักงานทางที่ท่านรู้จัก",
                    "The signature is wrong: the office did not make this slip. Send nothing by "
                    "it; ask the office by a way that you know."},
    [SEAL_UNKNOWN] = {"unknown", "ไม่พบใบปะหน้านี้", "Unknown slip",
                      "สแกนใหม่ให้ครบทั้งรหัส หากยังไม่พบ โปรดติดต่อสำนักงาน",
                      "Scan the whole code again; if it stays unknown, ask the office."},
};

static const char *instant(struct web_request *r, int64_t us)
{
    if (us == TIME_NONE)
        return web_tr(r, "ยังไม่กำหนด", "not set yet");
    return r->english ? part_time(r, us) : thai_time(r->a, us, THAI_LONG_SECOND);
}

/* One line where all have the same deadline; agencies are named only where they differ. */
static void write_deadlines(struct web_request *r, struct html *h, const struct slip_matter *m)
{
    const char *label = web_tr(r, "ต้องถึงสำนักงานภายใน", "To be here by");
    bool same = true;
    for (int i = 1; i < m->n_parties; i++)
        same &= m->parties[i].due_us == m->parties[0].due_us;
    if (m->n_parties == 0)
        part_fact(h, label, instant(r, TIME_NONE));
    else if (same)
        part_fact(h, label, instant(r, m->parties[0].due_us));
    for (int i = 0; !same && i < m->n_parties; i++)
        part_fact(h, arena_printf(r->a, "%s · %s", label, m->parties[i].agency),
                  instant(r, m->parties[i].due_us));
}

static void write_facts(struct web_request *r, struct html *h, const struct slip_matter *m,
                        const struct token *t)
{
    const struct config *c = r->site->config;
    html_start(h, "dl");
    part_fact(h, web_tr(r, "เรื่องที่", "Matter"), arena_printf(r->a, "%d/%d", m->no, m->year));
    write_deadlines(r, h, m);
    part_fact(h, web_tr(r, "ส่งไปที่", "Send it to"),
              c->office_addr && *c->office_addr
                  ? arena_printf(r->a, "%s <%s>", c->office_name, c->office_addr)
                  : c->office_name);
    part_fact(h, web_tr(r, "ออกเมื่อ", "Made"), instant(r, t->entered_at_us));
    html_end(h);
    html_start(h, "p");
    html_attr(h, "class", "note");
    html_text(h, web_tr(r,
                        "กำหนดนี้คือกำหนดปัจจุบัน หากต่างจากที่พิมพ์บนใบปะหน้า ให้ถือตามหน้านี้ "
                        "วางใบนี้หรือติดรหัสไว้หน้าแรกของเอกสาร แล้วส่งทางอีเมล",
                        "This is the deadline as it stands now: where the paper says another, this "
                        "page holds. Put the slip or its label on the first page and send it by "
                        "e-mail."));
    html_end(h);
}

bool page_slip(struct web_request *r, struct web_answer *out, struct err *err)
{
    struct token t = {0};
    struct slip_matter m;
    struct html h;
    bool found;
    enum token_verdict v =
        seal_verify(r->site->keys, seal_token(r->a, r->param[0]), TOKEN_SLIP, &t);
    if (!slip_find(r->a, r->db, (int)t.year, (int)t.number, r->now_us, &m, &found, err))
        return false;
    enum seal_kind seal = seal_of(v, found);
    out->status = seal == SEAL_GENUINE ? 200 : 404;
    web_page_start(r, out, &h, web_tr(r, "ตรวจใบปะหน้า", "Slip of a request"));
    part_seal(r, &h, &seals[seal]);
    if (seal == SEAL_GENUINE && *m.secrecy)
        html_element(&h, "p", web_tr(r, "เรื่องนี้อยู่ในทะเบียน", "This matter is in the register."));
    else if (seal == SEAL_GENUINE)
        write_facts(r, &h, &m, &t);
    web_page_end(&h);
    return true;
}
