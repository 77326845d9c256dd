#include "frame_converter.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

namespace praline {

Orientation Orientation::from_display_matrix(const int32_t* matrix) {
  // x' = a x + c y, y' = b x + d y, with y growing downwards.
  const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  const double straight = std::fabs(a) + std::fabs(d);
  const double crossed = std::fabs(b) + std::fabs(c);
  Orientation result;
  if (crossed < 0.02 * straight) {
    result.flip_x = a < 0;
    result.flip_y = d < 0;
    result.degrees = a < 0 ? 180 : 0;
  } else if (straight < 0.02 * crossed) {
    result.swap = true;
    result.flip_x = c < 0;
    result.flip_y = b < 0;
    result.degrees = b > 0 ? 90 : 270;
  }
  return result;
}

FrameConverter::~FrameConverter() {
  sws_freeContext(scaler_);
  av_frame_free(&buffer_);
}

void FrameConverter::configure(int width, int height, Orientation orientation) {
  width_ = width;
  height_ = height;
  orientation_ = orientation;
}

int FrameConverter::prepare(const AVFrame& frame) {
  if (scaler_ != nullptr && frame.width == source_width_ && frame.height == source_height_ && frame.format == source_format_) {
    return 0;
  }
  sws_freeContext(scaler_);
  scaler_ = nullptr;
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  SwsContext* scaler = format == nullptr ? nullptr : sws_alloc_context();
  if (scaler == nullptr) {
    return AVERROR(ENOSYS);
  }
  av_opt_set_int(scaler, "srcw", frame.width, 0);
  av_opt_set_int(scaler, "srch", frame.height, 0);
  av_opt_set_int(scaler, "src_format", frame.format, 0);
  av_opt_set_int(scaler, "dstw", width_, 0);
  av_opt_set_int(scaler, "dsth", height_, 0);
  av_opt_set_int(scaler, "dst_format", AV_PIX_FMT_RGB24, 0);
  av_opt_set_int(scaler, "sws_flags", SWS_BILINEAR, 0);
  if (format->log2_chroma_h == 1) {
    // Where FFmpeg up to 7.1 puts the colour rows of such frames, whatever it is told, when it interpolates them (more than 8 bits);
    // FFmpeg 9 would put them half a row higher. The same video gives the same pixels with all.
    av_opt_set_int(scaler, "src_v_chr_pos", 256, 0);
  }
  const int status = sws_init_context(scaler, nullptr, nullptr);
  if (status < 0) {
    sws_freeContext(scaler);
    return status;
  }
  scaler_ = scaler;
  source_width_ = frame.width;
  source_height_ = frame.height;
  source_format_ = frame.format;
  return 0;
}

int FrameConverter::convert(const AVFrame& frame, uint8_t* rgb) {
  const int prepared = prepare(frame);
  if (prepared < 0) {
    return prepared;
  }
  if (buffer_ == nullptr) {
    // The scaler wants rows of its own alignment; the caller's rows have none.
    buffer_ = av_frame_alloc();
    if (buffer_ == nullptr) {
      return AVERROR(ENOMEM);
    }
    buffer_->format = AV_PIX_FMT_RGB24;
    buffer_->width = width_;
    buffer_->height = height_;
    const int status = av_frame_get_buffer(buffer_, 64);
    if (status < 0) {
      av_frame_free(&buffer_);
      return status;
    }
  }
  const int rows = sws_scale(scaler_, frame.data, frame.linesize, 0, frame.height, buffer_->data, buffer_->linesize);
  if (rows < 0) {
    return rows;
  }
  copy_oriented(rgb);
  return 0;
}

void FrameConverter::copy_oriented(uint8_t* rgb) const {
  const uint8_t* source = buffer_->data[0];
  const ptrdiff_t stride = buffer_->linesize[0];
  if (!orientation_.swap && !orientation_.flip_x && !orientation_.flip_y) {
    for (int y = 0; y < height_; y++) {
      memcpy(rgb + static_cast<size_t>(y) * width_ * 3, source + y * stride, static_cast<size_t>(width_) * 3);
    }
    return;
  }
  const int out_width = orientation_.swap ? height_ : width_;
  const int out_height = orientation_.swap ? width_ : height_;
  for (int y = 0; y < out_height; y++) {
    const int v = orientation_.flip_y ? out_height - 1 - y : y;
    uint8_t* row = rgb + static_cast<size_t>(y) * out_width * 3;
    for (int x = 0; x < out_width; x++) {
      const int u = orientation_.flip_x ? out_width - 1 - x : x;
      const uint8_t* pixel = orientation_.swap ? source + u * stride + v * 3 : source + v * stride + u * 3;
      memcpy(row + x * 3, pixel, 3);
    }
  }
}

}  // namespace praline
