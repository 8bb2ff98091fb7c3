//! A PostgreSQL database of a test's own, where `TEST_POSTGRES_URL` names a server
//! (`scripts/services.sh` starts one); it is dropped with the test.

#![allow(dead_code, reason = "compiled into several tests, each of which uses some of it")]

use sqlx::{Connection as _, PgConnection};
use std::sync::atomic::{AtomicU32, Ordering};

/// A database, and that of the server by which it is made and dropped.
#[derive(Debug)]
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new database; `None` where there is no server.
    pub(crate) async fn new() -> Option<Self> {
        Self::made_with("").await
    }

    /// The same, with options of `create database`.
    pub(crate) async fn made_with(options: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("TEST_POSTGRES_URL").ok().filter(|it| !it.is_empty())?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        // Left by a process of the same number that was killed.
        run(&server, &format!("drop database if exists {name} with (force)")).await;
        run(&server, &format!("create database {name} {options}")).await;
        Some(Self { server, name })
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').expect("an address that ends in a database");
        format!("{server}/{}", self.name)
    }

    /// Runs a statement in it, beside the store.
    pub(crate) async fn execute(&self, sql: &str) {
        run(&self.url(), sql).await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // Not on this thread, which may be one of a runtime. A server that was stopped by the
        // test is let be.
        let drop = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                if let Ok(mut connection) = PgConnection::connect(&server).await {
                    let sql = format!("drop database if exists {name} with (force)");
                    _ = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
                }
            });
        });
        _ = drop.join();
    }
}

/// Runs a statement on a connection of its own.
pub(crate) async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the test's PostgreSQL");
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("a statement of the test");
    connection.close().await.expect("the test's PostgreSQL");
}
