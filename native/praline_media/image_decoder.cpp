// JPEG and WebP with the libraries (and their settings) that Pillow uses, so that pixels equal Pillow's.
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <jpeglib.h>
#include <jerror.h>
#include <webp/decode.h>

#include "error.h"

using praline::fail;

namespace {

constexpr int64_t kMaxPixels = 128LL * 1024 * 1024;
constexpr int kMaxScans = 500;  // a small progressive file can ask for thousands of passes over a large image

bool is_jpeg(const uint8_t* data, int64_t size) { return size > 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF; }

bool is_webp(const uint8_t* data, int64_t size) {
  return size > 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0;
}

/// A libjpeg decoder whose errors jump back instead of ending the program.
struct JpegDecoder {
  jpeg_decompress_struct info = {};
  jpeg_error_mgr errors = {};
  jpeg_progress_mgr progress = {};
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX] = {};

  JpegDecoder() {
    info.err = jpeg_std_error(&errors);
    info.client_data = this;
    errors.error_exit = [](j_common_ptr common) {
      auto* self = static_cast<JpegDecoder*>(common->client_data);
      common->err->format_message(common, self->message);
      longjmp(self->escape, 1);
    };
    errors.emit_message = [](j_common_ptr common, int level) {
      // Odd bytes between markers are common and harmless; an early end of the data is not.
      if (level < 0 && common->err->msg_code == JWRN_JPEG_EOF) {
        common->err->error_exit(common);
      }
    };
    progress.progress_monitor = [](j_common_ptr common) {
      auto* self = static_cast<JpegDecoder*>(common->client_data);
      if (self->info.input_scan_number > kMaxScans) {
        snprintf(self->message, sizeof self->message, "more than %d progressive scans", kMaxScans);
        longjmp(self->escape, 1);
      }
    };
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info); }

  /// Creates the decoder and reads the header. Call only after setjmp(escape).
  void read_header(const uint8_t* data, int64_t size) {
    jpeg_create_decompress(&info);
    info.progress = &progress;
    jpeg_mem_src(&info, data, static_cast<unsigned long>(size));
    jpeg_read_header(&info, TRUE);
  }
};

inline uint8_t scaled(int a, int b) {  // a*b/255, rounded as Pillow does
  const int product = a * b + 128;
  return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

/// One row of libjpeg's output to RGB. Four channels are inverted CMYK, as Adobe writes it and Pillow reads it.
void row_to_rgb(const uint8_t* row, int width, int channels, uint8_t* rgb) {
  if (channels == 3) {
    memcpy(rgb, row, static_cast<size_t>(width) * 3);
    return;
  }
  for (int x = 0; x < width; x++) {
    if (channels == 1) {
      rgb[x * 3] = rgb[x * 3 + 1] = rgb[x * 3 + 2] = row[x];
      continue;
    }
    const int paper = row[x * 4 + 3];  // 255 - black
    for (int c = 0; c < 3; c++) {
      rgb[x * 3 + c] = static_cast<uint8_t>(paper - scaled(255 - row[x * 4 + c], paper));
    }
  }
}

int jpeg_size(const uint8_t* data, int64_t size, int32_t* width, int32_t* height) {
  JpegDecoder decoder;
  if (setjmp(decoder.escape) != 0) {
    return fail(PM_ERROR_UNREADABLE, std::string("JPEG: ") + decoder.message);
  }
  decoder.read_header(data, size);
  *width = static_cast<int32_t>(decoder.info.image_width);
  *height = static_cast<int32_t>(decoder.info.image_height);
  return PM_OK;
}

int jpeg_decode(const uint8_t* data, int64_t size, int32_t width, int32_t height, uint8_t* rgb) {
  std::vector<uint8_t> row(static_cast<size_t>(width) * 4);
  JpegDecoder decoder;
  if (setjmp(decoder.escape) != 0) {
    return fail(PM_ERROR_UNREADABLE, std::string("JPEG: ") + decoder.message);
  }
  decoder.read_header(data, size);
  switch (decoder.info.num_components) {
    case 1: decoder.info.out_color_space = JCS_GRAYSCALE; break;
    case 3: decoder.info.out_color_space = JCS_RGB; break;
    case 4: decoder.info.out_color_space = JCS_CMYK; break;
    default: return fail(PM_ERROR_UNREADABLE, "JPEG: " + std::to_string(decoder.info.num_components) + " colour channels");
  }
  jpeg_start_decompress(&decoder.info);
  if (static_cast<int32_t>(decoder.info.output_width) != width || static_cast<int32_t>(decoder.info.output_height) != height) {
    return fail(PM_ERROR, "the image's size changed between calls");
  }
  uint8_t* rows[] = {row.data()};
  while (decoder.info.output_scanline < decoder.info.output_height) {
    const size_t y = decoder.info.output_scanline;
    jpeg_read_scanlines(&decoder.info, rows, 1);
    row_to_rgb(row.data(), width, decoder.info.output_components, rgb + y * width * 3);
  }
  return PM_OK;
}

const char* webp_problem(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA: return "the data ends early";
    case VP8_STATUS_BITSTREAM_ERROR: return "the data is damaged";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "a feature that libwebp doesn't know";
    case VP8_STATUS_OUT_OF_MEMORY: return "out of memory";
    default: return "no image";
  }
}

}  // namespace

int pm_image_size(const uint8_t* data, int64_t size, int32_t* width, int32_t* height) {
  int status;
  if (is_jpeg(data, size)) {
    status = jpeg_size(data, size, width, height);
  } else if (is_webp(data, size)) {
    WebPBitstreamFeatures features;
    const VP8StatusCode found = WebPGetFeatures(data, static_cast<size_t>(size), &features);
    *width = features.width;
    *height = features.height;
    status = found == VP8_STATUS_OK ? PM_OK : fail(PM_ERROR_UNREADABLE, std::string("WebP: ") + webp_problem(found));
  } else {
    return fail(PM_ERROR_UNREADABLE, "neither JPEG nor WebP");
  }
  if (status == PM_OK && (*width <= 0 || *height <= 0 || static_cast<int64_t>(*width) * *height > kMaxPixels)) {
    return fail(PM_ERROR_TOO_LARGE, std::to_string(*width) + "x" + std::to_string(*height));
  }
  return status;
}

int pm_image_decode(const uint8_t* data, int64_t size, int32_t width, int32_t height, uint8_t* rgb) {
  try {
    if (is_jpeg(data, size)) {
      return jpeg_decode(data, size, width, height, rgb);
    }
    WebPDecoderConfig config;
    if (!is_webp(data, size) || !WebPInitDecoderConfig(&config)) {
      return fail(PM_ERROR_UNREADABLE, "neither JPEG nor WebP");
    }
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = rgb;
    config.output.u.RGBA.stride = width * 3;
    config.output.u.RGBA.size = static_cast<size_t>(width) * height * 3;
    const VP8StatusCode status = WebPDecode(data, static_cast<size_t>(size), &config);
    return status == VP8_STATUS_OK ? PM_OK : fail(PM_ERROR_UNREADABLE, std::string("WebP: ") + webp_problem(status));
  } catch (const std::exception& problem) {
    return fail(PM_ERROR, problem.what());
  }
}
