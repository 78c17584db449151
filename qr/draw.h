/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Drawing a QR code. What is drawn is read back (by ZXing) before it is used. */
#ifndef QR_DRAW_H
#define QR_DRAW_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

enum {
    QR_QUIET_MODULES = 4,
    QR_PX_MAX = 100, /* pixels a module */
};
enum qr_ecc { QR_ECC_L, QR_ECC_M, QR_ECC_Q, QR_ECC_H };

struct qr_matrix {
    int size;               /* modules a side, quiet zone not counted */
    const uint8_t *modules; /* size * size, 1 = dark, row by row */
};

/* Encode text (alphanumeric mode where its letters allow), read it back.
 * err  REFUSE empty, not UTF-8, or too long for a QR; FATAL what was drawn does not read back */
bool qr_encode(struct arena *a, const char *text, enum qr_ecc ecc, struct qr_matrix *out,
               struct err *err) MUST_CHECK;

/* Modules a side with the quiet zone. */
int qr_side(const struct qr_matrix *m);

/* Is the module dark? 0, 0 is the quiet zone's top left; everything outside is light. */
bool qr_dark(const struct qr_matrix *m, int x, int y);

/* The next run of dark modules in row y from *x on, where *x is moved to; its length, 0 at the
 * row's end. */
int qr_run(const struct qr_matrix *m, int y, int *x);

/* PNG of one bit a pixel, px (1 to QR_PX_MAX) pixels a module, quiet zone included. */
void qr_png(const struct qr_matrix *m, int px, struct buf *out);
void qr_svg(const struct qr_matrix *m, struct buf *out);
/* One page that is the code and its quiet zone, side_mm wide, vector. */
void qr_pdf(const struct qr_matrix *m, double side_mm, struct buf *out);
/* Half blocks, two rows a line; dark on light whatever the terminal's colours when color is true,
 * else as ink on paper. */
void qr_terminal(const struct qr_matrix *m, bool color, struct buf *out);

#endif
