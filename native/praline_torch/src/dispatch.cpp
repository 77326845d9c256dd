// Any operator by its schema name: values are converted by what the schema says of each argument.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <sstream>

#include "common.h"

using c10::IValue;
using c10::TypeKind;

namespace {

std::mutex operators_mutex;
std::deque<c10::OperatorHandle> operators;  // a deque never moves its elements: pointers to them are handles

[[noreturn]] void mismatch(const c10::Argument& arg, const pt_value& value) {
  std::ostringstream text;
  text << "argument '" << arg.name() << "' is " << arg.type()->str() << " and can't take a value of tag " << value.tag;
  throw std::invalid_argument(text.str());
}

IValue list_value(const pt_value& value, const c10::Argument& arg, const c10::TypePtr& element) {
  if (value.tag == PT_TENSOR_LIST) {
    auto handles = static_cast<pt_tensor*>(value.p);
    if (element->kind() == TypeKind::OptionalType) {
      c10::List<c10::optional<at::Tensor>> list;
      for (int32_t i = 0; i < value.n; i++) {
        at::Tensor t = praline::borrow(handles[i]);
        list.push_back(t.defined() ? c10::optional<at::Tensor>(t) : c10::nullopt);
      }
      return IValue(std::move(list));
    }
    c10::List<at::Tensor> list;
    for (int32_t i = 0; i < value.n; i++) list.push_back(praline::borrow(handles[i]));
    return IValue(std::move(list));
  }
  if (value.tag == PT_INT_LIST) {
    auto data = static_cast<const int64_t*>(value.p);
    if (element->kind() == TypeKind::FloatType) {
      c10::List<double> list;
      for (int32_t i = 0; i < value.n; i++) list.push_back(static_cast<double>(data[i]));
      return IValue(std::move(list));
    }
    c10::List<int64_t> list;
    for (int32_t i = 0; i < value.n; i++) list.push_back(data[i]);
    return IValue(std::move(list));
  }
  if (value.tag == PT_DOUBLE_LIST) {
    auto data = static_cast<const double*>(value.p);
    c10::List<double> list;
    for (int32_t i = 0; i < value.n; i++) list.push_back(data[i]);
    return IValue(std::move(list));
  }
  if (value.tag == PT_BOOL_LIST) {
    auto data = static_cast<const int64_t*>(value.p);
    c10::List<bool> list;
    for (int32_t i = 0; i < value.n; i++) list.push_back(data[i] != 0);
    return IValue(std::move(list));
  }
  if (value.tag == PT_INT && element->kind() == TypeKind::IntType) {  // int[1] written as one number
    c10::List<int64_t> list;
    list.push_back(value.i);
    return IValue(std::move(list));
  }
  mismatch(arg, value);
}

IValue to_ivalue(const pt_value& value, const c10::Argument& arg) {
  if (value.tag == PT_DEFAULT) {
    if (!arg.default_value()) throw std::invalid_argument("argument '" + arg.name() + "' has no default");
    return *arg.default_value();
  }
  c10::TypePtr type = arg.type();
  if (type->kind() == TypeKind::OptionalType) {
    if (value.tag == PT_NONE || (value.tag == PT_TENSOR && value.p == nullptr)) return IValue();
    type = type->cast<c10::OptionalType>()->getElementType();
  }
  switch (type->kind()) {
    case TypeKind::TensorType:
      if (value.tag == PT_TENSOR) return IValue(praline::borrow(value.p));
      if (value.tag == PT_NONE) return IValue(at::Tensor());
      break;
    case TypeKind::ListType:
      return list_value(value, arg, type->cast<c10::ListType>()->getElementType());
    case TypeKind::FloatType:
      if (value.tag == PT_DOUBLE) return IValue(value.d);
      if (value.tag == PT_INT) return IValue(static_cast<double>(value.i));
      break;
    case TypeKind::IntType:
      if (value.tag == PT_INT) return IValue(value.i);
      break;
    case TypeKind::BoolType:
      if (value.tag == PT_BOOL) return IValue(value.i != 0);
      break;
    case TypeKind::NumberType:
      if (value.tag == PT_INT) return IValue(value.i);
      if (value.tag == PT_DOUBLE) return IValue(value.d);
      if (value.tag == PT_BOOL) return IValue(value.i != 0);
      break;
    case TypeKind::StringType:
      if (value.tag == PT_STRING) return IValue(std::string(static_cast<const char*>(value.p), value.n));
      break;
    case TypeKind::DeviceObjType:
      if (value.tag == PT_DEVICE) return IValue(praline::to_device(value.i));
      break;
    case TypeKind::GeneratorType:
      if (value.tag == PT_GENERATOR) return IValue(*static_cast<at::Generator*>(value.p));
      break;
    default:
      break;
  }
  mismatch(arg, value);
}

pt_value from_ivalue(IValue&& value) {
  pt_value result{};
  if (value.isTensor()) {
    result.tag = PT_TENSOR;
    result.p = praline::give(std::move(value).toTensor());
  } else if (value.isNone()) {
    result.tag = PT_NONE;
  } else if (value.isInt()) {
    result.tag = PT_INT;
    result.i = value.toInt();
  } else if (value.isDouble()) {
    result.tag = PT_DOUBLE;
    result.d = value.toDouble();
  } else if (value.isBool()) {
    result.tag = PT_BOOL;
    result.i = value.toBool();
  } else if (value.isTensorList()) {
    auto list = value.toTensorVector();
    auto handles = static_cast<pt_tensor*>(std::malloc(sizeof(pt_tensor) * (list.size() + 1)));
    for (size_t i = 0; i < list.size(); i++) handles[i] = praline::give(list[i]);
    result.tag = PT_TENSOR_LIST;
    result.n = static_cast<int32_t>(list.size());
    result.p = handles;
  } else {
    throw std::runtime_error("the operator returned a " + value.tagKind() + ", which this interface does not carry");
  }
  return result;
}

}  // namespace

