// The kernels compiled for avx2 (see CMakeLists.txt for the flags).
#include "table.h"

#define VB 32        // bytes in a vector
#define MROWS 4      // rows of a block of matmul
#define NVECTORS 3   // vectors across it

namespace praline {
namespace {
#include "loops.h"
}
extern const KernelTable<float> avx2_float;
extern const KernelTable<double> avx2_double;
const KernelTable<float> avx2_float = table<float>();
const KernelTable<double> avx2_double = table<double>();
}  // namespace praline
