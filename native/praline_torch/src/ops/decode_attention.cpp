// One new token per sequence. The sequences of a group, and of groups in a row, share a prompt: its keys [kv heads, d, P] (transposed) and
// values [kv heads, P, d] are read for all of them together; each has keys [rows, kv heads, d, capacity] and values [rows, kv heads,
// capacity, d] of its own, to which the new ones are added. A row's result does not depend on the other rows, nor on where the line
// between prompt and own tokens is drawn: both are summed in the same order. decode_attention_portable.cpp has the same for all devices
// and types.
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
  int64_t prompt_skip, own_skip;                  // keys too old to be seen
  int64_t key_head, key_row, value_head;          // steps between the prompt's heads and rows

  int64_t own_seen() const { return length + 1 - own_skip; }

  bool sees_prompt_of(const Group& other) const {
    return prompt_keys == other.prompt_keys && prompt == other.prompt && prompt_skip == other.prompt_skip;
  }
};

// Where the runs of groups begin that see the same of one prompt, and where the last one ends.
template <typename T>
std::vector<size_t> run_bounds(const std::vector<Group<T>>& groups) {
  std::vector<size_t> bounds;
  for (size_t i = 0; i < groups.size(); i++) {
    if (i == 0 || !groups[i].sees_prompt_of(groups[i - 1])) bounds.push_back(i);
  }
  bounds.push_back(groups.size());
  return bounds;
}

// The groups [begin, end) of a run.
template <typename T>
void attend(const Group<T>* begin, const Group<T>* end, int64_t head, const T* q, const T* k, const T* v, T* out, int64_t heads,
            int64_t kv_heads, int64_t d) {
  static thread_local std::vector<T> scratch;
  const auto& table = kernels<T>();
  const Group<T>& prompt = *begin;
  const int64_t per = heads / kv_heads, seen = prompt.prompt - prompt.prompt_skip;
  int64_t queries = 0, width = 0;
  for (const auto* group = begin; group != end; group++) {
    queries += group->rows * per;
    width = std::max(width, seen + group->own_seen());
  }
  const T scale = T(1) / std::sqrt(T(d));
  scratch.resize(queries * (2 * d + width));
  T *query = scratch.data(), *result = query + queries * d, *scores = result + queries * d;

  // Calls body(group, row among all, first query of the row, where the row's own keys and values begin).
  const auto for_rows = [&](auto&& body) {
    for (const auto* group = begin; group != end; group++) {
      for (int64_t r = 0; r < group->rows; r++) {
        const int64_t row = group->first + r;
        body(*group, row, (row - begin->first) * per, (r * kv_heads + head) * group->capacity * d);
      }
    }
  };

  for_rows([&](const Group<T>& group, int64_t row, int64_t at, int64_t own) {
    for (int64_t c = 0; c < d; c++) group.own_keys[own + c * group.capacity + group.length] = k[(row * kv_heads + head) * d + c];
    std::copy_n(v + (row * kv_heads + head) * d, d, group.own_values + own + group.length * d);
    for (int64_t i = 0; i < per * d; i++) query[at * d + i] = q[(row * heads + head * per) * d + i] * scale;
  });
  if (seen > 0) {
    table.matmul(query, d, 1, prompt.prompt_keys + head * prompt.key_head + prompt.prompt_skip, prompt.key_row, scores, width, queries, seen,
                 d, false);
  }
  for_rows([&](const Group<T>& group, int64_t, int64_t at, int64_t own) {
    T* row_scores = scores + at * width;
    const int64_t own_seen = group.own_seen(), all = seen + own_seen;
    table.matmul(query + at * d, d, 1, group.own_keys + own + group.own_skip, group.capacity, row_scores + seen, width, per, own_seen, d, false);
    for (int64_t g = 0; g < per; g++) {
      T* line = row_scores + g * width;
      const T total = table.exp_shifted(line, all, T(1), table.max(line, all));
      table.scale(line, all, T(1) / total);
    }
  });
  if (seen > 0) {
    table.matmul(scores, width, 1, prompt.prompt_values + head * prompt.value_head + prompt.prompt_skip * d, d, result, d, queries, d, seen,
                 false);
  }
  for_rows([&](const Group<T>& group, int64_t row, int64_t at, int64_t own) {
    table.matmul(scores + at * width + seen, width, 1, group.own_values + own + group.own_skip * d, d, result + at * d, d, per, d,
                 group.own_seen(), seen > 0);
    std::copy_n(result + at * d, per * d, out + (row * heads + head * per) * d);
  });
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
      TORCH_CHECK(plain_prompt(q, prompt_keys[i], prompt_values[i]) && plain_memory({q, own_keys[i], own_values[i]}) &&
                      own_keys[i].size(0) == rows[i] && own_keys[i].size(3) > lengths[i] && own_keys[i].size(1) == kv_heads &&
                      own_keys[i].size(2) == d,
                  "decode_attention: the cache of group ", i, " does not fit");
      const int64_t prompt = prompt_keys[i].size(2), all = prompt + lengths[i] + 1, skip = window > 0 ? std::max<int64_t>(0, all - window) : 0;
      list.push_back({prompt_keys[i].data_ptr<scalar_t>(), prompt_values[i].data_ptr<scalar_t>(), own_keys[i].data_ptr<scalar_t>(),
                      own_values[i].data_ptr<scalar_t>(), first, rows[i], prompt, own_keys[i].size(3), lengths[i], std::min(skip, prompt),
                      skip - std::min(skip, prompt), prompt_keys[i].stride(0), prompt_keys[i].stride(1), prompt_values[i].stride(0)});
      first += rows[i];
    }
    TORCH_CHECK(first == q.size(0), "decode_attention: the groups have ", first, " rows, the queries ", q.size(0));
    const auto *queries = q.data_ptr<scalar_t>(), *keys = k.data_ptr<scalar_t>(), *values = v.data_ptr<scalar_t>();
    auto* to = out.data_ptr<scalar_t>();
    double operations = 0;
    for (const auto& group : list) operations += 4. * group.rows * heads * d * (group.prompt + group.length + 1);
    const auto bounds = run_bounds(list);
    const int64_t tasks = static_cast<int64_t>(bounds.size() - 1) * kv_heads;
    at::parallel_for(0, tasks, grain(operations / tasks), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        const size_t run = i / kv_heads;
        attend(list.data() + bounds[run], list.data() + bounds[run + 1], i % kv_heads, queries, keys, values, to, heads, kv_heads, d);
      }
    });
  });
  return out;
}

}  // namespace praline
