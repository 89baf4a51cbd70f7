//! The system call a thread is in, from `/proc/PID/task/TID/syscall`: its number has a name on each processor, and
//! only the calls in which a process can wait for long are named here.

/// A thread inside the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name, or its number where it is none in which one waits.
    pub name: String,
    /// As the program gave them.
    pub args: [u64; 6],
    /// Where the thread's stack ends.
    pub stack_pointer: u64,
}

/// What a thread does, as far as the system tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It computes.
    Running,
    /// It is in the kernel.
    Call(Call),
    /// It is in the kernel, and in no call: a page fault, a signal.
    Inside,
    /// The system does not tell: another user's, or not below plugdeck where only an ancestor may look.
    Hidden,
}

impl Call {
    /// As people read it: `recvfrom(fd 7)`.
    #[must_use]
    pub fn shown(&self) -> String {
        const ON_DESCRIPTOR: [&str; 16] = [
            "read",
            "readv",
            "pread64",
            "write",
            "writev",
            "pwrite64",
            "recvfrom",
            "recvmsg",
            "sendto",
            "sendmsg",
            "accept",
            "accept4",
            "connect",
            "flock",
            "fcntl",
            "epoll_wait",
        ];
        match ON_DESCRIPTOR.contains(&self.name.as_str()) {
            true => format!("{}(fd {})", self.name, self.args[0]),
            false => self.name.clone(),
        }
    }
}

impl Doing {
    /// Reads the one line of the file.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        if line == "running" {
            return Self::Running;
        }
        let mut words = line.split(' ');
        let number = words.next().and_then(|word| word.parse::<i64>().ok());
        let mut hex = words.map_while(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok());
        let args: Vec<u64> = hex.by_ref().take(6).collect();
        match (number, <[u64; 6]>::try_from(args), hex.next()) {
            (Some(number), Ok(args), Some(stack_pointer)) => {
                Self::Call(Call { name: name(number), args, stack_pointer })
            }
            (Some(_), ..) => Self::Inside,
            (None, ..) => Self::Hidden,
        }
    }

    /// The call, where there is one.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Call(call) => Some(call),
            Self::Running | Self::Inside | Self::Hidden => None,
        }
    }
}

/// The name of a call on the processor this program was made for.
#[must_use]
pub fn name(number: i64) -> String {
    let found = NAMES.iter().find(|(of, _)| *of == number);
    found.map_or_else(|| format!("syscall {number}"), |(_, name)| (*name).to_owned())
}

#[cfg(target_arch = "x86_64")]
const NAMES: &[(i64, &str)] = &[
    (0, "read"),
    (1, "write"),
    (2, "open"),
    (3, "close"),
    (4, "stat"),
    (7, "poll"),
    (8, "lseek"),
    (9, "mmap"),
    (11, "munmap"),
    (15, "rt_sigreturn"),
    (16, "ioctl"),
    (17, "pread64"),
    (18, "pwrite64"),
    (19, "readv"),
    (20, "writev"),
    (23, "select"),
    (24, "sched_yield"),
    (34, "pause"),
    (35, "nanosleep"),
    (40, "sendfile"),
    (42, "connect"),
    (43, "accept"),
    (44, "sendto"),
    (45, "recvfrom"),
    (46, "sendmsg"),
    (47, "recvmsg"),
    (56, "clone"),
    (57, "fork"),
    (58, "vfork"),
    (59, "execve"),
    (60, "exit"),
    (61, "wait4"),
    (65, "semop"),
    (69, "msgsnd"),
    (70, "msgrcv"),
    (72, "fcntl"),
    (73, "flock"),
    (74, "fsync"),
    (75, "fdatasync"),
    (77, "ftruncate"),
    (82, "rename"),
    (83, "mkdir"),
    (87, "unlink"),
    (101, "ptrace"),
    (128, "rt_sigtimedwait"),
    (130, "rt_sigsuspend"),
    (162, "sync"),
    (202, "futex"),
    (208, "io_getevents"),
    (217, "getdents64"),
    (219, "restart_syscall"),
    (220, "semtimedop"),
    (230, "clock_nanosleep"),
    (231, "exit_group"),
    (232, "epoll_wait"),
    (242, "mq_timedsend"),
    (243, "mq_timedreceive"),
    (247, "waitid"),
    (257, "openat"),
    (258, "mkdirat"),
    (262, "newfstatat"),
    (263, "unlinkat"),
    (270, "pselect6"),
    (271, "ppoll"),
    (275, "splice"),
    (276, "tee"),
    (281, "epoll_pwait"),
    (285, "fallocate"),
    (288, "accept4"),
    (295, "preadv"),
    (296, "pwritev"),
    (299, "recvmmsg"),
    (306, "syncfs"),
    (307, "sendmmsg"),
    (316, "renameat2"),
    (318, "getrandom"),
    (323, "userfaultfd"),
    (326, "copy_file_range"),
    (327, "preadv2"),
    (332, "statx"),
    (333, "io_pgetevents"),
    (426, "io_uring_enter"),
    (435, "clone3"),
    (437, "openat2"),
    (441, "epoll_pwait2"),
    (449, "futex_waitv"),
    (455, "futex_wait"),
];

