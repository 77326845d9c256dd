// The loops behind KernelTable, for vectors of VB bytes (a macro). Included once per instruction set, inside a namespace of its own;
// it includes nothing whose inline functions other files could be linked to.

template <typename T>
struct Vec;
template <>
struct Vec<float> {
  typedef float V __attribute__((vector_size(VB)));
  typedef float U __attribute__((vector_size(VB), aligned(4), may_alias));
  typedef int32_t I __attribute__((vector_size(VB)));
};
template <>
struct Vec<double> {
  typedef double V __attribute__((vector_size(VB)));
  typedef double U __attribute__((vector_size(VB), aligned(8), may_alias));
  typedef int64_t I __attribute__((vector_size(VB)));
};

template <typename T>
using V = typename Vec<T>::V;
template <typename T>
constexpr int64_t W = VB / sizeof(T);

template <typename T>
inline V<T> load(const T* p) {
  return *reinterpret_cast<const typename Vec<T>::U*>(p);
}
template <typename T>
inline void store(T* p, V<T> v) {
  *reinterpret_cast<typename Vec<T>::U*>(p) = v;
}
template <typename T>
inline V<T> spread(T x) {
  return x - V<T>{};
}
// The first n < W elements, the rest zero.
template <typename T>
inline V<T> load_part(const T* p, int64_t n) {
  V<T> v{};
  for (int64_t i = 0; i < n; i++) v[i] = p[i];
  return v;
}
template <typename T>
inline void store_part(T* p, V<T> v, int64_t n) {
  for (int64_t i = 0; i < n; i++) p[i] = v[i];
}

// Sums of the lanes of `count` vectors, lane i of the result for vector i; count is W. Always in the same order: halves onto
// halves.
template <typename T, int Groups>
struct Fold {
  static inline void run(V<T>* a) {
    // a[0..Groups): each holds W / Groups' worth of sums in segments; folds pairs into Groups / 2 vectors.
    constexpr int lanes = W<T>;
    constexpr int segment = Groups;  // lanes per vector that are still to be summed
    typename Vec<T>::I low, high;
    for (int i = 0; i < lanes; i++) {
      const int half = segment / 2;
      const int part = i / half, offset = i % half;  // part: which segment of the result
      const int per = lanes / segment;               // segments in one source
      const int source = part / per, index = part % per;
      low[i] = source * lanes + index * segment + offset;
      high[i] = low[i] + half;
    }
    for (int i = 0; i < Groups / 2; i++) {
      a[i] = __builtin_shuffle(a[2 * i], a[2 * i + 1], low) + __builtin_shuffle(a[2 * i], a[2 * i + 1], high);
    }
    Fold<T, Groups / 2>::run(a);
  }
};
template <typename T>
struct Fold<T, 1> {
  static inline void run(V<T>*) {}
};
template <typename T>
inline T sum(V<T> v) {
  T parts[W<T>];
  store(parts, v);
  for (int64_t half = W<T> / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; i++) parts[i] += parts[i + half];
  }
  return parts[0];
}

// ---- y = x wT, MB rows by NB = W / MB columns at a time
template <typename T, int MB>
inline void linear_block(const T* const* x, const T* const* w, V<T>* result, int64_t k) {
  constexpr int NB = W<T> / MB;
  V<T> acc[MB * NB] = {};
  int64_t i = 0;
  for (; i + W<T> <= k; i += W<T>) {
    V<T> right[NB];
    for (int n = 0; n < NB; n++) right[n] = load(w[n] + i);
    for (int m = 0; m < MB; m++) {
      V<T> left = load(x[m] + i);
      for (int n = 0; n < NB; n++) acc[m * NB + n] += left * right[n];
    }
  }
  if (i < k) {
    V<T> right[NB];
    for (int n = 0; n < NB; n++) right[n] = load_part(w[n] + i, k - i);
    for (int m = 0; m < MB; m++) {
      V<T> left = load_part(x[m] + i, k - i);
      for (int n = 0; n < NB; n++) acc[m * NB + n] += left * right[n];
    }
  }
  Fold<T, W<T>>::run(acc);
  *result = acc[0];
}

