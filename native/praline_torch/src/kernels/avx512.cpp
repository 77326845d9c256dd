// The kernels compiled for avx512 (see CMakeLists.txt for the flags).
#include "table.h"

#define VB 64        // bytes in a vector
#define MROWS 6      // rows of a block of matmul
#define NVECTORS 4   // vectors across it

namespace praline {
namespace {
#include "loops.h"
}
extern const KernelTable<float> avx512_float;
extern const KernelTable<double> avx512_double;
const KernelTable<float> avx512_float = table<float>();
const KernelTable<double> avx512_double = table<double>();
}  // namespace praline
