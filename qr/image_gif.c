/* SPDX-License-Identifier: AGPL-3.0-or-later
 * GIF → grey: each picture of it on a white sheet is a page. */
#include "qr/image.h"
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    const uint8_t *p;
    size_t left;
};

static int on_read(GifFileType *gif, GifByteType *to, int n)
{
    struct bytes *b = gif->UserData;
    size_t take = (size_t)n < b->left ? (size_t)n : b->left;
    memcpy(to, b->p, take);
    b->p += take;
    b->left -= take;
    return (int)take;
}

static void gif_closep(GifFileType **gif)
{
    if (*gif)
        DGifCloseFile(*gif, NULL);
}

static void grey_palette(const GifFileType *gif, uint8_t grey[static 256])
{
    const ColorMapObject *map = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
    for (int i = 0; i < 256; i++) {
        const GifColorType *c = map && i < map->ColorCount ? &map->Colors[i] : NULL;
        grey[i] = c ? (uint8_t)((77 * c->Red + 150 * c->Green + 29 * c->Blue) >> 8) : 255;
    }
}

static bool read_rows(GifFileType *gif, int transparent, struct grey *g)
{
    static const int start[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    uint8_t grey[256];
    grey_palette(gif, grey);
    if (transparent >= 0)
        grey[transparent] = 255;
    int passes = gif->Image.Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        int every = passes == 1 ? 1 : step[pass];
        for (int y = passes == 1 ? 0 : start[pass]; y < g->h; y += every) {
            uint8_t *to = g->px + (ptrdiff_t)y * g->stride;
            if (DGifGetLine(gif, to, g->w) != GIF_OK)
                return false;
            for (int x = 0; x < g->w; x++)
                to[x] = grey[to[x]];
        }
    }
    return true;
}

/* One picture. false: what follows cannot be found any more. */
static bool read_picture(const struct image_job *job, GifFileType *gif, int transparent,
                         bool *enough, enum scan_state *state, struct err *err)
{
    if (DGifGetImageDesc(gif) != GIF_OK) {
        *state = image_damaged(err, "GIF: a picture's header cannot be read");
        return false;
    }
    if (!image_size_ok((uint64_t)gif->Image.Width, (uint64_t)gif->Image.Height, err)) {
        *state = SCAN_LIMIT;
        return false;
    }
    CLEANUP(grey_fini)
    struct grey g = grey_new(gif->Image.Width, gif->Image.Height);
    memset(g.px, 255, (size_t)g.w * (size_t)g.h);
    bool whole = read_rows(gif, transparent, &g);
    if (!whole)
        *state = image_damaged(err, "GIF: the file is cut off");
    struct picture p = {.grey = g, .orientation = 1};
    *enough = !job->page(job->user, &p);
    return whole && !*enough;
}

static bool skip_extension(GifFileType *gif, int *transparent)
{
    int code;
    GifByteType *data;
    if (DGifGetExtension(gif, &code, &data) != GIF_OK)
        return false;
    if (code == GRAPHICS_EXT_FUNC_CODE && data && data[0] >= 4)
        *transparent = data[1] & 1 ? data[4] : -1;
    while (data) {
        if (DGifGetExtensionNext(gif, &data) != GIF_OK)
            return false;
    }
    return true;
}

enum scan_state image_gif(const struct image_job *job, struct err *err)
{
    struct bytes bytes = {job->bytes, job->n_bytes};
    CLEANUP(gif_closep)
    GifFileType *gif = DGifOpen(&bytes, on_read, NULL);
    if (!gif)
        return image_damaged(err, "GIF: its header cannot be read");
    enum scan_state state = SCAN_NONE;
    bool enough = false;
    int transparent = -1, n = 0;
    for (GifRecordType type = UNDEFINED_RECORD_TYPE; type != TERMINATE_RECORD_TYPE;) {
        if (DGifGetRecordType(gif, &type) != GIF_OK)
            return n ? state : image_damaged(err, "GIF: the file is cut off");
        if (type == EXTENSION_RECORD_TYPE && !skip_extension(gif, &transparent))
            return image_damaged(err, "GIF: an extension cannot be read");
        if (type != IMAGE_DESC_RECORD_TYPE)
            continue;
        if (++n > IMAGE_FRAMES_MAX) {
            (void)err_set(err, ERR_REFUSE, "GIF: more than %d pictures", IMAGE_FRAMES_MAX);
            return SCAN_LIMIT;
        }
        if (!read_picture(job, gif, transparent, &enough, &state, err))
            return state;
    }
    return n ? state : image_damaged(err, "GIF: it holds no picture");
}
