//! The loop that ends processes for good: list, KILL, look again, until nothing is left or the time is over. A
//! supervisor does the same round by round, between reading its pipes.

use rustix::process::Signal;

use crate::process::id::{ProcessId, Stat};
use crate::process::signal::{self, Sent};

/// Processes that are to be gone.
pub trait Condemned {
    /// Whether a look finds none of them any more.
    fn are_gone(&mut self) -> bool;
    /// Sends KILL to every one of them that this moment's list has.
    fn kill(&mut self);
}

/// Kills until a look finds nothing, or `wait`, which lets a little time pass, says that the time is over. One pass
/// would not do: whatever was started between a list and its last KILL stood on no list.
pub fn until_gone(condemned: &mut impl Condemned, mut wait: impl FnMut() -> bool) {
    while !condemned.are_gone() {
        condemned.kill();
        if !wait() {
            return;
        }
    }
}

/// Why a process still lives although KILL was sent to it; `None` when it has ended after all.
#[must_use]
pub fn why_alive(process: ProcessId) -> Option<&'static str> {
    let stat = Stat::read(process.pid).filter(|stat| stat.start_time == process.start_time)?;
    reason(stat.state, signal::send(process, Signal::KILL))
}

fn reason(state: char, sent: Sent) -> Option<&'static str> {
    match (state, sent) {
        // A zombie has ended: only its parent has not taken note.
        ('Z' | 'X', _) | (_, Sent::Gone) => None,
        (_, Sent::Refused) => Some("process of another user"),
        ('D', Sent::Delivered) => Some("disk wait"),
        (_, Sent::Delivered) => Some("did not end in time"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// While those that are listed are killed, each has time for one successor.
    struct Moving {
        living: usize,
        successors: usize,
    }

    impl Condemned for Moving {
        fn are_gone(&mut self) -> bool {
            self.living == 0
        }

        fn kill(&mut self) {
            let started = self.living.min(self.successors);
            self.successors -= started;
            self.living = started;
        }
    }

    #[test]
    fn what_appears_while_others_are_killed_is_killed_too() {
        let mut tree = Moving { living: 3, successors: 7 };
        until_gone(&mut tree, || true);
        assert_eq!((tree.living, tree.successors), (0, 0));
    }

    #[test]
    fn when_the_time_is_over_the_rest_is_given_up() {
        let (mut tree, mut rounds) = (Moving { living: 1, successors: usize::MAX }, 0);
        until_gone(&mut tree, || {
            rounds += 1;
            rounds < 5
        });
        assert_eq!((tree.living, rounds), (1, 5));
    }

    #[test]
    fn what_could_not_be_ended_has_its_reason() {
        for (state, sent, expected) in [
            ('S', Sent::Refused, Some("process of another user")),
            ('D', Sent::Refused, Some("process of another user")),
            ('D', Sent::Delivered, Some("disk wait")),
            ('R', Sent::Delivered, Some("did not end in time")),
            ('S', Sent::Gone, None),
            ('Z', Sent::Delivered, None),
        ] {
            assert_eq!(reason(state, sent), expected, "{state} {sent:?}");
        }
    }
}
