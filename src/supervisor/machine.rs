//! Decides what the supervisor does next. Performs nothing: no clock, no signal, no file.

use crate::run::event::StopCause;

/// Something that happened to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The step's program could not be started.
    NotStarted,
    /// The step's program ended; whether well, and whether nothing else of its tree is left.
    Exited { well: bool, tree_empty: bool },
    /// Nothing of the tree is left.
    TreeEmpty,
    /// A look after a [`Effect::Kill`] has still found something of the tree.
    StillThere,
    /// A person or a caller wants the run to end.
    Stop,
    /// The run's time is over.
    Deadline,
    /// It was silent for longer than it may be.
    Silent,
    /// It uses more than one of its limits allows.
    Limit,
    /// What was begun by [`Effect::Record`] is done.
    Recorded,
    /// What was armed by [`Effect::ArmGrace`] has passed.
    GraceOver,
    /// What was armed by [`Effect::ArmSweep`] has passed.
    SweepOver,
}

/// Something the supervisor must do, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Start the step of this number.
    Start(usize),
    /// Note that the tree is to end, and why.
    Announce(StopCause),
    /// Take down what the tree is doing, before a signal changes it.
    Record(StopCause),
    /// TERM (and CONT) to the whole tree.
    Terminate,
    /// List what there is, and KILL all of it. What appears meanwhile is met by the next one.
    Kill,
    ArmGrace,
    ArmSweep,
    /// The run is over.
    Finish,
}

/// One run, from the first step to the last process of its tree.
#[derive(Debug)]
pub struct Machine {
    steps: usize,
    step: usize,
    phase: Phase,
    /// The step's program has ended; well or not.
    exited: Option<bool>,
    /// Why the run ends before its last step; set once.
    cause: Option<StopCause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    Recording,
    Terminating,
    Killing,
    Ended,
}

impl Machine {
    /// The machine of a run with this many steps, and what to do first.
    #[must_use]
    pub fn new(steps: usize) -> (Self, Vec<Effect>) {
        let mut machine = Self { steps, step: 0, phase: Phase::Running, exited: None, cause: None };
        let first = if steps == 0 { machine.finish() } else { vec![Effect::Start(0)] };
        (machine, first)
    }

    /// Why the run was ended from outside; a program that left processes behind has ended by itself.
    #[must_use]
    pub fn cause(&self) -> Option<StopCause> {
        self.cause
    }

