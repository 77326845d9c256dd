// Inner loops that are compiled once per instruction set and chosen when the library is loaded.
//
// Every result of linear_rows, attend_row… depends on its own row alone: the order of its sums is fixed by the row's length, not by
// how many rows are computed together or by how many threads.
#pragma once
#include <cstdint>

namespace praline {

template <typename T>
struct KernelTable {
  // y[m, n] = sum_k x[m, k] w[n, k] (+ bias[n]) for n in [n0, n1). Rows of x, w and y are ldx, ldw and ldy apart.
  void (*linear_rows)(const T* x, int64_t ldx, const T* w, int64_t ldw, const T* bias, T* y, int64_t ldy, int64_t m, int64_t n0,
                      int64_t n1, int64_t k);
  // c[m, n] = (accumulate ? c : 0) + sum_k a[m*am + k*ak] b[k*ldb + n]
  void (*matmul)(const T* a, int64_t am, int64_t ak, const T* b, int64_t ldb, T* c, int64_t ldc, int64_t m, int64_t n, int64_t k,
                 bool accumulate);
  // x[i] = exp(x[i] * scale - shift) in place; returns the sum.
  T (*exp_shifted)(T* x, int64_t n, T scale, T shift);
  T (*max)(const T* x, int64_t n);
  T (*dot)(const T* x, const T* y, int64_t n);
  void (*scale)(T* x, int64_t n, T factor);
  // y = w * x * r with r = 1 / sqrt(mean(x^2) + eps), which is returned.
  T (*rms_norm)(const T* x, const T* w, T* y, int64_t n, T eps);
  // dx for one row of rms_norm; dw (may be null) is added to.
  void (*rms_norm_backward)(const T* g, const T* x, const T* w, T r, T* dx, T* dw, int64_t n);
  // y = silu(gate) * up
  void (*swiglu)(const T* gate, const T* up, T* y, int64_t n);
  void (*swiglu_backward)(const T* g, const T* gate, const T* up, T* dgate, T* dup, int64_t n);
  // y = (x1 c - x2 s, x2 c + x1 s) for the two halves of one head; y may be x. sign -1 turns back.
  void (*rotate)(const T* x, const T* cos, const T* sin, T sign, T* y, int64_t half);
  // ds[j] = p[j] * (dp[j] - delta) * scale, into dp
  void (*softmax_backward)(const T* p, T* dp, T delta, T scale, int64_t n);
};

template <typename T>
const KernelTable<T>& kernels();  // the best that this processor runs

// What was chosen: avx512, avx2 or baseline.
const char* kernel_instruction_set();

}  // namespace praline
