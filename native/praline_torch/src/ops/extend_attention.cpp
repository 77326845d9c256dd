// Several new tokens of each sequence, which see the sequence's prompt (keys [kv heads, d, P], values [kv heads, P, d]), its own tokens so
// far (keys [1, kv heads, d, capacity], values [1, kv heads, capacity, d]), to which the new ones are added, and each other causally.
// Keys are taken in blocks that begin at multiples of kKeys, whatever they are stored in: a token's result does not depend on how many
// tokens are computed with it, nor on what was computed before. So a prompt that goes on from a cached one gets the numbers that it gets
// alone, bit for bit.
#include <cmath>
#include <limits>
#include <vector>

#include "ops.h"

namespace praline {
namespace {

constexpr int64_t kQueries = 32;
constexpr int64_t kKeys = 256;

// Keys of one head, transposed, and their values.
template <typename T>
struct Piece {
  const T *keys, *values;
  int64_t step, start, count;  // between the rows of keys; number of the first key in the sequence; how many
};

template <typename T>
struct Sequence {
  const T *prompt_keys, *prompt_values;
  T *own_keys, *own_values;
  int64_t first, tokens, prompt, length, capacity, key_head, key_row, value_head;
};

template <typename T>
void attend(const Sequence<T>& s, int64_t kv, const T* q, const T* k, const T* v, T* out, int64_t heads, int64_t kv_heads, int64_t d,
            int64_t window) {
  static thread_local std::vector<T> block;
  block.resize(kQueries * kKeys);
  const auto& table = kernels<T>();
  const int64_t per = heads / kv_heads, q_stride = heads * d;
  const T scale = T(1) / std::sqrt(T(d));
  T *own_keys = s.own_keys + kv * d * s.capacity, *own_values = s.own_values + kv * s.capacity * d;
  for (int64_t i = 0; i < s.tokens; i++) {
    const int64_t from = ((s.first + i) * kv_heads + kv) * d;
    for (int64_t c = 0; c < d; c++) own_keys[c * s.capacity + s.length + i] = k[from + c];
    std::copy_n(v + from, d, own_values + (s.length + i) * d);
  }
  const Piece<T> pieces[2] = {{s.prompt_keys + kv * s.key_head, s.prompt_values + kv * s.value_head, s.key_row, 0, s.prompt},
                              {own_keys, own_values, s.capacity, s.prompt, s.length + s.tokens}};
  // Calls body(piece, first of its keys, how many, where they are in the block) for what [begin, end) has of each piece.
  const auto in_pieces = [&](int64_t begin, int64_t end, auto&& body) {
    for (const auto& piece : pieces) {
      const int64_t low = std::max(begin, piece.start), high = std::min(end, piece.start + piece.count);
      if (low < high) body(piece, low - piece.start, high - low, low - begin);
    }
  };
  for (int64_t head = kv * per; head < (kv + 1) * per; head++) {
    for (int64_t q0 = 0; q0 < s.tokens; q0 += kQueries) {
      const int64_t rows = std::min(kQueries, s.tokens - q0), place = s.prompt + s.length + q0, end = place + rows;
      const T* queries = q + (s.first + q0) * q_stride + head * d;
      T* result = out + (s.first + q0) * q_stride + head * d;
      T largest[kQueries], total[kQueries];
      std::fill_n(largest, rows, -std::numeric_limits<T>::infinity());
      std::fill_n(total, rows, T(0));
      for (int64_t i = 0; i < rows; i++) std::fill_n(result + i * q_stride, d, T(0));
      const int64_t oldest = window > 0 ? std::max<int64_t>(0, place - window + 1) : 0;
      for (int64_t begin = oldest / kKeys * kKeys; begin < end; begin += kKeys) {
        const int64_t count = std::min(kKeys, end - begin);
        T* scores = block.data();
        in_pieces(begin, begin + count, [&](const Piece<T>& piece, int64_t at, int64_t n, int64_t offset) {
          table.matmul(queries, q_stride, 1, piece.keys + at, piece.step, scores + offset, count, rows, n, d, false);
        });
        for (int64_t i = 0; i < rows; i++) {
          T* line = scores + i * count;
          const int64_t query = place + i, to = std::max<int64_t>(0, std::min(count, query - begin + 1));
          const int64_t from = window > 0 ? std::min(to, std::max<int64_t>(0, query - window + 1 - begin)) : 0;
          if (from < to) {
            const T best = std::max(largest[i], table.max(line + from, to - from) * scale);
            if (best > largest[i] && total[i] > 0) {
              const T factor = std::exp(largest[i] - best);
              total[i] *= factor;
              table.scale(result + i * q_stride, d, factor);
            }
            largest[i] = best;
            total[i] += table.exp_shifted(line + from, to - from, scale, best);
          }
          std::fill_n(line, from, T(0));
          std::fill_n(line + to, count - to, T(0));
        }
        in_pieces(begin, begin + count, [&](const Piece<T>& piece, int64_t at, int64_t n, int64_t offset) {
          table.matmul(scores + offset, count, 1, piece.values + at * d, d, result, q_stride, rows, d, n, true);
        });
      }
      for (int64_t i = 0; i < rows; i++) table.scale(result + i * q_stride, d, T(1) / total[i]);
    }
  }
}

}  // namespace

at::Tensor extend_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                            at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values, at::IntArrayRef tokens,
                            at::IntArrayRef lengths, int64_t window) {
  const int64_t heads = q.size(1), kv_heads = k.size(1), d = q.size(2), count = tokens.size();
  TORCH_CHECK(plain_memory({q, k, v}), "extend_attention has kernels for single and double precision on the CPU alone");
  TORCH_CHECK(static_cast<int64_t>(prompt_keys.size()) == count && static_cast<int64_t>(own_keys.size()) == count &&
                  static_cast<int64_t>(lengths.size()) == count && heads % kv_heads == 0,
              "extend_attention takes as many caches as sequences");
  at::Tensor out = at::empty({q.size(0), heads * d}, q.options());
  AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "extend_attention", [&] {
    std::vector<Sequence<scalar_t>> list;
    int64_t first = 0;
    double operations = 0;
    for (int64_t i = 0; i < count; i++) {
      const at::Tensor &keys = own_keys[i], &values = own_values[i];
      TORCH_CHECK(plain_prompt(q, prompt_keys[i], prompt_values[i]) && plain_memory({q, keys, values}) && keys.size(0) == 1 &&
                      keys.size(1) == kv_heads && keys.size(2) == d && keys.size(3) >= lengths[i] + tokens[i],
                  "extend_attention: the cache of sequence ", i, " does not fit");
      list.push_back({prompt_keys[i].data_ptr<scalar_t>(), prompt_values[i].data_ptr<scalar_t>(), keys.data_ptr<scalar_t>(),
                      values.data_ptr<scalar_t>(), first, tokens[i], prompt_keys[i].size(2), lengths[i], keys.size(3),
                      prompt_keys[i].stride(0), prompt_keys[i].stride(1), prompt_values[i].stride(0)});
      first += tokens[i];
      operations += 4. * tokens[i] * heads * d * (prompt_keys[i].size(2) + lengths[i] + tokens[i] / 2);
    }
    TORCH_CHECK(first == q.size(0), "extend_attention: the sequences have ", first, " tokens, the queries ", q.size(0));
    const auto *qp = q.data_ptr<scalar_t>(), *kp = k.data_ptr<scalar_t>(), *vp = v.data_ptr<scalar_t>();
    auto* op = out.data_ptr<scalar_t>();
    const int64_t tasks = count * kv_heads;
    at::parallel_for(0, tasks, grain(operations / std::max<int64_t>(1, tasks)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        attend<scalar_t>(list[i / kv_heads], i % kv_heads, qp, kp, vp, op, heads, kv_heads, d, window);
      }
    });
  });
  return out;
}

}  // namespace praline
