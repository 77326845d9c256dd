// Attention in pieces: runs of queries, each with a run of keys of its own, given with the logarithm of what the weights were divided
// by. Two results over different keys of the same queries can be merged into the one over all these keys, and the gradients of the
// whole are the sums of the gradients of the parts, computed with the whole's output and logarithm (Dao et al. 2022).
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace praline {

struct Pieces {
  bool causal = false;
  int64_t window = 0;                     // keys that a query sees, itself among them; 0 for all
  std::vector<int64_t> q{0}, k{0};        // where each piece's queries and keys begin, and where the last ones end
  std::vector<int64_t> offset;            // the number of a piece's first query, counted from its first key
  int64_t max_q = 0, max_k = 0;

  void add(int64_t queries, int64_t keys, int64_t place) {
    q.push_back(q.back() + queries);
    k.push_back(k.back() + keys);
    offset.push_back(place);
    max_q = std::max(max_q, queries);
    max_k = std::max(max_k, keys);
  }
};

struct Attended {
  at::Tensor out;  // [queries, heads, d]
  at::Tensor lse;  // [heads, queries], at least single precision; -inf where a query sees no key
};

// q [queries, heads, d], k and v [keys, kv heads, d]
Attended attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Pieces& pieces);

// Gradients of q, k and v from that of the output; out and lse may be those of a merged result.
std::vector<at::Tensor> attend_backward(const at::Tensor& g, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                        const at::Tensor& out, const at::Tensor& lse, const Pieces& pieces);

// One query per row, each with keys of its own: q [rows, heads, d], k and v [rows, kv heads, keys, d]. No gradient.
Attended attend_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// Two results over different keys of the same queries as one.
Attended merge(const Attended& a, const Attended& b);

}  // namespace praline
