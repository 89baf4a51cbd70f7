//! Asks the kernel about single sockets (`sock_diag`, which needs no right): what a TCP connection has received and
//! when, and the other end of a unix socket. `/proc/PID/io` counts nothing that comes through a socket.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

use crate::process::sockets::{Protocol, Socket};

/// What TCP knows of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpInfo {
    /// Bytes the peer has sent since the connection was made.
    pub received: u64,
    /// Milliseconds since the peer sent something; since the connection was made, where it never did.
    pub since_received_ms: u64,
    /// Milliseconds since something was sent to the peer.
    pub since_sent_ms: u64,
}

/// A line to the kernel.
pub struct Diag {
    line: OwnedFd,
}

const BY_FAMILY: u16 = 20;
const REQUEST: u16 = 1;
const HEADER: usize = 16;
/// Any socket with this name: the request has no cookie.
const NO_COOKIE: [u8; 8] = [0xff; 8];

impl Diag {
    /// Opens the line; `None` where the kernel has none.
    #[must_use]
    pub fn new() -> Option<Self> {
        let kind = (AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC);
        Some(Self { line: socket_with(kind.0, kind.1, kind.2, Some(netlink::SOCK_DIAG)).ok()? })
    }

    /// What TCP knows of this connection.
    #[must_use]
    pub fn tcp(&self, socket: &Socket) -> Option<TcpInfo> {
        const INFO: u8 = 2;
        let (Protocol::Tcp, Some(local), Some(peer)) = (socket.protocol, socket.local, socket.peer) else {
            return None;
        };
        let (family, source) = name(local);
        let mut body = vec![family, 6, 1 << (INFO - 1), 0];
        body.extend(u32::MAX.to_ne_bytes());
        body.extend(local.port().to_be_bytes());
        body.extend(peer.port().to_be_bytes());
        body.extend(source);
        body.extend(name(peer).1);
        body.extend([0; 4]);
        body.extend(NO_COOKIE);
        tcp_info(attribute(&self.ask(&body)?, HEADER + 72, INFO.into())?)
    }

    /// The inode of a unix socket's other end.
    #[must_use]
    pub fn unix_peer(&self, inode: u64) -> Option<u64> {
        const SHOW_PEER: u32 = 4;
        const PEER: u16 = 2;
        let mut body = vec![1, 0, 0, 0];
        body.extend(u32::MAX.to_ne_bytes());
        body.extend(u32::try_from(inode).ok()?.to_ne_bytes());
        body.extend(SHOW_PEER.to_ne_bytes());
        body.extend(NO_COOKIE);
        let answer = self.ask(&body)?;
        number(attribute(&answer, HEADER + 16, PEER)?, 0).map(u64::from)
    }

    /// One question, one answer, without waiting: the kernel answers before the question's call returns.
    fn ask(&self, body: &[u8]) -> Option<Vec<u8>> {
        let mut message = Vec::from(u32::try_from(HEADER + body.len()).ok()?.to_ne_bytes());
        message.extend(BY_FAMILY.to_ne_bytes());
        message.extend(REQUEST.to_ne_bytes());
        message.extend([0; 8]);
        message.extend(body);
        send(&self.line, &message, SendFlags::DONTWAIT).ok()?;
        let mut answer = vec![0; 4096];
        let (_, length) = recv(&self.line, &mut answer[..], RecvFlags::DONTWAIT).ok()?;
        answer.truncate(length);
        (answer.get(4..6)? == BY_FAMILY.to_ne_bytes()).then_some(answer)
    }
}

/// An address as the kernel wants it: its family, and 16 bytes.
fn name(address: SocketAddr) -> (u8, [u8; 16]) {
    match address.ip() {
        IpAddr::V4(ip) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&ip.octets());
            (2, bytes)
        }
        IpAddr::V6(ip) => (10, ip.octets()),
    }
}

/// The attribute of this kind, in a message whose attributes begin there.
fn attribute(message: &[u8], from: usize, kind: u16) -> Option<&[u8]> {
    let mut rest = message.get(from..)?;
    loop {
        let two = |at: usize| Some(u16::from_ne_bytes(rest.get(at..at + 2)?.try_into().ok()?));
        let length = usize::from(two(0)?);
        if two(2)? == kind {
            return rest.get(4..length);
        }
        rest = rest.get(length.max(4).next_multiple_of(4)..)?;
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The fields of the kernel's `struct tcp_info` that plugdeck uses.
fn tcp_info(bytes: &[u8]) -> Option<TcpInfo> {
    Some(TcpInfo {
        since_sent_ms: number(bytes, 44)?.into(),
        since_received_ms: number(bytes, 52)?.into(),
        received: u64::from_ne_bytes(bytes.get(128..136)?.try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd as _;
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::process::sockets;

    fn inode(socket: impl std::os::fd::AsFd) -> u64 {
        rustix::fs::fstat(socket.as_fd()).unwrap().st_ino
    }

    #[test]
    fn the_kernel_tells_what_a_connection_received_and_who_the_other_end_is() {
        let Some(diag) = Diag::new() else {
            eprintln!("skipped: this kernel has no sock_diag");
            return;
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (there, _) = listener.accept().unwrap();
        here.write_all(b"12345").unwrap();
        let table = sockets::table(i32::try_from(std::process::id()).unwrap());
        let Some(info) = diag.tcp(&table[&inode(&there)]) else {
            eprintln!("skipped: this kernel does not tell of TCP");
            return;
        };
        assert_eq!((info.received, table[&inode(&there)].received), (5, 5));
        assert_eq!(diag.tcp(&table[&inode(here.as_fd())]).unwrap().received, 0);

        let (one, other) = UnixStream::pair().unwrap();
        assert_eq!(diag.unix_peer(inode(&one)), Some(inode(&other)));
        assert_eq!(diag.unix_peer(1), None);
    }
}
