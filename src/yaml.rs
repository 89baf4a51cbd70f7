//! YAML text to values: the one place that names the YAML library. Below all rooms.
