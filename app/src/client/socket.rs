//! The tab's one WebSocket. The only file that names it.

use crate::protocol::packets::ClientPacket;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

/// What happens on the socket.
pub(super) enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame came.
    Frame(String),
    /// It closed.
    Closed {
        /// The close code; 1006 for a connection that broke.
        code: u16,
    },
}

/// The socket and what the browser calls; dropped together.
struct Socket {
    handle: WebSocket,
    _on_open: Closure<dyn Fn(Event)>,
    _on_frame: Closure<dyn Fn(MessageEvent)>,
    _on_close: Closure<dyn Fn(CloseEvent)>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.handle.set_onopen(None);
        self.handle.set_onmessage(None);
        self.handle.set_onclose(None);
        // It may be closed already.
        _ = self.handle.close();
    }
}

thread_local! {
    /// A tab has one socket; JavaScript's handles cannot live in a signal that is `Send`.
    static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) };
}

/// Opens a socket to this page's own server, in place of the one before. `on` hears of what
/// happens until the next `open` or `close`.
pub(super) fn open(on: impl Fn(SocketEvent) + Copy + 'static) {
    close();
    let Ok(socket) = WebSocket::new("/ws") else {
        return on(SocketEvent::Closed { code: 1006 });
    };
    let on_open = Closure::<dyn Fn(Event)>::new(move |_| on(SocketEvent::Opened));
    let on_frame = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            on(SocketEvent::Frame(text));
        }
    });
    let on_close = Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| {
        on(SocketEvent::Closed { code: event.code() });
    });
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_frame.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    let socket =
        Socket { handle: socket, _on_open: on_open, _on_frame: on_frame, _on_close: on_close };
    SOCKET.with_borrow_mut(|it| *it = Some(socket));
}

/// Sends a packet, if the socket is open.
pub(super) fn send(packet: &ClientPacket) {
    // The packets are plain data: writing them as JSON cannot fail.
    let Ok(frame) = serde_json::to_string(packet) else { return };
    SOCKET.with_borrow(|it| {
        if let Some(it) = it {
            // A socket that just broke tells so by its close event; what was sent is resent.
            _ = it.handle.send_with_str(&frame);
        }
    });
}

/// Gives the socket up; its end is not told.
pub(super) fn close() {
    let before = SOCKET.with_borrow_mut(Option::take);
    drop(before);
}
