// The C functions around VideoReader: no C++ exception leaves the library.
#include <exception>
#include <memory>

#include "error.h"
#include "video_reader.h"

struct pm_video {
  pm_video(const char* path, int threads) : reader(path, threads) {}
  praline::VideoReader reader;
};

namespace {

template <typename Body>
int guarded(Body body) {
  try {
    return body();
  } catch (const std::exception& problem) {
    return praline::fail(PM_ERROR, problem.what());
  }
}

}  // namespace

int32_t pm_video_info_size() { return sizeof(pm_video_info); }

int pm_video_open(const char* path, int32_t threads, pm_video** video) {
  *video = nullptr;
  praline::capture_log();
  return guarded([&] {
    auto opened = std::make_unique<pm_video>(path, threads);
    const int status = opened->reader.open();
    if (status == PM_OK) {
      *video = opened.release();
    }
    return status;
  });
}

void pm_video_close(pm_video* video) { delete video; }

void pm_video_get_info(const pm_video* video, pm_video_info* info) { *info = video->reader.info(); }

int pm_video_read(pm_video* video, const int64_t* indices, int32_t count, int32_t seek, uint8_t* const* rgb) {
  return guarded([&] { return video->reader.read(indices, count, seek != 0, rgb); });
}

int pm_video_rewind(pm_video* video) {
  return guarded([&] { return video->reader.rewind(); });
}

int pm_video_next(pm_video* video, uint8_t* rgb) {
  return guarded([&] { return video->reader.next(rgb); });
}

int64_t pm_video_decodable(const pm_video* video) { return video->reader.decodable(); }