template <typename T, int MB>
inline void linear_panel(const T* x, int64_t ldx, const T* w, int64_t ldw, const T* bias, T* y, int64_t ldy, int64_t m0, int64_t m1,
                         int64_t n0, int64_t n1, int64_t k) {
  constexpr int NB = W<T> / MB;
  const T *rows[MB], *columns[NB];
  const int64_t share = (k * MB + m1 - m0 - 1) / (m1 - m0);  // of the next weights, for each block of rows to ask for
  for (int64_t n = n0; n < n1; n += NB) {
    const int64_t width = n1 - n < NB ? n1 - n : NB;
    for (int i = 0; i < NB; i++) columns[i] = w + (n + (i < width ? i : width - 1)) * ldw;
    for (int64_t m = m0; m < m1; m += MB) {
      const int64_t height = m1 - m < MB ? m1 - m : MB;
      for (int i = 0; i < MB; i++) rows[i] = x + (m + (i < height ? i : height - 1)) * ldx;
      if (MB > 1 && n + 2 * NB <= n1) {
        const int64_t from = (m - m0) / MB * share, to = from + share < k ? from + share : k;
        for (int64_t i = from; i < to; i += 64 / sizeof(T)) {
          for (int j = 0; j < NB; j++) __builtin_prefetch(columns[j] + NB * ldw + i, 0, 2);
        }
      }
      V<T> sums;
      linear_block<T, MB>(rows, columns, &sums, k);
      T values[W<T>];
      store(values, sums);
      for (int64_t i = 0; i < height; i++) {
        for (int64_t j = 0; j < width; j++) {
          y[(m + i) * ldy + n + j] = values[i * NB + j] + (bias == nullptr ? T(0) : bias[n + j]);
        }
      }
    }
  }
}

template <typename T>
void linear_rows(const T* x, int64_t ldx, const T* w, int64_t ldw, const T* bias, T* y, int64_t ldy, int64_t m, int64_t n0, int64_t n1,
                 int64_t k) {
  constexpr int most = W<T> >= 8 ? 4 : 2;
  if (m == 1) {
    linear_panel<T, 1>(x, ldx, w, ldw, bias, y, ldy, 0, 1, n0, n1, k);
  } else if (m == 2) {
    linear_panel<T, 2>(x, ldx, w, ldw, bias, y, ldy, 0, 2, n0, n1, k);
  } else {
    linear_panel<T, most>(x, ldx, w, ldw, bias, y, ldy, 0, m, n0, n1, k);
  }
}

// ---- c (+)= a b, rows of b contiguous
template <typename T, int MB, int NV>
inline void matmul_block(const T* a, int64_t am, int64_t ak, const T* b, int64_t ldb, T* c, int64_t ldc, int64_t k, bool accumulate) {
  V<T> acc[MB][NV];
  for (int m = 0; m < MB; m++) {
    for (int n = 0; n < NV; n++) acc[m][n] = accumulate ? load(c + m * ldc + n * W<T>) : V<T>{};
  }
  for (int64_t i = 0; i < k; i++) {
    V<T> right[NV];
    for (int n = 0; n < NV; n++) right[n] = load(b + i * ldb + n * W<T>);
    for (int m = 0; m < MB; m++) {
      const V<T> left = spread<T>(a[m * am + i * ak]);
      for (int n = 0; n < NV; n++) acc[m][n] += left * right[n];
    }
  }
  for (int m = 0; m < MB; m++) {
    for (int n = 0; n < NV; n++) store(c + m * ldc + n * W<T>, acc[m][n]);
  }
}

template <typename T, int MB>
inline void matmul_tail(const T* a, int64_t am, int64_t ak, const T* b, int64_t ldb, T* c, int64_t ldc, int64_t width, int64_t k,
                        bool accumulate) {
  V<T> acc[MB];
  for (int m = 0; m < MB; m++) acc[m] = accumulate ? load_part(c + m * ldc, width) : V<T>{};
  for (int64_t i = 0; i < k; i++) {
    const V<T> right = load_part(b + i * ldb, width);
    for (int m = 0; m < MB; m++) acc[m] += spread<T>(a[m * am + i * ak]) * right;
  }
  for (int m = 0; m < MB; m++) store_part(c + m * ldc, acc[m], width);
}

