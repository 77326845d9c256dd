// One video stream of one file: its packets, its decoder, its frames by index.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "frame_converter.h"
#include "packet_index.h"
#include "praline_media.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace praline {

class VideoReader {
 public:
  VideoReader(std::string path, int threads) : path_(std::move(path)), threads_(threads) {}
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;
  ~VideoReader();

  int open();
  const pm_video_info& info() const { return info_; }
  int64_t decodable() const { return decodable_; }

  int read(const int64_t* indices, int count, bool seek, uint8_t* const* rgb);
  int rewind();
  int next(uint8_t* rgb);

 private:
  // Opening.
  int open_container();
  int choose_stream();
  int scan_packets();
  void fill_info();
  int open_decoder();

  // Reading packets. next_ is the ordinal of the packet that read_packet() gives next.
  int read_packet();
  int seek_to(int64_t ordinal);
  int restart();

  // Decoding.
  int send(bool only_references);
  int receive_wanted();
  int drain_wanted();
  int place_at(int64_t start, bool placed);
  int read_by_seeking(const int64_t* indices, std::vector<int>* missing, int extra, bool* from_start);
  int read_in_turn(const int64_t* indices, const std::vector<int>& slots);

  bool belongs(const AVPacket& packet) const;
  bool is_shown(const AVPacket& packet) const;
  AVStream* stream() const { return container_->streams[stream_]; }

  std::string path_;
  int threads_;
  AVFormatContext* container_ = nullptr;
  AVCodecContext* decoder_ = nullptr;
  AVPacket* packet_ = nullptr;
  AVFrame* frame_ = nullptr;
  const AVCodec* codec_ = nullptr;
  int stream_ = -1;
  PacketIndex index_;
  FrameConverter converter_;
  pm_video_info info_ = {};

  int64_t next_ = -1;       // ordinal of the next packet; -1: the demuxer's place is unknown
  bool pending_ = false;    // packet_ holds that packet already
  bool draining_ = false;   // the decoder has been told that no packet follows
  int64_t decodable_ = -1;

  std::unordered_map<int64_t, int> wanted_;  // ordinal -> slot, of frames not yet delivered
  uint8_t* const* slots_ = nullptr;
};

}  // namespace praline
