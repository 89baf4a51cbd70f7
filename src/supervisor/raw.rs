//! System calls that have no safe wrapper: what the supervisor asks of its own process.

use std::ffi::CStr;
use std::io;
use std::os::fd::RawFd;

use crate::process::proc;

/// What the reaped processes of this supervisor used.
pub struct Usage {
    pub cpu_ms: u64,
    /// The largest of any one process.
    pub peak_rss_bytes: u64,
}

/// Asks the system what all reaped descendants used.
#[must_use]
pub fn usage_of_reaped() -> Usage {
    // SAFETY: the structure is plain numbers, for which zero is valid, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let ms = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000 + u64::try_from(time.tv_usec).unwrap_or(0) / 1_000
    };
    Usage {
        cpu_ms: ms(usage.ru_utime) + ms(usage.ru_stime),
        peak_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1_024,
    }
}

/// Closes every descriptor from 3 on but the given ones: what the caller's shell had open stays out of the
/// supervisor, which may live for hours.
pub fn close_others(keep: &[RawFd]) {
    let mut keep: Vec<_> = keep.iter().filter_map(|fd| libc::c_uint::try_from(*fd).ok()).collect();
    keep.sort_unstable();
    let mut first = 3;
    for fd in keep.into_iter().chain([libc::c_uint::MAX]) {
        if fd > first {
            // SAFETY: nobody but this function's caller owns a descriptor yet; those are kept.
            unsafe { libc::syscall(libc::SYS_close_range, first, fd - 1, 0) };
        }
        first = fd.saturating_add(1);
    }
}

/// Splits the calling process in two; `None` in the new one. Only for single-threaded processes: in the new one
/// no other thread exists, and a lock that one held would stay locked.
pub fn fork() -> io::Result<Option<i32>> {
    // SAFETY: the caller is single-threaded, as demanded, so the copy is a whole program.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(pid)),
    }
}

/// Ends a forked process without running what belongs to the other half (buffers, destructors).
pub fn leave(well: bool) -> ! {
    // SAFETY: `_exit` does not return and touches nothing of the process's memory.
    unsafe { libc::_exit(i32::from(!well)) }
}

/// Changes what a process list shows: name and command line. The command line is written over the old one, as
/// far as that reaches, so the caller's arguments do not stay to be read.
pub fn retitle(title: &str) {
    let mut name: Vec<u8> = title.bytes().take(15).collect();
    name.push(0);
    if let Ok(name) = CStr::from_bytes_with_nul(&name) {
        let _ = rustix::thread::set_name(name);
    }
    let Some((start, end)) = arguments_area() else { return };
    let title = &title.as_bytes()[..title.len().min(end - start - 1)];
    // SAFETY: the kernel says that the arguments lie there, on the stack's bottom, which is this process's own
    // writable memory; nobody reads them after this, since the standard library's copies are not used again.
    unsafe {
        let area = std::slice::from_raw_parts_mut(start as *mut u8, end - start);
        area.fill(0);
        area[..title.len()].copy_from_slice(title);
    }
}

/// Where the command line stands in memory: fields 48 and 49 of `/proc/self/stat`.
fn arguments_area() -> Option<(usize, usize)> {
    let stat = proc::text("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(45);
    let (start, end) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (start != 0 && start + 1 < end).then_some((start, end))
}

/// Gives back the program's own code and constants, which the start or a look at the tree has touched and the waiting
/// does not need: they are mapped again, page by page, where they are. Keeps many waiting supervisors small.
pub fn release_code() {
    /// Looks at the first object, which is the program itself.
    unsafe extern "C" fn release(
        object: *mut libc::dl_phdr_info,
        _: libc::size_t,
        _: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the C library hands over an object whose headers stay mapped while it is loaded.
        let (base, headers) = unsafe {
            let object = &*object;
            let count = usize::from(object.dlpi_phnum);
            (object.dlpi_addr, std::slice::from_raw_parts(object.dlpi_phdr, count))
        };
        let page = rustix::param::page_size() as u64;
        for header in headers {
            if header.p_type != libc::PT_LOAD || header.p_flags & libc::PF_W != 0 {
                continue;
            }
            let start = (base + header.p_vaddr) / page * page;
            let end = (base + header.p_vaddr + header.p_memsz) / page * page;
            let length = usize::try_from(end.saturating_sub(start)).unwrap_or(0);
            // SAFETY: the pages are mapped from a file and never written, so what comes back is what was there.
            unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED) };
        }
        1
    }
    // SAFETY: the callback keeps to what it is given.
    unsafe { libc::dl_iterate_phdr(Some(release), std::ptr::null_mut()) };
}
