#include <ATen/Functions.h>
#include <ATen/ops/from_blob.h>

#include "common.h"

using praline::borrow;
using praline::guarded;

namespace {
const at::TensorImpl& impl(pt_tensor handle) { return *static_cast<at::TensorImpl*>(handle); }
}  // namespace

PT_API int pt_tensor_from_blob(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, pt_release release, void* context,
                               pt_tensor* result) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    at::Tensor tensor = at::from_blob(
        data, at::IntArrayRef(sizes, dims), [release, context](void*) { if (release != nullptr) release(context); }, options);
    *result = praline::give(std::move(tensor));
  });
}

PT_API void pt_tensor_free(pt_tensor tensor) {
  if (tensor == nullptr) return;
  c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(static_cast<at::TensorImpl*>(tensor));
}

PT_API pt_tensor pt_tensor_share(pt_tensor tensor) { return praline::give(borrow(tensor)); }
PT_API int32_t pt_tensor_dim(pt_tensor tensor) { return static_cast<int32_t>(impl(tensor).dim()); }

PT_API void pt_tensor_sizes(pt_tensor tensor, int64_t* sizes) {
  auto s = impl(tensor).sizes();
  std::copy(s.begin(), s.end(), sizes);
}

PT_API int pt_tensor_strides(pt_tensor tensor, int64_t* strides) {
  return guarded([&] {
    auto s = impl(tensor).strides();
    std::copy(s.begin(), s.end(), strides);
  });
}

PT_API int64_t pt_tensor_numel(pt_tensor tensor) { return impl(tensor).numel(); }
PT_API int32_t pt_tensor_dtype(pt_tensor tensor) {
  return static_cast<int32_t>(c10::typeMetaToScalarType(impl(tensor).dtype()));
}
PT_API int64_t pt_tensor_device(pt_tensor tensor) { return praline::from_device(impl(tensor).device()); }
PT_API int32_t pt_tensor_is_contiguous(pt_tensor tensor) { return impl(tensor).is_contiguous(); }
PT_API void* pt_tensor_data(pt_tensor tensor) { return borrow(tensor).data_ptr(); }
PT_API int32_t pt_tensor_requires_grad(pt_tensor tensor) { return borrow(tensor).requires_grad(); }

PT_API int pt_tensor_set_requires_grad(pt_tensor tensor, int32_t on) {
  return guarded([&] { borrow(tensor).set_requires_grad(on != 0); });
}

PT_API int32_t pt_tensor_is_leaf(pt_tensor tensor) { return borrow(tensor).is_leaf(); }
PT_API pt_tensor pt_tensor_grad(pt_tensor tensor) { return praline::give(borrow(tensor).grad()); }

PT_API int pt_tensor_set_grad(pt_tensor tensor, pt_tensor grad) {
  return guarded([&] { borrow(tensor).mutable_grad() = borrow(grad); });
}
