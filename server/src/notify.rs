//! Tells the service manager how the server stands: systemd with `Type=notify`, or whatever else
//! listens where `NOTIFY_SOCKET` says. Without it, there is nobody to tell.

use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::{ffi::OsStrExt as _, net::SocketAddr, net::UnixDatagram},
};

/// What may be told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Standing {
    /// Requests are answered.
    Ready,
    /// No more connections are taken; what is under way is finished.
    Stopping,
}

/// Tells, where somebody listens. What cannot be told is logged and changes nothing.
pub(crate) fn tell(standing: Standing) {
    let Some(socket) = env::var_os("NOTIFY_SOCKET").filter(|it| !it.is_empty()) else { return };
    if let Err(error) = send(&socket, standing) {
        tracing::warn!(%error, "cannot tell the service manager: {standing:?}");
    }
}

fn send(socket: &OsStr, standing: Standing) -> io::Result<()> {
    let line: &[u8] = match standing {
        Standing::Ready => b"READY=1\n",
        Standing::Stopping => b"STOPPING=1\n",
    };
    UnixDatagram::unbound()?.send_to_addr(line, &address(socket)?)?;
    Ok(())
}

/// The socket's address; one that begins with `@` is in Linux's space of names without files.
fn address(socket: &OsStr) -> io::Result<SocketAddr> {
    match socket.as_bytes().strip_prefix(b"@") {
        #[cfg(target_os = "linux")]
        Some(name) => <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name),
        #[cfg(not(target_os = "linux"))]
        Some(_) => Err(io::ErrorKind::Unsupported.into()),
        None => SocketAddr::from_pathname(socket),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(socket: &OsStr) {
        let ear = UnixDatagram::bind_addr(&address(socket).unwrap()).unwrap();
        for (standing, expected) in
            [(Standing::Ready, "READY=1\n"), (Standing::Stopping, "STOPPING=1\n")]
        {
            send(socket, standing).unwrap();
            let mut heard = [0; 64];
            let length = ear.recv(&mut heard).unwrap();
            assert_eq!(&heard[..length], expected.as_bytes());
        }
    }

    #[test]
    fn the_manager_hears_how_the_server_stands() {
        let folder = tempfile::tempdir().unwrap();
        hears(folder.path().join("notify").as_os_str());
        assert!(send(folder.path().join("nobody").as_os_str(), Standing::Ready).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_without_a_file_will_do() {
        hears(OsStr::new(&format!("@maru-notify-{}", std::process::id())));
    }
}
