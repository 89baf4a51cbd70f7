//! Lines that are drawn over again and again with `\r`, as progress is.

/// What stands on the line in the end; a `\r` at its end has drawn nothing over it yet.
#[must_use]
pub fn last_state(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != b'\r').map_or(0, |at| at + 1);
    let from = memchr::memrchr(b'\r', &bytes[..end]).map_or(0, |at| at + 1);
    &bytes[from..end]
}

/// The last state of a line whose end this is; `None` where nothing of it was drawn over.
#[must_use]
pub fn drawn_over(end: &[u8]) -> Option<&[u8]> {
    let last = last_state(end);
    (last.as_ptr() != end.as_ptr()).then_some(last)
}
