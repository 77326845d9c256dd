// The reading half of VideoReader: packets, seeking, frames.
#include <algorithm>
#include <numeric>

#include "error.h"
#include "video_reader.h"

namespace praline {
namespace {

constexpr int64_t kSkipInsteadOfSeek = 32;

bool is_damaged(const AVFrame& frame) {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

}  // namespace

/// Puts the next packet of the stream into packet_ and counts it. PM_END after the last.
int VideoReader::read_packet() {
  if (pending_) {
    pending_ = false;
    next_++;
    return PM_OK;
  }
  for (;;) {
    av_packet_unref(packet_);
    const int status = av_read_frame(container_, packet_);
    if (status < 0) {
      return PM_END;  // the end, or damage: what follows can't be read
    }
    if (belongs(*packet_)) {
      next_++;
      return PM_OK;
    }
  }
}

/// Back to the first packet.
int VideoReader::restart() {
  next_ = 0;
  pending_ = false;
  const int64_t first = index_.dts(0) != AV_NOPTS_VALUE ? index_.dts(0) : index_.pts(0);
  if (first != AV_NOPTS_VALUE && av_seek_frame(container_, stream_, first, AVSEEK_FLAG_BACKWARD) >= 0 &&
      read_packet() == PM_OK && index_.locate(*packet_) == 0) {
    next_ = 0;
    pending_ = true;
    return PM_OK;
  }
  const int status = open_container();
  return status == PM_OK ? choose_stream() : status;
}

/// Moves the demuxer to the given packet or one before it.
int VideoReader::seek_to(int64_t ordinal) {
  if (ordinal == 0) {
    return restart();
  }
  // Containers differ in which of the two timestamps their index holds, so both are tried, and what comes is checked.
  for (const int64_t timestamp : {index_.dts(ordinal), index_.pts(ordinal)}) {
    pending_ = false;
    if (timestamp == AV_NOPTS_VALUE || av_seek_frame(container_, stream_, timestamp, AVSEEK_FLAG_BACKWARD) < 0 ||
        read_packet() != PM_OK) {
      continue;
    }
    const int64_t found = index_.locate(*packet_);
    if (found >= 0 && found <= ordinal) {
      next_ = found;
      pending_ = true;
      return PM_OK;
    }
  }
  return restart();
}

/// Gives packet_ to the decoder, marked with its ordinal, which the decoder hands on to the frame.
int VideoReader::send(bool only_references) {
  packet_->pts = next_ - 1;
  decoder_->skip_frame = only_references ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  int status = avcodec_send_packet(decoder_, packet_);
  while (status == AVERROR(EAGAIN)) {
    const int received = receive_wanted();
    if (received < 0) {
      return received;
    }
    status = avcodec_send_packet(decoder_, packet_);
  }
  // A damaged packet yields no frame; whether that matters shows when a wanted frame is missing.
  return status == AVERROR(ENOMEM) ? fail_av(PM_ERROR, "decoding", status) : PM_OK;
}

/// Takes what the decoder has ready and converts the frames that are wanted.
int VideoReader::receive_wanted() {
  for (;;) {
    const int status = avcodec_receive_frame(decoder_, frame_);
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) {
      return PM_OK;
    }
    if (status < 0) {
      if (status == AVERROR(ENOMEM)) {
        return fail_av(PM_ERROR, "decoding", status);
      }
      continue;
    }
    const auto found = wanted_.find(frame_->pts);
    if (found != wanted_.end() && !is_damaged(*frame_)) {
      const int converted = converter_.convert(*frame_, slots_[found->second]);
      if (converted < 0) {
        return fail_av(PM_ERROR, "converting a frame to RGB", converted);
      }
      wanted_.erase(found);
    }
    av_frame_unref(frame_);
  }
}

int VideoReader::drain_wanted() {
  avcodec_send_packet(decoder_, nullptr);
  const int status = receive_wanted();
  avcodec_flush_buffers(decoder_);
  return status;
}

int VideoReader::read(const int64_t* indices, int count, bool seek, uint8_t* const* rgb) {
  clear_log();
  slots_ = rgb;
  wanted_.clear();
  std::vector<int> missing(count);
  std::iota(missing.begin(), missing.end(), 0);
  // A decoder that starts in the middle may hold back frames near its start (open groups of pictures, gradual refresh). They are
  // tried again from ever earlier keyframes, and at last from the first packet on.
  bool from_start = !seek || !index_.ordered() || count == 0 || indices[count - 1] >= index_.frames();
  for (int extra = 0; !from_start && !missing.empty(); extra = extra * 2 + 1) {
    const int status = read_by_seeking(indices, &missing, extra, &from_start);
    if (status != PM_OK) {
      return status;
    }
  }
  return missing.empty() ? PM_OK : read_in_turn(indices, missing);
}

/// Decodes from the keyframe before each missing frame (or so many extra ones before that), and leaves in `missing` what didn't come.
/// from_start: all of them were tried from the first packet.
int VideoReader::read_by_seeking(const int64_t* indices, std::vector<int>* missing, int extra, bool* from_start) {
  wanted_.clear();
  *from_start = true;
  for (const int slot : *missing) {
    wanted_[index_.packet_of_frame(indices[slot])] = slot;
  }
  avcodec_flush_buffers(decoder_);
  int status = PM_OK;
  bool placed = false;
  for (size_t i = 0; i < missing->size() && status == PM_OK; i++) {
    const int64_t target = index_.packet_of_frame(indices[(*missing)[i]]);
    const int64_t start = index_.start_for(target, extra);
    *from_start = *from_start && start == 0;
    if (!placed || start > next_) {
      status = place_at(start, placed);
      placed = true;
    }
    while (status == PM_OK && next_ <= target) {
      status = read_packet();
      if (status == PM_OK) {
        const bool only_if_reference = wanted_.find(next_ - 1) == wanted_.end();
        status = send(only_if_reference);
      }
      if (status == PM_OK) {
        status = receive_wanted();
      }
    }
  }
  if (status == PM_OK || status == PM_END) {
    status = drain_wanted();
  }
  missing->erase(std::remove_if(missing->begin(), missing->end(), [&](int slot) {
    return wanted_.find(index_.packet_of_frame(indices[slot])) == wanted_.end();
  }), missing->end());
  return status;
}

/// Makes the given packet the next one, for a decoder that remembers nothing; what it still holds is taken first.
int VideoReader::place_at(int64_t start, bool placed) {
  int status = placed ? drain_wanted() : PM_OK;
  if (status == PM_OK && (!placed || start - next_ > kSkipInsteadOfSeek)) {
    status = seek_to(start);
  }
  while (status == PM_OK && next_ < start) {
    status = read_packet();  // cheaper than seeking, and nothing is decoded
  }
  return status;
}

/// Decodes from the first packet and counts frames as they come: slow, and right whatever the timestamps say.
int VideoReader::read_in_turn(const int64_t* indices, const std::vector<int>& slots) {
  int status = rewind();
  if (status != PM_OK) {
    return status;
  }
  int64_t frame = 0;
  for (const int slot : slots) {
    while (frame <= indices[slot]) {
      status = next(frame == indices[slot] ? slots_[slot] : nullptr);
      if (status == PM_END) {
        decodable_ = frame;
        return fail(PM_ERROR_MISSING, "only " + std::to_string(frame) + " frames decode");
      }
      if (status != PM_OK) {
        return status;
      }
      frame++;
    }
  }
  return PM_OK;
}

int VideoReader::rewind() {
  avcodec_flush_buffers(decoder_);
  decoder_->skip_frame = AVDISCARD_DEFAULT;
  draining_ = false;
  return restart();
}

/// The next frame in turn; rgb null: only decode it.
int VideoReader::next(uint8_t* rgb) {
  for (;;) {
    int status = avcodec_receive_frame(decoder_, frame_);
    if (status >= 0) {
      const int converted = rgb != nullptr ? converter_.convert(*frame_, rgb) : 0;
      av_frame_unref(frame_);
      return converted < 0 ? fail_av(PM_ERROR, "converting a frame to RGB", converted) : PM_OK;
    }
    if (status == AVERROR_EOF) {
      return PM_END;
    }
    if (status == AVERROR(ENOMEM)) {
      return fail_av(PM_ERROR, "decoding", status);
    }
    if (status != AVERROR(EAGAIN)) {
      continue;  // one damaged frame: the decoder goes on with the next
    }
    if (read_packet() == PM_OK) {
      packet_->pts = next_ - 1;
      avcodec_send_packet(decoder_, packet_);
    } else {
      draining_ = true;
      avcodec_send_packet(decoder_, nullptr);
    }
  }
}

}  // namespace praline
