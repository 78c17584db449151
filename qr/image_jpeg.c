/* SPDX-License-Identifier: AGPL-3.0-or-later
 * JPEG → grey by libjpeg-turbo: only the luma is computed, and a scan finer than needed is made
 * smaller inside the DCT. */
#include "qr/image.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum {
    MEMORY_MAX = 512 << 20, /* bytes libjpeg may hold: progressive pictures are kept whole */
    SCANS_MAX = 500,        /* progressive passes: a small file can ask for thousands */
    EXIF_MARKER = JPEG_APP0 + 1,
    EXIF_MAX = 0xffff,
};

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    struct grey grey;
    bool cut; /* the file ended before the picture */
    bool too_large;
    char why[JMSG_LENGTH_MAX];
};

static struct reader *reader_of(j_common_ptr c)
{
    return c->client_data;
}

static void on_error(j_common_ptr c)
{
    struct reader *r = reader_of(c);
    c->err->format_message(c, r->why);
    longjmp(r->out, 1);
}

static void on_message(j_common_ptr c, int level)
{
    if (level < 0 && c->err->msg_code == JWRN_JPEG_EOF)
        reader_of(c)->cut = true;
}

static void on_progress(j_common_ptr c)
{
    struct reader *r = reader_of(c);
    if (r->jpeg.input_scan_number > SCANS_MAX) {
        snprintf(r->why, sizeof r->why, "the JPEG has more than %d passes", SCANS_MAX);
        longjmp(r->out, 1);
    }
}

static void reader_start(struct reader *r, const uint8_t *p, size_t n)
{
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->jpeg.client_data = r;
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    jpeg_create_decompress(&r->jpeg);
    r->progress.progress_monitor = on_progress;
    r->jpeg.progress = &r->progress;
    r->jpeg.mem->max_memory_to_use = MEMORY_MAX;
    jpeg_mem_src(&r->jpeg, p, (unsigned long)n);
    jpeg_save_markers(&r->jpeg, EXIF_MARKER, EXIF_MAX);
}

/* Four inks have no luma plane: the colours are asked for and mixed. */
static bool is_cmyk(const struct reader *r)
{
    return r->jpeg.jpeg_color_space == JCS_CMYK || r->jpeg.jpeg_color_space == JCS_YCCK;
}

static void choose_size(struct reader *r, int min_w)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    j->out_color_space = is_cmyk(r) ? JCS_CMYK : JCS_GRAYSCALE;
    j->scale_num = j->scale_denom = 8;
    while (min_w > 0 && j->scale_num > 1 &&
           (uint64_t)j->image_width * (j->scale_num - 1) / 8 >= (uint64_t)min_w)
        j->scale_num--;
}

static void row_from_cmyk(const struct reader *r, const uint8_t *inks, uint8_t *to)
{
    bool inverted = r->jpeg.saw_Adobe_marker;
    for (int x = 0; x < r->grey.w; x++, inks += 4) {
        int k = inverted ? inks[3] : 255 - inks[3];
        int c = inverted ? inks[0] : 255 - inks[0];
        int m = inverted ? inks[1] : 255 - inks[1];
        int y = inverted ? inks[2] : 255 - inks[2];
        to[x] = (uint8_t)((77 * c + 150 * m + 29 * y) * k / (256 * 255));
    }
}

static void read_rows(struct reader *r)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    JSAMPARRAY line = NULL;
    if (is_cmyk(r))
        line = j->mem->alloc_sarray((j_common_ptr)j, JPOOL_IMAGE, j->output_width * 4, 1);
    memset(r->grey.px, 255, (size_t)r->grey.w * (size_t)r->grey.h);
    while (j->output_scanline < j->output_height) {
        uint8_t *to = r->grey.px + (size_t)j->output_scanline * (size_t)r->grey.stride;
        if (!line) {
            jpeg_read_scanlines(j, &to, 1);
        } else {
            jpeg_read_scanlines(j, line, 1);
            row_from_cmyk(r, line[0], to);
        }
    }
}

static bool decode(struct reader *r, const uint8_t *p, size_t n, int min_w, struct err *err)
{
    if (setjmp(r->out))
        return err_set(err, ERR_REFUSE, "JPEG: %s", r->why);
    reader_start(r, p, n);
    jpeg_read_header(&r->jpeg, TRUE);
    if (!image_size_ok(r->jpeg.image_width, r->jpeg.image_height, err)) {
        r->too_large = true;
        return false;
    }
    choose_size(r, min_w);
    jpeg_start_decompress(&r->jpeg);
    r->grey = grey_new((int)r->jpeg.output_width, (int)r->jpeg.output_height);
    read_rows(r);
    return true;
}

static int orientation_of(const struct reader *r)
{
    for (jpeg_saved_marker_ptr m = r->jpeg.marker_list; m; m = m->next) {
        if (m->data_length > 6 && memcmp(m->data, "Exif\0\0", 6) == 0)
            return exif_orientation(m->data + 6, m->data_length - 6);
    }
    return 1;
}

static double dpi_of(const struct reader *r)
{
    double per_unit = r->jpeg.saw_JFIF_marker ? r->jpeg.X_density : 0;
    return r->jpeg.density_unit == 1 ? per_unit : r->jpeg.density_unit == 2 ? per_unit * 2.54 : 0;
}

static bool read_all(struct reader *r, const uint8_t *p, size_t n, int min_w, struct err *err)
{
    bool ok = decode(r, p, n, min_w, err);
    /* an error in the middle leaves the rows above it: they count, the whole does not */
    r->cut = r->cut || (!ok && r->grey.px);
    return ok || r->grey.px;
}

bool jpeg_grey(const uint8_t *p, size_t n, int min_w, struct grey *out, int *orientation_out,
               double *dpi_out, bool *whole_out, struct err *err)
{
    struct reader r = {0};
    bool ok = read_all(&r, p, n, min_w, err);
    if (ok) {
        *orientation_out = orientation_of(&r);
        *dpi_out = dpi_of(&r);
        *whole_out = !r.cut;
        *out = r.grey;
    }
    jpeg_destroy_decompress(&r.jpeg);
    return ok;
}

enum scan_state image_jpeg(const struct image_job *job, struct err *err)
{
    struct reader r = {0};
    bool ok = read_all(&r, job->bytes, job->n_bytes, 0, err);
    if (ok) {
        struct picture p = {.grey = r.grey, .orientation = orientation_of(&r), .dpi = dpi_of(&r)};
        job->page(job->user, &p);
    }
    jpeg_destroy_decompress(&r.jpeg);
    grey_fini(&r.grey);
    if (r.too_large)
        return SCAN_LIMIT;
    return !ok ? SCAN_DAMAGED : r.cut ? image_damaged(err, "JPEG: the file is cut off") : SCAN_NONE;
}
