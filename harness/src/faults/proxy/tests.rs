//! The proxy between two sockets of ours.

use super::*;
use std::cell::Cell;
use tokio::task::LocalSet;

/// A server that sends back what comes; its address, and the number of connections that ended.
async fn echo() -> (SocketAddr, Rc<Cell<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ended = Rc::new(Cell::new(0));
    let count = ended.clone();
    tokio::task::spawn_local(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = count.clone();
            tokio::task::spawn_local(async move {
                let (mut from, mut to) = stream.split();
                _ = tokio::io::copy(&mut from, &mut to).await;
                count.set(count.get() + 1);
            });
        }
    });
    (address, ended)
}

/// A word to and fro by a connection of its own: whatever else was to happen has happened.
async fn round_trip(link: &Link) {
    let mut stream = TcpStream::connect(link.address).await.unwrap();
    for _ in 0..20 {
        stream.write_all(b"x").await.unwrap();
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 1);
    }
    // Gone without an end, so that nobody counts it as ended.
    std::mem::forget(stream);
}

async fn check<F: Future<Output = ()>>(test: impl FnOnce(Link, TcpStream, Rc<Cell<u32>>) -> F) {
    let set = LocalSet::new();
    set.run_until(async {
        let (address, ended) = echo().await;
        let link = Link::open(address).await.unwrap();
        let mut stream = TcpStream::connect(link.address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut back = [0; 5];
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!((&back, link.open_count()), (b"hello", 1));
        test(link, stream, ended).await;
    })
    .await;
}

#[tokio::test]
async fn an_end_is_passed_on() {
    check(|link, mut stream, ended| async move {
        stream.shutdown().await.unwrap();
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
        while ended.get() == 0 || link.open_count() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_reset_is_a_reset_on_both_sides_and_new_connections_are_refused() {
    check(|link, mut stream, ended| async move {
        link.set(&Policy::severed(Cut::Reset));
        let error = stream.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        while ended.get() == 0 {
            tokio::task::yield_now().await;
        }
        let mut refused = TcpStream::connect(link.address).await.unwrap();
        assert!(!matches!(refused.read(&mut [0]).await, Ok(1..)));
        link.set(&Policy::clear());
        let mut again = TcpStream::connect(link.address).await.unwrap();
        again.write_all(b"x").await.unwrap();
        assert_eq!(again.read(&mut [0]).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_stall_holds_back_one_way_and_loses_nothing() {
    check(|link, mut stream, _| async move {
        let stalled = Policy { stall: Stall::Down, ..Policy::clear() };
        assert_eq!(link.set_open(&stalled, |_| true), 1);
        stream.write_all(b"later").await.unwrap();
        round_trip(&link).await;
        let mut back = [0; 5];
        let found = stream.try_read(&mut back).unwrap_err();
        assert_eq!(found.kind(), std::io::ErrorKind::WouldBlock);
        link.set(&Policy::clear());
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"later");
    })
    .await;
}

#[tokio::test]
async fn half_open_means_that_the_other_side_is_not_told() {
    check(|link, stream, ended| async move {
        link.set_open(&Policy::silent(), |_| true);
        drop(stream);
        round_trip(&link).await;
        assert_eq!(ended.get(), 0);
        link.set(&Policy::clear());
        while ended.get() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_can_be_cut_in_the_middle_of_something() {
    check(|link, mut stream, _| async move {
        link.set(&Policy { cut_after: Some((8, Cut::Close)), ..Policy::clear() });
        stream.write_all(b"abcde").await.unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.unwrap();
        // Five bytes up, three of them back.
        assert_eq!(back, b"abc");
    })
    .await;
}
