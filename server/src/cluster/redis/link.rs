//! The connections to Redis: one to hear by, one for everything else. When either fails, both are
//! made anew, and everything is subscribed again.

use super::{
    CONNECT_WITHIN, Fault, Heard, NodeId, RoomId, Shared, Word, answer,
    beat::{Heart, say_goodbye},
    claim, lock,
};
use futures::StreamExt as _;
use redis::{
    aio::{MultiplexedConnection, PubSubSink, PubSubStream},
    cmd,
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// The pauses between attempts.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How often own words are sent to oneself, and how long they may take.
const ECHO_EVERY: Duration = Duration::from_millis(500);
const ECHO_WITHIN: Duration = Duration::from_secs(1);
/// Words in one go.
const WORDS_A_GO: usize = 256;
/// Channels in one command.
const CHANNELS_A_GO: usize = 1_000;

/// Keeps the way to the other nodes open until this node parts.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut words: mpsc::Receiver<Word>,
    name: String,
    parted: CancellationToken,
) {
    let mut pause = PAUSE;
    loop {
        let began = Instant::now();
        let fault = match converse(&shared, &mut words, &name, &parted).await {
            Ok(()) => return,
            Err(fault) => fault,
        };
        tracing::debug!(%fault, "no way to Redis");
        shared
            .judge(&fault, |it| {
                it.echoes = false;
                it.registered = false;
            })
            .await;
        // What is old by the time that it could be told is of no use.
        forget_words(&shared, &mut words);
        pause = if began.elapsed() > LEASE_OF_TRUST { PAUSE } else { pause };
        tokio::select! {
            () = parted.cancelled() => return,
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// After a connection of such a length the next attempt comes at once.
const LEASE_OF_TRUST: Duration = Duration::from_secs(5);

fn forget_words(shared: &Shared, words: &mut mpsc::Receiver<Word>) {
    let mut lost = 0;
    while let Ok(word) = words.try_recv() {
        shared.waiting_bytes.fetch_sub(word.bytes(), Ordering::Relaxed);
        lost += 1;
    }
    metrics::counter!("maru_cluster_words_lost_total").increment(lost);
}

/// Connects, and talks until something fails or this node parts.
async fn converse(
    shared: &Shared,
    words: &mut mpsc::Receiver<Word>,
    name: &str,
    parted: &CancellationToken,
) -> Result<(), Fault> {
    let connecting = async {
        let commands = claim::connect(&shared.client).await?;
        let pubsub = timeout(CONNECT_WITHIN, shared.client.get_async_pubsub());
        let (sink, stream) = pubsub.await.map_err(|_| Fault::Silent)??.split();
        Ok::<_, Fault>((commands, sink, stream))
    };
    let (commands, mut sink, stream) = tokio::select! {
        connected = connecting => connected?,
        () = parted.cancelled() => return Ok(()),
    };
    let mut followed = HashSet::new();
    let own = [shared.key("all"), shared.node_key("to", shared.roster.id())];
    answer(sink.subscribe(&own)).await?;
    subscribe(shared, &mut sink, &mut followed).await?;
    let (echoed, returned) = watch::channel(0);
    let fault = tokio::select! {
        fault = listen(shared, stream, &echoed) => fault,
        fault = follow(shared, sink, followed) => fault,
        fault = echo(shared, commands.clone(), returned) => fault,
        fault = Heart::new(shared, commands.clone(), name).run() => fault,
        spoken = speak(shared, words, commands.clone(), parted) => match spoken {
            Ok(()) => {
                say_goodbye(shared, commands, name).await;
                return Ok(());
            }
            Err(fault) => fault,
        },
    };
    Err(fault)
}

/// Subscribes to the rooms that are not followed yet, and no longer to those that are gone.
async fn subscribe(
    shared: &Shared,
    sink: &mut PubSubSink,
    followed: &mut HashSet<RoomId>,
) -> Result<(), Fault> {
    let new: Vec<_> = lock(&shared.rooms).difference(followed).copied().collect();
    for some in new.chunks(CHANNELS_A_GO) {
        let channels: Vec<_> = some.iter().map(|it| shared.room_channel(*it)).collect();
        answer(sink.subscribe(&channels)).await?;
    }
    followed.extend(new);
    let gone: Vec<_> = followed.difference(&*lock(&shared.rooms)).copied().collect();
    for some in gone.chunks(CHANNELS_A_GO) {
        let channels: Vec<_> = some.iter().map(|it| shared.room_channel(*it)).collect();
        answer(sink.unsubscribe(&channels)).await?;
    }
    followed.retain(|it| !gone.contains(it));
    Ok(())
}

/// Subscribes to rooms as they come and go.
async fn follow(shared: &Shared, mut sink: PubSubSink, mut followed: HashSet<RoomId>) -> Fault {
    loop {
        shared.more_rooms.notified().await;
        if let Err(fault) = subscribe(shared, &mut sink, &mut followed).await {
            return fault;
        }
    }
}

/// Hears what the others tell.
async fn listen(shared: &Shared, mut stream: PubSubStream, echoed: &watch::Sender<u64>) -> Fault {
    while let Some(message) = stream.next().await {
        match Word::decode(message.get_payload_bytes()) {
            Some((_, Word::Echo(n))) => _ = echoed.send(n),
            Some((from, word)) if from != shared.roster.id() => hear(shared, from, word).await,
            Some(_) => {}
            None => metrics::counter!("maru_cluster_words_unread_total").increment(1),
        }
    }
    Fault::Closed
}

async fn hear(shared: &Shared, from: NodeId, word: Word) {
    let now = Instant::now();
    let this = shared.roster.id();
    let heard = match word {
        Word::Appended(it) => Heard::Appended(it),
        Word::Typed(it) => Heard::Typed(it),
        Word::LoginsEnded(logins) => Heard::LoginsEnded(logins),
        Word::LoginsReplaced(logins) => Heard::LoginsReplaced(logins),
        Word::UserChanged(user) => Heard::UserChanged(user),
        Word::RoomsChanged => Heard::RoomsChanged,
        Word::Seen(room, user, seq) => Heard::Seen(room, user, seq),
        Word::Planned(due) => Heard::Planned(due),
        Word::Sought => Heard::Sought,
        Word::Told(user, frame) => Heard::Told(user, frame),
        Word::RoomChanged(room) => Heard::RoomChanged(room),
        Word::Presence(change, users) => {
            let moved = shared.roster.hear_presence(from, change, users, now);
            if moved.read {
                shared.read_now.notify_one();
            }
            Heard::Moved(moved.users)
        }
        Word::Beat(stands) => {
            if shared.roster.hear_beat(stands, now) {
                shared.read_now.notify_one();
            }
            return;
        }
        Word::Gone => Heard::Moved(shared.roster.remove(from)),
        Word::Drain(node, draining) if node == this => Heard::Draining(draining),
        Word::Wake(node) if node == this => return shared.beat_now.notify_one(),
        Word::Drain(..) | Word::Wake(_) | Word::Echo(_) => return,
    };
    shared.forward(heard).await;
}

/// Tells the others what there is to tell, all that waits in one go. Ends well when this node
/// parts and nothing waits.
async fn speak(
    shared: &Shared,
    words: &mut mpsc::Receiver<Word>,
    mut commands: MultiplexedConnection,
    parted: &CancellationToken,
) -> Result<(), Fault> {
    let mut some = Vec::new();
    loop {
        let n = tokio::select! {
            biased;
            n = words.recv_many(&mut some, WORDS_A_GO) => n,
            () = parted.cancelled() => 0,
        };
        if n == 0 {
            return Ok(());
        }
        let mut pipe = redis::pipe();
        for word in some.drain(..) {
            shared.waiting_bytes.fetch_sub(word.bytes(), Ordering::Relaxed);
            let channel = shared.channel(&word);
            pipe.cmd("PUBLISH").arg(channel).arg(word.encode(shared.roster.id())).ignore();
        }
        answer(pipe.query_async::<()>(&mut commands)).await?;
    }
}

/// Sends words to oneself: what comes back in time went all the way.
async fn echo(
    shared: &Shared,
    mut commands: MultiplexedConnection,
    mut returned: watch::Receiver<u64>,
) -> Fault {
    for n in 1.. {
        let word = Word::Echo(n);
        let mut publish = cmd("PUBLISH");
        publish.arg(shared.channel(&word)).arg(word.encode(shared.roster.id()));
        if let Err(fault) = answer(publish.query_async::<()>(&mut commands)).await {
            return fault;
        }
        let came = timeout(ECHO_WITHIN, returned.wait_for(|it| *it >= n)).await;
        match came.map(|it| it.is_ok()) {
            Ok(true) => shared.judge(&"", |it| it.echoes = true).await,
            Ok(false) => return Fault::Closed,
            Err(_) => return Fault::Silent,
        }
        sleep(ECHO_EVERY).await;
    }
    Fault::Closed
}
