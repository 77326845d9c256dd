// What the fused operators share. Each has a plain formulation in ATen's operators, which serves the types and devices that have no
// kernel here and against which the kernels are tested.
#pragma once
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <initializer_list>

#include "../kernels/table.h"
#include "portable.h"

namespace praline {

// True when the kernels can read these tensors as they are (and nobody asked for the plain formulation).
inline bool plain_memory(std::initializer_list<at::Tensor> tensors) {
  if (portable_kernels()) return false;
  const at::Tensor& first = *tensors.begin();
  for (const auto& t : tensors) {
    if (!t.device().is_cpu() || !t.is_contiguous() || t.scalar_type() != first.scalar_type()) return false;
  }
  return first.scalar_type() == at::kFloat || first.scalar_type() == at::kDouble;
}

// The same for a prompt's keys [kv heads, d, P] and values [kv heads, P, d], which may be the beginning of a longer one.
inline bool plain_prompt(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values) {
  for (const auto* t : {&keys, &values}) {
    if (!t->device().is_cpu() || t->scalar_type() != q.scalar_type() || (t->size(2) > 1 && t->stride(2) != 1)) return false;
  }
  return keys.size(0) == values.size(0) && keys.size(1) == q.size(2) && values.size(2) == q.size(2) && keys.size(2) == values.size(1) &&
         (values.size(1) <= 1 || values.stride(1) == q.size(2));
}

// The kernels' gradients have no gradients of their own.
inline void check_first_order(const char* name) {
  TORCH_CHECK(!c10::GradMode::is_enabled(), name, " has no second derivatives (create_graph was asked for)");
}

// Items per task so that a task is worth waking a thread for: some twenty microseconds of work.
inline int64_t grain(double operations_per_item) {
  return std::max<int64_t>(1, static_cast<int64_t>(1e6 / std::max(1.0, operations_per_item)));
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);
at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);
at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias);
at::Tensor decode_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                            at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values, at::IntArrayRef rows,
                            at::IntArrayRef lengths, int64_t window);
at::Tensor decode_attention_portable(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                                     at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values,
                                     at::IntArrayRef rows, at::IntArrayRef lengths, int64_t window);
at::Tensor extend_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                            at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values, at::IntArrayRef tokens,
                            at::IntArrayRef lengths, int64_t window);
at::Tensor packed_attention_portable(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef segments,
                                     int64_t window);
at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef segments, int64_t window);

}  // namespace praline
