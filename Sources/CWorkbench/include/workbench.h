#pragma once
#include <stddef.h>

/// One file of the workbench, built into the binary.
struct workbench_file {
  const char *path;
  const unsigned char *bytes;
  size_t size;
};

int workbench_file_count(void);
struct workbench_file workbench_file(int index);
