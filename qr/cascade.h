/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One page's pixels → its codes: the cheap look first, more only for a reason. The caller shows the
 * cascade one or several views of a page (its image, rendered regions); what is found twice counts
 * once, equal codes in different places count each. */
#ifndef QR_CASCADE_H
#define QR_CASCADE_H

#include "qr/document.h"
#include "qr/grey.h"

enum { CASCADE_STEPS_MAX = 600, CASCADE_PLACES_MAX = 48 };

struct cascade_view {
    double dpi;            /* of the pixels; 0 unknown */
    struct affine to_page; /* pixels → the page's unit */
    const char *what;      /* for the record of steps: "page image", "strips", "region", "picture" */
    bool photo;            /* may be tilted, and its codes may be large */
    bool crisp;            /* drawn, not scanned: what is not read at once was hardly meant */
};

struct cascade {
    struct arena *a; /* the page's */
    bool more_formats;
    int *odds_left;       /* the document's: see hard.h */
    double width, height; /* of the page, its unit */
    struct scan_code found[SCAN_CODES_MAX];
    uint32_t n_found;
    bool is_full;  /* more than SCAN_CODES_MAX */
    bool suspects; /* the last view left something that looks like a code and was not read */
    struct preview *preview; /* draw the views there; NULL: nowhere */
    char steps[CASCADE_STEPS_MAX];
};

/* A new, empty cascade in a, for the next page of the job. */
struct cascade *cascade_new(struct arena *a, const struct document_job *job, double width,
                            double height);

void cascade_look(struct cascade *c, const struct grey *img, const struct cascade_view *view);

/* Add words to the record of steps. */
void cascade_step(struct cascade *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Codes by top, then left, then the page itself go to the job's sink; counts them in its tally. */
uint32_t cascade_hand_over(struct cascade *c, const struct document_job *job);

#endif