PT_API pt_operator pt_operator_find(const char* name, const char* overload) {
  pt_operator found = nullptr;
  praline::guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema(c10::OperatorName(name, overload));
    if (!handle) throw std::invalid_argument(std::string("this libtorch has no operator ") + name + "." + overload);
    std::lock_guard<std::mutex> lock(operators_mutex);
    operators.push_back(*handle);
    found = &operators.back();
  });
  return found;
}

PT_API const char* pt_operator_schema(pt_operator op) {
  static thread_local std::string text;
  std::ostringstream out;
  out << static_cast<c10::OperatorHandle*>(op)->schema();
  text = out.str();
  return text.c_str();
}

PT_API int pt_operator_call(pt_operator op, const pt_value* args, int32_t nargs, pt_value* results, int32_t capacity,
                            int32_t* count) {
  return praline::guarded([&] {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& declared = handle.schema().arguments();
    if (nargs > static_cast<int32_t>(declared.size())) {
      throw std::invalid_argument("got " + std::to_string(nargs) + " arguments, the schema has " +
                                  std::to_string(declared.size()));
    }
    torch::jit::Stack stack;
    stack.reserve(declared.size());
    for (size_t i = 0; i < declared.size(); i++) {
      if (static_cast<int32_t>(i) < nargs) {
        stack.push_back(to_ivalue(args[i], declared[i]));
      } else if (declared[i].default_value()) {
        stack.push_back(*declared[i].default_value());
      } else {
        throw std::invalid_argument("argument '" + declared[i].name() + "' is missing");
      }
    }
    handle.callBoxed(&stack);
    if (static_cast<int32_t>(stack.size()) > capacity) throw std::runtime_error("more results than the caller has room for");
    *count = static_cast<int32_t>(stack.size());
    for (size_t i = 0; i < stack.size(); i++) results[i] = from_ivalue(std::move(stack[i]));
  });
}
