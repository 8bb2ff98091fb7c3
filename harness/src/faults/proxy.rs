//! A TCP proxy of our own, through which every link passes that may be broken: delay, rate, a stall
//! of one way, a reset, an end that is not passed on, a cut in the middle of something.

mod policy;

pub(crate) use policy::{Cut, Policy, Stall};

use anyhow::Result;
use policy::{Meter, Way};
use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks that wait for their time; then reading waits, and with it whoever writes.
const CHUNKS_WAITING_MAX: usize = 64;
/// Connecting onwards may take so long.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// Where connections go on to: looked at anew for each of them.
pub(crate) trait Route {
    /// The addresses to try, the best first.
    fn targets(&self) -> Vec<SocketAddr>;
}

/// Always the same address.
impl Route for SocketAddr {
    fn targets(&self) -> Vec<SocketAddr> {
        vec![*self]
    }
}

impl<T: Route> Route for Rc<T> {
    fn targets(&self) -> Vec<SocketAddr> {
        T::targets(self)
    }
}

/// A connection through the proxy.
struct Connection {
    target: SocketAddr,
    policy: watch::Sender<Policy>,
}

struct Shared {
    /// What a new connection gets.
    policy: RefCell<Policy>,
    open: RefCell<Vec<Rc<Connection>>>,
}

/// One proxied link: all connections that come in at one address.
pub(crate) struct Link {
    /// Where to connect to.
    pub(crate) address: SocketAddr,
    shared: Rc<Shared>,
    accepting: JoinHandle<()>,
}

impl Link {
    /// Listens on a free port and passes on.
    pub(crate) async fn open(route: impl Route + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Rc::new(Shared { policy: RefCell::default(), open: RefCell::default() });
        let accepting = tokio::task::spawn_local(accept(listener, route, shared.clone()));
        Ok(Self { address, shared, accepting })
    }

    /// All connections, now and later, do this.
    pub(crate) fn set(&self, policy: &Policy) {
        self.set_new(policy);
        self.set_open(policy, |_| true);
    }

    /// Connections that are opened from now on do this.
    pub(crate) fn set_new(&self, policy: &Policy) {
        // A cut is for what there is; what is opened later is refused or not.
        *self.shared.policy.borrow_mut() = Policy { cut: None, ..policy.clone() };
    }

    /// Those of the open connections do this; how many they were. The connections are numbered by
    /// age, and known by where they go.
    pub(crate) fn set_open(
        &self,
        policy: &Policy,
        mut chosen: impl FnMut(SocketAddr) -> bool,
    ) -> usize {
        let open = self.shared.open.borrow();
        let chosen: Vec<_> = open.iter().filter(|it| chosen(it.target)).collect();
        for connection in &chosen {
            connection.policy.send_replace(policy.clone());
        }
        chosen.len()
    }

    /// How many connections are open.
    #[cfg(test)]
    pub(crate) fn open_count(&self) -> usize {
        self.shared.open.borrow().len()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set_open(&Policy::severed(Cut::Reset), |_| true);
    }
}

