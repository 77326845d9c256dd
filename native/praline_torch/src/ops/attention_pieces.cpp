// In ATen's operators, in blocks of queries, so that no matrix of scores is larger than a block's.
#include "attention_pieces.h"

#include <ATen/Functions.h>

#include <cmath>
#include <limits>

#include "flash_attention.h"

namespace praline {
namespace {

constexpr int64_t kScores = 1 << 24;  // the largest block of scores

at::Tensor wide(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat); }

// [n, heads, d] -> [kv heads, heads / kv heads * n, d]: the query heads that share a key head are rows of one product.
at::Tensor by_kv_head(const at::Tensor& x, int64_t kv_heads) {
  const int64_t n = x.size(0), heads = x.size(1), d = x.size(2);
  return wide(x).reshape({n, kv_heads, heads / kv_heads, d}).permute({1, 2, 0, 3}).reshape({kv_heads, -1, d});
}

// The other way.
at::Tensor by_token(const at::Tensor& x, int64_t n, int64_t heads) {
  const int64_t kv_heads = x.size(0), d = x.size(2);
  return x.reshape({kv_heads, heads / kv_heads, n, d}).permute({2, 0, 1, 3}).reshape({n, heads, d});
}

struct Block {
  int64_t q, rows, k, keys;  // queries [q, q + rows) and keys [k, k + keys) of the tensors
  int64_t place;             // the first query's number, counted from the first key of the block
  bool masked;
};

template <typename Body>
void for_blocks(const Pieces& pieces, int64_t heads, Body&& body) {
  for (size_t i = 0; i + 1 < pieces.q.size(); i++) {
    const int64_t queries = pieces.q[i + 1] - pieces.q[i], keys = pieces.k[i + 1] - pieces.k[i];
    const int64_t rows = std::max<int64_t>(16, kScores / std::max<int64_t>(1, heads * keys));
    for (int64_t at = 0; at < queries; at += rows) {
      const int64_t count = std::min(rows, queries - at), place = pieces.offset[i] + at;
      const int64_t end = pieces.causal ? std::min(keys, place + count) : keys;
      const int64_t begin = pieces.window > 0 ? std::min(std::max<int64_t>(0, place - pieces.window + 1), end) : 0;
      const bool masked = (pieces.causal && end > place + 1) || (pieces.window > 0 && begin < place + count - pieces.window);
      body(Block{pieces.q[i] + at, count, pieces.k[i] + begin, end - begin, place - begin, masked});
    }
  }
}

// Scaled scores [kv heads, heads / kv heads * rows, keys], -inf where a query does not see a key.
at::Tensor scores_of(const Block& block, const Pieces& pieces, const at::Tensor& queries, const at::Tensor& keys) {
  at::Tensor scores = at::bmm(queries, keys.transpose(1, 2)).mul_(1. / std::sqrt(static_cast<double>(queries.size(2))));
  if (!block.masked) return scores;
  const auto options = queries.options().dtype(at::kLong);
  const at::Tensor q = at::arange(block.place, block.place + block.rows, options).unsqueeze(1), k = at::arange(block.keys, options);
  at::Tensor hidden = pieces.causal ? k.gt(q) : at::zeros({block.rows, block.keys}, queries.options().dtype(at::kBool));
  if (pieces.window > 0) hidden = hidden.logical_or(k.le(q.sub(pieces.window)));
  scores.view({scores.size(0), -1, block.rows, block.keys}).masked_fill_(hidden, -std::numeric_limits<double>::infinity());
  return scores;
}

// exp(scores - lse), 0 for queries that see nothing.
at::Tensor weights_of(at::Tensor scores, const at::Tensor& lse) {
  return scores.sub_(lse.masked_fill(lse.eq(-std::numeric_limits<double>::infinity()), 0).unsqueeze(-1)).exp_();
}

Attended math_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Pieces& pieces) {
  const int64_t heads = q.size(1), kv_heads = k.size(1);
  at::Tensor out = at::zeros(q.sizes(), q.options());
  at::Tensor lse = at::full({heads, q.size(0)}, -std::numeric_limits<double>::infinity(), wide(q.narrow(0, 0, 0)).options());
  for_blocks(pieces, heads, [&](const Block& block) {
    if (block.keys == 0) return;
    const at::Tensor scores = scores_of(block, pieces, by_kv_head(q.narrow(0, block.q, block.rows), kv_heads),
                                        wide(k.narrow(0, block.k, block.keys)).transpose(0, 1));
    const at::Tensor total = scores.logsumexp(-1);
    const at::Tensor mixed = at::bmm(weights_of(scores, total), wide(v.narrow(0, block.k, block.keys)).transpose(0, 1));
    out.narrow(0, block.q, block.rows).copy_(by_token(mixed, block.rows, heads));
    lse.narrow(1, block.q, block.rows).copy_(total.reshape({heads, block.rows}));
  });
  return {out, lse};
}

