// What the NVIDIA driver says of the devices, asked without CUDA's headers.
#pragma once
#include <cstdint>
#include <string>

namespace praline {

// Major · 10 + minor, such as 90; 0 when it can't be told. index -1 is the first device.
int compute_capability(int index);

// One text of lines `key=value`: name, memory (bytes), capability, driver (such as 13.0); throws when there is no such device.
std::string device_description(int index);

}  // namespace praline