template <typename T, int MB>
inline void matmul_rows(const T* a, int64_t am, int64_t ak, const T* b, int64_t ldb, T* c, int64_t ldc, int64_t n, int64_t k,
                        bool accumulate) {
  constexpr int NV = NVECTORS;
  int64_t j = 0;
  for (; j + NV * W<T> <= n; j += NV * W<T>) matmul_block<T, MB, NV>(a, am, ak, b + j, ldb, c + j, ldc, k, accumulate);
  for (; j + W<T> <= n; j += W<T>) matmul_block<T, MB, 1>(a, am, ak, b + j, ldb, c + j, ldc, k, accumulate);
  if (j < n) matmul_tail<T, MB>(a, am, ak, b + j, ldb, c + j, ldc, n - j, k, accumulate);
}

template <typename T>
void matmul(const T* a, int64_t am, int64_t ak, const T* b, int64_t ldb, T* c, int64_t ldc, int64_t m, int64_t n, int64_t k,
            bool accumulate) {
  int64_t i = 0;
  for (; i + MROWS <= m; i += MROWS) matmul_rows<T, MROWS>(a + i * am, am, ak, b, ldb, c + i * ldc, ldc, n, k, accumulate);
  for (; i < m; i++) matmul_rows<T, 1>(a + i * am, am, ak, b, ldb, c + i * ldc, ldc, n, k, accumulate);
}

// ---- exponentials: Cody and Waite's reduction, then a polynomial of degree 6 (within 2 ulp of the exact value)
inline V<float> exponential(V<float> x) {
  const V<float> lowest = spread<float>(-87.33654f), highest = spread<float>(88.37626f);
  const auto under = x < lowest;
  x = under ? lowest : x;
  x = x > highest ? highest : x;
  const V<float> magic = spread<float>(12582912.f);
  const V<float> n = (x * 1.44269504f + magic) - magic;
  V<float> r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  V<float> p = spread<float>(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;
  const Vec<float>::I power = (__builtin_convertvector(n, Vec<float>::I) + 127) << 23;
  const V<float> y = p * (V<float>)power;
  return under ? V<float>{} : y;
}
inline V<double> exponential(V<double> x) {
  for (int i = 0; i < W<double>; i++) x[i] = __builtin_exp(x[i]);
  return x;
}
template <typename T>
inline V<T> sigmoid(V<T> x) {
  return spread<T>(1) / (spread<T>(1) + exponential(-x));
}

template <typename T>
T exp_shifted(T* x, int64_t n, T scale, T shift) {
  V<T> total{};
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) {
    const V<T> y = exponential(load(x + i) * scale - shift);
    store(x + i, y);
    total += y;
  }
  if (i < n) {
    const V<T> y = exponential(load_part(x + i, n - i) * scale - shift);
    store_part(x + i, y, n - i);
    for (int64_t k = 0; k < n - i; k++) total[k] += y[k];
  }
  return sum<T>(total);
}

template <typename T>
T max(const T* x, int64_t n) {
  T best = x[0];
  int64_t i = 0;
  if (n >= W<T>) {
    V<T> v = load(x);
    for (i = W<T>; i + W<T> <= n; i += W<T>) {
      const V<T> y = load(x + i);
      v = y > v ? y : v;
    }
    for (int k = 0; k < W<T>; k++) best = v[k] > best ? v[k] : best;
  }
  for (; i < n; i++) best = x[i] > best ? x[i] : best;
  return best;
}

template <typename T>
T dot(const T* x, const T* y, int64_t n) {
  V<T> total{};
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) total += load(x + i) * load(y + i);
  if (i < n) total += load_part(x + i, n - i) * load_part(y + i, n - i);
  return sum<T>(total);
}

template <typename T>
void scale(T* x, int64_t n, T factor) {
  for (int64_t i = 0; i < n; i++) x[i] *= factor;
}

