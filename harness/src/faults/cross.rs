//! What it costs that two people of one room are on two nodes: one says something, one beside them
//! and one on the other node see it, all in one run.

use super::{
    client::{Manner, People},
    deploy::{Deployment, Shape},
    history::History,
    measure::{Stretch, deliveries_to, quantile},
};
use anyhow::{Result, ensure};
use std::{cell::RefCell, path::PathBuf, rc::Rc, time::Duration};

/// Delivery to another node: two people on two nodes, beside two on one.
#[derive(clap::Args, Clone)]
pub(crate) struct Cross {
    /// The server's program.
    #[arg(long, value_name = "PATH")]
    server: PathBuf,
    /// How long they talk.
    #[arg(long, default_value_t = 20)]
    secs: u64,
    /// Sends a second.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// The other node may be so much slower, in milliseconds, at the median.
    #[arg(long, default_value_t = 5.0)]
    most: f64,
}

impl Cross {
    /// Measures, prints, and fails when the difference is too large.
    pub(crate) async fn run(self) -> Result<()> {
        let mut deployment = Deployment::make(Shape::large(2), &self.server, 2).await?;
        deployment.start().await?;
        let history = Rc::new(RefCell::new(History::new()));
        let mut people = People::new(&history);
        // Who talks and the first listener are on one node, the second listener on the other.
        for (number, node) in [0, 0, 1].into_iter().enumerate() {
            let (door, rooms) = (deployment.nodes[node].address, vec!["load-0".to_owned()]);
            let mut manner = Manner::new(format!("p{number}"), door, rooms, 1);
            manner.origin = Some(deployment.origin());
            manner.sends_per_sec = self.rate;
            manner.pace = (1_000, 1_000);
            people.add(manner);
        }
        ensure!(people.all_in(Duration::from_secs(30)).await, "not all came in");
        let from = history.borrow().now();
        people.clients[0].talk(true);
        tokio::time::sleep(Duration::from_secs(self.secs)).await;
        people.clients[0].talk(false);
        let to = history.borrow().now();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let stretch = Stretch { from, to };
        let [same, other] =
            [1, 2].map(|who| deliveries_to(&history.borrow(), stretch, &|it| it == who));
        let tell = |name: &str, times: &[f64]| {
            let [p50, p99] = [0.5, 0.99].map(|part| quantile(times, part));
            println!("{name:<11} {} deliveries, p50 {p50:.2} ms, p99 {p99:.2}", times.len());
            p50
        };
        let (near, far) = (tell("same node", &same), tell("other node", &other));
        println!("difference  {:.2} ms at the median, {:.2} times", far - near, far / near);
        ensure!(same.len() == other.len(), "not everybody saw everything");
        ensure!(far - near <= self.most, "the other node is more than {} ms slower", self.most);
        Ok(())
    }
}
