// One new token per sequence. The sequences of a group share a prompt: its keys [kv heads, d, P] (transposed) and values
// [kv heads, P, d] are read for all of them together; each has keys and values of its own in [rows, kv heads, capacity, d], to
// which the new ones are added. A row's result does not depend on the other rows. decode_attention_portable.cpp has the same for all
// devices and types.
#include <cmath>
#include <vector>

#include "ops.h"

namespace praline {
namespace {

template <typename T>
struct Group {
  const T *prompt_keys, *prompt_values;
  T *own_keys, *own_values;
  int64_t first, rows, prompt, capacity, length;  // length: own tokens before this one
};

template <typename T>
void attend(const Group<T>& group, int64_t head, const T* q, const T* k, const T* v, T* out, int64_t heads, int64_t kv_heads,
            int64_t d, int64_t window) {
  static thread_local std::vector<T> scratch;
  const auto& table = kernels<T>();
  const int64_t per = heads / kv_heads, own = group.length + 1, all = group.prompt + own;
  const int64_t skip = window > 0 && all > window ? all - window : 0;  // keys too old to be seen
  const int64_t prompt_skip = std::min(skip, group.prompt), own_skip = skip - prompt_skip;
  const int64_t seen = group.prompt - prompt_skip, own_seen = own - own_skip, width = seen + own_seen;
  const T scale = T(1) / std::sqrt(T(d));
  const int64_t queries = group.rows * per;
  scratch.resize(queries * (2 * d + width));
  T *query = scratch.data(), *result = query + queries * d, *scores = result + queries * d;

  for (int64_t r = 0; r < group.rows; r++) {
    const int64_t row = group.first + r;
    const int64_t place = ((r * kv_heads + head) * group.capacity + group.length) * d;
    std::copy_n(k + (row * kv_heads + head) * d, d, group.own_keys + place);
    std::copy_n(v + (row * kv_heads + head) * d, d, group.own_values + place);
    for (int64_t i = 0; i < per * d; i++) query[r * per * d + i] = q[(row * heads + head * per) * d + i] * scale;
  }
  if (seen > 0) {
    table.matmul(query, d, 1, group.prompt_keys + head * d * group.prompt + prompt_skip, group.prompt, scores, width, queries, seen, d,
                 false);
  }
  for (int64_t r = 0; r < group.rows; r++) {
    const int64_t mine = ((r * kv_heads + head) * group.capacity + own_skip) * d;
    T* row_scores = scores + r * per * width;
    table.linear_rows(query + r * per * d, d, group.own_keys + mine, d, nullptr, row_scores + seen, width, per, 0, own_seen, d);
    for (int64_t g = 0; g < per; g++) {
      T* line = row_scores + g * width;
      const T total = table.exp_shifted(line, width, T(1), table.max(line, width));
      table.scale(line, width, T(1) / total);
    }
  }
  if (seen > 0) {
    table.matmul(scores, width, 1, group.prompt_values + (head * group.prompt + prompt_skip) * d, d, result, d, queries, d, seen, false);
  }
  for (int64_t r = 0; r < group.rows; r++) {
    const int64_t mine = ((r * kv_heads + head) * group.capacity + own_skip) * d;
    table.matmul(scores + r * per * width + seen, width, 1, group.own_values + mine, d, result + r * per * d, d, per, d, own_seen,
                 seen > 0);
    std::copy_n(result + r * per * d, per * d, out + ((group.first + r) * heads + head * per) * d);
  }
}

}  // namespace

at::Tensor decode_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::TensorList prompt_keys,
                            at::TensorList prompt_values, at::TensorList own_keys, at::TensorList own_values, at::IntArrayRef rows,
                            at::IntArrayRef lengths, int64_t window) {
  const int64_t heads = q.size(1), kv_heads = k.size(1), d = q.size(2), groups = rows.size();
  TORCH_CHECK(static_cast<int64_t>(prompt_keys.size()) == groups && static_cast<int64_t>(own_keys.size()) == groups &&
                  static_cast<int64_t>(lengths.size()) == groups && heads % kv_heads == 0,
              "decode_attention takes as many caches as groups");
  if (!plain_memory({q, k, v})) {
    return decode_attention_portable(q, k, v, prompt_keys, prompt_values, own_keys, own_values, rows, lengths, window);
  }
  at::Tensor out = at::empty({q.size(0), heads * d}, q.options());
  AT_DISPATCH_FLOATING_TYPES(q.scalar_type(), "decode_attention", [&] {
    std::vector<Group<scalar_t>> list;
    int64_t first = 0;
    for (int64_t i = 0; i < groups; i++) {
      TORCH_CHECK(plain_memory({q, prompt_keys[i], prompt_values[i], own_keys[i], own_values[i]}) && own_keys[i].size(0) == rows[i] &&
                      own_keys[i].size(2) > lengths[i] && own_keys[i].size(1) == kv_heads && own_keys[i].size(3) == d &&
                      prompt_keys[i].size(0) == kv_heads && prompt_keys[i].size(1) == d,
                  "decode_attention: the cache of group ", i, " does not fit");
      list.push_back({prompt_keys[i].data_ptr<scalar_t>(), prompt_values[i].data_ptr<scalar_t>(), own_keys[i].data_ptr<scalar_t>(),
                      own_values[i].data_ptr<scalar_t>(), first, rows[i], prompt_keys[i].size(2), own_keys[i].size(2), lengths[i]});
      first += rows[i];
    }
    TORCH_CHECK(first == q.size(0), "decode_attention: the groups have ", first, " rows, the queries ", q.size(0));
    const auto *queries = q.data_ptr<scalar_t>(), *keys = k.data_ptr<scalar_t>(), *values = v.data_ptr<scalar_t>();
    auto* to = out.data_ptr<scalar_t>();
    double operations = 0;
    for (const auto& group : list) operations += 4. * group.rows * heads * d * (group.prompt + group.length + 1);
    at::parallel_for(0, groups * kv_heads, grain(operations / (groups * kv_heads)), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        attend(list[i / kv_heads], i % kv_heads, queries, keys, values, to, heads, kv_heads, d, window);
      }
    });
  });
  return out;
}

}  // namespace praline
