// One new token per sequence on any device: each group's queries see their prompt in one product, each row its own keys; all groups'
// results are merged at once.
#include <ATen/Functions.h>

#include "attention_pieces.h"
#include "ops.h"

namespace praline {

at::Tensor decode_attention_portable(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                                     at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values,
                                     at::IntArrayRef rows, at::IntArrayRef lengths, int64_t window) {
  std::vector<at::Tensor> outs, logarithms, prompt_outs, prompt_logarithms;
  int64_t first = 0;
  bool prompts = false;
  for (size_t i = 0; i < rows.size(); i++) {
    const int64_t count = rows[i], own = lengths[i] + 1, shared = prompt_keys[i].size(2), all = shared + own;
    TORCH_CHECK(own_keys[i].size(0) == count && own_keys[i].size(2) >= own, "decode_attention: the cache of group ", i, " does not fit");
    own_keys[i].select(2, own - 1).copy_(k.narrow(0, first, count));
    own_values[i].select(2, own - 1).copy_(v.narrow(0, first, count));
    const int64_t skip = window > 0 && all > window ? all - window : 0;  // keys too old to be seen
    const int64_t prompt_skip = std::min(skip, shared), own_skip = skip - prompt_skip, seen = shared - prompt_skip;
    const at::Tensor queries = q.narrow(0, first, count);
    const Attended self = attend_rows(queries, own_keys[i].narrow(2, own_skip, own - own_skip), own_values[i].narrow(2, own_skip, own - own_skip));
    outs.push_back(self.out);
    logarithms.push_back(self.lse);
    if (seen > 0) {
      Pieces piece;
      piece.add(count, seen, seen);
      const Attended prompt = attend(queries, prompt_keys[i].permute({2, 0, 1}).narrow(0, prompt_skip, seen),
                                     prompt_values[i].transpose(0, 1).narrow(0, prompt_skip, seen), piece);
      prompt_outs.push_back(prompt.out);
      prompt_logarithms.push_back(prompt.lse);
      prompts = true;
    } else {
      prompt_outs.push_back(at::zeros_like(self.out));
      prompt_logarithms.push_back(at::full_like(self.lse, -std::numeric_limits<double>::infinity()));
    }
    first += count;
  }
  TORCH_CHECK(first == q.size(0), "decode_attention: the groups have ", first, " rows, the queries ", q.size(0));
  Attended result{outs.size() == 1 ? outs[0] : at::cat(outs), logarithms.size() == 1 ? logarithms[0] : at::cat(logarithms, 1)};
  if (prompts) {
    result = merge(result, {prompt_outs.size() == 1 ? prompt_outs[0] : at::cat(prompt_outs),
                            prompt_logarithms.size() == 1 ? prompt_logarithms[0] : at::cat(prompt_logarithms, 1)});
  }
  return result.out.reshape({q.size(0), -1});
}

}  // namespace praline
