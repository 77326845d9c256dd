// A process group with a thread that runs its collectives in order.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "../common.h"

#if PRALINE_C10D
#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/version.h>
#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif

namespace praline {

#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif
using Clock = std::chrono::steady_clock;

// A task of the group's thread: waited for with a time limit, so that a caller can look around meanwhile.
class Job {
 public:
  // True when it is over; throws what it threw.
  bool wait(std::chrono::milliseconds limit);
  void finish(std::string error);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::string error_;
};

class Group {
 public:
  Group(c10::intrusive_ptr<Backend> backend, bool host, int rank, int world);
  ~Group();
  Group(const Group&) = delete;

  int rank() const { return rank_; }
  int world() const { return world_; }

  // Starts work on tensors of a device, after all that the calling thread has given that device so far.
  std::shared_ptr<Job> start(std::function<void()> work, c10::Device device);

  // These run on the group's thread, and return when the result is there.
  void broadcast(at::Tensor tensor, int root);
  void all_reduce(at::Tensor tensor);
  void all_gather(const at::Tensor& part, at::Tensor whole);
  // The sum over ranks of each rank's part of `whole`, added in rank order.
  void reduce_scatter(at::Tensor whole, at::Tensor part);
  // Gathers what the ranks ask for, one after the other, until `wanted` is in `whole` (-1: until nobody asks).
  void lend(const std::vector<at::Tensor>& parts, const std::vector<at::ScalarType>& types, int64_t wanted, at::Tensor whole);

 private:
  struct Task {
    std::function<void()> work;
    std::shared_ptr<Job> job;
    c10::Device device;
    std::shared_ptr<c10::Event> before;  // what the device has to do first; none on the CPU
  };

  void run();
  void enter(const Task& task);
  template <typename Work>
  void finish(const Work& work);

  c10::intrusive_ptr<Backend> backend_;
  const bool host_;  // Gloo: no reduce-scatter of its own
  const int rank_, world_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  // A GPU's stream of this group's own: were it the default stream, the backward pass would wait there for every exchange.
  std::optional<c10::Stream> stream_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace praline
#endif
