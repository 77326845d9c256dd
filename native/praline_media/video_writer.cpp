// Small MP4 files whose bytes depend on their frames alone: one thread, no dates, no version strings.
#include <cstring>
#include <memory>
#include <string>

#include "error.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

using praline::fail;
using praline::fail_av;

struct pm_writer {
  AVFormatContext* container = nullptr;
  AVCodecContext* encoder = nullptr;
  SwsContext* scaler = nullptr;
  AVFrame* frame = nullptr;
  AVFrame* input = nullptr;  // RGB, with the row alignment that the scaler wants
  AVPacket* packet = nullptr;
  AVStream* stream = nullptr;
  int64_t frames = 0;

  ~pm_writer() {
    if (container != nullptr && container->pb != nullptr) {
      avio_closep(&container->pb);
    }
    avformat_free_context(container);
    avcodec_free_context(&encoder);
    sws_freeContext(scaler);
    av_frame_free(&frame);
    av_frame_free(&input);
    av_packet_free(&packet);
  }

  int open(const char* path, int width, int height, double fps, int quality, int keyframe_interval);
  int open_encoder(int width, int height, AVRational rate, int quality, int keyframe_interval);
  int add(const uint8_t* rgb);
  int encode(const AVFrame* picture);
  int finish();
};

int pm_writer::open(const char* path, int width, int height, double fps, int quality, int keyframe_interval) {
  const std::string url = std::string("file:") + path;
  int status = avformat_alloc_output_context2(&container, nullptr, "mp4", url.c_str());
  if (status < 0) {
    return fail_av(PM_ERROR, "starting an MP4 file", status);
  }
  container->flags |= AVFMT_FLAG_BITEXACT;
  const AVRational rate = av_d2q(fps, 120000);
  if (rate.num <= 0 || rate.den <= 0) {
    return fail(PM_ERROR, "a frame rate of " + std::to_string(fps));
  }
  status = open_encoder(width, height, rate, quality, keyframe_interval);
  if (status != PM_OK) {
    return status;
  }
  stream = avformat_new_stream(container, nullptr);
  frame = av_frame_alloc();
  input = av_frame_alloc();
  packet = av_packet_alloc();
  if (stream == nullptr || frame == nullptr || input == nullptr || packet == nullptr) {
    return fail(PM_ERROR, "out of memory");
  }
  stream->time_base = encoder->time_base;
  stream->avg_frame_rate = rate;
  status = avcodec_parameters_from_context(stream->codecpar, encoder);
  frame->format = encoder->pix_fmt;
  frame->width = width;
  frame->height = height;
  input->format = AV_PIX_FMT_RGB24;
  input->width = width;
  input->height = height;
  if (status >= 0) {
    status = av_frame_get_buffer(frame, 0);
  }
  if (status >= 0) {
    status = av_frame_get_buffer(input, 0);
  }
  if (status >= 0) {
    status = avio_open(&container->pb, url.c_str(), AVIO_FLAG_WRITE);
  }
  if (status >= 0) {
    AVDictionary* options = nullptr;
    av_dict_set(&options, "movflags", "+faststart", 0);  // the index in front: a cut-off copy still opens
    status = avformat_write_header(container, &options);
    av_dict_free(&options);
  }
  scaler = sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, encoder->pix_fmt,
                          SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, nullptr, nullptr, nullptr);
  if (status < 0 || scaler == nullptr) {
    return fail_av(PM_ERROR, "writing the MP4 header", status < 0 ? status : AVERROR(EINVAL));
  }
  return PM_OK;
}

int pm_writer::open_encoder(int width, int height, AVRational rate, int quality, int keyframe_interval) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  const bool x264 = codec != nullptr;
  if (!x264) {
    codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  }
  if (codec == nullptr) {
    return fail(PM_ERROR_NO_DECODER, "this FFmpeg build has neither libx264 nor an MPEG-4 encoder");
  }
  encoder = avcodec_alloc_context3(codec);
  if (encoder == nullptr) {
    return fail(PM_ERROR, "out of memory");
  }
  encoder->width = width;
  encoder->height = height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = av_inv_q(rate);
  encoder->framerate = rate;
  encoder->gop_size = keyframe_interval;
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  // Said aloud, because players guess another matrix for large frames.
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->colorspace = AVCOL_SPC_SMPTE170M;
  encoder->color_primaries = AVCOL_PRI_SMPTE170M;
  encoder->color_trc = AVCOL_TRC_SMPTE170M;
  AVDictionary* options = nullptr;
  if (x264) {
    av_dict_set(&options, "preset", "veryfast", 0);
    av_dict_set_int(&options, "crf", quality, 0);
    // Without mbtree: its SIMD code reads past small frames' macroblocks, and one file in fifty had other bytes (x264 164).
    av_dict_set(&options, "x264-params", "threads=1:lookahead-threads=1:sliced-threads=0:mbtree=0", 0);
  } else {
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * (1 + quality / 6);
    encoder->max_b_frames = 0;
  }
  const int status = avcodec_open2(encoder, codec, &options);
  av_dict_free(&options);
  return status < 0 ? fail_av(PM_ERROR, std::string("starting the encoder ") + codec->name, status) : PM_OK;
}

int pm_writer::add(const uint8_t* rgb) {
  if (rgb == nullptr && frames > 0) {
    frame->pts = frames++;
    return encode(frame);
  }
  int status = av_frame_make_writable(frame);
  if (status < 0) {
    return fail_av(PM_ERROR, "out of memory", status);
  }
  const size_t row = static_cast<size_t>(encoder->width) * 3;
  for (int y = 0; y < encoder->height; y++) {
    memcpy(input->data[0] + static_cast<ptrdiff_t>(y) * input->linesize[0], rgb + y * row, row);
  }
  status = sws_scale(scaler, input->data, input->linesize, 0, encoder->height, frame->data, frame->linesize);
  if (status < 0) {
    return fail_av(PM_ERROR, "converting a frame", status);
  }
  frame->pts = frames++;
  return encode(frame);
}

int pm_writer::encode(const AVFrame* picture) {
  int status = avcodec_send_frame(encoder, picture);
  while (status >= 0) {
    status = avcodec_receive_packet(encoder, packet);
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) {
      return PM_OK;
    }
    if (status >= 0) {
      packet->stream_index = stream->index;
      packet->duration = 1;
      av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
      status = av_interleaved_write_frame(container, packet);
    }
  }
  return fail_av(PM_ERROR, "writing frame " + std::to_string(frames), status);
}

int pm_writer::finish() {
  int status = encode(nullptr);
  if (status != PM_OK) {
    return status;
  }
  status = av_write_trailer(container);
  if (status >= 0) {
    status = avio_closep(&container->pb);
  }
  return status < 0 ? fail_av(PM_ERROR, "finishing the MP4 file", status) : PM_OK;
}

int pm_writer_open(const char* path, int32_t width, int32_t height, double fps, int32_t quality, int32_t keyframe_interval,
                   pm_writer** writer) {
  *writer = nullptr;
  praline::capture_log();
  praline::clear_log();
  try {
    auto opened = std::make_unique<pm_writer>();
    const int status = opened->open(path, width, height, fps, quality, keyframe_interval);
    if (status == PM_OK) {
      *writer = opened.release();
    }
    return status;
  } catch (const std::exception& problem) {
    return fail(PM_ERROR, problem.what());
  }
}

int pm_writer_add(pm_writer* writer, const uint8_t* rgb) { return writer->add(rgb); }

int pm_writer_finish(pm_writer* writer) { return writer->finish(); }

void pm_writer_close(pm_writer* writer) { delete writer; }
