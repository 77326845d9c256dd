// What the edges of autograd's graph hold its nodes by: std::shared_ptr in libtorch 1.13 and 2.6, c10::intrusive_ptr in 2.14. The type
// is asked rather than the version.
#pragma once
#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/autograd/edge.h>
#include <torch/csrc/autograd/function.h>

#include <memory>

namespace praline {

using NodePointer = decltype(torch::autograd::Edge::function);

// Both kinds free long chains of nodes without recursion; the first by a deleter of libtorch's, which only libtorch with that kind has (it
// is looked up by its argument, when this is instantiated).
template <typename Node>
void own_node(std::shared_ptr<Node>& owner, Node* node) {
  owner.reset(node, [](Node* last) { deleteNode(last); });
}

template <typename Node>
void own_node(c10::intrusive_ptr<Node>& owner, Node* node) {
  owner = c10::intrusive_ptr<Node>::unsafe_steal_from_new(node);
}

}  // namespace praline
