#include "group.h"

#if PRALINE_C10D
#include <ATen/ATen.h>

namespace praline {

bool Job::wait(std::chrono::milliseconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, limit, [&] { return done_; })) return false;
  if (!error_.empty()) throw std::runtime_error(error_);
  return true;
}

void Job::finish(std::string error) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    error_ = std::move(error);
  }
  changed_.notify_all();
}

Group::Group(c10::intrusive_ptr<Backend> backend, bool host, int rank, int world)
    : backend_(std::move(backend)), host_(host), rank_(rank), world_(world), thread_([this] { run(); }) {}

Group::~Group() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<Job> Group::start(std::function<void()> work) {
  auto job = std::make_shared<Job>();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    jobs_.emplace_back(std::move(work), job);
  }
  changed_.notify_all();
  return job;
}

void Group::run() {
  at::NoGradGuard no_grad;
  std::string failed;
  for (;;) {
    std::pair<std::function<void()>, std::shared_ptr<Job>> next;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      next = std::move(jobs_.front());
      jobs_.pop_front();
    }
    std::string error = failed;
    if (error.empty()) {
      try {
        next.first();
      } catch (const c10::Error& e) {
        error = e.what_without_backtrace();
      } catch (const std::exception& e) {
        error = e.what();
      }
    }
    // After one failure ranks do not agree any more on what comes next.
    failed = error;
    next.first = nullptr;
    next.second->finish(error);
  }
}

void Group::broadcast(at::Tensor tensor, int root) {
  std::vector<at::Tensor> tensors{tensor};
  c10d::BroadcastOptions options;
  options.rootRank = root;
  backend_->broadcast(tensors, options)->wait();
}

void Group::all_gather(const at::Tensor& part, at::Tensor whole) {
  if (host_) {
    std::vector<std::vector<at::Tensor>> outputs{whole.view({world_, -1}).unbind(0)};
    std::vector<at::Tensor> inputs{part};
    backend_->allgather(outputs, inputs)->wait();
    return;
  }
  at::Tensor input = part;
  backend_->_allgather_base(whole, input)->wait();
}

void Group::reduce_scatter(at::Tensor whole, at::Tensor part) {
  if (host_) {
    at::Tensor received = at::empty_like(whole);
    std::vector<int64_t> even;
    backend_->alltoall_base(received, whole, even, even)->wait();
    const auto parts = received.view({world_, -1}).unbind(0);
    part.copy_(parts[0]);
    for (int rank = 1; rank < world_; rank++) part.add_(parts[rank]);
    return;
  }
  at::Tensor input = whole;
  backend_->_reduce_scatter_base(part, input)->wait();
}

void Group::all_reduce(at::Tensor tensor) {
  // Gloo's and NCCL's rings add each element in an order that depends on its place and the number of ranks alone: the same bits every time.
  std::vector<at::Tensor> tensors{tensor};
  backend_->allreduce(tensors)->wait();
}

}  // namespace praline
#endif
