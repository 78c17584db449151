/* SPDX-License-Identifier: AGPL-3.0-or-later
 * WebP → grey: the luma plane as it is where there is no transparency. */
#include "qr/image.h"
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

static void webp_freep(uint8_t **p)
{
    WebPFree(*p);
}

/* Luma lies in 16-235. */
static struct grey grey_from_luma(const uint8_t *luma, int w, int h, int stride)
{
    struct grey g = grey_new(w, h);
    for (int y = 0; y < h; y++) {
        const uint8_t *from = luma + (ptrdiff_t)y * stride;
        for (int x = 0; x < w; x++) {
            int v = (from[x] - 16) * 298 / 256;
            g.px[(ptrdiff_t)y * w + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
    return g;
}

static struct grey grey_from_rgba(const uint8_t *p, int w, int h)
{
    struct grey g = grey_new(w, h);
    for (ptrdiff_t i = 0; i < (ptrdiff_t)w * h; i++, p += 4) {
        int v = (77 * p[0] + 150 * p[1] + 29 * p[2]) >> 8;
        g.px[i] = (uint8_t)(255 - (255 - v) * p[3] / 255);
    }
    return g;
}

static bool read_luma(const struct image_job *job, struct grey *out)
{
    int w, h, stride, uv_stride;
    uint8_t *u, *v;
    CLEANUP(webp_freep)
    uint8_t *luma = WebPDecodeYUV(job->bytes, job->n_bytes, &w, &h, &u, &v, &stride, &uv_stride);
    if (luma)
        *out = grey_from_luma(luma, w, h, stride);
    return luma != NULL;
}

static bool read_rgba(const struct image_job *job, struct grey *out)
{
    int w, h;
    CLEANUP(webp_freep)
    uint8_t *p = WebPDecodeRGBA(job->bytes, job->n_bytes, &w, &h);
    if (p)
        *out = grey_from_rgba(p, w, h);
    return p != NULL;
}

enum scan_state image_webp(const struct image_job *job, struct err *err)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(job->bytes, job->n_bytes, &features) != VP8_STATUS_OK)
        return image_damaged(err, "WebP: its header cannot be read");
    if (!image_size_ok((uint64_t)features.width, (uint64_t)features.height, err))
        return SCAN_LIMIT;
    if (features.has_animation)
        return image_damaged(err, "WebP: moving pictures are not read");
    CLEANUP(grey_fini)
    struct grey g = {0};
    if (!(features.has_alpha ? read_rgba(job, &g) : read_luma(job, &g)))
        return image_damaged(err, "WebP: its pixels cannot be read");
    struct picture p = {.grey = g, .orientation = 1};
    job->page(job->user, &p);
    return SCAN_NONE;
}
