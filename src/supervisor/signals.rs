//! The signals that mean something to the supervisor, as pipes that can be waited on.

use std::io;
use std::os::unix::net::UnixStream;

/// One pipe for each.
pub struct Signals {
    /// A child ended.
    pub child: UnixStream,
    /// The tree is to end; a second time: at once.
    pub stop: UnixStream,
    /// Somebody wants to know what the tree is doing.
    pub look: UnixStream,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        let pipe = |signal| {
            let (here, there) = UnixStream::pair()?;
            signal_hook::low_level::pipe::register(signal, there)?;
            here.set_nonblocking(true)?;
            io::Result::Ok(here)
        };
        // XFSZ: a file size limit shows as an error of the write, not as the end of the supervisor.
        for ignored in [libc::SIGINT, libc::SIGHUP, libc::SIGPIPE, libc::SIGXFSZ] {
            signal_hook::flag::register(ignored, std::sync::Arc::default())?;
        }
        Ok(Self { child: pipe(libc::SIGCHLD)?, stop: pipe(libc::SIGTERM)?, look: pipe(libc::SIGUSR1)? })
    }

    /// How often the signal came since the last look.
    pub fn drain(mut pipe: &UnixStream) -> usize {
        let mut bytes = [0; 64];
        io::Read::read(&mut pipe, &mut bytes).unwrap_or(0)
    }
}
