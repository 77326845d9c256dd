#include "table.h"

#include <cstdlib>
#include <cstring>

namespace praline {

#define DECLARE(name)                        \
  extern const KernelTable<float> name##_float; \
  extern const KernelTable<double> name##_double;
DECLARE(baseline)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#endif

namespace {

enum class Level { baseline, avx2, avx512 };

// PRALINE_CPU_KERNELS (baseline, avx2, avx512) lowers the choice, for tests and comparisons.
Level choose() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  Level best = Level::baseline;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = Level::avx2;
  if (best == Level::avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    best = Level::avx512;
  }
  const char* wanted = std::getenv("PRALINE_CPU_KERNELS");
  if (wanted != nullptr && std::strcmp(wanted, "baseline") == 0) return Level::baseline;
  if (wanted != nullptr && std::strcmp(wanted, "avx2") == 0 && best == Level::avx512) return Level::avx2;
  return best;
#else
  return Level::baseline;
#endif
}

const Level level = choose();

}  // namespace

#if defined(__x86_64__)
#define SELECT(type) level == Level::avx512 ? avx512_##type : level == Level::avx2 ? avx2_##type : baseline_##type
#else
#define SELECT(type) baseline_##type
#endif

template <>
const KernelTable<float>& kernels<float>() {
  return SELECT(float);
}
template <>
const KernelTable<double>& kernels<double>() {
  return SELECT(double);
}

const char* kernel_instruction_set() {
  return level == Level::avx512 ? "avx512" : level == Level::avx2 ? "avx2" : "baseline";
}

}  // namespace praline
