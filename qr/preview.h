/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the scanner saw of one page, for an officer's eye: every view of it is drawn small on a
 * sheet, in its place. What was not looked at stays white. */
#ifndef QR_PREVIEW_H
#define QR_PREVIEW_H

#include "base/buf.h"
#include "base/err.h"
#include "qr/grey.h"
#include "qr/scan.h"

enum { PREVIEW_SIDE_MAX = 1400 }; /* pixels */

struct preview {
    uint32_t page;     /* wanted, from 1 */
    struct grey sheet; /* empty until the first view */
    double scale;      /* its pixels in one of the page's units */
};

/* width and height of the page; to_page leads from img's pixels to the page. */
void preview_add(struct preview *p, double width, double height, const struct grey *img,
                 const struct affine *to_page);

/* In the parent: the sheet of a result, with red frames around its codes, as PNG.
 * err  REFUSE the result has no sheet */
bool preview_png(const struct scan_result *r, struct buf *out, struct err *err) MUST_CHECK;
/* The same into a file. err  REFUSE also: the file cannot be written */
bool preview_write(const struct scan_result *r, const char *path, struct err *err) MUST_CHECK;

#endif
