#include "portable.h"

#include <c10/util/Exception.h>

#include <cstdlib>
#include <string>

namespace praline {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

thread_local int chosen = -1;  // by this thread; -1 for nothing

}  // namespace

bool portable_kernels() {
  static const bool always = setting("PRALINE_PORTABLE_KERNELS") == "1";
  return chosen < 0 ? always : chosen != 0;
}

void set_portable_kernels(bool on) { chosen = on ? 1 : 0; }

AttentionKernels attention_kernels() {
  static const AttentionKernels kernels = [] {
    const std::string value = setting("PRALINE_ATTENTION");
    TORCH_CHECK(value.empty() || value == "auto" || value == "math", "PRALINE_ATTENTION is '", value, "': expected auto or math");
    return value == "math" ? AttentionKernels::kMath : AttentionKernels::kAuto;
  }();
  return kernels;
}

}  // namespace praline
