//! The command line.

mod check_ready;

use crate::{
    audit::Line,
    auth::{Name, check_password, hash_now, hex, new_reset_link},
    config::{Config, ConfigError, Sources},
    engine::clock,
    open_database, open_database_alone, serve,
    store::{NewUser, Store, StoreAddress, StoreError, User},
    telemetry,
};
use anyhow::{Context as _, anyhow, bail};
use app::protocol::{
    ids::UserId,
    order::{Action, Detail},
    people::Role,
    refusal::Refusal,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    io::{self, BufRead as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};
use tokio::{net::TcpListener, signal::unix::SignalKind};
use tokio_util::sync::CancellationToken;

/// The exit code for a configuration that must be mended.
const MISCONFIGURED: u8 = 2;
/// The bytes of randomness in a password that we make.
const PASSWORD_BYTES: usize = 12;

/// Maru: a place of one's own to talk.
#[derive(Debug, Parser)]
#[command(name = "maru", version, about)]
struct Cli {
    /// The configuration file [default: ./maru.toml if there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Keys of the configuration that are often wanted on the command line, and all others.
#[derive(Debug, Args)]
struct Flags {
    /// The address to serve at
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The folder of the database
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The public addresses, separated by commas
    #[arg(long, global = true, value_name = "URL,…")]
    origins: Option<String>,
    /// Where Prometheus finds the figures, or off
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<String>,
    /// The folder of the built site
    #[arg(long, global = true, value_name = "FOLDER")]
    site_dir: Option<String>,
    /// What to log, such as info or server=debug
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// Any other key, such as `limits.sends_per_sec=10`
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until told to stop (the default)
    Serve,
    /// Users
    #[command(subcommand)]
    User(UserCommand),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask the server that runs with this configuration whether it is ready: exit code 0 or 1
    CheckReady,
    /// Copy the database, while the server may run; PostgreSQL is copied by `pg_dump`
    Backup {
        /// The file to make
        file: PathBuf,
    },
    /// After restoring a backup, with no server running: tell every client to load anew
    NewEpoch,
    /// Copy a whole deployment to another, empty database, with no server running
    MigrateStore {
        /// Where it is: sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE
        #[arg(long, value_name = "ADDRESS")]
        from: String,
        /// Where it shall be
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account
    Add {
        /// What they are called
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = RoleName::Member)]
        role: RoleName,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Change what a user may do
    Role {
        /// What they are called
        name: String,
        /// What they may do
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Print an address at which a user chooses a new password, good for 30 minutes and once
    ResetLink {
        /// What they are called
        name: String,
    },
    /// Give a user another password, and end their logins
    ResetPassword {
        /// What they are called
        name: String,
        #[command(flatten)]
        password: PasswordSource,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say whether the server would start with it
    Check,
}

#[derive(Debug, Args)]
struct PasswordSource {
    /// Read the password from the first line of the input, instead of making one
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    Owner,
    Admin,
    Moderator,
    Member,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Admin => Self::Admin,
            RoleName::Moderator => Self::Moderator,
            RoleName::Member => Self::Member,
        }
    }
}

impl Flags {
    fn pairs(self) -> anyhow::Result<Vec<(String, String)>> {
        let named = [
            ("listen", self.listen),
            ("data_dir", self.data_dir),
            ("origins", self.origins),
            ("metrics_listen", self.metrics_listen),
            ("site_dir", self.site_dir),
            ("log", self.log),
        ];
        let named = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        let mut pairs: Vec<_> = named.collect();
        for pair in self.set {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| anyhow!("--set {pair:?}: write KEY=VALUE"))?;
            pairs.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(pairs)
    }
}

/// Runs the program. What must be mended is told in one line on the error output.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(io::stderr(), "maru: {}", one_line(&error));
            let mendable = error.downcast_ref::<ConfigError>().is_some();
            if mendable { ExitCode::from(MISCONFIGURED) } else { ExitCode::FAILURE }
        }
    }
}

fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").replace(['\n', '\r'], " ")
}

#[tokio::main]
async fn start(cli: Cli) -> anyhow::Result<()> {
    let sources = Sources::of_process(cli.config, cli.flags.pairs()?);
    let config = Config::load(&sources)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve_until_told(config).await,
        Command::User(command) => user(&config, command).await,
        Command::Config(ConfigCommand::Check) => {
            config.check_data_dir()?;
            say(&format!("The configuration is good.\n{config:#?}"))
        }
        Command::CheckReady => check_ready::check(config.listen),
        Command::Backup { .. } if is_postgres(&config) => bail!(
            "PostgreSQL is copied by its own program, while servers run: pg_dump -Fc --file FILE \
             ADDRESS; how to restore is in docs/configuration.md"
        ),
        Command::Backup { file } => {
            open(&config).await?.backup(&file).await?;
            say(&format!("The database was copied to {}.", file.display()))
        }
        Command::NewEpoch => {
            config.check_data_dir()?;
            let store = open_database_alone(&config).await?;
            store.forget_epoch().await?;
            store.close().await;
            say("The next start begins a new epoch: every client loads anew.")
        }
        Command::MigrateStore { from, to } => migrate_store(&from, &to).await,
    }
}

async fn serve_until_told(config: Config) -> anyhow::Result<()> {
    telemetry::start_log(&config);
    config.check_data_dir()?;
    let listener =
        TcpListener::bind(config.listen).await.map_err(|error| ConfigError::BadValue {
            key: "listen".into(),
            value: config.listen.to_string(),
            origin: "the configuration".into(),
            mend: format!("{error}; stop what listens there, or choose another with MARU_LISTEN"),
        })?;
    if let Some(listen) = config.metrics_listen {
        telemetry::start_metrics(listen)?;
    }
    let local = listener.local_addr()?;
    let origins = config.origins_at(local);
    let open_to = origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    tracing::info!(%local, origins = open_to, "serving {}", config.name);
    if config.origins.is_empty() && !local.ip().is_loopback() {
        tracing::warn!(
            "other machines reach this server, but only {open_to} may use it; name its \
             public address with MARU_ORIGINS"
        );
    }
    let stop = CancellationToken::new();
    tokio::spawn(stop_when_told(stop.clone()));
    serve(config, listener, stop).await
}

