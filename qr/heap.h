/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The heap of a process that holds pictures: blocks of megabytes come and go a dozen times a page.
 */
#ifndef QR_HEAP_H
#define QR_HEAP_H

/* Once, before the children are forked: what is freed is used again instead of going back to the
 * kernel, and pages of 2 MiB are asked for. Half of a page's CPU went into page faults. */
void heap_warm_up(void);

#endif
