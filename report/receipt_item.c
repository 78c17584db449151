/* SPDX-License-Identifier: AGPL-3.0-or-later
 * From an item of the register to the facts of its receipt. See receipt_item.h. */
#include "report/receipt_item.h"

#include "qr/token.h"
#include <string.h>

/* What the receipt says of a file beyond its name and size; NULL: nothing. */
static const char *file_note(const struct queue_item_file *f)
{
    static const struct {
        const char *state, *note;
    } notes[] = {
        {"encrypted", "เข้ารหัสไว้ เปิดอ่านไม่ได้"},
        {"damaged", "ไฟล์เสียหาย เปิดอ่านไม่ได้"},
        {"limit", "ไฟล์ใหญ่หรือซับซ้อนเกินกำหนด อ่านได้ไม่ครบ"},
        {"poison", "เปิดอ่านไม่ได้"},
    };
    for (size_t i = 0; i < ARRAY_LEN(notes); i++)
        if (strcmp(f->scan_state, notes[i].state) == 0)
            return notes[i].note;
    return NULL;
}

static const struct receipt_file *receipt_files(struct arena *a, const struct queue_item *i)
{
    struct receipt_file *files = arena_array(a, i->n_files, sizeof *files);
    for (uint32_t n = 0; n < i->n_files; n++) {
        const struct queue_item_file *f = &i->files[n];
        files[n] = (struct receipt_file){.filename = f->filename,
                                         .size_bytes = f->size_bytes,
                                         .n_pages = f->n_pages,
                                         .note = file_note(f)};
        memcpy(files[n].sha256, f->sha256, sizeof files[n].sha256);
    }
    return files;
}

void receipt_of_item(struct arena *a, const struct config *c, const struct queue_item *i,
                     const struct judgement *j, const char *token, struct receipt *out)
{
    bool is_secret = i->secrecy[0];
    *out = (struct receipt){
        .office_name = c->office_name,
        .office_addr = c->office_addr,
        .series = i->series,
        .year = i->year,
        .no = i->no,
        .entered_at_us = i->entered_at_us,
        .registered_at_us = i->registered_at_us,
        .deemed_at_us = i->deemed_at_us,
        .basis_deemed = strcmp(c->receipt_basis, "deemed") == 0,
        .agency = i->agency,
        .from_name = i->from_name,
        .from_addr = i->from_addr,
        .by_hand = strcmp(i->no_receipt_why, "hand") == 0,
        .letter_no = i->letter_no,
        .letter_date_us = i->letter_date_us,
        .subject = is_secret ? "(ลับ)" : i->subject,
        .secrecy = i->secrecy,
        .class_name = i->class_name,
        .urgency = i->urgency,
        .files = receipt_files(a, i),
        .n_files = i->n_files,
        .n_claimed = i->n_claimed,
        .due_at_us = j->due_at_us,
        .due_basis = j->basis,
        .judgement = j->verdict,
        .judgement_label = j->label,
        .judgement_why = j->why,
        .url = token_url(a, c->base_url, TOKEN_RECEIPT, token),
        .token = token,
    };
}
