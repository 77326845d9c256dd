// How a packed stream is made up. segments: five numbers each: tree, first token, tokens, and the first token and the number of the keys
// that come before its own (the tree's prompt; 0 tokens for the prompt itself). Trees are numbered from 0 in order.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace praline {

struct Segment {
  int64_t tree, start, length, shared_start, shared;
};

inline std::vector<Segment> parse_segments(at::IntArrayRef numbers, int64_t tokens) {
  TORCH_CHECK(numbers.size() % 5 == 0, "packed_attention: a segment is five numbers");
  std::vector<Segment> segments;
  int64_t covered = 0;
  for (size_t i = 0; i < numbers.size(); i += 5) {
    Segment s{numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3], numbers[i + 4]};
    TORCH_CHECK(s.length >= 0 && s.shared >= 0 && s.start == covered && s.shared_start >= 0 && s.shared_start + s.shared <= s.start &&
                    (segments.empty() ? s.tree == 0 : s.tree == segments.back().tree || s.tree == segments.back().tree + 1),
                "packed_attention: segment ", i / 5, " does not follow the one before it");
    covered += s.length;
    segments.push_back(s);
  }
  TORCH_CHECK(covered == tokens, "packed_attention: the segments have ", covered, " tokens, the stream ", tokens);
  return segments;
}

}  // namespace praline
