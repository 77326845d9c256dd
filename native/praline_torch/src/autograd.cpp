#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/variable.h>

#include <unordered_set>

#include "common.h"
#include "node_pointer.h"

using praline::borrow;
using praline::guarded;
using torch::autograd::Node;
using torch::autograd::Variable;
using torch::autograd::variable_list;

namespace {

// The leaves that a result was computed from.
variable_list leaves_behind(const at::Tensor& result) {
  variable_list leaves;
  std::unordered_set<Node*> seen;
  std::vector<Node*> open{result.grad_fn().get()};
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    if (auto* leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node)) leaves.push_back(leaf->variable);
    for (const auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
  return leaves;
}

// A step of the graph whose gradient the caller's language computes.
struct CallbackNode : Node {
  CallbackNode(pt_backward_callback callback, pt_release release, void* context)
      : callback_(callback), release_(release), context_(context) {}
  ~CallbackNode() override { let_go(); }

  variable_list apply(variable_list&& grads) override {
    TORCH_CHECK(context_ != nullptr, "backward a second time through a checkpointed region: keep the graph (retain_graph) the first time");
    TORCH_CHECK(!c10::GradMode::is_enabled(), "a checkpointed region has no second derivatives (create_graph was asked for)");
    variable_list results(leaves.size() + 1);
    if (!grads[0].defined()) return results;
    std::vector<pt_tensor> inputs, handles(results.size(), nullptr);
    for (const auto& leaf : leaves) inputs.push_back(praline::give(leaf));
    const int status = callback_(context_, praline::give(grads[0]), inputs.data(), static_cast<int32_t>(inputs.size()), handles.data());
    for (size_t i = 0; i < handles.size(); i++) {
      if (handles[i] == nullptr) continue;
      results[i] = borrow(handles[i]);
      pt_tensor_free(handles[i]);
    }
    TORCH_CHECK(status == 0, "computing a checkpointed region again failed");
    return results;
  }

  void release_variables() override {
    let_go();
    leaves.clear();
  }

  variable_list leaves;

 private:
  void let_go() {
    if (context_ != nullptr) release_(context_);
    context_ = nullptr;
  }

  pt_backward_callback callback_;
  pt_release release_;
  void* context_;
};

}  // namespace

PT_API int pt_checkpoint(pt_tensor output, pt_tensor inner_input, pt_tensor outer_input, pt_backward_callback callback,
                         pt_release release, void* context, pt_tensor* result) {
  return guarded([&] {
    const at::Tensor computed = borrow(output), inner = borrow(inner_input), outer = borrow(outer_input);
    auto* node = new CallbackNode(callback, release, context);
    praline::NodePointer owner;
    praline::own_node<Node>(owner, node);
    at::Tensor plain = computed.variable_data();
    if (computed.requires_grad()) {
      torch::autograd::edge_list edges;
      edges.push_back(outer.requires_grad() ? torch::autograd::impl::gradient_edge(outer) : torch::autograd::Edge());
      for (auto& leaf : leaves_behind(computed)) {
        if (leaf.is_same(inner)) continue;
        edges.push_back(torch::autograd::impl::gradient_edge(leaf));
        node->leaves.push_back(leaf);
      }
      node->set_next_edges(std::move(edges));
      const auto number = node->add_input_metadata(plain);
      torch::autograd::impl::set_gradient_edge(plain, {owner, number});
    }
    *result = praline::give(std::move(plain));
  });
}

PT_API int32_t pt_grad_enabled() { return c10::GradMode::is_enabled(); }
PT_API void pt_set_grad_enabled(int32_t on) { c10::GradMode::set_enabled(on != 0); }

PT_API int pt_backward(const pt_tensor* roots, const pt_tensor* grads, int32_t n, int32_t retain_graph, int32_t create_graph) {
  return guarded([&] {
    torch::autograd::backward(borrow(roots, n), grads == nullptr ? std::vector<at::Tensor>() : borrow(grads, n),
                              retain_graph != 0, create_graph != 0);
  });
}

PT_API int pt_grad(const pt_tensor* outputs, const pt_tensor* grad_outputs, int32_t n_outputs, const pt_tensor* inputs,
                   int32_t n_inputs, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, pt_tensor* results) {
  return guarded([&] {
    auto found = torch::autograd::grad(
        borrow(outputs, n_outputs), borrow(inputs, n_inputs),
        grad_outputs == nullptr ? std::vector<at::Tensor>() : borrow(grad_outputs, n_outputs), retain_graph != 0,
        create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < n_inputs; i++) results[i] = praline::give(std::move(found[i]));
  });
}
