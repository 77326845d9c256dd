#include "error.h"

#include <cstdarg>
#include <cstdio>
#include <mutex>

#include <webp/decode.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

namespace praline {
namespace {

thread_local std::string last_error;
thread_local std::string last_log;

void on_log(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) {
    return;
  }
  char line[512];
  (void)context;  // its address would differ from run to run
  vsnprintf(line, sizeof line, format, arguments);
  std::string text(line);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  if (!text.empty()) {
    last_log = text;
  }
}

}  // namespace

int fail(pm_status status, const std::string& message) {
  last_error = message;
  return status;
}

int fail_av(pm_status status, const std::string& message, int av_error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(av_error, text, sizeof text);
  last_error = message + ": " + text;
  if (!last_log.empty()) {
    last_error += " (" + last_log + ")";
  }
  return status;
}

void capture_log() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(on_log); });
}

void clear_log() { last_log.clear(); }

}  // namespace praline

const char* pm_last_error() { return praline::last_error.c_str(); }

const char* pm_versions() {
  static const std::string text = [] {
    auto version = [](const char* name, unsigned v) {
      return std::string(name) + " " + std::to_string(AV_VERSION_MAJOR(v)) + "." + std::to_string(AV_VERSION_MINOR(v)) + "." +
             std::to_string(AV_VERSION_MICRO(v));
    };
    return std::string("FFmpeg ") + av_version_info() + " (" + version("libavformat", avformat_version()) + ", " +
           version("libavcodec", avcodec_version()) + ", " + version("libswscale", swscale_version()) + "), libwebp " +
           std::to_string(WebPGetDecoderVersion() >> 16) + "." + std::to_string(WebPGetDecoderVersion() >> 8 & 255) + ", libjpeg";
  }();
  return text.c_str();
}
