// Rotary positions in the half-split layout: x [N, heads, d], cos and sin [N, d / 2].
#include <ATen/ops/mul.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops.h"

namespace praline {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor turn(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, double sign) {
  const int64_t tokens = x.size(0), heads = x.size(1), d = x.size(2), half = d / 2;
  at::Tensor y = at::empty_like(x);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rotary", [&] {
    const auto& table = kernels<scalar_t>();
    const auto *from = x.data_ptr<scalar_t>(), *c = cos.data_ptr<scalar_t>(), *s = sin.data_ptr<scalar_t>();
    auto* to = y.data_ptr<scalar_t>();
    at::parallel_for(0, tokens, grain(10. * heads * d), [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; t++) {
        for (int64_t h = 0; h < heads; h++) {
          const int64_t at = (t * heads + h) * d;
          table.rotate(from + at, c + t * half, s + t * half, static_cast<scalar_t>(sign), to + at, half);
        }
      }
    });
  });
  return y;
}

// The same in ATen's operators, in as few passes as they allow.
at::Tensor turn_portable(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, double sign) {
  const int64_t half = x.size(2) / 2;
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half), c = cos.unsqueeze(1), s = sin.unsqueeze(1);
  at::Tensor y = at::empty(x.sizes(), x.options());
  at::Tensor first = y.narrow(2, 0, half), second = y.narrow(2, half, half);
  at::mul_out(first, a, c).addcmul_(b, s, -sign);
  at::mul_out(second, b, c).addcmul_(a, s, sign);
  return y;
}

at::Tensor turn_any(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, double sign) {
  return plain_memory({x, cos, sin}) ? turn(x, cos, sin, sign) : turn_portable(x, cos, sin, sign);
}

struct Rotary : torch::autograd::Function<Rotary> {
  static Variable forward(AutogradContext* ctx, Variable x, Variable cos, Variable sin) {
    ctx->save_for_backward({cos, sin});
    return turn_any(x, cos, sin, 1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::rotary");
    const auto saved = ctx->get_saved_variables();
    return {turn_any(grads[0].contiguous(), saved[0], saved[1], -1), Variable(), Variable()};
  }
};

}  // namespace

at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  TORCH_CHECK(x.dim() == 3 && cos.dim() == 2 && cos.size(0) == x.size(0) && 2 * cos.size(1) == x.size(2) && cos.sizes() == sin.sizes(),
              "rotary takes x [N, heads, d] with cos and sin [N, d/2]");
  TORCH_CHECK(x.scalar_type() == cos.scalar_type() && x.scalar_type() == sin.scalar_type(), "rotary takes tensors of one type");
  return Rotary::apply(x, cos, sin);
}

}  // namespace praline
