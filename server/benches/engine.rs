//! What a message costs inside the server: decoding and encoding, fan-out, and the commit.

use app::protocol::{
    ids::{Cid, LoginId, Millis, RoomId, Seq, UserId},
    message::{Entry, What},
    packets::ClientPacket,
    people::Role,
};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use server::{
    engine::{Ring, appended_frames},
    store::{Append, Change, ChannelSpec, NewUser, Store, StoreAddress, Way},
};
use std::hint::black_box;
use uuid::Uuid;

/// About what people write: 120 bytes.
const TEXT: &str = "Two good ones on Saturday, and one on Sunday that nobody talks about. \
                    토요일 좋아요. 몇 시에 만날까요?";

fn entries(n: u64) -> Vec<Entry> {
    (1..=n)
        .map(|n| Entry {
            seq: Seq::try_from(n).expect("small"),
            at: Millis(1_763_600_000_000),
            author: UserId(Uuid::from_u128(7)),
            name: "Jihye".to_owned(),
            cid: Some(Cid(Uuid::now_v7())),
            what: What::Message { text: TEXT.to_owned() },
        })
        .collect()
}

fn encoding(c: &mut Criterion) {
    let mut group = c.benchmark_group("encoding");
    for n in [1, 100] {
        let entries = entries(n);
        group.throughput(Throughput::Elements(n));
        group.bench_with_input(BenchmarkId::new("appended", n), &entries, |b, entries| {
            b.iter(|| appended_frames(RoomId(Uuid::nil()), black_box(entries.clone())));
        });
    }
    let id = Uuid::now_v7();
    let say = format!(r#"{{"type":"say","data":{{"cid":"{id}","room":"{id}","text":"{TEXT}"}}}}"#);
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode say", |b| {
        b.iter(|| serde_json::from_str::<ClientPacket>(black_box(&say)).expect("a packet"));
    });
    group.finish();
}

/// A thousand readers of one room each take the newest frame from its ring.
fn fan_out(c: &mut Criterion) {
    let mut group = c.benchmark_group("fan-out");
    let readers = 1_000_u64;
    group.throughput(Throughput::Elements(readers));
    group.bench_function("one frame to 1000 cursors", |b| {
        let (_, _, frame) = appended_frames(RoomId(Uuid::nil()), entries(1)).remove(0);
        let mut ring = Ring::new(Seq::ZERO);
        b.iter(|| {
            let before = ring.head();
            ring.push(before.next(), before.next(), frame.clone());
            for _ in 0..readers {
                black_box(ring.after(before));
            }
        });
    });
    group.finish();
}

/// A batch of sends in one SQLite transaction: flushed to a disk, and in memory, where all that
/// costs is reading, deciding and writing.
fn append(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let on_disk = StoreAddress::File(folder.path().join("maru.db"));
    let mut group = c.benchmark_group("append");
    group.sample_size(30);
    for (name, address) in [("sqlite flushed", on_disk), ("sqlite memory", StoreAddress::Memory)] {
        let talk = runtime.block_on(open(&address));
        for n in [1_usize, 16, 256] {
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(name, n), |b| {
                b.iter_batched(
                    || talk.batch(n),
                    |batch| {
                        let appended = talk.store.append(&batch, Millis(0));
                        runtime.block_on(appended).expect("a working disk")
                    },
                    BatchSize::SmallInput,
                );
            });
        }
    }
    group.finish();
}

/// A member of a channel, who says the same all the time.
struct Talk {
    store: Store,
    room: RoomId,
    author: UserId,
    login: LoginId,
}

impl Talk {
    fn append(&self, cid: Option<Cid>, change: Change) -> Append {
        let Self { room, author, login, .. } = *self;
        Append { room, author, login: Some(login), cid, after: None, fence: None, change }
    }

    fn batch(&self, n: usize) -> Vec<Append> {
        let message = || Change::Message(TEXT.to_owned());
        (0..n).map(|_| self.append(Some(Cid(Uuid::now_v7())), message())).collect()
    }
}

async fn open(address: &StoreAddress) -> Talk {
    let store = Store::open(address).await.expect("a database");
    let plaza = ChannelSpec { name: "plaza".into(), topic: String::new(), capacity: 500 };
    store.ensure_channels(&[plaza], Millis(0)).await.expect("a channel");
    let room = store.rooms().await.expect("rooms")[0].id;
    let new =
        NewUser { name: "Ann".into(), name_key: "ann".into(), password: None, role: Role::Guest };
    let user = store.create_user(new, Millis(0)).await.expect("a user");
    let login = store.create_login(&user, &[1; 32], "", Millis(0)).await.expect("a login");
    let talk = Talk { store, room, author: user.id, login };
    let join = talk.append(None, Change::Join(Way::Plain));
    talk.store.append(&[join], Millis(0)).await.expect("a member");
    talk
}

criterion_group!(benches, encoding, fan_out, append);
criterion_main!(benches);
