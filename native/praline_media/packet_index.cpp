#include "packet_index.h"

#include <algorithm>

extern "C" {
#include <libavutil/avutil.h>
}

namespace praline {

void PacketIndex::add(const AVPacket& packet, bool shown) {
  const bool key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  entries_.push_back({packet.pts, packet.dts, packet.pos, packet.size, key, shown});
}

void PacketIndex::finish() {
  ordered_ = !entries_.empty();
  for (int64_t i = 0; i < packets(); i++) {
    by_position_.emplace(entries_[i].position, i);
    if (entries_[i].shown) {
      by_frame_.push_back(i);
      ordered_ = ordered_ && entries_[i].pts != AV_NOPTS_VALUE;
    }
  }
  frames_ = static_cast<int64_t>(by_frame_.size());
  if (!ordered_) {
    return;
  }
  auto earlier = [this](int64_t a, int64_t b) { return entries_[a].pts < entries_[b].pts; };
  std::stable_sort(by_frame_.begin(), by_frame_.end(), earlier);
  for (size_t i = 1; i < by_frame_.size(); i++) {
    ordered_ = ordered_ && entries_[by_frame_[i - 1]].pts < entries_[by_frame_[i]].pts;
  }
}

int64_t PacketIndex::start_for(int64_t ordinal, int extra) const {
  for (int64_t i = ordinal; i > 0; i--) {
    const Entry& entry = entries_[i];
    if (entry.key && entry.pts != AV_NOPTS_VALUE && entry.pts <= entries_[ordinal].pts && extra-- == 0) {
      return i;
    }
  }
  return 0;
}

bool PacketIndex::span(int64_t* first, int64_t* last) const {
  if (!ordered_ || by_frame_.empty()) {
    return false;
  }
  *first = entries_[by_frame_.front()].pts;
  *last = entries_[by_frame_.back()].pts;
  return true;
}

bool PacketIndex::matches(const AVPacket& packet, int64_t ordinal) const {
  if (ordinal < 0 || ordinal >= packets()) {
    return false;
  }
  const Entry& entry = entries_[ordinal];
  return entry.size == packet.size && entry.position == packet.pos &&
         (entry.position >= 0 || entry.pts == packet.pts);
}

int64_t PacketIndex::locate(const AVPacket& packet) const {
  // Most containers tell where a packet lies in the file. Where they don't, or where one place is presented twice (edit lists),
  // the timestamp has to decide; it alone is not enough, as some demuxers guess it differently after seeking.
  int64_t found = -1;
  int64_t candidates = 0;
  auto range = by_position_.equal_range(packet.pos);
  for (auto it = range.first; it != range.second; ++it) {
    if (matches(packet, it->second)) {
      if (entries_[it->second].pts == packet.pts && entries_[it->second].dts == packet.dts) {
        return it->second;
      }
      found = it->second;
      candidates++;
    }
  }
  return candidates == 1 ? found : -1;
}

}  // namespace praline
