#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "common.h"

using praline::borrow;
using praline::guarded;

PT_API int32_t pt_grad_enabled() { return c10::GradMode::is_enabled(); }
PT_API void pt_set_grad_enabled(int32_t on) { c10::GradMode::set_enabled(on != 0); }

PT_API int pt_backward(const pt_tensor* roots, const pt_tensor* grads, int32_t n, int32_t retain_graph, int32_t create_graph) {
  return guarded([&] {
    torch::autograd::backward(borrow(roots, n), grads == nullptr ? std::vector<at::Tensor>() : borrow(grads, n),
                              retain_graph != 0, create_graph != 0);
  });
}

PT_API int pt_grad(const pt_tensor* outputs, const pt_tensor* grad_outputs, int32_t n_outputs, const pt_tensor* inputs,
                   int32_t n_inputs, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, pt_tensor* results) {
  return guarded([&] {
    auto found = torch::autograd::grad(
        borrow(outputs, n_outputs), borrow(inputs, n_inputs),
        grad_outputs == nullptr ? std::vector<at::Tensor>() : borrow(grad_outputs, n_outputs), retain_graph != 0,
        create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < n_inputs; i++) results[i] = praline::give(std::move(found[i]));
  });
}
