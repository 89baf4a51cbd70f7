//! plugdeck: a terminal dashboard that builds, calls and watches AgentHub agents, on a runtime worth trusting.
//!
//! # The idea
//!
//! 1. Everything that runs is a **run**: a method call or an environment build, one or more *steps*, in one
//!    **run directory**.
//! 2. Every run has its own small **supervisor**: plugdeck's own program once more, parent of the agent, Linux
//!    child-subreaper, sole writer of that directory once it has its name.
//! 3. The dashboard and every verb of the command line are only **views** over run directories: kill them at any
//!    time and nothing is lost; start again and everything is still there.
//! 4. What a run is doing is the **fold of its event journal**; there is no second record of it.
//! 5. The file is the buffer: views **pull** from the journal and the output files at their own pace; nothing
//!    pushes lines into an unbounded queue.
//! 6. A process is `(pid, start time)` and is signalled through a pidfd; a bare pid is never signalled.
//!
//! # Rooms
//!
//! ```text
//!             cli ──► tui            parse, print              draw, react
//!              │       │
//!              ▼       ▼
//!             ops                    what a user can ask for, one verb a file
//!        ┌─────┴─────┐
//!        ▼           ▼
//!   supervisor      venv             the process beside a run  how an agent becomes runnable
//!        └─────┬─────┘
//!              ▼
//!             run                    one execution and its files: the contract
//!        ┌─────┴─────┐
//!        ▼           ▼
//!     process      agent             what the system says      what can be run
//! ```
//!
//! Arrows mean "may name"; nothing names upward. Below all rooms stand `text` (others' bytes become safe text
//! here, and only here), `yaml`, `paths` and `config`. A test keeps the directions, and every room's `mod.rs` says
//! what the room is for.
//!
//! Who knows runtimes by their managers: the *process manager* is `supervisor` with `process`, the *environment
//! manager* is `venv` with a build run, the *agent runtime* is `agent` with `ops`.
//!
//! # Invariants
//!
//! - From its final name on, only the supervisor writes into a run directory (and the hook, into `stack/`).
//! - The supervisor's whole command set are signals: TERM ends the tree (TERM, grace, KILL); a second TERM kills
//!   at once; USR1 makes it look at the tree. INT and HUP mean nothing to it.
//! - A build is a run: same spec, same supervisor, same journal, same pages.
//! - `agent`, `run`, `process` and `venv` know nothing of terminals; `ops` prints nothing; only `cli::print` prints.
//! - Nothing blocks in the dashboard's `update` or `render`; whatever may block is an effect.
//! - The supervisor is synchronous and owns every wait (an any-child wait steals exits from whoever else waits).
//! - Every queue is bounded, every wait has a deadline.
//! - A failure to record does not break the agent; a broken run directory harms only itself.
//! - A broken agent, run or theme is shown with its reason; it never vanishes and never takes others down.
//!
//! # The run directory, format 1
//!
//! `$XDG_STATE_HOME/plugdeck/runs/<id>/`, mode 0700, files 0600 whatever the umask. An id is the UTC second and
//! four random hexadecimal digits, for example `20261122T140322-0f3a`; people see and type the last four.
//!
//! | file | what |
//! |---|---|
//! | `spec.json` | what was asked: agent (`namespace/folder`, or the absolute path of a folder that a person named so), kind, method, payload, `payload_in_argv` where it goes as the argument, `accepted` where there are rules for soft errors that do not count, steps, limits (`timeout_ms`, `silence_end_ms`, `silence_notice_ms`, `memory_bytes`, `processes`, `cpu_ms`, `open_files` where there are any), version of plugdeck; names of passed variables, never their values; `added`: `profile`, `files` and the `names` of the variables that came from them |
//! | `lock` | a second name of `spec.json`, where the file system has such: the lock (flock) that the caller takes before the directory gets its name and the supervisor inherits. Views try it shared, for an instant. Free and no end: the supervisor is gone, the run is `lost` |
//! | `events.jsonl` | one object a line, `{"v":1,"t_us":…,"event":"…",…}`: `starting`, `started`, `skipped`, `not_started`, `exited`, `silence`, `evidence`, `stop_requested`, `signalled`, `dropped`, `hole`, `leftovers`, `ended` |
//! | `samples.jsonl` | the tree over time: pid, start time, parent, session, state, CPU, memory, threads; each second for ten minutes, then every 5 s, after an hour every 30 s; a process's first and last sample always; its command in its first |
//! | `stdout`, `stderr` | the exact bytes; where more was printed than is kept (`keep_output` in `spec.json`), with a hole in the middle |
//! | `stdout.tail`, `stderr.tail` | only where the file system makes no holes: the last 16 MiB, put in order when the run ends; until then in `.stdout.tail`, `.stderr.tail`, a ring |
//! | `timeline` | 16-byte little-endian records, one for each read: u64 microseconds since the start, u8 stream (1, 2), 3 zero bytes, u32 length |
//! | `end.json` | the outcome of the `ended` event again, by write-then-rename. Where they differ the journal is right |
//! | `evidence/<n>.json` | what was found when the tree was looked at: the verdict, each process with its kernel threads, Python stack, sockets and files; by write-then-rename, told by the event `evidence` |
//! | `stack/<pid>` | where a further Python of the run writes its stacks, when it is asked for one; the first line is the number of its descriptor, and the pid. The run's first Python writes into memory: where its payload stood |
//! | `reserve` | 16 KiB that become `end.json`, or are given back to the journal when the disk is full |
//!
//! What runs inside the agent's Python before the agent stands beside the runs, in `../hook/<version>/`, where all
//! runs share it: it hands the payload over, buffers by line, listens for the stack signal. Whatever else is found in
//! its place is replaced, and where the payload goes as the argument it is not used. Like every file of the user, it
//! is only as safe as the agents that the user runs.
//!
//! Times are microseconds on the monotonic clock, counted from the supervisor's start. The caller creates the
//! directory under a dot-name, writes `spec.json`, takes the lock, renames, starts the supervisor. Nothing is
//! recorded before the checks of agent and payload have passed; a run whose supervisor could not begin is removed
//! again. What belongs to another user is not read, and `runs` must stand where no other user can swap it: a link
//! to a folder of one's own is well, where no other user can swap the link.
//!
//! # More output than is kept
//!
//! Both streams together keep `keep_output` bytes on disk, give or take a sixteenth; at least 1 MiB. Above that the
//! larger stream gives back its middle: its first quarter of the cap stays, and a moving end. The file keeps its
//! length, so offsets and timeline stay true; what was given back reads as zeros. The journal says so in two lines:
//! `hole` with `stream` and `from` before the first byte goes (`to` is null), and at the end once more with `to`.
//! How far it reaches in between is the file system's to tell: the next data after `from` (`SEEK_DATA`).
//!
//! Where nothing can be given back, both files end at the cap, the line says `"tail": true`, and the bytes from `to`
//! on stand in `stdout.tail`. They can be read when the run has ended; the timeline goes on all the same. Of a run
//! that was lost they are left in the ring.
//!
//! A view shows one line in the place of a hole. The reply is then looked for in the whole lines after it.
//!
//! A run ends as one of `succeeded`, `soft_error` (exit code 0, but the value looks like an error; the rule that
//! says so is named), `failed`, `timed_out`, `killed` (a person or a caller ended it), `rejected` (refused before
//! anything ran) or `lost`. While it lives it is `starting`, `running` or `stopping`. The outcome is derived once,
//! by the supervisor at the end, from the bytes and the exit. Why a build's step failed is a view's reading of the
//! recorded output (`ops::explain`), so old runs have it too.
//!
//! A rule for soft errors can be wrong for a method. A person who says so has it accepted for that method
//! (`ops::accepted`): from then on its calls take the rule along in `spec.json`, it does not count at their end, the
//! next one that sees an error does, and a warning in `end.json` names what was passed over. Nothing that is recorded
//! changes; a view shows the acceptance beside it.
//!
//! A supervisor that is killed takes the agent along (PDEATHSIG); what still stood in the two pipes is lost. Its other
//! processes are ended by the next view that looks (`ops::sweep`), known by the marker `PLUGDECK_RUN_ID`, the inodes of
//! the run's pipes, or the samples. What was done is noted in `$XDG_STATE_HOME/plugdeck/notes/<id>.json`, since only
//! the supervisor writes into a run directory; a run with a note is not looked at again. Beside these notes stand what
//! is typed into forms (`drafts/`), what was marked in output (`marks/<id>.json`, which goes with its run), which
//! rules are accepted for which method (`accepted/`), what was chosen in the palette (`palette/`), what copied commands
//! read and what is too large to be copied otherwise (`copied/`) and texts that are in an editor (`edit/`): private,
//! and no part of any run.
//!
//! # What a run may use, and what it is given
//!
//! Memory, processes and processor time are looked at by the supervisor (`supervisor::watch`) every 250 ms, only where
//! they are limited, and less often where a look takes long: one read for each process of the tree. What happens
//! between two looks is seen at the second, so a run may have had a little more, and the sentence says how much. The
//! first limit that is exceeded is an input of the machine like a stop: evidence, TERM, grace, KILL; the journal's
//! `stop_requested` has the cause `limit`, the run is `killed`, and its error names the limit, the time and the process
//! with the largest share. Memory is the sum of resident memory, so shared pages count for every process. Processor
//! time is what the living have used, what each has taken note of in its ended children, and what the supervisor has
//! reaped, read from the top down: nothing counts twice. Descriptors are the system's to limit (`RLIMIT_NOFILE`, in the
//! agent alone).
//!
//! Variables from files (`agent::dotenv`, `ops::profile`) are in the memory of the caller, the supervisor and the agent,
//! and in the agent's environment; no file, argument or other environment has their values. A forked supervisor has
//! them already; the other one reads them from a file in memory that stands in the place of its standard error. Who
//! repeats a run reads them anew, by the profile's name.
//!
//! # Looking at a tree
//!
//! Only an ancestor may see everything of a process on every machine, so it is the supervisor that looks: on USR1,
//! and before the first signal of a stop or a timeout, then for 0.3 s at most; a second TERM does not wait for it.
//! Everything is read twice (a second apart, when somebody asked), then each Python is asked for its stack once, by
//! a real-time signal, and only when it certainly listens for it, its stack file is still its own, and the call it is
//! in goes on after a signal. The loop goes on meanwhile: no pipe waits for it.
//!
//! One signal is one stack, and one stack does not tell a loop from work. So what computes without a pause (three
//! samples of the processor's time) is `busy`, and surely a loop only where three looks in a row have met it in the same
//! function.
//!
//! Orphans have no supervisor: `ops::why` looks at them in the same way, as far as an ordinary user may see them, and
//! says what is hidden. To show one sends it nothing; only who asks makes it write its stack, and only one of
//! plugdeck's own, whose call can be seen.
//!
//! `process::verdict` makes one sentence of it, without looking at anything itself.
//!
//! # Two walks
//!
//! **A key starts a run.** `tui::run` → `App::update` → the key table → the form → `Effect` → `Worker` →
//! `ops::call::start` → `ops::launch` → `run::store` → `supervisor::launch` ⇒ *(new process)* `supervisor::serve` →
//! `Message` → the run's page. The command line joins at `ops::call`.
//!
//! **A line reaches the screen.** pipe → `supervisor::capture` → `stdout` and `timeline` *(process border: the
//! file is the buffer)* → `run::output` → a window of lines → the pane → `render`. `plugdeck logs -f` shares
//! everything up to the window. What is searched or filtered is looked for beside it, in the tail's thread
//! (`tui::tail::finder`): a few milliseconds at a time, and what is kept are counts for each part of 256 KiB.

mod agent;
mod cli;
mod config;
mod ops;
mod paths;
mod process;
mod run;
mod supervisor;
mod text;
mod tui;
mod venv;
mod yaml;

pub use cli::main;
