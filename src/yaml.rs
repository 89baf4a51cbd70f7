//! YAML text to values: the one place that names the YAML library. Below all rooms.

use serde::de::DeserializeOwned;

/// Reads a value; the error is one line with its place.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_yaml::from_str(text).map_err(|error| error.without_snippet().to_string())
}
