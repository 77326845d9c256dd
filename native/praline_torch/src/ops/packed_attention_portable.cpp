// Attention in a packed stream on any device: every segment's attention to itself, all segments in one call, and the responses' attention
// to their prompts, without a copy of a prompt per response and without a mask; the two are merged.
#include <ATen/Functions.h>
#include <torch/csrc/autograd/custom_function.h>

#include "attention_pieces.h"
#include "ops.h"
#include "segments.h"

namespace praline {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Some rows of the stream: runs of tokens, in order.
class Rows {
 public:
  void add(int64_t start, int64_t count) {
    if (!runs_.empty() && runs_.back().first + runs_.back().second == start) {
      runs_.back().second += count;
    } else {
      runs_.push_back({start, count});
    }
  }

  bool empty() const { return runs_.empty(); }

  at::Tensor take(const at::Tensor& x, int64_t dim = 0) const {
    if (runs_.size() == 1) return x.narrow(dim, runs_[0].first, runs_[0].second);
    std::vector<at::Tensor> parts;
    for (const auto& run : runs_) parts.push_back(x.narrow(dim, run.first, run.second));
    return at::cat(parts, dim);
  }

  // x with these rows replaced; x may be written to. The runs are in the order of the stream.
  at::Tensor put(const at::Tensor& x, const at::Tensor& rows, int64_t dim = 0) const {
    if (runs_.size() == 1) {
      x.narrow(dim, runs_[0].first, runs_[0].second).copy_(rows);
      return x;
    }
    std::vector<at::Tensor> parts;
    int64_t done = 0, used = 0;
    for (const auto& run : runs_) {
      if (run.first > done) parts.push_back(x.narrow(dim, done, run.first - done));
      parts.push_back(rows.narrow(dim, used, run.second));
      done = run.first + run.second;
      used += run.second;
    }
    if (done < x.size(dim)) parts.push_back(x.narrow(dim, done, x.size(dim) - done));
    return at::cat(parts, dim);
  }

  // x += rows, run by run: the same run may come several times.
  void add_to(const at::Tensor& x, const at::Tensor& rows) const {
    int64_t used = 0;
    for (const auto& run : runs_) {
      x.narrow(0, run.first, run.second).add_(rows.narrow(0, used, run.second));
      used += run.second;
    }
  }

 private:
  std::vector<std::pair<int64_t, int64_t>> runs_;
};

struct Plan {
  Pieces own, shared;  // of the whole stream; of the responses and their prompts
  Rows responses, prompts;

  Plan(at::IntArrayRef numbers, int64_t tokens, int64_t window) {
    const auto segments = parse_segments(numbers, tokens);
    int64_t longest = 0;
    for (const auto& s : segments) longest = std::max(longest, s.shared + s.length);
    own.causal = true;
    own.window = shared.window = window >= longest ? 0 : window;
    for (size_t i = 0; i < segments.size();) {
      const Segment& s = segments[i];
      int64_t queries = 0;
      do {
        if (segments[i].length > 0) own.add(segments[i].length, segments[i].length, 0);
        queries += segments[i++].length;
        // Responses that share a prompt see it as one run of queries; with a window their places matter, and each is a piece.
      } while (shared.window == 0 && s.shared > 0 && i < segments.size() && segments[i].shared == s.shared &&
               segments[i].shared_start == s.shared_start);
      if (s.shared > 0 && queries > 0) {
        shared.add(queries, s.shared, s.shared);
        responses.add(s.start, queries);
        prompts.add(s.shared_start, s.shared);
      }
    }
  }
};

struct PortablePackedAttention : torch::autograd::Function<PortablePackedAttention> {
  static Variable forward(AutogradContext* ctx, Variable q, Variable k, Variable v, std::vector<int64_t> numbers, int64_t window) {
    const Plan plan(numbers, q.size(0), window);
    Attended all = attend(q, k, v, plan.own);
    if (!plan.responses.empty()) {
      const Attended alone{plan.responses.take(all.out), plan.responses.take(all.lse, 1)};
      const Attended both = merge(alone, attend(plan.responses.take(q), plan.prompts.take(k), plan.prompts.take(v), plan.shared));
      all.out = plan.responses.put(all.out, both.out);
      all.lse = plan.responses.put(all.lse, both.lse, 1);
    }
    ctx->save_for_backward({q, k, v, all.out, all.lse});
    ctx->saved_data["segments"] = numbers;
    ctx->saved_data["window"] = window;
    return all.out.reshape({q.size(0), -1});
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::packed_attention");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3], &lse = saved[4];
    const Plan plan(ctx->saved_data["segments"].toIntVector(), q.size(0), ctx->saved_data["window"].toInt());
    const at::Tensor g = grads[0].contiguous().view(out.sizes());
    auto all = attend_backward(g, q, k, v, out, lse, plan.own);
    if (!plan.responses.empty()) {
      const Rows &responses = plan.responses, &prompts = plan.prompts;
      const auto part = attend_backward(responses.take(g), responses.take(q), prompts.take(k), prompts.take(v), responses.take(out),
                                        responses.take(lse, 1).contiguous(), plan.shared);
      responses.add_to(all[0], part[0]);
      prompts.add_to(all[1], part[1]);
      prompts.add_to(all[2], part[2]);
    }
    return {all[0], all[1], all[2], Variable(), Variable()};
  }
};

}  // namespace

at::Tensor packed_attention_portable(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef segments,
                                     int64_t window) {
  return PortablePackedAttention::apply(q, k, v, segments.vec(), window);
}

}  // namespace praline
