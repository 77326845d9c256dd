// x wT + bias for few rows, as decoding has them. Reads the weights once, and a row's result is the same, bit for bit, whatever
// rows are computed beside it: BLAS libraries choose their loops by the number of rows, and with it the order of sums.
#include <ATen/ops/linear.h>

#include "ops.h"

namespace praline {

at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias) {
  const bool has_bias = bias.has_value() && bias->defined();
  const bool trains = c10::GradMode::is_enabled() &&
                      (x.requires_grad() || weight.requires_grad() || (has_bias && bias->requires_grad()));
  if (trains || x.dim() == 0 || weight.dim() != 2 || x.size(-1) != weight.size(1) || !plain_memory({x, weight}) ||
      (has_bias && !plain_memory({x, *bias}))) {
    return at::linear(x, weight, bias);
  }
  const int64_t k = weight.size(1), n = weight.size(0), m = k == 0 ? 0 : x.numel() / k;
  auto shape = x.sizes().vec();
  shape.back() = n;
  at::Tensor y = at::empty(shape, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "linear_rows", [&] {
    const auto& table = kernels<scalar_t>();
    const auto *from = x.data_ptr<scalar_t>(), *w = weight.data_ptr<scalar_t>();
    const auto* b = has_bias ? bias->data_ptr<scalar_t>() : nullptr;
    auto* to = y.data_ptr<scalar_t>();
    // Blocks of 16 columns keep the threads' shares on the kernels' boundaries.
    const int64_t blocks = (n + 15) / 16;
    at::parallel_for(0, blocks, grain(32. * m * k), [&](int64_t begin, int64_t end) {
      table.linear_rows(from, k, w, k, b, to, n, m, begin * 16, std::min(n, end * 16), k);
    });
  });
  return y;
}

}  // namespace praline
