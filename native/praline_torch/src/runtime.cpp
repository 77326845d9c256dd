// Versions, threads, determinism and random generators.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <torch/version.h>

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "common.h"
#include "ops/portable.h"

using praline::guarded;

namespace praline {
thread_local std::string last_error;
thread_local bool last_error_is_memory = false;
}

PT_API const char* pt_last_error() { return praline::last_error.c_str(); }
PT_API int32_t pt_last_error_is_memory() { return praline::last_error_is_memory; }
PT_API const char* pt_version() { return TORCH_VERSION; }
PT_API const char* pt_library_path() { return PRALINE_TORCH_LIBRARY; }
PT_API const char* pt_library_origin() { return PRALINE_TORCH_ORIGIN; }
PT_API void pt_free(void* memory) { std::free(memory); }

PT_API const char* pt_build_info() {
  static thread_local std::string text;
  text = at::show_config() + "\n" + at::get_parallel_info();
  return text.c_str();
}

PT_API int pt_set_num_threads(int32_t threads) {
  return guarded([&] {
    at::set_num_threads(threads);
    // Debian's libtorch calls an OpenBLAS of its own threads: at::set_num_threads does not reach it.
    using Setter = void (*)(int);
    if (auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
  });
}

PT_API int32_t pt_get_num_threads() { return at::get_num_threads(); }
PT_API int pt_set_interop_threads(int32_t threads) {
  return guarded([&] { at::set_num_interop_threads(threads); });
}

PT_API void pt_return_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  malloc_trim(0);
#endif
}

PT_API int32_t pt_cuda_device_count() {
  int32_t count = 0;
  guarded([&] { count = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0; });
  return count;
}

PT_API int pt_set_deterministic(int32_t on) {
  return guarded([&] { at::globalContext().setDeterministicAlgorithms(on != 0, /*warn_only=*/false); });
}

PT_API int pt_set_allow_tf32(int32_t on) {
  return guarded([&] {
    at::globalContext().setAllowTF32CuBLAS(on != 0);
    at::globalContext().setAllowTF32CuDNN(on != 0);
  });
}

PT_API int pt_cuda_synchronize() {
  return guarded([&] {
    if (!at::hasCUDA()) return;
    const auto* guard = c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA);
    at::detail::getCUDAHooks().deviceSynchronize(guard->getDevice().index());
  });
}

PT_API int pt_cuda_set_device(int32_t index) {
  return guarded([&] {
    c10::impl::getDeviceGuardImpl(c10::DeviceType::CUDA)->setDevice(c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index)));
  });
}

PT_API int pt_set_portable_kernels(int32_t on) {
  return guarded([&] { praline::set_portable_kernels(on != 0); });
}

PT_API int32_t pt_portable_kernels() { return praline::portable_kernels(); }

PT_API int pt_manual_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}

PT_API int pt_generator_create(int64_t device, uint64_t seed, pt_generator* result) {
  return guarded([&] {
    auto where = praline::to_device(device);
    at::Generator generator = where.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(seed)
                                             : at::globalContext().defaultGenerator(where).clone();
    generator.set_current_seed(seed);
    *result = new at::Generator(std::move(generator));
  });
}

PT_API void pt_generator_free(pt_generator generator) { delete static_cast<at::Generator*>(generator); }

PT_API int pt_generator_seed(pt_generator generator, uint64_t seed) {
  return guarded([&] { static_cast<at::Generator*>(generator)->set_current_seed(seed); });
}

PT_API int pt_generator_get_state(pt_generator generator, pt_tensor* state) {
  return guarded([&] { *state = praline::give(static_cast<at::Generator*>(generator)->get_state()); });
}

PT_API int pt_generator_set_state(pt_generator generator, pt_tensor state) {
  return guarded([&] { static_cast<at::Generator*>(generator)->set_state(praline::borrow(state)); });
}
