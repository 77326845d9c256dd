// Decoded frames to 8-bit RGB rows, upright.
#pragma once

#include <cstdint>

extern "C" {
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

namespace praline {

/// How stored pixels are turned for display: a signed permutation of the two axes, from a container's display matrix.
struct Orientation {
  bool swap = false;    // columns become rows
  bool flip_x = false;  // of the result
  bool flip_y = false;
  int degrees = 0;      // clockwise

  /// The right-angled turn (and mirroring) that a display matrix of nine 16.16 numbers describes; none for any other matrix.
  static Orientation from_display_matrix(const int32_t* matrix);
};

/// Converts frames of one video: colours as FFmpeg's scaler does by default, size fixed to the video's, orientation applied.
class FrameConverter {
 public:
  FrameConverter() = default;
  FrameConverter(const FrameConverter&) = delete;
  FrameConverter& operator=(const FrameConverter&) = delete;
  ~FrameConverter();

  /// width and height: as stored, before orientation.
  void configure(int width, int height, Orientation orientation);

  /// Writes width*height*3 bytes. Zero, or FFmpeg's error code.
  int convert(const AVFrame& frame, uint8_t* rgb);

 private:
  int prepare(const AVFrame& frame);
  void copy_oriented(uint8_t* rgb) const;

  int width_ = 0;
  int height_ = 0;
  Orientation orientation_;
  SwsContext* scaler_ = nullptr;  // for frames of this size and format:
  int source_width_ = 0;
  int source_height_ = 0;
  int source_format_ = -1;
  AVFrame* buffer_ = nullptr;
};

}  // namespace praline
