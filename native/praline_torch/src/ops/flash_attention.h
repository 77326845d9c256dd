// libtorch's flash kernels, which exist on CUDA only. Everything around them is tested on the CPU with the formulation in
// attention_pieces.cpp in their place.
#pragma once
#include "attention_pieces.h"

namespace praline {

// True when the kernels take these tensors: half precision on a GPU that has them, heads of a multiple of 8 up to 256, no window.
bool flash_serves(const at::Tensor& q, const at::Tensor& k, int64_t window);

Attended flash_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Pieces& pieces);
std::vector<at::Tensor> flash_attend_backward(const at::Tensor& g, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& out, const at::Tensor& lse, const Pieces& pieces);
Attended flash_attend_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// The kernels' logarithms: [heads, queries] in newer libtorch, [pieces, heads, longest piece] in older.
at::Tensor unpad_lse(const at::Tensor& lse, const std::vector<int64_t>& bounds);
at::Tensor pad_lse(const at::Tensor& lse, const std::vector<int64_t>& bounds, int64_t longest);

}  // namespace praline
