#pragma once
#include <stddef.h>

/* libvips as it is found when it is wanted: its functions take any number of arguments, which Swift cannot
   call, and its headers would be needed for three of them. */

/* 1 where libvips is there, from then on; 0 where it is not. */
int assay_vips_open(void);

/* A smaller picture of an image, upright, in sRGB or shades of grey, written as the suffix says (".jpg[Q=82]").
   Exactly width x height where it is forced; else no larger than that, and no larger than it was.
   1, with bytes to be given to assay_vips_free; 0 where the image cannot be read. */
int assay_vips_shrink(
  const void *image, size_t size, int width, int height, int is_forced, const char *suffix, void **bytes,
  size_t *count);

void assay_vips_free(void *bytes);
