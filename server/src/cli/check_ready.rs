//! Asks a server on this machine whether it is ready: for container images, which have no other
//! program to ask with.

use anyhow::{Context as _, bail};
use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// Connecting, and each reading and writing, may take so long.
const PATIENCE: Duration = Duration::from_secs(3);
/// More of an answer is not read.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// Succeeds when the server that listens there would be sent people.
pub(super) fn check(listen: SocketAddr) -> anyhow::Result<()> {
    let at = reached_at(listen);
    let status = ask(at).with_context(|| format!("cannot ask http://{at}/api/v1/ready"))?;
    // Such as `HTTP/1.1 200 OK`.
    if status.split(' ').nth(1) == Some("200") { Ok(()) } else { bail!("not ready: {status:?}") }
}

/// Who listens everywhere is reached at home.
fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The first line of the answer.
fn ask(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /api/v1/ready HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_reached_at_home() {
        let check = |listen: &str, expected: &str| {
            let [listen, expected] = [listen, expected].map(|it| it.parse().unwrap());
            assert_eq!(reached_at(listen), expected, "{listen}");
        };
        check("0.0.0.0:3000", "127.0.0.1:3000");
        check("[::]:3000", "[::1]:3000");
        check("10.0.0.5:80", "10.0.0.5:80");
    }
}
