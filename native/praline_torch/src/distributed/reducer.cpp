#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/variable.h>

#include "reducer.h"

#if PRALINE_C10D
namespace praline {

namespace {

struct Hook : torch::autograd::FunctionPostHook {
  Hook(Reducer* reducer, size_t i) : reducer(reducer), i(i) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    reducer->fired(i);
    return outputs;
  }
  Reducer* reducer;
  size_t i;
};

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

Reducer::Reducer(Group& group, std::vector<at::Tensor> parameters, std::vector<int32_t> bucket_of, std::vector<int64_t> offset_of,
                 std::vector<int64_t> sizes, bool scatter)
    : group_(group), parameters_(std::move(parameters)), bucket_of_(std::move(bucket_of)), offset_of_(std::move(offset_of)),
      scatter_(scatter), buckets_(sizes.size()), taken_(parameters_.size()), late_(parameters_.size()),
      used_(parameters_.size()) {
  for (size_t b = 0; b < sizes.size(); b++) {
    TORCH_CHECK(sizes[b] % group.world() == 0, "a bucket's size must be a multiple of the number of ranks");
    buckets_[b].size = sizes[b];
  }
  for (size_t i = 0; i < parameters_.size(); i++) {
    buckets_[bucket_of_[i]].members.push_back(i);
    auto node = torch::autograd::impl::grad_accumulator(parameters_[i]);
    const auto key = node->add_post_hook(std::make_unique<Hook>(this, i));
    hooks_.emplace_back(std::move(node), key);  // it lives as long as somebody holds it
  }
}

Reducer::~Reducer() {
  for (auto& hook : hooks_) hook.first->del_post_hook(hook.second);
}

at::Tensor Reducer::place(const at::Tensor& flat, size_t i) const {
  return flat.narrow(0, offset_of_[i], parameters_[i].numel()).view(parameters_[i].sizes());
}

bool Reducer::add() {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients(parameters_.size());
  at::Tensor total;
  for (size_t i = 0; i < parameters_.size(); i++) {
    gradients[i] = parameters_[i].grad();
    parameters_[i].mutable_grad() = at::Tensor();
    if (!gradients[i].defined()) continue;
    // A sum is finite only if every term is (an overflow of finite terms is as unusable).
    const at::Tensor sum = gradients[i].sum(at::kFloat);
    total = total.defined() ? total + sum : sum;
  }
  if (total.defined() && !std::isfinite(total.item<float>())) return false;
  for (size_t i = 0; i < parameters_.size(); i++) {
    if (!gradients[i].defined()) continue;
    used_[i] = 1;
    Bucket& bucket = buckets_[bucket_of_[i]];
    if (!bucket.sums.defined()) bucket.sums = at::zeros({bucket.size}, parameters_[i].options().dtype(parameters_[i].scalar_type() == at::kDouble ? at::kDouble : at::kFloat).requires_grad(false));
    place(bucket.sums, i).add_(gradients[i]);
  }
  return true;
}

void Reducer::arm() {
  at::NoGradGuard no_grad;
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& bucket : buckets_) {
    if (!scatter_) fill(bucket);  // else when the first gradient comes: a bucket is held from then until it was sent
    bucket.missing = bucket.members.size();
    bucket.sent = false;
    bucket.job = nullptr;
  }
  std::fill(taken_.begin(), taken_.end(), 0);
  std::fill(late_.begin(), late_.end(), 0);
  next_ = 0;
  finite_ = true;
  armed_ = true;
}

void Reducer::fill(Bucket& bucket) {
  const auto& first = parameters_[bucket.members[0]];
  const auto options = first.options().dtype(first.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).requires_grad(false);
  if (!bucket.send.defined()) bucket.send = at::empty({bucket.size}, options);
  if (bucket.sums.defined()) bucket.send.copy_(bucket.sums);
  else bucket.send.zero_();
}

void Reducer::fired(size_t i) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!armed_) return;
  at::NoGradGuard no_grad;
  Bucket& bucket = buckets_[bucket_of_[i]];
  if (bucket.sent) {
    late_[i] = 1;  // it stays in the parameter, and is exchanged by itself
    return;
  }
  take(i);
  if (!taken_[i]) {
    taken_[i] = 1;
    bucket.missing--;
  }
  send_ready();
}

void Reducer::take(size_t i) {
  at::Tensor& gradient = parameters_[i].mutable_grad();
  if (!gradient.defined()) return;
  used_[i] = 1;
  Bucket& bucket = buckets_[bucket_of_[i]];
  if (!bucket.send.defined()) fill(bucket);
  place(bucket.send, i).add_(gradient);
  gradient = at::Tensor();
}

void Reducer::send_ready() {
  while (next_ < buckets_.size() && buckets_[next_].missing == 0) send(buckets_[next_++]);
}

void Reducer::send(Bucket& bucket) {
  if (!bucket.send.defined()) fill(bucket);
  finite_ = finite_ && std::isfinite(bucket.send.sum().item<double>());
  bucket.sent = true;
  const int world = group_.world();
  if (scatter_) bucket.result = at::empty({bucket.size / world}, bucket.send.options());
  else bucket.result = bucket.send;
  Group* group = &group_;
  at::Tensor send = bucket.send, result = bucket.result;
  const bool scatter = scatter_;
  bucket.job = group_.start([this, group, send, result, scatter, world] {
    const auto start = Clock::now();
    if (scatter) group->reduce_scatter(send, result);
    else group->all_reduce(result);
    std::lock_guard<std::mutex> lock(stats_mutex_);
    seconds_ += since(start);
    bytes_ += static_cast<int64_t>(send.nbytes()) * (world - 1) / world * (scatter ? 1 : 2);
  }, send.device());
  if (scatter_) bucket.send = at::Tensor();  // the memory goes back as soon as it is sent
}

bool Reducer::flush(bool drop) {
  at::NoGradGuard no_grad;
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < parameters_.size(); i++) {
    const bool sent = buckets_[bucket_of_[i]].sent;
    if (drop && !sent) parameters_[i].mutable_grad() = at::Tensor();
    // A gradient that was put into the parameter without the engine's telling us.
    else if (!sent) take(i);
    else if (parameters_[i].grad().defined()) late_[i] = 1;
  }
  for (; next_ < buckets_.size(); next_++) send(buckets_[next_]);
  armed_ = false;
  return finite_;
}

bool Reducer::wait(std::chrono::milliseconds limit) {
  const auto start = Clock::now();
  for (auto& bucket : buckets_) {
    const auto left = limit - std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    const bool done = bucket.job == nullptr || bucket.job->wait(std::max(left, std::chrono::milliseconds(0)));
    if (!done) {
      std::lock_guard<std::mutex> lock(stats_mutex_);
      waited_ += since(start);
      return false;
    }
  }
  std::lock_guard<std::mutex> lock(stats_mutex_);
  waited_ += since(start);
  return true;
}

void Reducer::flags(int32_t* flags) const {
  for (size_t i = 0; i < late_.size(); i++) flags[i] = late_[i] | used_[i] << 1;
}

void Reducer::clear_sums() {
  for (auto& bucket : buckets_) bucket.sums = at::Tensor();
  std::fill(used_.begin(), used_.end(), 0);
}

void Reducer::stats(double* seconds, double* waited, int64_t* bytes) {
  std::lock_guard<std::mutex> lock(stats_mutex_);
  *seconds = seconds_;
  *waited = waited_;
  *bytes = bytes_;
  seconds_ = waited_ = 0;
  bytes_ = 0;
}

}  // namespace praline
#endif