    /// Takes one input; returns what to do about it.
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        match (self.phase, input) {
            (Phase::Ended, _) => vec![],
            (_, Input::NotStarted) => {
                self.exited = Some(false);
                self.finish()
            }
            (Phase::Running, Input::Stop) => self.record(StopCause::Stop),
            (Phase::Running, Input::Deadline) => self.record(StopCause::Timeout),
            (Phase::Running, Input::Silent) => self.record(StopCause::Silence),
            (Phase::Running, Input::Limit) => self.record(StopCause::Limit),
            (Phase::Recording, Input::Recorded) => self.terminate(),
            (phase, Input::Exited { well, tree_empty }) => {
                self.exited = Some(well);
                match (phase, tree_empty) {
                    (_, true) => self.step_over(),
                    // The program is gone; what it left behind gets the same grace as a stop gives.
                    (Phase::Running, false) => {
                        let mut effects = vec![Effect::Announce(StopCause::Exit)];
                        effects.extend(self.terminate());
                        effects
                    }
                    (Phase::Recording | Phase::Terminating | Phase::Killing | Phase::Ended, false) => vec![],
                }
            }
            (_, Input::TreeEmpty) => self.step_over(),
            // A second request waits neither for the record nor for the grace.
            (Phase::Recording, Input::Stop) | (Phase::Terminating, Input::Stop | Input::GraceOver) => {
                self.phase = Phase::Killing;
                vec![Effect::Kill, Effect::ArmSweep]
            }
            // Once is not enough: whatever was started between the list and its end was not on it.
            (Phase::Killing, Input::StillThere) => vec![Effect::Kill],
            (Phase::Killing, Input::SweepOver) => self.finish(),
            (
                Phase::Recording,
                Input::Deadline
                | Input::Silent
                | Input::Limit
                | Input::GraceOver
                | Input::SweepOver
                | Input::StillThere,
            )
            | (
                Phase::Terminating,
                Input::Deadline
                | Input::Silent
                | Input::Limit
                | Input::Recorded
                | Input::SweepOver
                | Input::StillThere,
            )
            | (
                Phase::Killing,
                Input::Stop
                | Input::Deadline
                | Input::Silent
                | Input::Limit
                | Input::Recorded
                | Input::GraceOver,
            )
            | (Phase::Running, Input::Recorded | Input::GraceOver | Input::SweepOver | Input::StillThere) => {
                vec![]
            }
        }
    }

    /// The end is announced at once; the first signal comes when the record is made.
    fn record(&mut self, cause: StopCause) -> Vec<Effect> {
        self.phase = Phase::Recording;
        self.cause = Some(cause);
        vec![Effect::Announce(cause), Effect::Record(cause)]
    }

    fn terminate(&mut self) -> Vec<Effect> {
        self.phase = Phase::Terminating;
        vec![Effect::Terminate, Effect::ArmGrace]
    }

    /// The tree of this step is gone: on to the next, if all is well.
    fn step_over(&mut self) -> Vec<Effect> {
        if self.exited == Some(true) && self.cause.is_none() && self.step + 1 < self.steps {
            self.step += 1;
            (self.phase, self.exited) = (Phase::Running, None);
            return vec![Effect::Start(self.step)];
        }
        self.finish()
    }

    fn finish(&mut self) -> Vec<Effect> {
        self.phase = Phase::Ended;
        vec![Effect::Finish]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Input = Input::Exited { well: true, tree_empty: true };
    const WITH_CHILDREN: Input = Input::Exited { well: true, tree_empty: false };

    #[track_caller]
    fn check(steps: usize, inputs: &[Input], last: &[Effect]) -> Machine {
        let (mut machine, mut effects) = Machine::new(steps);
        for input in inputs {
            effects = machine.step(*input);
        }
        assert_eq!(effects, last);
        machine
    }

    #[test]
    fn a_clean_exit_ends_the_run_at_once() {
        check(1, &[ALONE], &[Effect::Finish]);
    }

    #[test]
    fn what_a_program_leaves_behind_gets_a_grace_and_is_no_stop() {
        check(1, &[WITH_CHILDREN], &[Effect::Announce(StopCause::Exit), Effect::Terminate, Effect::ArmGrace]);
        let machine = check(1, &[WITH_CHILDREN, Input::TreeEmpty], &[Effect::Finish]);
        assert_eq!(machine.cause(), None);
    }

    #[test]
    fn a_stubborn_tree_is_killed_after_the_grace_and_given_up_after_the_sweep() {
        check(1, &[Input::Deadline, Input::Recorded, Input::GraceOver], &[Effect::Kill, Effect::ArmSweep]);
        check(1, &[Input::Deadline, Input::Recorded, Input::GraceOver, Input::SweepOver], &[Effect::Finish]);
    }

    /// A tree that moves: while those that are listed are killed, each has time for one successor.
    #[test]
    fn a_tree_that_moves_while_it_is_killed_is_killed_until_nothing_is_left() {
        let (mut living, mut successors) = (3, 7);
        let (mut machine, _) = Machine::new(1);
        machine.step(Input::Deadline);
        machine.step(Input::Recorded);
        let mut effects = machine.step(Input::GraceOver);
        for _ in 0..20 {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Kill => {
                        let listed = living;
                        let started = listed.min(successors);
                        successors -= started;
                        living = living - listed + started;
                    }
                    Effect::ArmSweep | Effect::Finish => {}
                    other => panic!("{other:?} while killing"),
                }
            }
            effects = machine.step(if living == 0 { Input::TreeEmpty } else { Input::StillThere });
        }
        assert_eq!((living, successors, machine.phase), (0, 0, Phase::Ended));
        // What cannot be killed is given up at its time, and not before.
        check(1, &[Input::Deadline, Input::Recorded, Input::GraceOver, Input::StillThere], &[Effect::Kill]);
        let stubborn =
            [Input::Deadline, Input::Recorded, Input::GraceOver, Input::StillThere, Input::SweepOver];
        check(1, &stubborn, &[Effect::Finish]);
    }

    #[test]
    fn a_timeout_stays_the_cause_though_the_program_exits_later() {
        let machine = check(1, &[Input::Deadline, ALONE], &[Effect::Finish]);
        assert_eq!(machine.cause(), Some(StopCause::Timeout));
    }

    #[test]
    fn a_limit_ends_what_runs_and_is_no_news_to_what_is_being_ended() {
        let machine = check(1, &[Input::Limit, Input::Limit], &[]);
        assert_eq!(machine.cause(), Some(StopCause::Limit));
        let machine = check(1, &[Input::Deadline, Input::Recorded, Input::Limit], &[]);
        assert_eq!(machine.cause(), Some(StopCause::Timeout));
        check(1, &[Input::Limit, Input::Recorded, Input::GraceOver], &[Effect::Kill, Effect::ArmSweep]);
        check(1, &[Input::Limit, Input::Recorded, Input::GraceOver, Input::Limit], &[]);
    }

    #[test]
    fn a_second_stop_kills_at_once() {
        check(1, &[Input::Stop, Input::Stop], &[Effect::Kill, Effect::ArmSweep]);
        check(1, &[Input::Stop, Input::Recorded, Input::Stop], &[Effect::Kill, Effect::ArmSweep]);
    }

    #[test]
    fn what_the_tree_does_is_taken_down_before_the_first_signal() {
        for (input, cause) in [
            (Input::Stop, StopCause::Stop),
            (Input::Deadline, StopCause::Timeout),
            (Input::Silent, StopCause::Silence),
            (Input::Limit, StopCause::Limit),
        ] {
            check(1, &[input], &[Effect::Announce(cause), Effect::Record(cause)]);
            check(1, &[input, Input::Recorded], &[Effect::Terminate, Effect::ArmGrace]);
            check(1, &[input, ALONE], &[Effect::Finish]);
        }
    }

    #[test]
    fn steps_follow_one_another_until_one_fails() {
        check(2, &[ALONE], &[Effect::Start(1)]);
        check(2, &[WITH_CHILDREN, Input::TreeEmpty], &[Effect::Start(1)]);
        check(2, &[Input::Exited { well: false, tree_empty: true }], &[Effect::Finish]);
        check(2, &[Input::Stop, ALONE], &[Effect::Finish]);
        check(2, &[ALONE, ALONE], &[Effect::Finish]);
        check(2, &[Input::NotStarted], &[Effect::Finish]);
    }
}