/// Cancels at SIGTERM or SIGINT. A second one ends the program at once.
async fn stop_when_told(stop: CancellationToken) {
    let signals = (
        tokio::signal::unix::signal(SignalKind::terminate()),
        tokio::signal::unix::signal(SignalKind::interrupt()),
    );
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        tracing::error!("cannot listen for signals");
        return;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if stop.is_cancelled() {
            std::process::exit(1);
        }
        tracing::info!("stopping");
        stop.cancel();
    }
}

async fn open(config: &Config) -> anyhow::Result<Store> {
    config.check_data_dir()?;
    Ok(open_database(config).await?)
}

fn is_postgres(config: &Config) -> bool {
    matches!(config.database_url, Some(StoreAddress::Postgres(_)))
}

/// Copies a deployment to another database, and tells what it copied.
async fn migrate_store(from: &str, to: &str) -> anyhow::Result<()> {
    let address = |flag: &str, text: &str| {
        // The text may have a password in it.
        text.parse::<StoreAddress>().map_err(|error| anyhow!("{flag}: {error}"))
    };
    let (from, to) = (address("--from", from)?, address("--to", to)?);
    if from == to {
        bail!("--from and --to are the same database");
    }
    let copied = Store::copy(&from, &to).await.with_context(|| format!("{from} to {to}"))?;
    for (table, rows) in copied {
        say(&format!("{table}: {rows}"))?;
    }
    say(&format!(
        "Copied from {from} to {to}; counts and the ends of all logs agree. Set database_url to \
         the new address, and start."
    ))
}

async fn user(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let store = open(config).await?;
    match command {
        UserCommand::Add { name, role, password } => add(&store, &name, role, &password).await,
        UserCommand::Role { name, role } => {
            let user = find(&store, &name).await?;
            if user.password.is_none() {
                bail!("{name} is a guest; only an account has another role");
            }
            let user = change_role(&store, user.id, role).await?;
            say(&format!(
                "{} is now {:?}; a server that runs knows it within some seconds.",
                user.name, user.role
            ))
        }
        UserCommand::ResetLink { name } => {
            let user = find(&store, &name).await?;
            if user.password.is_none() {
                bail!("{name} is a guest, and has no password");
            }
            let origins = config.origins_at(config.listen);
            let origin = origins.first().context("there is no origin")?;
            // Before it is told: rather one line too many than one too few.
            let line = Line::user(None, Action::ResetLink, user.id, Detail::default());
            store.audit(&line, clock::now()).await?;
            say(&new_reset_link(&store, &user, origin).await?)
        }
        UserCommand::ResetPassword { name, password } => {
            let user = find(&store, &name).await?;
            let password = password.read(&user.name)?;
            // Before it is done: rather one line too many than one too few.
            let line = Line::user(None, Action::Password, user.id, Detail::default());
            store.audit(&line, clock::now()).await?;
            store.set_password(user.id, &hash_now(&password.text)?, None).await?;
            password.tell(&user.name)
        }
    }
}

async fn change_role(store: &Store, user: UserId, role: RoleName) -> anyhow::Result<User> {
    match store.change_role(None, user, role.into(), clock::now()).await {
        Err(StoreError::Refused(Refusal::LastOwner)) => {
            bail!("that is the last owner; make somebody else owner first")
        }
        other => Ok(other?),
    }
}

async fn add(
    store: &Store,
    name: &str,
    role: RoleName,
    source: &PasswordSource,
) -> anyhow::Result<()> {
    let name = Name::parse(name).with_context(|| format!("{name:?} cannot be a name"))?;
    let password = source.read(name.shown())?;
    let new = NewUser {
        name: name.shown().to_owned(),
        name_key: name.key().to_owned(),
        password: Some(hash_now(&password.text)?),
        role: Role::Member,
    };
    let user = match store.create_user(new, clock::now()).await {
        Ok(user) => user,
        Err(StoreError::NameTaken) => bail!("the name {:?} is taken", name.shown()),
        Err(error) => return Err(error.into()),
    };
    // The first account owns the server, whatever it was to be.
    if user.role == Role::Member {
        change_role(store, user.id, role).await?;
    }
    password.tell(&user.name)
}

async fn find(store: &Store, name: &str) -> anyhow::Result<User> {
    let key = Name::parse(name).with_context(|| format!("{name:?} cannot be a name"))?;
    let user = store.user_by_name_key(key.key()).await?;
    user.ok_or_else(|| anyhow!("there is no user named {name:?}"))
}

/// A password for somebody.
struct Password {
    text: String,
    made: bool,
}

impl PasswordSource {
    fn read(&self, name: &str) -> anyhow::Result<Password> {
        if !self.password_stdin {
            let mut bytes = [0; PASSWORD_BYTES];
            getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
            return Ok(Password { text: hex(&bytes), made: true });
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        let text = line.trim_end_matches(['\r', '\n']).to_owned();
        check_password(&text, name).context("that cannot be a password")?;
        Ok(Password { text, made: false })
    }
}

impl Password {
    fn tell(&self, name: &str) -> anyhow::Result<()> {
        if self.made {
            say(&format!("{name}: {}", self.text))
        } else {
            say(&format!("{name}: done"))
        }
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write")
}