template <typename T>
T rms_norm(const T* x, const T* w, T* y, int64_t n, T eps) {
  const T r = T(1) / (sizeof(T) == 4 ? T(__builtin_sqrtf(float(dot<T>(x, x, n) / T(n) + eps))) : T(__builtin_sqrt(double(dot<T>(x, x, n) / T(n) + eps))));
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) store(y + i, load(w + i) * (load(x + i) * r));
  for (; i < n; i++) y[i] = w[i] * (x[i] * r);
  return r;
}

template <typename T>
void rms_norm_backward(const T* g, const T* x, const T* w, T r, T* dx, T* dw, int64_t n) {
  V<T> total{};
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) total += load(g + i) * load(w + i) * load(x + i);
  T projected = sum<T>(total);
  for (; i < n; i++) projected += g[i] * w[i] * x[i];
  const T back = projected * r * r * r / T(n);
  i = 0;
  for (; i + W<T> <= n; i += W<T>) store(dx + i, load(g + i) * load(w + i) * r - load(x + i) * back);
  for (; i < n; i++) dx[i] = g[i] * w[i] * r - x[i] * back;
  if (dw != nullptr) {
    i = 0;
    for (; i + W<T> <= n; i += W<T>) store(dw + i, load(dw + i) + load(g + i) * load(x + i) * r);
    for (; i < n; i++) dw[i] += g[i] * x[i] * r;
  }
}

template <typename T>
void swiglu(const T* gate, const T* up, T* y, int64_t n) {
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) {
    const V<T> a = load(gate + i);
    store(y + i, a * sigmoid<T>(a) * load(up + i));
  }
  if (i < n) {
    const V<T> a = load_part(gate + i, n - i);
    store_part(y + i, a * sigmoid<T>(a) * load_part(up + i, n - i), n - i);
  }
}

template <typename T>
inline void swiglu_backward_vector(V<T> g, V<T> a, V<T> u, V<T>* da, V<T>* du) {
  const V<T> s = sigmoid<T>(a);
  const V<T> silu = a * s;
  *du = g * silu;
  *da = g * u * (s + silu * (spread<T>(1) - s));
}

template <typename T>
void swiglu_backward(const T* g, const T* gate, const T* up, T* dgate, T* dup, int64_t n) {
  V<T> da, du;
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) {
    swiglu_backward_vector<T>(load(g + i), load(gate + i), load(up + i), &da, &du);
    store(dgate + i, da);
    store(dup + i, du);
  }
  if (i < n) {
    swiglu_backward_vector<T>(load_part(g + i, n - i), load_part(gate + i, n - i), load_part(up + i, n - i), &da, &du);
    store_part(dgate + i, da, n - i);
    store_part(dup + i, du, n - i);
  }
}

template <typename T>
void rotate(const T* x, const T* cos, const T* sin, T sign, T* y, int64_t half) {
  int64_t i = 0;
  for (; i + W<T> <= half; i += W<T>) {
    const V<T> a = load(x + i), b = load(x + half + i), c = load(cos + i), s = load(sin + i) * sign;
    store(y + i, a * c - b * s);
    store(y + half + i, b * c + a * s);
  }
  for (; i < half; i++) {
    const T a = x[i], b = x[half + i], s = sin[i] * sign;
    y[i] = a * cos[i] - b * s;
    y[half + i] = b * cos[i] + a * s;
  }
}

template <typename T>
void softmax_backward(const T* p, T* dp, T delta, T factor, int64_t n) {
  int64_t i = 0;
  for (; i + W<T> <= n; i += W<T>) store(dp + i, load(p + i) * (load(dp + i) - delta) * factor);
  for (; i < n; i++) dp[i] = p[i] * (dp[i] - delta) * factor;
}

template <typename T>
constexpr KernelTable<T> table() {
  return {linear_rows<T>, matmul<T>,       exp_shifted<T>, max<T>,    dot<T>,
          scale<T>,       rms_norm<T>,     rms_norm_backward<T>, swiglu<T>, swiglu_backward<T>,
          rotate<T>,      softmax_backward<T>};
}
