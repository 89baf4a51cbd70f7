//! Sockets by inode, from the tables of `/proc/PID/net`: state, both ends, what stands in the queues.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The kinds of sockets that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Tcp,
    Udp,
    Unix,
}

/// One socket at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub protocol: Protocol,
    /// As `ss` names it: `ESTAB`, `SYN_SENT`, `LISTEN`, …
    pub state: &'static str,
    /// `None`: a unix socket.
    pub local: Option<SocketAddr>,
    pub peer: Option<SocketAddr>,
    /// A unix socket's file, where it has one.
    pub path: Option<String>,
    /// Bytes that came and were not read.
    pub received: u64,
    /// Bytes that were written and are not with the peer.
    pub sent: u64,
}

/// What is known to listen on a port; agents look for their models there.
#[must_use]
pub fn service(port: u16) -> Option<&'static str> {
    match port {
        11434 => Some("Ollama"),
        1234 => Some("LM Studio"),
        8080 => Some("llama.cpp"),
        443 => Some("cloud"),
        _ => None,
    }
}

/// All sockets that this process could have, by inode: those of its network.
#[must_use]
pub fn table(pid: i32) -> HashMap<u64, Socket> {
    let mut found = HashMap::new();
    for (name, protocol) in
        [("tcp", Protocol::Tcp), ("tcp6", Protocol::Tcp), ("udp", Protocol::Udp), ("udp6", Protocol::Udp)]
    {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
        found.extend(text.lines().skip(1).filter_map(|line| inet(line, protocol)));
    }
    // Paths of unix sockets are bytes of others.
    let text = fs::read(format!("/proc/{pid}/net/unix")).unwrap_or_default();
    found.extend(String::from_utf8_lossy(&text).lines().skip(1).filter_map(unix));
    found
}

/// `sl local rem st tx:rx tr:when retrnsmt uid timeout inode …`
fn inet(line: &str, protocol: Protocol) -> Option<(u64, Socket)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, local, peer, state, queues, _, _, _, _, inode, ..] = words.as_slice() else { return None };
    let (sent, received) = queues.split_once(':')?;
    let socket = Socket {
        protocol,
        state: inet_state(u8::from_str_radix(state, 16).ok()?),
        local: Some(address(local)?),
        peer: Some(address(peer)?),
        path: None,
        received: u64::from_str_radix(received, 16).ok()?,
        sent: u64::from_str_radix(sent, 16).ok()?,
    };
    Some((inode.parse().ok()?, socket))
}

fn inet_state(number: u8) -> &'static str {
    match number {
        1 => "ESTAB",
        2 => "SYN_SENT",
        3 => "SYN_RECV",
        4 => "FIN_WAIT1",
        5 => "FIN_WAIT2",
        6 => "TIME_WAIT",
        7 => "UNCONN",
        8 => "CLOSE_WAIT",
        9 => "LAST_ACK",
        10 => "LISTEN",
        11 => "CLOSING",
        _ => "?",
    }
}

/// `0100007F:2CAA`: words of the address as the processor stores them, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(address.get(at * 8..at * 8 + 8)?, 16).ok();
    let ip = if address.len() == 8 {
        IpAddr::V4(Ipv4Addr::from(word(0)?.to_ne_bytes()))
    } else {
        let mut bytes = [0; 16];
        for (at, four) in bytes.chunks_exact_mut(4).enumerate() {
            four.copy_from_slice(&word(at)?.to_ne_bytes());
        }
        IpAddr::V6(Ipv6Addr::from(bytes))
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// `Num RefCount Protocol Flags Type St Inode Path`
fn unix(line: &str) -> Option<(u64, Socket)> {
    let mut words = line.split_whitespace().skip(3);
    let flags = u32::from_str_radix(words.next()?, 16).ok()?;
    let state = words.nth(1)?;
    let inode = words.next()?.parse().ok()?;
    let listens = flags & 0x1_0000 != 0;
    let socket = Socket {
        protocol: Protocol::Unix,
        state: match (state, listens) {
            (_, true) => "LISTEN",
            ("03", _) => "ESTAB",
            ("02", _) => "SYN_SENT",
            _ => "UNCONN",
        },
        local: None,
        peer: None,
        path: words.next().map(str::to_owned),
        received: 0,
        sent: 0,
    };
    Some((inode, socket))
}

impl Socket {
    /// Its peer's port on a network; `None` where there is no peer.
    #[must_use]
    pub fn peer_port(&self) -> Option<u16> {
        self.peer.map(|peer| peer.port()).filter(|port| *port != 0)
    }

    /// An end as people write it: `127.0.0.1:11434`; a unix socket's path.
    #[must_use]
    pub fn end(&self, address: Option<SocketAddr>) -> String {
        let Some(address) = address else {
            return self.path.clone().unwrap_or_else(|| "unix socket".to_owned());
        };
        match address.ip().to_canonical() {
            ip if ip.is_unspecified() && address.port() == 0 => "*".to_owned(),
            ip => SocketAddr::new(ip, address.port()).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_has_both_ends_and_its_queues() {
        let line = "   1: 0100007F:AD0B 0100007F:2CAA 01 00000010:00000020 00:00000000 00000000     0        0 \
                    836117 1 00000000930bed78 100 0 0 10 0";
        let (inode, socket) = inet(line, Protocol::Tcp).unwrap();
        assert_eq!((inode, socket.state, socket.sent, socket.received), (836_117, "ESTAB", 16, 32));
        assert_eq!((socket.end(socket.peer).as_str(), socket.peer_port()), ("127.0.0.1:11434", Some(11434)));
        assert_eq!(service(11434), Some("Ollama"));
    }

    #[test]
    fn a_mapped_address_is_shown_as_what_it_is() {
        let line = "0: 0000000000000000FFFF00000100007F:A1B2 0000000000000000FFFF00000100007F:01BB 02 00000001:0 \
                    01:1 1 0 0 77 2 0";
        let (_, socket) = inet(line, Protocol::Tcp).unwrap();
        assert_eq!((socket.end(socket.peer).as_str(), socket.state), ("127.0.0.1:443", "SYN_SENT"));
    }

    #[test]
    fn a_unix_socket_may_have_a_path() {
        let line = "000000009c9a0a32: 00000002 00000000 00010000 0001 01 1493 /run/x.sock";
        let (inode, socket) = unix(line).unwrap();
        assert_eq!((inode, socket.state, socket.path.as_deref()), (1493, "LISTEN", Some("/run/x.sock")));
        let (_, pair) = unix("0000: 00000003 00000000 00000000 0001 03 9921").unwrap();
        assert_eq!((pair.state, pair.path), ("ESTAB", None));
    }
}