async fn accept(listener: TcpListener, route: impl Route + 'static, shared: Rc<Shared>) {
    let route = Rc::new(route);
    loop {
        let Ok((client, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let policy = shared.policy.borrow().clone();
        if policy.refuse {
            _ = client.set_zero_linger();
            continue;
        }
        let (route, shared) = (route.clone(), shared.clone());
        tokio::task::spawn_local(async move {
            if let Some((server, target)) = connect(&*route).await {
                pass(client, server, target, policy, &shared).await;
            } else {
                _ = client.set_zero_linger();
            }
        });
    }
}

/// Connects to the first target that takes it.
async fn connect(route: &dyn Route) -> Option<(TcpStream, SocketAddr)> {
    for target in route.targets() {
        let connecting = tokio::time::timeout(CONNECT_MAX, TcpStream::connect(target));
        if let Ok(Ok(stream)) = connecting.await {
            return Some((stream, target));
        }
    }
    None
}

/// Passes bytes both ways until the connection ends.
async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    target: SocketAddr,
    policy: Policy,
    shared: &Shared,
) {
    _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (policy, rules) = watch::channel(policy);
    let connection = Rc::new(Connection { target, policy });
    shared.open.borrow_mut().push(connection.clone());
    let meter = RefCell::default();
    let cut = {
        let (client_in, client_out) = client.split();
        let (server_in, server_out) = server.split();
        let pump = |way| Pump { way, rules: rules.clone(), meter: &meter };
        tokio::select! {
            cut = told_to_cut(rules.clone()) => Some(cut),
            ended = async {
                tokio::try_join!(
                    pump(Way::Up).run(client_in, server_out),
                    pump(Way::Down).run(server_in, client_out),
                )
            } => ended.err().flatten(),
        }
    };
    if cut == Some(Cut::Reset) {
        _ = (client.set_zero_linger(), server.set_zero_linger());
    }
    shared.open.borrow_mut().retain(|it| !Rc::ptr_eq(it, &connection));
}

async fn told_to_cut(mut rules: watch::Receiver<Policy>) -> Cut {
    match rules.wait_for(|it| it.cut.is_some()).await {
        Ok(policy) => policy.cut.unwrap_or(Cut::Close),
        Err(_) => Cut::Close,
    }
}

/// How one way of a connection ends early: with a cut, or because a side is gone.
type Ended = Option<Cut>;

/// One way of a connection.
struct Pump<'a> {
    way: Way,
    rules: watch::Receiver<Policy>,
    meter: &'a RefCell<Meter>,
}

impl Pump<'_> {
    /// Passes on what comes, and in the end the end.
    async fn run(mut self, from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Ended> {
        let (chunks, waiting) = mpsc::channel(CHUNKS_WAITING_MAX);
        let reading = async { Ok(read(from, chunks).await) };
        let (read, ()) = tokio::try_join!(reading, self.write_all(waiting, &mut to))?;
        // An error of the reading side is a reset, which is passed on as one.
        if self.rules.wait_for(|it| !it.half_open).await.is_err() {
            return Err(None);
        }
        if read.is_err() {
            return Err(Some(Cut::Reset));
        }
        to.shutdown().await.map_err(|_| None)
    }

    async fn write_all(
        &mut self,
        mut waiting: mpsc::Receiver<(Instant, Vec<u8>)>,
        to: &mut WriteHalf<'_>,
    ) -> Result<(), Ended> {
        while let Some((came, bytes)) = waiting.recv().await {
            self.pass_stalls().await?;
            let due = self.rules.borrow().due(came);
            tokio::time::sleep_until(due.into()).await;
            let (wait, (may, cut)) = {
                let policy = self.rules.borrow();
                let wait = policy.transmission(bytes.len());
                (wait, self.meter.borrow_mut().pass(bytes.len(), &policy))
            };
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            to.write_all(&bytes[..may]).await.map_err(|_| Some(Cut::Reset))?;
            if cut.is_some() {
                return Err(cut);
            }
        }
        Ok(())
    }

    async fn pass_stalls(&mut self) -> Result<(), Ended> {
        let way = self.way;
        let passed = self.rules.wait_for(|it| !it.is_stalled(way)).await;
        passed.map(|_| ()).map_err(|_| None)
    }
}

/// Reads until the end; an error is a connection that was reset.
async fn read(
    mut from: ReadHalf<'_>,
    chunks: mpsc::Sender<(Instant, Vec<u8>)>,
) -> std::io::Result<()> {
    loop {
        from.readable().await?;
        let mut bytes = Vec::with_capacity(CHUNK_BYTES);
        if from.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        bytes.shrink_to_fit();
        if chunks.send((Instant::now(), bytes)).await.is_err() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
