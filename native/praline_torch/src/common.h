// What the files of this library share: handle conversion and the error boundary.
#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/util/Exception.h>

#include <string>
#include <vector>

#include "praline_torch.h"

namespace praline {

extern thread_local std::string last_error;
extern thread_local bool last_error_is_memory;

// A new handle that owns one reference.
inline pt_tensor give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

// A tensor that shares the handle's tensor (one reference more for its lifetime).
inline at::Tensor borrow(pt_tensor handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(
      static_cast<at::TensorImpl*>(handle)));
}

inline std::vector<at::Tensor> borrow(const pt_tensor* handles, int32_t n) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(n);
  for (int32_t i = 0; i < n; i++) tensors.push_back(borrow(handles[i]));
  return tensors;
}

inline c10::Device to_device(int64_t code) {
  return c10::Device(static_cast<c10::DeviceType>(code >> 8), static_cast<c10::DeviceIndex>((code & 0xff) - 1));
}

inline int64_t from_device(c10::Device device) {
  return (static_cast<int64_t>(device.type()) << 8) | static_cast<int64_t>(device.index() + 1);
}

// Runs the body; a C++ exception becomes -1 and a message without libtorch's stack trace.
template <typename Body>
int guarded(Body&& body) {
  last_error_is_memory = false;
  try {
    body();
    return 0;
  } catch (const c10::OutOfMemoryError& e) {
    last_error = e.what_without_backtrace();
    last_error_is_memory = true;
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
    last_error_is_memory = last_error.find("DefaultCPUAllocator") != std::string::npos;  // the CPU's has no type of its own
  } catch (const std::bad_alloc& e) {
    last_error = e.what();
    last_error_is_memory = true;
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown native error";
  }
  return -1;
}

}  // namespace praline
