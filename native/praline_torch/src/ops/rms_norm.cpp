// w * x / sqrt(mean(x^2) + eps) over the last dimension, one pass forward and one backward.
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "ops.h"

namespace praline {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static Variable forward(AutogradContext* ctx, Variable x, Variable weight, double eps) {
    const int64_t n = x.size(-1), rows = x.numel() / std::max<int64_t>(1, n);
    at::Tensor y = at::empty_like(x), inverse = at::empty({rows}, x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm", [&] {
      const auto& table = kernels<scalar_t>();
      const auto *from = x.data_ptr<scalar_t>(), *w = weight.data_ptr<scalar_t>();
      auto *to = y.data_ptr<scalar_t>(), *r = inverse.data_ptr<scalar_t>();
      at::parallel_for(0, rows, grain(10. * n), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) r[i] = table.rms_norm(from + i * n, w, to + i * n, n, static_cast<scalar_t>(eps));
      });
    });
    ctx->saved_data["weight_trains"] = weight.requires_grad();
    ctx->save_for_backward({x, weight, inverse});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::rms_norm");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &inverse = saved[2];
    const at::Tensor g = grads[0].contiguous();
    const int64_t n = x.size(-1), rows = inverse.size(0);
    at::Tensor dx = at::empty_like(x), dw;
    const bool weight_trains = ctx->saved_data["weight_trains"].toBool();
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm_backward", [&] {
      const auto& table = kernels<scalar_t>();
      const auto *from = x.data_ptr<scalar_t>(), *w = weight.data_ptr<scalar_t>(), *up = g.data_ptr<scalar_t>(),
                 *r = inverse.data_ptr<scalar_t>();
      auto* to = dx.data_ptr<scalar_t>();
      // Sums over rows are made of blocks of fixed size: they do not depend on the number of threads.
      const int64_t block = std::max<int64_t>(64, (rows + 15) / 16), blocks = (rows + block - 1) / block;
      at::Tensor partial = weight_trains ? at::zeros({blocks, n}, x.options()) : at::Tensor();
      at::parallel_for(0, blocks, grain(20. * n * block), [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; b++) {
          auto* sums = weight_trains ? partial.data_ptr<scalar_t>() + b * n : nullptr;
          for (int64_t i = b * block; i < std::min(rows, (b + 1) * block); i++) {
            table.rms_norm_backward(up + i * n, from + i * n, w, r[i], to + i * n, sums, n);
          }
        }
      });
      if (weight_trains) dw = partial.sum(0);
    });
    return {dx, dw, Variable()};
  }
};

at::Tensor wide(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat); }

// The same in ATen's operators, for any device and type: the sum of squares in single precision, as the models' authors have it, and
// nothing kept for the backward pass but the input and one number per row.
struct PortableRmsNorm : torch::autograd::Function<PortableRmsNorm> {
  static Variable forward(AutogradContext* ctx, Variable x, Variable weight, double eps) {
    const at::Tensor from = wide(x);
    const at::Tensor inverse = from.square().mean(-1, /*keepdim=*/true).add_(eps).rsqrt_();
    ctx->saved_data["weight_trains"] = weight.requires_grad();
    ctx->save_for_backward({x, weight, inverse});
    return from.mul(inverse).to(x.scalar_type()).mul_(weight);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::rms_norm");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &inverse = saved[2];
    const at::Tensor normed = wide(x).mul(inverse), g = wide(grads[0]), scaled = g.mul(wide(weight));
    const at::Tensor along = normed.mul(scaled).mean(-1, /*keepdim=*/true);
    at::Tensor dw;
    if (ctx->saved_data["weight_trains"].toBool()) dw = g.mul(normed).reshape({-1, x.size(-1)}).sum(0).to(weight.scalar_type());
    return {scaled.sub(normed.mul(along)).mul_(inverse).to(x.scalar_type()), dw, Variable()};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  TORCH_CHECK(x.dim() > 0 && weight.dim() == 1 && weight.size(0) == x.size(-1) && weight.scalar_type() == x.scalar_type(),
              "rms_norm takes x [..., n] with a weight [n] of the same type");
  if (plain_memory({x, weight})) return RmsNorm::apply(x, weight, eps);
#if PRALINE_TORCH_AT_LEAST(2, 9)
  // One kernel forward and one backward; the product with the weight is rounded once instead of twice.
  if (x.is_cuda() && !portable_kernels()) return at::rms_norm(x, weight.sizes(), weight, eps);
#endif
  return PortableRmsNorm::apply(x, weight, eps);
}

}  // namespace praline
