// The fused operators' schemas: the dispatcher finds them under praline::… like any other.
#include <torch/library.h>

#include "ops.h"

TORCH_LIBRARY(praline, m) {
  m.def("rms_norm(Tensor x, Tensor weight, float eps) -> Tensor", &praline::rms_norm);
  m.def("swiglu(Tensor gate, Tensor up) -> Tensor", &praline::swiglu);
  m.def("rotary(Tensor x, Tensor cos, Tensor sin) -> Tensor", &praline::rotary);
  m.def("linear_rows(Tensor x, Tensor weight, Tensor? bias) -> Tensor", &praline::linear_rows);
  m.def(
      "decode_step_attention(Tensor q, Tensor k, Tensor v, Tensor[] prompt_keys, Tensor[] prompt_values, Tensor(a!)[] own_keys, "
      "Tensor(b!)[] own_values, int[] rows, int[] lengths, int window) -> Tensor",
      &praline::decode_attention);
  m.def(
      "extend_attention(Tensor q, Tensor k, Tensor v, Tensor[] prompt_keys, Tensor[] prompt_values, Tensor(a!)[] own_keys, "
      "Tensor(b!)[] own_values, int[] tokens, int[] lengths, int window) -> Tensor",
      &praline::extend_attention);
  m.def("packed_attention(Tensor q, Tensor k, Tensor v, int[] segments, int window) -> Tensor", &praline::packed_attention);
}
