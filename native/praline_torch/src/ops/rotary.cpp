// Rotary positions in the half-split layout: x [N, heads, d], cos and sin [N, d / 2].
#include <ATen/ops/cat.h>
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

struct Rotary : torch::autograd::Function<Rotary> {
  static Variable forward(AutogradContext* ctx, Variable x, Variable cos, Variable sin) {
    ctx->save_for_backward({cos, sin});
    return turn(x, cos, sin, 1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::rotary");
    const auto saved = ctx->get_saved_variables();
    return {turn(grads[0].contiguous(), saved[0], saved[1], -1), Variable(), Variable()};
  }
};

}  // namespace

at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  TORCH_CHECK(x.dim() == 3 && cos.dim() == 2 && cos.size(0) == x.size(0) && 2 * cos.size(1) == x.size(2) && cos.sizes() == sin.sizes(),
              "rotary takes x [N, heads, d] with cos and sin [N, d/2]");
  if (plain_memory({x, cos, sin})) return Rotary::apply(x, cos, sin);
  const int64_t half = x.size(2) / 2;
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half), c = cos.unsqueeze(1), s = sin.unsqueeze(1);
  return at::cat({a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s))}, -1);
}

}  // namespace praline
