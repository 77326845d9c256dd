// The C interface of praline_media. Every function that can fail returns a negative pm_status (or null) and leaves the reason in
// pm_last_error(), per thread. Handles are not thread-safe; different handles may be used by different threads at once.
#pragma once

#include <cstdint>

#define PM_API extern "C" __attribute__((visibility("default")))

enum pm_status {
  PM_OK = 0,
  PM_END = 1,                // no further frame
  PM_ERROR = -1,             // anything not listed below
  PM_ERROR_UNREADABLE = -2,  // no known container, or its header is damaged
  PM_ERROR_NO_VIDEO = -3,    // a container without a video stream
  PM_ERROR_NO_DECODER = -4,  // a codec that this FFmpeg build can't decode
  PM_ERROR_TOO_LARGE = -5,   // a frame size above the limit
  PM_ERROR_MISSING = -6,     // a frame was asked for that doesn't decode; pm_video_decodable() has the number that do
};

struct pm_video_info {
  int32_t width;         // of the frames handed out, after rotation
  int32_t height;
  int32_t coded_width;   // as stored
  int32_t coded_height;
  int32_t rotation;      // clockwise degrees applied to stored frames: 0, 90, 180, 270
  int32_t truncated;     // 1: the file ends before the frames that its index declares
  int64_t frame_count;
  double duration;       // seconds
  double average_fps;
  char codec[32];
  char container[64];
};

/// For a test that both sides see the same struct.
PM_API int32_t pm_video_info_size();

struct pm_video;
struct pm_writer;

PM_API const char* pm_last_error();

/// FFmpeg's versions and the image libraries in use, as one line of text.
PM_API const char* pm_versions();

/// Opens the first video stream of a file and lists its packets. threads: 0 for one per core.
PM_API int pm_video_open(const char* path, int32_t threads, pm_video** video);
PM_API void pm_video_close(pm_video* video);
PM_API void pm_video_get_info(const pm_video* video, pm_video_info* info);

/// Writes the frames of the given indices (presentation order, strictly ascending) to rgb[i]: width*height*3 bytes each.
/// seek: 0 to decode every frame from the first on, as a check.
PM_API int pm_video_read(pm_video* video, const int64_t* indices, int32_t count, int32_t seek, uint8_t* const* rgb);

/// Starts over, to hand out every frame in turn with pm_video_next().
PM_API int pm_video_rewind(pm_video* video);
/// The next frame in presentation order: PM_OK, or PM_END after the last.
PM_API int pm_video_next(pm_video* video, uint8_t* rgb);

/// The number of frames that decode, known after PM_ERROR_MISSING; else -1.
PM_API int64_t pm_video_decodable(const pm_video* video);

/// Size of a JPEG or still WebP image in memory, as stored (no EXIF rotation).
PM_API int pm_image_size(const uint8_t* data, int64_t size, int32_t* width, int32_t* height);
/// Decodes it to width*height*3 bytes of RGB; alpha is dropped, CMYK and grey are converted as Pillow's convert("RGB") does.
PM_API int pm_image_decode(const uint8_t* data, int64_t size, int32_t width, int32_t height, uint8_t* rgb);

/// Starts an MP4 file of 8-bit 4:2:0 frames: H.264 where the FFmpeg build has libx264, else MPEG-4 part 2.
/// quality: 0 (lossless) to 51, as x264's crf; keyframe_interval in frames.
PM_API int pm_writer_open(const char* path, int32_t width, int32_t height, double fps, int32_t quality,
                          int32_t keyframe_interval, pm_writer** writer);
/// Appends a frame of width*height*3 bytes; null: the last one again.
PM_API int pm_writer_add(pm_writer* writer, const uint8_t* rgb);
/// Writes what is still in the encoder, and the index. The handle must still be closed.
PM_API int pm_writer_finish(pm_writer* writer);
PM_API void pm_writer_close(pm_writer* writer);
