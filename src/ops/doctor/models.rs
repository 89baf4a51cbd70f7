//! What agents may think with: model servers on the loopback, keys. Of a key only the name is ever read aloud.

use std::fs;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::ops::Context;
use crate::ops::doctor::{Check, variable};

/// How long a server on this machine may take to accept a connection.
const CONNECT: Duration = Duration::from_millis(300);

/// Where the agents look, and whose port it is.
const PORTS: [(u16, &str); 3] = [(11434, "Ollama"), (1234, "LM Studio"), (8080, "llama.cpp")];

/// Variables in which agents look for a server.
const ADDRESSES: [&str; 2] = ["OLLAMA_API_URL", "LMSTUDIO_API_URL"];

/// Variables in which agents look for a key.
const KEYS: [&str; 13] = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GOOGLE_API_KEY",
    "MISTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "GROQ_API_KEY",
    "COHERE_API_KEY",
    "FIREWORKS_API_KEY",
    "HUGGINGFACE_API_KEY",
    "REPLICATE_API_TOKEN",
    "AZURE_OPENAI_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "OPENROUTER_API_KEY",
];

/// Most bytes of a `.env` that are looked at.
const MOST: u64 = 64 << 10;

pub fn servers() -> Check {
    let mut found: Vec<String> = PORTS
        .iter()
        .filter(|(port, _)| answers(SocketAddr::from(([127, 0, 0, 1], *port))))
        .map(|(port, whose)| format!("port {port} answers ({whose}'s)"))
        .collect();
    let mut dead = Vec::new();
    for name in ADDRESSES {
        match variable(name).map(|address| named(&address)) {
            Some(Named::Answers) => found.push(format!("{name} answers")),
            Some(Named::Silent) => dead.push(format!("{name} is set and nobody answers there")),
            Some(Named::Elsewhere) => found.push(format!("{name} names another machine, which is not tried")),
            Some(Named::Unreadable) => dead.push(format!("{name} is no address")),
            None => {}
        }
    }
    let nothing = found.is_empty();
    let sentence = [found, dead.clone()].concat().join("; ");
    match (nothing, dead.is_empty()) {
        (true, true) => {
            let ports = PORTS.map(|(port, whose)| format!("{port} ({whose})")).join(", ");
            let sentence = format!("nobody answers on the loopback's ports {ports}");
            Check::note("models", sentence, "start one, or set a key, for agents that need a model")
        }
        (false, true) => Check::ok("models", sentence),
        (_, false) => {
            Check::note("models", sentence, "start that server, or unset the variable: agents ask it first")
        }
    }
}

enum Named {
    Answers,
    Silent,
    /// Not on this machine: plugdeck asks nobody else.
    Elsewhere,
    Unreadable,
}

/// Whether the server at `http://host:port/…` answers. A name and a password in it are passed over.
fn named(address: &str) -> Named {
    let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest).rsplit('@').next().unwrap_or(rest);
    let usual = if scheme == "https" { 443 } else { 80 };
    let with_port = host.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
    let (name, port) = with_port.unwrap_or((host, usual));
    let name = name.trim_matches(['[', ']']);
    let addresses = match name.parse() {
        // What this name always stands for: no resolver has to be asked.
        _ if name == "localhost" => {
            vec![IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)]
        }
        Ok(ip) if IpAddr::is_loopback(&ip) => vec![ip],
        _ if name.is_empty() => return Named::Unreadable,
        _ => return Named::Elsewhere,
    };
    match addresses.into_iter().any(|ip| answers(SocketAddr::new(ip, port))) {
        true => Named::Answers,
        false => Named::Silent,
    }
}

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, CONNECT).is_ok()
}

pub fn keys() -> Check {
    let (set, not): (Vec<_>, Vec<_>) = KEYS.into_iter().partition(|name| variable(name).is_some());
    match set.is_empty() {
        true => Check::ok("keys", format!("none is set of {}", not.join(", "))),
        false => Check::ok("keys", format!("set: {}; not set: {}", set.join(", "), not.join(", "))),
    }
}

/// The store's own file of variables.
pub fn file(context: &Context) -> Check {
    let path = context.paths.store.join(".env");
    let shown = context.paths.shorten(&path);
    // A FIFO would be waited for.
    let bytes = match fs::metadata(&path) {
        Ok(file) if file.is_file() => fs::File::open(&path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(MOST).read_to_end(&mut bytes).map(|_| bytes)
        }),
        Ok(_) => return Check::note("env file", format!("{shown} is no file"), "move it away"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Check::ok("env file", format!("there is no {shown}"));
        }
        Err(error) => Err(error),
    };
    match bytes {
        Ok(bytes) => {
            let names = names(&String::from_utf8_lossy(&bytes));
            let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            Check::ok("env file", format!("{shown} sets {names}; plugdeck leaves reading it to the agents"))
        }
        Err(error) => Check::note("env file", format!("{shown} cannot be read: {error}"), "make it readable"),
    }
}

/// The names that a `.env` sets. A line that is no `NAME=value` might be half a secret, and is passed over.
fn names(text: &str) -> Vec<String> {
    let name = |line: &str| {
        let (name, _) = line.trim().trim_start_matches("export ").split_once('=')?;
        let name = name.trim();
        let plain = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        (plain && name.starts_with(|c: char| c.is_ascii_uppercase())).then(|| name.to_owned())
    };
    text.lines().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use rustix::net;

    use super::*;

    #[test]
    fn only_names_are_taken_from_a_file_of_variables() {
        let text = "# c\nexport OPENAI_API_KEY=sk-1\n A_B = x=y\nc2VjcmV0==\nsecret\n=x\nLOWER_x=1\n";
        assert_eq!(names(text), ["OPENAI_API_KEY", "A_B"]);
    }

    #[test]
    fn only_this_machine_is_asked() {
        for elsewhere in ["http://me:secret@10.0.0.1:11434", "https://example.org", "example.org:80/x"] {
            assert!(matches!(named(elsewhere), Named::Elsewhere), "{elsewhere}");
        }
        assert!(matches!(named("http://"), Named::Unreadable));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert!(matches!(named(&format!("http://a:b@{address}/api")), Named::Answers));
        assert!(matches!(named(&format!("localhost:{}", address.port())), Named::Answers));
        // A port that is taken, so that nobody else gets it, and where nobody listens.
        let taken = net::socket(net::AddressFamily::INET, net::SocketType::STREAM, None).unwrap();
        net::bind(&taken, &"127.0.0.1:0".parse::<SocketAddr>().unwrap()).unwrap();
        let address = SocketAddr::try_from(net::getsockname(&taken).unwrap()).unwrap();
        assert!(matches!(named(&address.to_string()), Named::Silent));
    }
}