std::vector<at::Tensor> math_attend_backward(const at::Tensor& g, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                             const at::Tensor& out, const at::Tensor& lse, const Pieces& pieces) {
  const int64_t heads = q.size(1), kv_heads = k.size(1);
  const double scale = 1. / std::sqrt(static_cast<double>(q.size(2)));
  at::Tensor dq = at::zeros(q.sizes(), q.options()), dk = at::zeros(k.sizes(), wide(k.narrow(0, 0, 0)).options()), dv = at::zeros_like(dk);
  for_blocks(pieces, heads, [&](const Block& block) {
    if (block.keys == 0) return;
    const at::Tensor queries = by_kv_head(q.narrow(0, block.q, block.rows), kv_heads), up = by_kv_head(g.narrow(0, block.q, block.rows), kv_heads);
    const at::Tensor keys = wide(k.narrow(0, block.k, block.keys)).transpose(0, 1), values = wide(v.narrow(0, block.k, block.keys)).transpose(0, 1);
    const at::Tensor delta = up.mul(by_kv_head(out.narrow(0, block.q, block.rows), kv_heads)).sum(-1, /*keepdim=*/true);
    const at::Tensor weights = weights_of(scores_of(block, pieces, queries, keys), lse.narrow(1, block.q, block.rows).reshape({kv_heads, -1}));
    dv.narrow(0, block.k, block.keys).add_(at::bmm(weights.transpose(1, 2), up).transpose(0, 1));
    const at::Tensor dscores = at::bmm(up, values.transpose(1, 2)).sub_(delta).mul_(weights).mul_(scale);
    dk.narrow(0, block.k, block.keys).add_(at::bmm(dscores.transpose(1, 2), queries).transpose(0, 1));
    dq.narrow(0, block.q, block.rows).copy_(by_token(at::bmm(dscores, keys), block.rows, heads));
  });
  return {dq, dk.to(k.scalar_type()), dv.to(v.scalar_type())};
}

}  // namespace

Attended attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Pieces& pieces) {
  return flash_serves(q, k, pieces.window) ? flash_attend(q, k, v, pieces) : math_attend(q, k, v, pieces);
}

std::vector<at::Tensor> attend_backward(const at::Tensor& g, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                        const at::Tensor& out, const at::Tensor& lse, const Pieces& pieces) {
  return flash_serves(q, k, pieces.window) ? flash_attend_backward(g, q, k, v, out, lse, pieces)
                                           : math_attend_backward(g, q, k, v, out, lse, pieces);
}

Attended attend_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  if (flash_serves(q, k, 0)) return flash_attend_rows(q, k, v);
  const int64_t rows = q.size(0), heads = q.size(1), kv_heads = k.size(1), d = q.size(2);
  const at::Tensor queries = wide(q).reshape({rows, kv_heads, heads / kv_heads, d});
  const at::Tensor scores = at::matmul(queries, wide(k).transpose(2, 3)).mul_(1. / std::sqrt(static_cast<double>(d)));
  const at::Tensor lse = scores.logsumexp(-1);
  const at::Tensor mixed = at::matmul(weights_of(scores, lse), wide(v));
  return {mixed.reshape({rows, heads, d}).to(q.scalar_type()), lse.reshape({rows, heads}).transpose(0, 1)};
}

Attended merge(const Attended& a, const Attended& b) {
  const at::Tensor lse = at::logaddexp(a.lse, b.lse);
  const auto share = [&](const Attended& part) { return wide(part.out).mul(part.lse.sub(lse).exp().transpose(0, 1).unsqueeze(-1)); };
  return {share(a).add_(share(b)).to(a.out.scalar_type()), lse};
}

}  // namespace praline
