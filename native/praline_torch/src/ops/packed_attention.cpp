// Attention in a packed stream of sequence trees, forward and backward, in blocks of queries and keys: what is kept between the two
// is one number per query and head, and no matrix of scores is ever larger than a block (Dao et al. 2022, on the CPU).
// packed_attention_portable.cpp has the same for all devices and types.
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ops.h"
#include "segments.h"

namespace praline {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr int64_t kQueries = 32;
constexpr int64_t kKeys = 256;

struct Shape {
  int64_t tokens, heads, kv_heads, d, window;
};

// Where each tree's segments begin in the list.
std::vector<size_t> tree_bounds(const std::vector<Segment>& segments) {
  std::vector<size_t> bounds;
  for (size_t i = 0; i < segments.size(); i++) {
    if (i == 0 || segments[i].tree != segments[i - 1].tree) bounds.push_back(i);
  }
  bounds.push_back(segments.size());
  return bounds;
}

// Multiplications and additions of one product of queries and keys, per key/value head and tree on average.
double operations(const std::vector<Segment>& segments, const Shape& shape, size_t trees) {
  double pairs = 0;
  for (const auto& s : segments) pairs += static_cast<double>(s.length) * (s.shared + 0.5 * s.length);
  return 2 * pairs * shape.d * (shape.heads / shape.kv_heads) / std::max<size_t>(1, trees);
}

// to[c * count + i] = from[i * stride + c]
template <typename T>
void transpose(const T* from, int64_t stride, int64_t count, int64_t d, T* to) {
  for (int64_t i0 = 0; i0 < count; i0 += 16) {
    const int64_t i1 = std::min(count, i0 + 16);
    for (int64_t c = 0; c < d; c++) {
      for (int64_t i = i0; i < i1; i++) to[c * count + i] = from[i * stride + c];
    }
  }
}

// A run of keys in the stream, with their vectors transposed [d, count].
template <typename T>
struct Keys {
  int64_t start, count, position;  // first token in the stream; how many; the first one's number among all keys of the segment
  const T* transposed;             // keys
  const T* values_transposed;      // values, for the backward pass
};

// Calls body(keys, first, count, masked) for every block of keys that some of the queries [q0, q0 + rows) of the segment see; the
// queries' own numbers among the keys start at `place`.
template <typename T, typename Body>
void for_key_blocks(const std::vector<Keys<T>>& runs, int64_t place, int64_t rows, int64_t window, Body&& body) {
  const int64_t oldest = window > 0 ? std::max<int64_t>(0, place - window + 1) : 0, end = place + rows;
  for (const auto& run : runs) {
    const int64_t low = std::max<int64_t>(0, oldest - run.position), high = std::min(run.count, end - run.position);
    for (int64_t at = low; at < high; at += kKeys) {
      const int64_t count = std::min(kKeys, high - at), first = run.position + at;
      const bool masked = first + count - 1 > place || (window > 0 && first <= place + rows - 1 - window);
      body(run, at, count, masked);
    }
  }
}

// The keys of a block that query `i` of it sees: [from, to) within the block.
inline void visible(int64_t first, int64_t count, int64_t place, int64_t i, int64_t window, int64_t* from, int64_t* to) {
  const int64_t query = place + i;
  *to = std::min(count, query - first + 1);
  *from = window > 0 ? std::min(std::max<int64_t>(0, query - window + 1 - first), count) : 0;
  if (*to < *from) *to = *from;
}

template <typename T>
std::vector<Keys<T>> runs_of(const Segment& s, const T* shared_keys, const T* shared_values, const T* own_keys, const T* own_values) {
  std::vector<Keys<T>> runs;
  if (s.shared > 0) runs.push_back({s.shared_start, s.shared, 0, shared_keys, shared_values});
  runs.push_back({s.start, s.length, s.shared, own_keys, own_values});
  return runs;
}

template <typename T>
void forward_head(const Shape& shape, const Segment* begin, const Segment* end, int64_t kv, const T* q, const T* k, const T* v, T* out,
                  T* lse) {
  static thread_local std::vector<T> prompt_keys, own_keys, block;
  const auto& table = kernels<T>();
  const int64_t d = shape.d, per = shape.heads / shape.kv_heads, q_stride = shape.heads * d, k_stride = shape.kv_heads * d;
  const T scale = T(1) / std::sqrt(T(d));
  block.resize(kQueries * kKeys);
  int64_t packed_start = -1, packed_count = -1;
  for (const Segment* s = begin; s != end; s++) {
    if (s->length == 0) continue;
    if (s->shared > 0 && (packed_start != s->shared_start || packed_count != s->shared)) {
      prompt_keys.resize(s->shared * d);
      transpose(k + s->shared_start * k_stride + kv * d, k_stride, s->shared, d, prompt_keys.data());
      packed_start = s->shared_start;
      packed_count = s->shared;
    }
    own_keys.resize(s->length * d);
    transpose(k + s->start * k_stride + kv * d, k_stride, s->length, d, own_keys.data());
    const auto runs = runs_of<T>(*s, prompt_keys.data(), nullptr, own_keys.data(), nullptr);
    for (int64_t head = kv * per; head < (kv + 1) * per; head++) {
      for (int64_t q0 = 0; q0 < s->length; q0 += kQueries) {
        const int64_t rows = std::min(kQueries, s->length - q0), place = s->shared + q0;
        const T* queries = q + (s->start + q0) * q_stride + head * d;
        T* result = out + (s->start + q0) * q_stride + head * d;
        T largest[kQueries], total[kQueries];
        std::fill_n(largest, rows, -std::numeric_limits<T>::infinity());
        std::fill_n(total, rows, T(0));
        bool fresh = true;
        for_key_blocks<T>(runs, place, rows, shape.window, [&](const Keys<T>& run, int64_t at, int64_t count, bool masked) {
          T* scores = block.data();
          table.matmul(queries, q_stride, 1, run.transposed + at, run.count, scores, count, rows, count, d, false);
          for (int64_t i = 0; i < rows; i++) {
            T* line = scores + i * count;
            int64_t from = 0, to = count;
            if (masked) visible(run.position + at, count, place, i, shape.window, &from, &to);
            if (from == to) {
              std::fill_n(line, count, T(0));
              continue;
            }
            const T best = std::max(largest[i], table.max(line + from, to - from) * scale);
            if (best > largest[i] && total[i] > 0) {
              const T factor = std::exp(largest[i] - best);
              total[i] *= factor;
              table.scale(result + i * q_stride, d, factor);
            }
            largest[i] = best;
            total[i] += table.exp_shifted(line + from, to - from, scale, best);
            std::fill_n(line, from, T(0));
            std::fill_n(line + to, count - to, T(0));
          }
          table.matmul(scores, count, 1, v + (run.start + at) * k_stride + kv * d, k_stride, result, q_stride, rows, d, count, !fresh);
          fresh = false;
        });
        for (int64_t i = 0; i < rows; i++) {
          table.scale(result + i * q_stride, d, T(1) / total[i]);
          lse[head * shape.tokens + s->start + q0 + i] = largest[i] + std::log(total[i]);
        }
      }
    }
  }
}

template <typename T>
void backward_head(const Shape& shape, const Segment* begin, const Segment* end, int64_t kv, const T* q, const T* k, const T* v,
                   const T* out, const T* lse, const T* g, T* dq, T* dk, T* dv) {
  static thread_local std::vector<T> prompt_keys, prompt_values, own_keys, own_values, block, gradient;
  const auto& table = kernels<T>();
  const int64_t d = shape.d, per = shape.heads / shape.kv_heads, q_stride = shape.heads * d, k_stride = shape.kv_heads * d;
  const T scale = T(1) / std::sqrt(T(d));
  block.resize(kQueries * kKeys);
  gradient.resize(kQueries * kKeys);
  int64_t packed_start = -1, packed_count = -1;
  for (const Segment* s = begin; s != end; s++) {
    if (s->length == 0) continue;
    if (s->shared > 0 && (packed_start != s->shared_start || packed_count != s->shared)) {
      prompt_keys.resize(s->shared * d);
      prompt_values.resize(s->shared * d);
      transpose(k + s->shared_start * k_stride + kv * d, k_stride, s->shared, d, prompt_keys.data());
      transpose(v + s->shared_start * k_stride + kv * d, k_stride, s->shared, d, prompt_values.data());
      packed_start = s->shared_start;
      packed_count = s->shared;
    }
    own_keys.resize(s->length * d);
    own_values.resize(s->length * d);
    transpose(k + s->start * k_stride + kv * d, k_stride, s->length, d, own_keys.data());
    transpose(v + s->start * k_stride + kv * d, k_stride, s->length, d, own_values.data());
    const auto runs = runs_of<T>(*s, prompt_keys.data(), prompt_values.data(), own_keys.data(), own_values.data());
    for (int64_t head = kv * per; head < (kv + 1) * per; head++) {
      for (int64_t q0 = 0; q0 < s->length; q0 += kQueries) {
        const int64_t rows = std::min(kQueries, s->length - q0), place = s->shared + q0, offset = (s->start + q0) * q_stride + head * d;
        T delta[kQueries];
        for (int64_t i = 0; i < rows; i++) delta[i] = table.dot(g + offset + i * q_stride, out + offset + i * q_stride, d);
        bool fresh = true;
        for_key_blocks<T>(runs, place, rows, shape.window, [&](const Keys<T>& run, int64_t at, int64_t count, bool masked) {
          T *weights = block.data(), *dscores = gradient.data();
          const int64_t keys = (run.start + at) * k_stride + kv * d;
          table.matmul(q + offset, q_stride, 1, run.transposed + at, run.count, weights, count, rows, count, d, false);
          table.matmul(g + offset, q_stride, 1, run.values_transposed + at, run.count, dscores, count, rows, count, d, false);
          for (int64_t i = 0; i < rows; i++) {
            T *line = weights + i * count, *dline = dscores + i * count;
            int64_t from = 0, to = count;
            if (masked) visible(run.position + at, count, place, i, shape.window, &from, &to);
            table.exp_shifted(line + from, to - from, scale, lse[head * shape.tokens + s->start + q0 + i]);
            table.softmax_backward(line + from, dline + from, delta[i], scale, to - from);
            std::fill_n(line, from, T(0));
            std::fill_n(line + to, count - to, T(0));
            std::fill_n(dline, from, T(0));
            std::fill_n(dline + to, count - to, T(0));
          }
          table.matmul(weights, 1, count, g + offset, q_stride, dv + keys, k_stride, count, d, rows, true);
          table.matmul(dscores, 1, count, q + offset, q_stride, dk + keys, k_stride, count, d, rows, true);
          table.matmul(dscores, count, 1, k + keys, k_stride, dq + offset, q_stride, rows, d, count, !fresh);
          fresh = false;
        });
      }
    }
  }
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static Variable forward(AutogradContext* ctx, Variable q, Variable k, Variable v, std::vector<int64_t> numbers, int64_t window) {
    const Shape shape{q.size(0), q.size(1), k.size(1), q.size(2), window};
    const auto segments = parse_segments(numbers, shape.tokens);
    const auto bounds = tree_bounds(segments);
    at::Tensor out = at::empty({shape.tokens, shape.heads * shape.d}, q.options());
    at::Tensor lse = at::empty({shape.heads, shape.tokens}, q.options());
    AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "packed_attention", [&] {
      const auto *qp = q.data_ptr<scalar_t>(), *kp = k.data_ptr<scalar_t>(), *vp = v.data_ptr<scalar_t>();
      auto *op = out.data_ptr<scalar_t>(), *lp = lse.data_ptr<scalar_t>();
      const int64_t tasks = static_cast<int64_t>(bounds.size() - 1) * shape.kv_heads;
      at::parallel_for(0, tasks, grain(2 * operations(segments, shape, bounds.size() - 1)), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const size_t tree = i / shape.kv_heads;
          forward_head<scalar_t>(shape, &segments[bounds[tree]], segments.data() + bounds[tree + 1], i % shape.kv_heads, qp, kp, vp, op, lp);
        }
      });
    });
    ctx->save_for_backward({q, k, v, out, lse});
    ctx->saved_data["segments"] = numbers;
    ctx->saved_data["window"] = window;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    check_first_order("praline::packed_attention");
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3], &lse = saved[4];
    const Shape shape{q.size(0), q.size(1), k.size(1), q.size(2), ctx->saved_data["window"].toInt()};
    const auto segments = parse_segments(ctx->saved_data["segments"].toIntVector(), shape.tokens);
    const auto bounds = tree_bounds(segments);
    const at::Tensor g = grads[0].contiguous();
    at::Tensor dq = at::empty_like(q), dk = at::zeros_like(k), dv = at::zeros_like(v);
    AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "packed_attention_backward", [&] {
      const auto *qp = q.data_ptr<scalar_t>(), *kp = k.data_ptr<scalar_t>(), *vp = v.data_ptr<scalar_t>(), *op = out.data_ptr<scalar_t>(),
                 *lp = lse.data_ptr<scalar_t>(), *gp = g.data_ptr<scalar_t>();
      auto *dqp = dq.data_ptr<scalar_t>(), *dkp = dk.data_ptr<scalar_t>(), *dvp = dv.data_ptr<scalar_t>();
      const int64_t tasks = static_cast<int64_t>(bounds.size() - 1) * shape.kv_heads;
      at::parallel_for(0, tasks, grain(5 * operations(segments, shape, bounds.size() - 1)), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const size_t tree = i / shape.kv_heads;
          backward_head<scalar_t>(shape, &segments[bounds[tree]], segments.data() + bounds[tree + 1], i % shape.kv_heads, qp, kp, vp, op,
                                  lp, gp, dqp, dkp, dvp);
        }
      });
    });
    return {dq, dk, dv, Variable(), Variable()};
  }
};

}  // namespace

at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::IntArrayRef segments, int64_t window) {
  TORCH_CHECK(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && q.size(0) == k.size(0) && q.size(2) == k.size(2) &&
                  q.size(1) % k.size(1) == 0,
              "packed_attention takes q [T, heads, d] and k, v [T, kv heads, d]");
  if (!plain_memory({q, k, v})) return packed_attention_portable(q, k, v, segments, window);
  return PackedAttention::apply(q, k, v, segments.vec(), window);
}

}  // namespace praline
