//! Logs and figures. Never logged: message text, passwords, cookies, addresses.

use crate::config::{Config, ConfigError, LogFormat};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::{io::IsTerminal as _, net::SocketAddr};
use tracing_subscriber::EnvFilter;

/// Begins logging to stderr. Called once, by the program.
pub fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had begun before");
    }
}

/// Begins to serve the figures at their own address. Called once, by the program, in a runtime.
pub fn start_metrics(listen: SocketAddr) -> Result<(), ConfigError> {
    let fault = |why: String| ConfigError::BadValue {
        key: "metrics_listen".into(),
        value: listen.to_string(),
        origin: "the configuration".into(),
        mend: format!("{why}; choose another with MARU_METRICS_LISTEN, or write off"),
    };
    // A listener of our own first: the exporter's error does not say what went wrong.
    drop(std::net::TcpListener::bind(listen).map_err(|it| fault(it.to_string()))?);
    let built = PrometheusBuilder::new().with_http_listener(listen).build();
    let (recorder, exporter) = built.map_err(|it| fault(it.to_string()))?;
    metrics::set_global_recorder(recorder).map_err(|it| fault(it.to_string()))?;
    tokio::spawn(exporter);
    Ok(())
}
