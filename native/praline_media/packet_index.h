// Which packet of a stream holds which frame, learnt from the packets' timestamps alone, without decoding.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

extern "C" {
#include <libavcodec/packet.h>
}

namespace praline {

/// The packets of one stream in decoding order ("ordinal": 0, 1, 2...), and their order of presentation ("frame").
class PacketIndex {
 public:
  /// Adds the next packet. shown: it yields a frame that is presented (not so: outside an edit list, VP8's alternate references).
  void add(const AVPacket& packet, bool shown);

  /// Works out the order of presentation. Call once, after the last add().
  void finish();

  int64_t packets() const { return static_cast<int64_t>(entries_.size()); }
  int64_t frames() const { return frames_; }

  /// True when every shown packet has a timestamp of its own: the order of presentation is then known.
  bool ordered() const { return ordered_; }

  int64_t packet_of_frame(int64_t frame) const { return by_frame_[frame]; }

  /// The last packet from which decoding can start and reach the given packet's frame whole: a keyframe that comes no later in both
  /// orders (frames that lead an open group of pictures need the keyframe before it), or so many keyframes further back.
  int64_t start_for(int64_t ordinal, int extra) const;

  int64_t dts(int64_t ordinal) const { return entries_[ordinal].dts; }
  int64_t pts(int64_t ordinal) const { return entries_[ordinal].pts; }

  /// First and last timestamp of presentation; false when there is none.
  bool span(int64_t* first, int64_t* last) const;

  /// The ordinal of a packet that a demuxer just read after seeking, or -1 when it can't be told.
  int64_t locate(const AVPacket& packet) const;

  /// Whether a packet is the one that was added with this ordinal.
  bool matches(const AVPacket& packet, int64_t ordinal) const;

 private:
  struct Entry {
    int64_t pts, dts, position;
    int32_t size;
    bool key, shown;
  };

  std::vector<Entry> entries_;
  std::vector<int64_t> by_frame_;
  std::unordered_multimap<int64_t, int64_t> by_position_;
  int64_t frames_ = 0;
  bool ordered_ = false;
};

}  // namespace praline
