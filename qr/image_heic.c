/* SPDX-License-Identifier: AGPL-3.0-or-later
 * HEIC and AVIF → grey: the luma plane, turned by libheif as the file asks. */
#include "qr/document.h"
#include "qr/image.h"
#include <libheif/heif.h>
#include <string.h>

static void context_freep(struct heif_context **c)
{
    if (*c)
        heif_context_free(*c);
}

static void handle_freep(struct heif_image_handle **h)
{
    if (*h)
        heif_image_handle_release(*h);
}

static void image_freep(struct heif_image **i)
{
    if (*i)
        heif_image_release(*i);
}

static bool read_plane(const struct heif_image *img, struct grey *out)
{
    int stride = 0;
    const uint8_t *p = heif_image_get_plane_readonly(img, heif_channel_Y, &stride);
    int w = heif_image_get_width(img, heif_channel_Y);
    int h = heif_image_get_height(img, heif_channel_Y);
    if (!p || w < 1 || h < 1 || heif_image_get_bits_per_pixel_range(img, heif_channel_Y) != 8)
        return false;
    *out = grey_new(w, h);
    for (int y = 0; y < h; y++)
        memcpy(out->px + (ptrdiff_t)y * w, p + (ptrdiff_t)y * stride, (size_t)w);
    return true;
}

static bool decode(struct heif_image_handle *handle, struct grey *out, const char **why)
{
    CLEANUP(image_freep)
    struct heif_image *img = NULL;
    struct heif_error e =
        heif_decode_image(handle, &img, heif_colorspace_YCbCr, heif_chroma_420, NULL);
    *why = "its luma plane cannot be read";
    if (e.code != heif_error_Ok) {
        *why = "its pixels cannot be decoded";
        return false;
    }
    return read_plane(img, out);
}

void image_warm_up(void)
{
    heif_init(NULL); /* loads the decoders, which are plugins */
}

enum scan_state image_heic(const struct image_job *job, struct err *err)
{
    CLEANUP(context_freep)
    struct heif_context *context = heif_context_alloc();
    CLEANUP(handle_freep)
    struct heif_image_handle *handle = NULL;
    heif_context_set_maximum_image_size_limit(context, IMAGE_SIDE_MAX);
    heif_context_set_max_decoding_threads(context, 0);
    struct heif_error e =
        heif_context_read_from_memory_without_copy(context, job->bytes, job->n_bytes, NULL);
    if (e.code == heif_error_Ok)
        e = heif_context_get_primary_image_handle(context, &handle);
    if (e.code == heif_error_Memory_allocation_error) {
        (void)err_set(err, ERR_REFUSE, "HEIC: larger than the limit");
        return SCAN_LIMIT;
    }
    if (e.code != heif_error_Ok)
        return image_damaged(err, "HEIC: its header cannot be read");
    int w = heif_image_handle_get_width(handle), h = heif_image_handle_get_height(handle);
    if (w < 1 || h < 1 || !image_size_ok((uint64_t)w, (uint64_t)h, err))
        return w < 1 || h < 1 ? image_damaged(err, "HEIC: it has no pixels") : SCAN_LIMIT;
    CLEANUP(grey_fini)
    struct grey g = {0};
    const char *why;
    if (!decode(handle, &g, &why))
        return image_damaged(err, "HEIC: %s", why);
    struct picture p = {.grey = g, .orientation = 1};
    job->page(job->user, &p);
    return SCAN_NONE;
}
