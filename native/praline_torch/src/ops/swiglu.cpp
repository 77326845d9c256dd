// silu(gate) * up, one pass forward and one backward; nothing but the inputs is kept.
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops.h"

namespace praline {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static Variable forward(AutogradContext* ctx, Variable gate, Variable up) {
    at::Tensor y = at::empty_like(gate);
    AT_DISPATCH_FLOATING_TYPES(gate.scalar_type(), "swiglu", [&] {
      const auto& table = kernels<scalar_t>();
      const auto *a = gate.data_ptr<scalar_t>(), *b = up.data_ptr<scalar_t>();
      auto* to = y.data_ptr<scalar_t>();
      at::parallel_for(0, gate.numel(), grain(25), [&](int64_t begin, int64_t end) {
        table.swiglu(a + begin, b + begin, to + begin, end - begin);
      });
    });
    ctx->save_for_backward({gate, up});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::swiglu");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1];
    const at::Tensor g = grads[0].contiguous();
    at::Tensor dgate = at::empty_like(gate), dup = at::empty_like(up);
    AT_DISPATCH_FLOATING_TYPES(gate.scalar_type(), "swiglu_backward", [&] {
      const auto& table = kernels<scalar_t>();
      const auto *a = gate.data_ptr<scalar_t>(), *b = up.data_ptr<scalar_t>(), *from = g.data_ptr<scalar_t>();
      auto *da = dgate.data_ptr<scalar_t>(), *db = dup.data_ptr<scalar_t>();
      at::parallel_for(0, gate.numel(), grain(40), [&](int64_t begin, int64_t end) {
        table.swiglu_backward(from + begin, a + begin, b + begin, da + begin, db + begin, end - begin);
      });
    });
    return {dgate, dup};
  }
};

// The same in ATen's operators: silu(gate) is computed a second time instead of kept.
struct PortableSwiGlu : torch::autograd::Function<PortableSwiGlu> {
  static Variable forward(AutogradContext* ctx, Variable gate, Variable up) {
    ctx->save_for_backward({gate, up});
    return at::silu(gate).mul_(up);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::swiglu");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &gate = saved[0], &up = saved[1], &g = grads[0];
    return {at::silu_backward(g.mul(up), gate), at::silu(gate).mul_(g)};
  }
};

}  // namespace

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  TORCH_CHECK(gate.sizes() == up.sizes() && gate.scalar_type() == up.scalar_type(), "swiglu takes two tensors of one shape and type");
  return plain_memory({gate, up}) ? SwiGlu::apply(gate, up) : PortableSwiGlu::apply(gate, up);
}

}  // namespace praline
