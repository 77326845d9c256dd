// The kernels compiled for baseline (see CMakeLists.txt for the flags).
#include "table.h"

#define VB 16        // bytes in a vector
#define MROWS 4      // rows of a block of matmul
#define NVECTORS 2   // vectors across it

namespace praline {
namespace {
#include "loops.h"
}
extern const KernelTable<float> baseline_float;
extern const KernelTable<double> baseline_double;
const KernelTable<float> baseline_float = table<float>();
const KernelTable<double> baseline_double = table<double>();
}  // namespace praline