#[cfg(target_arch = "aarch64")]
const NAMES: &[(i64, &str)] = &[
    (4, "io_getevents"),
    (22, "epoll_pwait"),
    (25, "fcntl"),
    (29, "ioctl"),
    (32, "flock"),
    (34, "mkdirat"),
    (35, "unlinkat"),
    (46, "ftruncate"),
    (47, "fallocate"),
    (56, "openat"),
    (57, "close"),
    (61, "getdents64"),
    (62, "lseek"),
    (63, "read"),
    (64, "write"),
    (65, "readv"),
    (66, "writev"),
    (67, "pread64"),
    (68, "pwrite64"),
    (69, "preadv"),
    (70, "pwritev"),
    (71, "sendfile"),
    (72, "pselect6"),
    (73, "ppoll"),
    (76, "splice"),
    (77, "tee"),
    (79, "newfstatat"),
    (81, "sync"),
    (82, "fsync"),
    (83, "fdatasync"),
    (93, "exit"),
    (94, "exit_group"),
    (95, "waitid"),
    (98, "futex"),
    (101, "nanosleep"),
    (115, "clock_nanosleep"),
    (117, "ptrace"),
    (124, "sched_yield"),
    (128, "restart_syscall"),
    (133, "rt_sigsuspend"),
    (137, "rt_sigtimedwait"),
    (139, "rt_sigreturn"),
    (182, "mq_timedsend"),
    (183, "mq_timedreceive"),
    (188, "msgrcv"),
    (189, "msgsnd"),
    (192, "semtimedop"),
    (193, "semop"),
    (202, "accept"),
    (203, "connect"),
    (206, "sendto"),
    (207, "recvfrom"),
    (211, "sendmsg"),
    (212, "recvmsg"),
    (215, "munmap"),
    (220, "clone"),
    (221, "execve"),
    (222, "mmap"),
    (242, "accept4"),
    (243, "recvmmsg"),
    (260, "wait4"),
    (267, "syncfs"),
    (269, "sendmmsg"),
    (276, "renameat2"),
    (278, "getrandom"),
    (282, "userfaultfd"),
    (285, "copy_file_range"),
    (286, "preadv2"),
    (291, "statx"),
    (292, "io_pgetevents"),
    (426, "io_uring_enter"),
    (435, "clone3"),
    (437, "openat2"),
    (441, "epoll_pwait2"),
    (449, "futex_waitv"),
    (455, "futex_wait"),
];

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const NAMES: &[(i64, &str)] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_call_is_named_and_has_its_arguments() {
        let line = "230 0x0 0x0 0x7ffd78505710 0x7ffd78505750 0x0 0x0 0x7ffd785056f8 0x7f1455d96503\n";
        let Doing::Call(call) = Doing::parse(line) else { panic!("no call") };
        assert_eq!((call.name.as_str(), call.args[3]), ("clock_nanosleep", 0x7ffd_7850_5750));
        assert_eq!(call.stack_pointer, 0x7ffd_7850_56f8);
        let expected = [(0, "read"), (45, "recvfrom"), (202, "futex"), (999, "syscall 999")];
        assert_eq!(expected.map(|(number, _)| name(number)), expected.map(|(_, name)| name.to_owned()));
    }

    #[test]
    fn who_is_in_no_call_is_told_from_who_cannot_be_seen() {
        for (line, expected) in [
            ("running", Doing::Running),
            ("-1 0x7ffc0 0x7f12", Doing::Inside),
            ("", Doing::Hidden),
            ("rubbish", Doing::Hidden),
        ] {
            assert_eq!(Doing::parse(line), expected, "{line:?}");
        }
    }
}
