//! Who holds the file lock that a process waits for: the waiters in `/proc/locks` stand below their holder.

use std::fs;

/// The process that holds what this one waits for.
#[must_use]
pub fn holder(waiter: i32) -> Option<i32> {
    find(&fs::read_to_string("/proc/locks").ok()?, waiter)
}

/// `3: FLOCK ADVISORY WRITE 15723 …`, and below it `3: -> FLOCK ADVISORY WRITE 15860 …`
fn find(text: &str, waiter: i32) -> Option<i32> {
    let mut holder = None;
    for line in text.lines() {
        let mut words = line.split_whitespace().skip(1).peekable();
        let waits = words.next_if_eq(&"->").is_some();
        let pid = words.nth(3).and_then(|pid| pid.parse::<i32>().ok());
        if !waits {
            holder = pid;
        } else if pid == Some(waiter) {
            return holder.filter(|pid| *pid > 0);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_above_the_waiters_is_the_holder() {
        let text = "1: POSIX  ADVISORY  WRITE 30396 fe:00:10462505 0 EOF\n\
                    3: FLOCK  ADVISORY  WRITE 15723 fe:00:10011193 0 EOF\n\
                    3: -> FLOCK  ADVISORY  WRITE 15859 fe:00:10011193 0 EOF\n\
                    3:  -> FLOCK  ADVISORY  WRITE 15860 fe:00:10011193 0 EOF\n";
        assert_eq!((find(text, 15_860), find(text, 15_723), find(text, 1)), (Some(15_723), None, None));
    }
}
