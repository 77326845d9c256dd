// Which formulation of the fused operators is used.
#pragma once
#include <torch/version.h>

#define PRALINE_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace praline {

// True: the formulation in ATen's operators serves the CPU too, so that machines without a GPU test what GPUs run. Starts as the
// environment's PRALINE_PORTABLE_KERNELS says (1 or nothing); a thread can choose for itself.
bool portable_kernels();
void set_portable_kernels(bool on);

// Attention on GPUs: flash kernels where the type and the shape allow (kAuto), or never (kMath). Starts as PRALINE_ATTENTION says (auto
// or math).
enum class AttentionKernels { kAuto, kMath };
AttentionKernels attention_kernels();

}  // namespace praline
