#include "vips_shim.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef struct _VipsImage VipsImage;

/* VipsSize. */
enum { size_down = 2, size_force = 3 };

static struct {
  int (*init)(const char *name);
  void (*keep)(int operations);
  int (*thumbnail)(void *bytes, size_t size, VipsImage **out, int width, ...);
  size_t (*has)(VipsImage *image, const char *field);
  int (*to_profile)(VipsImage *image, VipsImage **out, const char *profile, ...);
  int (*write)(VipsImage *image, const char *suffix, void **bytes, size_t *size, ...);
  void (*forget_error)(void);
  void (*release)(void *object);
  void (*free)(void *bytes);
} vips;

static int find(void *library, const char *name, void **function) {
  *function = dlsym(library, name);
  return *function != NULL;
}

int assay_vips_open(void) {
  static const char *names[] = {"libvips.so.42", "libvips.42.dylib"};
  void *library = NULL;
  for (int i = 0; i < 2 && !library; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) return 0;
  if (!find(library, "vips_init", (void **)&vips.init) || !find(library, "vips_cache_set_max", (void **)&vips.keep)
      || !find(library, "vips_thumbnail_buffer", (void **)&vips.thumbnail)
      || !find(library, "vips_image_get_typeof", (void **)&vips.has)
      || !find(library, "vips_icc_transform", (void **)&vips.to_profile)
      || !find(library, "vips_image_write_to_buffer", (void **)&vips.write)
      || !find(library, "vips_error_clear", (void **)&vips.forget_error)
      || !find(library, "g_object_unref", (void **)&vips.release) || !find(library, "g_free", (void **)&vips.free))
    return 0;
  if (vips.init("assay") != 0) return 0;
  vips.keep(0);
  return 1;
}

/* The same in sRGB, of an image that says its colours are others; itself where that cannot be told. Asking for
   sRGB while the image is made small would work out the way from sRGB to itself for all that say nothing. */
static VipsImage *in_srgb(VipsImage *image) {
  VipsImage *out = NULL;
  if (!vips.has(image, "icc-profile-data")) return image;
  if (vips.to_profile(image, &out, "srgb", "embedded", 1, NULL) != 0) {
    vips.forget_error();
    return image;
  }
  vips.release(image);
  return out;
}

int assay_vips_shrink(
  const void *image, size_t size, int width, int height, int is_forced, const char *suffix, void **bytes,
  size_t *count) {
  VipsImage *small = NULL;
  /* Browsers turn no WebP, whatever is noted in it. */
  int is_webp = size > 12 && memcmp((const char *)image + 8, "WEBP", 4) == 0;
  int done = vips.thumbnail(
    (void *)image, size, &small, width, "height", height, "size", is_forced ? size_force : size_down,
    "no_rotate", is_webp, NULL) == 0;
  if (done) {
    small = in_srgb(small);
    done = vips.write(small, suffix, bytes, count, NULL) == 0;
    vips.release(small);
  }
  if (!done) vips.forget_error();
  return done;
}

void assay_vips_free(void *bytes) { vips.free(bytes); }
