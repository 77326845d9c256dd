#include "video_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "error.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/opt.h>
}

namespace praline {
namespace {

// Files only, and containers that hold video in one file: a playlist could name any other file or address.
constexpr const char* kContainers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,h264,hevc,m4v,ivf,gif,apng,mjpeg,yuv4mpegpipe,nut,"
    "wtv,dv,mxf,rm,live_flv,obu,av1";
constexpr int64_t kMaxPixels = 128LL * 1024 * 1024;

const int32_t* display_matrix(const AVStream* stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData* data = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return data != nullptr && data->size >= 9 * sizeof(int32_t) ? reinterpret_cast<const int32_t*>(data->data) : nullptr;
#else
  size_t size = 0;
  const uint8_t* data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data != nullptr && size >= 9 * sizeof(int32_t) ? reinterpret_cast<const int32_t*>(data) : nullptr;
#endif
}

}  // namespace

VideoReader::~VideoReader() {
  avcodec_free_context(&decoder_);
  avformat_close_input(&container_);
  av_packet_free(&packet_);
  av_frame_free(&frame_);
}

int VideoReader::open() {
  clear_log();
  packet_ = av_packet_alloc();
  frame_ = av_frame_alloc();
  if (packet_ == nullptr || frame_ == nullptr) {
    return fail(PM_ERROR, "out of memory");
  }
  int status = open_container();
  if (status == PM_OK) {
    status = choose_stream();
  }
  if (status == PM_OK) {
    status = scan_packets();
  }
  if (status == PM_OK) {
    fill_info();
    status = open_decoder();
  }
  return status;
}

int VideoReader::open_container() {
  avformat_close_input(&container_);
  next_ = 0;
  pending_ = false;
  av_packet_unref(packet_);
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kContainers, 0);
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  // "file:" in front, or a colon in a file's name would be taken for a protocol.
  int status = avformat_open_input(&container_, ("file:" + path_).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (status < 0) {
    return fail_av(PM_ERROR_UNREADABLE, "no readable container", status);
  }
  status = avformat_find_stream_info(container_, nullptr);
  if (status < 0) {
    return fail_av(PM_ERROR_UNREADABLE, "no readable streams", status);
  }
  return PM_OK;
}

int VideoReader::choose_stream() {
  std::string kinds;
  stream_ = -1;
  for (unsigned i = 0; i < container_->nb_streams; i++) {
    const AVStream* candidate = container_->streams[i];
    const AVMediaType type = candidate->codecpar->codec_type;
    const bool cover = (candidate->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (type == AVMEDIA_TYPE_VIDEO && !cover && stream_ < 0) {
      stream_ = static_cast<int>(i);
    }
    const char* name = av_get_media_type_string(type);
    kinds += (kinds.empty() ? "" : ", ") + std::string(name != nullptr ? name : "data") + " " +
             avcodec_get_name(candidate->codecpar->codec_id) + (cover ? " (cover picture)" : "");
  }
  if (stream_ < 0) {
    return fail(PM_ERROR_NO_VIDEO, kinds.empty() ? "no stream at all" : "only these streams: " + kinds);
  }
  for (unsigned i = 0; i < container_->nb_streams; i++) {
    container_->streams[i]->discard = static_cast<int>(i) == stream_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  const AVCodecParameters* parameters = stream()->codecpar;
  const char* name = avcodec_get_name(parameters->codec_id);
  codec_ = avcodec_find_decoder(parameters->codec_id);
  if (codec_ == nullptr) {
    return fail(PM_ERROR_NO_DECODER, name);
  }
  if (parameters->width <= 0 || parameters->height <= 0) {
    return fail(PM_ERROR_UNREADABLE, std::string("the ") + name + " stream's frame size can't be told");
  }
  if (static_cast<int64_t>(parameters->width) * parameters->height > kMaxPixels) {
    return fail(PM_ERROR_TOO_LARGE, std::to_string(parameters->width) + "x" + std::to_string(parameters->height));
  }
  return PM_OK;
}

bool VideoReader::belongs(const AVPacket& packet) const {
  // An empty packet would tell the decoder that the stream ends; some AVI files hold them where a frame was dropped.
  return packet.stream_index == stream_ && packet.size > 0;
}

bool VideoReader::is_shown(const AVPacket& packet) const {
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) {
    return false;  // outside the edit list
  }
  if (stream()->codecpar->codec_id == AV_CODEC_ID_VP8) {
    return (packet.data[0] & 0x10) != 0;  // show_frame, RFC 6386 section 9.1
  }
  return true;
}

int VideoReader::scan_packets() {
  const bool mov = strstr(container_->iformat->name, "mov") != nullptr;
  int status;
  while ((status = av_read_frame(container_, packet_)) >= 0) {
    if (belongs(*packet_)) {
      index_.add(*packet_, is_shown(*packet_));
    }
    av_packet_unref(packet_);
  }
  next_ = -1;
  index_.finish();
  if (index_.packets() == 0) {
    return fail_av(PM_ERROR_UNREADABLE, "the video stream holds no packet", status);
  }
  info_.frame_count = index_.frames();
  info_.truncated = status != AVERROR_EOF || (container_->pb != nullptr && container_->pb->error < 0);
  if (mov) {
    // The index says how many frames there should be, even where the data ends early.
    int64_t declared = 0;
    const int entries = avformat_index_get_entries_count(stream());
    for (int i = 0; i < entries; i++) {
      const AVIndexEntry* entry = avformat_index_get_entry(stream(), i);
      declared += entry != nullptr && (entry->flags & AVINDEX_DISCARD_FRAME) == 0 && entry->size > 0;
    }
    if (declared > info_.frame_count) {
      info_.frame_count = declared;
      info_.truncated = 1;
    }
  }
  return PM_OK;
}

void VideoReader::fill_info() {
  const AVStream* video = stream();
  const AVCodecParameters* parameters = video->codecpar;
  Orientation orientation;
  if (const int32_t* matrix = display_matrix(video)) {
    orientation = Orientation::from_display_matrix(matrix);
  }
  converter_.configure(parameters->width, parameters->height, orientation);
  info_.coded_width = parameters->width;
  info_.coded_height = parameters->height;
  info_.width = orientation.swap ? parameters->height : parameters->width;
  info_.height = orientation.swap ? parameters->width : parameters->height;
  info_.rotation = orientation.degrees;

  info_.average_fps = video->avg_frame_rate.den > 0 ? av_q2d(video->avg_frame_rate) : 0;
  int64_t first, last;
  if (video->duration != AV_NOPTS_VALUE && video->duration > 0) {
    info_.duration = video->duration * av_q2d(video->time_base);
  } else if (container_->duration != AV_NOPTS_VALUE && container_->duration > 0) {
    info_.duration = container_->duration / static_cast<double>(AV_TIME_BASE);
  } else if (index_.span(&first, &last)) {
    info_.duration = (last - first) * av_q2d(video->time_base);
  } else if (info_.average_fps > 0) {
    info_.duration = info_.frame_count / info_.average_fps;
  }
  if (info_.average_fps <= 0 && info_.duration > 0) {
    info_.average_fps = info_.frame_count / info_.duration;
  }
  snprintf(info_.codec, sizeof info_.codec, "%s", avcodec_get_name(parameters->codec_id));
  snprintf(info_.container, sizeof info_.container, "%s", container_->iformat->name);
}

int VideoReader::open_decoder() {
  avcodec_free_context(&decoder_);
  decoder_ = avcodec_alloc_context3(codec_);
  if (decoder_ == nullptr) {
    return fail(PM_ERROR, "out of memory");
  }
  int status = avcodec_parameters_to_context(decoder_, stream()->codecpar);
  if (status >= 0) {
    decoder_->thread_count = threads_;
    decoder_->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    decoder_->max_pixels = kMaxPixels;
    decoder_->pkt_timebase = stream()->time_base;
    status = avcodec_open2(decoder_, codec_, nullptr);
  }
  return status < 0 ? fail_av(PM_ERROR_NO_DECODER, avcodec_get_name(stream()->codecpar->codec_id), status) : PM_OK;
}

}  // namespace praline
