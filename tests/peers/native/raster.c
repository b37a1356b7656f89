/* The rasteriser's module as wasm2c writes it in C, on a memory that the WebAssembly one has laid out.

   Usage: raster IMAGE POOL CONTEXT CALLS. IMAGE holds the memory's bytes, POOL and CONTEXT are
   addresses in it, CALLS what is done, in order: "m" measure, "a" arrange, "PHASE:CHUNKS" a phase.
   Then, a line each on stdin:

       run N              does all calls N times       -> seconds of all
       save AT BYTES FILE writes a part of the memory  -> "saved"
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "splat.h"
#include "wasm-rt-impl.h"

struct w2c_env {
  wasm_rt_memory_t memory;
};

wasm_rt_memory_t* w2c_env_memory(struct w2c_env* env) {
  return &env->memory;
}

static void fail(const char* what) {
  fprintf(stderr, "raster.c: %s\n", what);
  exit(1);
}

static void read_image(wasm_rt_memory_t* memory, const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) fail("no image");
  fseek(file, 0, SEEK_END);
  long bytes = ftell(file);
  rewind(file);
  wasm_rt_allocate_memory(memory, (bytes + 65535) / 65536, 65536, false, WASM_DEFAULT_PAGE_SIZE);
  if (fread(memory->data, 1, bytes, file) != (size_t)bytes) fail("half an image");
  fclose(file);
}

static void call(w2c_splat* module, u32 pool, u32 context, const char* calls) {
  for (const char* at = calls; *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
    int phase, chunks;
    if (*at == 'm') w2c_splat_measure(module, context);
    else if (*at == 'a') w2c_splat_arrange(module, context);
    else if (sscanf(at, "%d:%d", &phase, &chunks) == 2)
      w2c_splat_perform(module, pool, context, phase, chunks);
    else fail("a call that is none");
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(int count, char** words) {
  if (count != 5) fail("wants IMAGE POOL CONTEXT CALLS");
  struct w2c_env env;
  w2c_splat module;
  wasm_rt_init();
  read_image(&env.memory, words[1]);
  wasm2c_splat_instantiate(&module, &env);
  const u32 pool = strtoul(words[2], NULL, 10), context = strtoul(words[3], NULL, 10);
  char line[4096], path[4000];
  unsigned long at, bytes;
  int times;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "run %d", &times) == 1) {
      const double start = now();
      for (int i = 0; i < times; i++) call(&module, pool, context, words[4]);
      printf("%.9f\n", now() - start);
    } else if (sscanf(line, "save %lu %lu %3999[^\n]", &at, &bytes, path) == 3) {
      FILE* file = fopen(path, "wb");
      if (file == NULL || fwrite(env.memory.data + at, 1, bytes, file) != bytes) fail("not saved");
      fclose(file);
      puts("saved");
    } else fail("a line that is none");
    fflush(stdout);
  }
  return 0;
}
