#include "flash_attention.h"

#include <ATen/Functions.h>

#include <map>

#include "../cuda_device.h"
#include "portable.h"

namespace praline {

at::Tensor unpad_lse(const at::Tensor& lse, const std::vector<int64_t>& bounds) {
  if (lse.dim() == 2) return lse;
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i + 1 < bounds.size(); i++) parts.push_back(lse[i].narrow(1, 0, bounds[i + 1] - bounds[i]));
  return at::cat(parts, 1);
}

at::Tensor pad_lse(const at::Tensor& lse, const std::vector<int64_t>& bounds, int64_t longest) {
  at::Tensor padded = at::zeros({static_cast<int64_t>(bounds.size()) - 1, lse.size(0), longest}, lse.options());
  for (size_t i = 0; i + 1 < bounds.size(); i++) {
    const int64_t count = bounds[i + 1] - bounds[i];
    padded[i].narrow(1, 0, count).copy_(lse.narrow(1, bounds[i], count));
  }
  return padded;
}

#if PRALINE_TORCH_AT_LEAST(2, 2)

namespace {

// Bounds as the kernels want them. Every layer of a step asks for the same ones: they are copied once, without waiting.
at::Tensor on_device(const std::vector<int64_t>& bounds, const at::Device& device) {
  using Key = std::pair<std::vector<int64_t>, int>;
  static thread_local auto* known = new std::map<Key, at::Tensor>();  // outlives CUDA's own teardown
  const Key key{bounds, device.index()};
  if (const auto found = known->find(key); found != known->end()) return found->second;
  if (known->size() >= 64) known->clear();
  const at::Tensor host = at::tensor(std::vector<int32_t>(bounds.begin(), bounds.end()), at::kInt).pin_memory();
  return known->emplace(key, host.to(device, at::kInt, /*non_blocking=*/true)).first->second;
}

// Whether this libtorch's kernels pad the logarithms of pieces: seen at the first forward pass.
bool pads_lse = false;

}  // namespace

bool flash_serves(const at::Tensor& q, const at::Tensor& k, int64_t window) {
  return attention_kernels() == AttentionKernels::kAuto && !portable_kernels() && q.is_cuda() &&
         (q.scalar_type() == at::kHalf || q.scalar_type() == at::kBFloat16) && q.size(-1) % 8 == 0 && q.size(-1) <= 256 && window == 0 &&
         k.scalar_type() == q.scalar_type() && compute_capability(q.device().index()) >= 80;
}

Attended flash_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Pieces& pieces) {
  auto results = at::_flash_attention_forward(q, k, v, on_device(pieces.q, q.device()), on_device(pieces.k, q.device()), pieces.max_q,
                                              pieces.max_k, 0., pieces.causal, false);
  const at::Tensor& lse = std::get<1>(results);
  pads_lse = lse.dim() == 3;
  return {std::get<0>(results), unpad_lse(lse, pieces.q)};
}

std::vector<at::Tensor> flash_attend_backward(const at::Tensor& g, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& out, const at::Tensor& lse, const Pieces& pieces) {
  // Without dropout the state of the random generator is not read.
  const at::Tensor state = at::empty({2}, q.options().dtype(at::kLong)), unused = at::empty({}, q.options().dtype(at::kLong));
  const at::Tensor logarithms = pads_lse ? pad_lse(lse, pieces.q, pieces.max_q) : lse.contiguous();
  auto results = at::_flash_attention_backward(g, q, k, v, out, logarithms, on_device(pieces.q, q.device()), on_device(pieces.k, q.device()),
                                               pieces.max_q, pieces.max_k, 0., pieces.causal, state, unused);
  return {std::get<0>(results), std::get<1>(results), std::get<2>(results)};
}

Attended flash_attend_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  auto results = at::_flash_attention_forward(q.unsqueeze(1), k.transpose(1, 2), v.transpose(1, 2), c10::nullopt, c10::nullopt, 1, k.size(2),
                                              0., false, false);
  return {std::get<0>(results).squeeze(1), std::get<1>(results).select(2, 0).transpose(0, 1)};  // lse [rows, heads, 1 or padded]
}

#else

bool flash_serves(const at::Tensor&, const at::Tensor&, int64_t) { return false; }
Attended flash_attend(const at::Tensor&, const at::Tensor&, const at::Tensor&, const Pieces&) {
  TORCH_CHECK(false, "this libtorch has no flash kernels for pieces");
}
std::vector<at::Tensor> flash_attend_backward(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                              const at::Tensor&, const Pieces&) {
  TORCH_CHECK(false, "this libtorch has no flash kernels for pieces");
}
Attended flash_attend_rows(const at::Tensor&, const at::Tensor&, const at::Tensor&) {
  TORCH_CHECK(false, "this libtorch has no flash kernels for pieces");
}

#endif

}  // namespace praline
