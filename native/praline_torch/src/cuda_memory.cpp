// The caching allocator of libtorch's CUDA part, and how often a thread waited for the device. Without CUDA's headers when this library
// was built, the calls say so.
#include <c10/util/Exception.h>

#include <atomic>

#include "common.h"
#include "cuda_device.h"

#if PRALINE_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

using praline::guarded;

PT_API int pt_cuda_describe(int32_t index, const char** text) {
  return guarded([&] {
    static thread_local std::string description;
    description = praline::device_description(index);
    *text = description.c_str();
  });
}

#if PRALINE_CUDA

namespace {

// Counts libtorch's warnings of synchronizing operations and passes the others on.
class SynchronizationCounter : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override {
    if (warning.msg().find("synchronizing CUDA operation") != std::string::npos) {
      count++;
    } else {
      c10::WarningHandler::process(warning);
    }
  }

  std::atomic<int64_t> count{0};
};

SynchronizationCounter& counter() {
  static auto* only = new SynchronizationCounter();
  return *only;
}

}  // namespace

PT_API int pt_cuda_memory(int32_t index, int64_t* bytes) {
  return guarded([&] {
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
    bytes[0] = stats.allocated_bytes[0].current;
    bytes[1] = stats.allocated_bytes[0].peak;
    bytes[2] = stats.reserved_bytes[0].current;
    bytes[3] = stats.reserved_bytes[0].peak;
  });
}

PT_API int pt_cuda_reset_peak(int32_t index) {
  return guarded([&] { c10::cuda::CUDACachingAllocator::resetPeakStats(static_cast<c10::DeviceIndex>(index)); });
}

PT_API int pt_cuda_empty_cache() {
  return guarded([&] { c10::cuda::CUDACachingAllocator::emptyCache(); });
}

PT_API int pt_cuda_count_synchronizations(int32_t on, int64_t* count) {
  return guarded([&] {
    if (on != 0) {
      counter().count = 0;
      c10::WarningUtils::set_warning_handler(&counter());
      c10::WarningUtils::set_warnAlways(true);
      c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_WARN);
    } else {
      c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_DISABLED);
      c10::WarningUtils::set_warning_handler(nullptr);
      *count = counter().count;
    }
  });
}

#else

namespace {
int absent() {
  return guarded([] { TORCH_CHECK(false, "this build has no part for CUDA's allocator: CUDA's headers were not there when it was made"); });
}
}  // namespace

PT_API int pt_cuda_memory(int32_t, int64_t*) { return absent(); }
PT_API int pt_cuda_reset_peak(int32_t) { return absent(); }
PT_API int pt_cuda_empty_cache() { return absent(); }
PT_API int pt_cuda_count_synchronizations(int32_t, int64_t*) { return absent(); }

#endif
