// One new token per sequence on any device: each row sees its own keys; prompts that lie one behind the other in memory are seen by their
// rows in one call; all groups' results are merged at once. A GPU is often faster with such a call than a processor is with making it.
#include <ATen/Functions.h>

#include "attention_pieces.h"
#include "ops.h"

namespace praline {
namespace {

// Rows of queries, each with its group's prompt; the prompts are one tensor.
class PromptRun {
 public:
  // Takes a group's rows and its prompt [tokens, kv heads, d] in, if that is the last prompt again or lies behind it in memory.
  bool add(int64_t first, int64_t rows, const at::Tensor& keys, const at::Tensor& values) {
    const int64_t tokens = keys.size(0);
    if (sizes_.empty()) {
      first_ = first;
      keys_ = keys;
      values_ = values;
    } else if (same(keys, keys_, tokens_ - sizes_.back()) && same(values, values_, tokens_ - sizes_.back()) && tokens == sizes_.back()) {
      rows_.back() += rows;
      return true;
    } else if (!same(keys, keys_, tokens_) || !same(values, values_, tokens_)) {
      return false;
    }
    rows_.push_back(rows);
    sizes_.push_back(tokens);
    tokens_ += tokens;
    return true;
  }

  Attended see(const at::Tensor& q) const {
    Pieces pieces;
    for (size_t i = 0; i < rows_.size(); i++) pieces.add(rows_[i], sizes_[i], sizes_[i]);
    const auto all = [&](const at::Tensor& x) { return rows_.size() == 1 ? x : x.as_strided({tokens_, x.size(1), x.size(2)}, x.strides()); };
    return attend(q.narrow(0, first_, pieces.q.back()), all(keys_), all(values_), pieces);
  }

 private:
  // True when x lies so many tokens behind the start of the run's tensor, in the same memory.
  static bool same(const at::Tensor& x, const at::Tensor& start, int64_t tokens) {
    return x.is_alias_of(start) && x.strides() == start.strides() && x.storage_offset() == start.storage_offset() + tokens * start.stride(0);
  }

  at::Tensor keys_, values_;  // of the first prompt
  std::vector<int64_t> rows_, sizes_;
  int64_t first_ = 0, tokens_ = 0;
};

at::Tensor joined(const std::vector<at::Tensor>& parts, int64_t dim) { return parts.size() == 1 ? parts[0] : at::cat(parts, dim); }

}  // namespace

at::Tensor decode_attention_portable(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                                     at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values,
                                     at::IntArrayRef rows, at::IntArrayRef lengths, int64_t window) {
  std::vector<at::Tensor> outs, logarithms, prompt_outs, prompt_logarithms;
  std::vector<PromptRun> runs;
  const auto see = [&] {
    for (const auto& run : runs) {
      const Attended prompt = run.see(q);
      prompt_outs.push_back(prompt.out);
      prompt_logarithms.push_back(prompt.lse);
    }
    runs.clear();
  };
  int64_t first = 0;
  bool prompts = false;
  for (size_t i = 0; i < rows.size(); i++) {
    const int64_t count = rows[i], own = lengths[i] + 1, shared = prompt_keys[i].size(2), all = shared + own;
    TORCH_CHECK(own_keys[i].size(0) == count && own_keys[i].size(3) >= own, "decode_attention: the cache of group ", i, " does not fit");
    const at::Tensor own_rows = own_keys[i].transpose(2, 3);  // [rows, kv heads, capacity, d]
    own_rows.select(2, own - 1).copy_(k.narrow(0, first, count));
    own_values[i].select(2, own - 1).copy_(v.narrow(0, first, count));
    const int64_t skip = window > 0 && all > window ? all - window : 0;  // keys too old to be seen
    const int64_t prompt_skip = std::min(skip, shared), own_skip = skip - prompt_skip, seen = shared - prompt_skip;
    const Attended self = attend_rows(q.narrow(0, first, count), own_rows.narrow(2, own_skip, own - own_skip),
                                      own_values[i].narrow(2, own_skip, own - own_skip));
    outs.push_back(self.out);
    logarithms.push_back(self.lse);
    if (seen > 0) {
      const at::Tensor keys = prompt_keys[i].permute({2, 0, 1}).narrow(0, prompt_skip, seen),
                       values = prompt_values[i].transpose(0, 1).narrow(0, prompt_skip, seen);
      if (runs.empty() || !runs.back().add(first, count, keys, values)) {
        runs.emplace_back();
        runs.back().add(first, count, keys, values);
      }
      prompts = true;
    } else {
      see();
      prompt_outs.push_back(at::zeros_like(self.out));
      prompt_logarithms.push_back(at::full_like(self.lse, -std::numeric_limits<double>::infinity()));
    }
    first += count;
  }
  TORCH_CHECK(first == q.size(0), "decode_attention: the groups have ", first, " rows, the queries ", q.size(0));
  see();
  Attended result{joined(outs, 0), joined(logarithms, 1)};
  if (prompts) result = merge(result, {joined(prompt_outs, 0), joined(prompt_logarithms, 1)});
  return result.out.reshape({q.size(0), -1});
}

}  // namespace praline
